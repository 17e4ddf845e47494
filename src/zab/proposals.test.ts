/** Commit order and the counting of acknowledgements. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Txn } from '../wire/transactions.ts';
import { makeConfig } from './config-text.ts';
import { Membership } from './membership.ts';
import { Proposals } from './proposals.ts';
import type { EnsembleConfig, ServerSpec } from './quorum.ts';

const test = suite('proposals');

function ensemble(version: Zxid, ...ids: number[]): EnsembleConfig {
  const servers = ids.map((id): ServerSpec => {
    const ports = { quorumPort: 2888, electionPort: 3888, client: null, secureClient: null };
    return { id, role: 'participant', host: `10.0.0.${id}`, ...ports };
  });
  return makeConfig(servers, null, version);
}

const VOTERS = new Membership(1, ensemble(makeZxid(1, 0), 1, 2, 3));

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
  assert.is(proposals.takeCommitted(VOTERS)?.txn.zxid, makeZxid(1, 1));
  assert.is(proposals.takeCommitted(VOTERS)?.txn.zxid, makeZxid(1, 2));
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
  assert.is(proposals.takeCommitted(VOTERS)?.txn.zxid, makeZxid(1, 1));
});

test('acknowledgements of what is committed, or was never proposed, are ignored', () => {
  const proposals = three();
  proposals.acknowledge(makeZxid(1, 9), 1);
  proposals.acknowledge(makeZxid(0, 1), 1);
  assert.equal(proposals.acknowledgeUpTo(makeZxid(1, 0), 1), []);
});

test('a reconfiguration takes quorums of both configurations, what precedes it one of the old', () => {
  const membership = new Membership(1, ensemble(makeZxid(1, 0), 1, 2, 3));
  const proposals = three();
  membership.propose(ensemble(makeZxid(1, 3), 3, 4, 5));
  for (const counter of [1, 2, 3]) for (const sid of [1, 2]) proposals.acknowledge(makeZxid(1, counter), sid);
  assert.is(proposals.takeCommitted(membership)?.txn.zxid, makeZxid(1, 1));
  assert.is(proposals.takeCommitted(membership)?.txn.zxid, makeZxid(1, 2));
  assert.is(proposals.takeCommitted(membership), undefined);
  proposals.acknowledge(makeZxid(1, 3), 4);
  assert.is(proposals.takeCommitted(membership), undefined);
  proposals.acknowledge(makeZxid(1, 3), 3);
  assert.is(proposals.takeCommitted(membership)?.txn.zxid, makeZxid(1, 3));
});

test.run();
