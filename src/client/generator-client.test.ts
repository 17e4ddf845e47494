/** Blocks of numbers off a counter, event by event. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Response } from '../wire/client-messages.ts';
import { decodeText } from '../wire/utf8.ts';
import { ErrorCode } from '../wire/words.ts';
import { reply } from './fake-io.ts';
import { GeneratorClient } from './generator-client.ts';
import { encode } from './script.ts';
import { begun, type ClaimsIo, sent } from './turn-testing.ts';

const test = suite('generator client');

const STAT = {
  czxid: ZXID_ZERO, mzxid: ZXID_ZERO, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0, ephemeralOwner: NO_SESSION,
  dataLength: 0, numChildren: 0, pzxid: ZXID_ZERO,
};

function counter(text: string, version: number): Response {
  return { kind: 'getData', data: encode(text), stat: { ...STAT, version } };
}

/** What the counter is to become, if it has the version, by the latest request. */
function change(io: ClaimsIo): string {
  const last = io.sent.at(-1);
  if (last?.kind !== 'request' || last.request.kind !== 'setData') return 'no change';
  return `${decodeText(last.request.data ?? new Uint8Array())} after version ${last.request.version}`;
}

test('a block is what the counter was, if nobody has changed it meanwhile', () => {
  const { client, io } = begun(GeneratorClient, 'generator', '/i');
  io.receive(client, reply(1, 1, null, ErrorCode.NONODE));
  io.receive(client, reply(2, 2, { kind: 'create', path: '/i' }));
  assert.equal(sent(io), ['> 1 getData /i', '> 2 create /i', '> 3 getData /i']);
  io.receive(client, reply(3, 2, counter('0', 0)));
  assert.is(change(io), '3 after version 0');
  io.receive(client, reply(4, 3, null, ErrorCode.BADVERSION));
  io.receive(client, reply(5, 3, counter('3', 1)));
  assert.is(change(io), '6 after version 1');
  assert.equal(io.claims, []);
  io.receive(client, reply(6, 4, { kind: 'setData', stat: STAT }));
  assert.equal(io.claims, ['recipeNumbered /i']);
});

test('a block whose answer is lost is given to nobody', () => {
  const { client, io } = begun(GeneratorClient, 'generator', '/i', 2);
  io.receive(client, reply(1, 2, counter('30', 10)));
  io.hangUp(client);
  io.advance(client, 2000);
  io.establish(client);
  io.advance(client, 10);
  assert.equal(sent(io), ['> 1 getData /i', '> 2 setData /i', '> 3 getData /i']);
  assert.equal(io.claims, []);
});

test.run();
