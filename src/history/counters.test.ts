import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, ZXID_UNINITIALIZED } from '../base/zxid.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import { FactCounter } from './counters.ts';
import { ALICE, bytes, txn } from './testing.ts';

const test = suite('counters');
const zxid = makeZxid(1, 7);

test('what was reached: requests and their parts, answers and their parts, the log where nobody was answered, events', () => {
  const counter = new FactCounter();
  const sessionId = ALICE;
  counter.see({ kind: 'invoked', sessionId, cxid: 1, request: { kind: 'multi', ops: [
    { kind: 'check', path: '/a', version: 0 }, { kind: 'setData', path: '/a', data: bytes('x'), version: -1 },
  ] } });
  counter.see({ kind: 'replied', sessionId, cxid: 1, zxid, err: ErrorCode.OK, response: { kind: 'multi', results: [
    { kind: 'error', err: ErrorCode.BADVERSION }, { kind: 'error', err: ErrorCode.RUNTIMEINCONSISTENCY },
  ] } });
  counter.see({ kind: 'lost', sessionId, cxid: 2 });
  counter.see({ kind: 'committed', txn: txn(1, 1, { kind: 'deleteContainer', path: '/k' }) });
  counter.see({ kind: 'committed', txn: txn(1, 2, { kind: 'error', err: ErrorCode.SESSIONMOVED }, ALICE) });
  counter.see({ kind: 'watchFired', sessionId, type: EventType.NodeCreated, path: '/a', zxid });
  counter.see({ kind: 'watchFired', sessionId, type: EventType.NodeDeleted, path: '/a', zxid: ZXID_UNINITIALIZED });
  const { reached, servers, sessions } = counter.counts();
  assert.equal(reached, [
    ['event NodeCreated', 1], ['event NodeDeleted missed', 1], ['operation check', 1], ['operation deleteContainer', 1],
    ['operation multi', 1], ['operation setData', 1], ['result BADVERSION', 1], ['result CONNECTIONLOSS', 1], ['result OK', 1],
    ['result RUNTIMEINCONSISTENCY', 1], ['result SESSIONMOVED', 1],
  ]);
  assert.equal(servers, [['committed', 2]]);
  assert.equal(sessions, [['watches fired', 2]]);
});

test.run();
