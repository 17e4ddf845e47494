/**
 * A server of ours, alone in a world, is asked what a real one was asked, and must answer the same to the byte, but for
 * times, session ids and the epoch: a real standalone server never leaves epoch 0.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION, sessionIdFromWords, type SessionId } from '../base/session-id.ts';
import { ZXID_UNINITIALIZED, makeZxid, type Zxid } from '../base/zxid.ts';
import { SmallWorld } from '../run/small-world.ts';
import { decodeConnectResponse, decodeReply, decodeRequest, encodeClientMessage } from '../wire/client-codec.ts';
import type { MultiResult, ReplyMessage, Response } from '../wire/client-messages.ts';
import { GOLDEN_CONNECT_REPLY, parseExchanges } from '../wire/golden-exchanges.ts';
import { fromHex, toHex } from '../wire/hex.ts';
import type { Message } from '../wire/message.ts';
import { ErrorCode, type Stat } from '../wire/words.ts';

const test = suite('golden exchanges with a server');
const EXCHANGES = parseExchanges(readFileSync(new URL('../wire/golden-exchanges.txt', import.meta.url), 'utf8'));

/** Since 3.9 a persistent watch is none of the types that fire once (ZOOKEEPER-4472): what 3.8 finds is not there. */
const DIFFERENT: ReadonlyMap<string, number> = new Map([
  ['checkWatches type 1', ErrorCode.NOWATCHER],
  ['checkWatches type 2', ErrorCode.NOWATCHER],
]);
const SOMEBODY: SessionId = sessionIdFromWords(0, 1);

/** The counter alone. −1, which events of 3.8 carry, stays. */
function bare(zxid: Zxid): Zxid {
  return zxid === ZXID_UNINITIALIZED ? zxid : makeZxid(0, zxid % 0x1_0000_0000);
}

function bareStat(stat: Stat): Stat {
  const { czxid, mzxid, pzxid, ephemeralOwner } = stat;
  // Whose it is varies, whether it is anybody's does not.
  const owner = ephemeralOwner === NO_SESSION ? NO_SESSION : SOMEBODY;
  return {
    ...stat,
    czxid: bare(czxid),
    mzxid: bare(mzxid),
    pzxid: bare(pzxid),
    ctime: 0,
    mtime: 0,
    ephemeralOwner: owner,
  };
}

/** A real server lists children in the order of a hash table. */
function bareBody<T extends Response | MultiResult>(body: T): T {
  const sorted = 'children' in body ? { ...body, children: [...body.children].sort() } : body;
  return 'stat' in sorted ? { ...sorted, stat: bareStat(sorted.stat) } : sorted;
}

function bareReply(reply: ReplyMessage): string {
  const response = reply.response === null ? null : bareBody(reply.response);
  return toHex(encodeClientMessage({ ...reply, zxid: bare(reply.zxid), response }));
}

test('a whole session of a real client, exchange by exchange', () => {
  const config = { minSessionTimeoutMs: 4000, maxSessionTimeoutMs: 40_000 };
  const small = new SmallWorld({ voters: 1, config });
  small.leader();
  const client = small.bare(1);
  const answer = (): Message => {
    let found: Message | undefined;
    small.until(() => (found = client.heard.find((each) => each.kind !== 'event')) !== undefined, 'an answer comes');
    return found ?? { kind: 'reply', xid: 0, zxid: makeZxid(0, 0), err: 0, response: null };
  };
  client.say({
    kind: 'connectRequest',
    protocolVersion: 0,
    lastZxidSeen: makeZxid(0, 0),
    timeoutMs: 10_000,
    sessionId: NO_SESSION,
    password: new Uint8Array(16),
    readOnly: false,
  });
  const first = answer();
  assert.is(first.kind, 'connectResponse');
  const golden = decodeConnectResponse(fromHex(GOLDEN_CONNECT_REPLY));
  if (first.kind === 'connectResponse') {
    const { sessionId, password } = golden;
    assert.is(toHex(encodeClientMessage({ ...first, sessionId, password })), GOLDEN_CONNECT_REPLY);
  }
  for (const { step, request, reply, events } of EXCHANGES) {
    client.heard.length = 0;
    const message = decodeRequest(fromHex(request));
    client.say(message);
    const heard = answer();
    assert.is(heard.kind, 'reply', step);
    if (heard.kind !== 'reply') continue;
    const due = decodeReply(fromHex(reply), message.request.kind);
    const err = DIFFERENT.get(step);
    assert.is(bareReply(heard), bareReply(err === undefined ? due : { ...due, err, response: null }), step);
    const came = client.heard.slice(0, client.heard.indexOf(heard)).map((each) => {
      return each.kind === 'event' ? { type: each.type, path: each.path } : each;
    });
    assert.equal(came, events, step);
    // An event tells of its transaction; before 3.9 it told nothing (section 12.1 of the protocol's description).
    for (const each of client.heard) if (each.kind === 'event') assert.is(each.zxid, heard.zxid, step);
  }
});

test.run();
