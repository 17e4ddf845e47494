import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeReply, decodeRequest, encodeClientMessage, peekXid } from './client-codec.ts';
import { parseExchanges } from './golden-exchanges.ts';
import { fromHex, toHex } from './hex.ts';

const test = suite('golden exchanges');
const EXCHANGES = parseExchanges(readFileSync(new URL('./golden-exchanges.txt', import.meta.url), 'utf8'));

test('what a real server (3.8.0) was asked and what it answered, byte for byte, both ways', () => {
  const kinds = new Set<string>();
  for (const { step, request: asked, reply: answered } of EXCHANGES) {
    const message = decodeRequest(fromHex(asked));
    assert.is.not(message.request.kind, 'malformed', step);
    assert.is(toHex(encodeClientMessage(message)), asked, step);
    assert.is(peekXid(fromHex(answered)), message.xid, step);
    assert.is(toHex(encodeClientMessage(decodeReply(fromHex(answered), message.request.kind))), answered, step);
    kinds.add(message.request.kind);
  }
  assert.is(EXCHANGES.length, 103);
  assert.is(kinds.size, 20);
});

test.run();
