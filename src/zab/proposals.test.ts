/** Commit order and the counting of acknowledgements. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Txn } from '../wire/transactions.ts';
import { Proposals } from './proposals.ts';

const test = suite('proposals');
const VOTERS = [1, 2, 3];

function txn(counter: number): Txn {
  const body = { kind: 'error', err: 0 } as const;
  return { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(1, counter), time: 0, body, digest: null, bytes: new Uint8Array(0) };
}

function three(): Proposals {
  const proposals = new Proposals();
  for (const counter of [1, 2, 3]) proposals.add(txn(counter));
  return proposals;
}

test('a later proposal with a quorum waits for the one before it', () => {
  const proposals = three();
  proposals.acknowledge(makeZxid(1, 2), 1);
  proposals.acknowledge(makeZxid(1, 2), 2);
  assert.is(proposals.takeCommitted(VOTERS), undefined);
  proposals.acknowledge(makeZxid(1, 1), 1);
  proposals.acknowledge(makeZxid(1, 1), 3);
  assert.is(proposals.takeCommitted(VOTERS)?.zxid, makeZxid(1, 1));
  assert.is(proposals.takeCommitted(VOTERS)?.zxid, makeZxid(1, 2));
  assert.is(proposals.takeCommitted(VOTERS), undefined);
});

test('one voter counts once, and who does not vote not at all', () => {
  const proposals = three();
  proposals.acknowledge(makeZxid(1, 1), 1);
  proposals.acknowledge(makeZxid(1, 1), 1);
  proposals.acknowledge(makeZxid(1, 1), 9);
  assert.is(proposals.takeCommitted(VOTERS), undefined);
});

test('what a voter acknowledged before it began anew no longer counts', () => {
  const proposals = three();
  assert.equal(proposals.acknowledgeUpTo(makeZxid(1, 2), 1), [makeZxid(1, 1), makeZxid(1, 2)]);
  proposals.acknowledge(makeZxid(1, 1), 2);
  assert.is(proposals.restartFor(2).length, 3);
  assert.is(proposals.takeCommitted(VOTERS), undefined);
  proposals.acknowledge(makeZxid(1, 1), 2);
  assert.is(proposals.takeCommitted(VOTERS)?.zxid, makeZxid(1, 1));
});

test('acknowledgements of what is committed, or was never proposed, are ignored', () => {
  const proposals = three();
  proposals.acknowledge(makeZxid(1, 9), 1);
  proposals.acknowledge(makeZxid(0, 1), 1);
  assert.equal(proposals.acknowledgeUpTo(makeZxid(1, 0), 1), []);
});

test.run();
