/** Each situation on a small history that reaches it, and on one that comes close and does not. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../../base/fork.ts';
import { makeZxid, type Zxid, ZXID_UNINITIALIZED, ZXID_ZERO } from '../../base/zxid.ts';
import type { NodeId } from '../../io/event.ts';
import type { SyncMode } from '../../io/fact.ts';
import { ErrorCode, EventType } from '../../wire/words.ts';
import { Judge, type Property } from '../judge.ts';
import { ALICE, BOB, created, createRequest, Script, sessionOf, txn } from '../testing.ts';
import { SITUATIONS } from './index.ts';

const test = suite('situations');

class Nothing extends Judge {
  see(): void {
    this.judged++;
  }
}

const nothing: Property = {
  name: 'nothing', codes: [], kind: 'safety', promise: 'Nothing.', source: 'this test', reads: ['healed'],
    exemptions: [], mutants: [],
  create: (): Judge => new Nothing(),
};

type Tell = (script: Script) => Script;
/** Who reaches it, and who does not. */
type Case = readonly [id: string, reaches: Tell, misses: Tell];

const z = (epoch: number, counter: number): Zxid => makeZxid(epoch, counter);
const GHOST = sessionOf(0x9057);
const w3 = txn(1, 3, created('/a', 1));
const w4 = txn(1, 4, created('/b', 2));
const asked = txn(1, 3, created('/a', 1), ALICE, 1);
const asks: Tell = (s) => s.invoke(ALICE, 1, createRequest('/a'));
const lost: Tell = (s) => s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE })
  .say(1001, { kind: 'lost', sessionId: ALICE, cxid: 1 });
const begin: Tell = (s) => s.begin();
const looks = (node: NodeId): Tell => (s) => s.say(node, { kind: 'role', role: 'LOOKING', epoch: 1 });
const leaves = (reason: string): Tell => (s) => s.begin().say(1, { kind: 'abandoned', reason });
const elects = (node: NodeId, leader: NodeId): Tell => (s) => s.say(node, { kind: 'elected', leader, round: 1 });
const resumes = (server: NodeId): Tell => (s) => s.say(1001, {
  kind: 'sessionConnected', sessionId: ALICE, server, timeoutMs: 400, resumed: true, lastZxidSeen: ZXID_ZERO,
});
const chooses = (mode: SyncMode, from: Zxid, to: Zxid, learner: NodeId = 3, fromLog = false): Tell => (s) => s.say(1, {
  kind: 'syncChosen', learner, mode, peerLastZxid: from, toZxid: to, fromLog,
});
const fires = (type: number, path: string, zxid: number): Tell => (s) => s.say(1001, {
  kind: 'watchFired', sessionId: ALICE, type, path, zxid: makeZxid(1, zxid),
});
const expires = (sessionId = ALICE): Tell => (s) => s.say(1, { kind: 'sessionExpiring', sessionId, idleMs: 400, timeoutMs: 400 });
const all = (...parts: readonly Tell[]): Tell => (s) => parts.reduce((script, part) => part(script), s);
/** `counter` proposals of epoch 1 by server 1, from the third on, in its own log only. */
const proposes = (last: number, nodes: readonly NodeId[] = [1]): Tell => (s) => {
  let script = s;
  for (let counter = 3; counter <= last; counter++) {
    const entry = txn(1, counter, created(`/p${counter}`, counter - 2));
    script = script.propose(1, entry).log(nodes, entry);
  }
  return script;
};
const refused = (err: number, kind: 'error' | 'multi' = 'error'): Tell => (s) => s.write(txn(
  1, 3, kind === 'error' ? { kind, err } : { kind, txns: [{ kind: 'error', err: 0 }, { kind: 'error', err }] }, ALICE, 1,
));
const recovers = (node: NodeId, lastZxid: Zxid, accepted = 1, current = 1, tornTail = false): Tell => (s) => s.say(node, {
  kind: 'recovered', lastZxid, digest: { high: 1, low: lastZxid % 0x1_0000_0000 }, acceptedEpoch: accepted,
    currentEpoch: current, tornTail,
});
const second: Tell = (s) => s.establish(2, [3], 2, z(1, 2));

const CASES: readonly Case[] = [
  [
    'candidate-dies',
    all(begin, looks(1), elects(1, 1), (s) => s.crash(1)),
    all(begin, looks(1), elects(1, 2), (s) => s.crash(1)),
  ],
  [
    'candidate-dies-between-epochs',
    all(begin, looks(1), elects(1, 1), (s) => s.say(1, { kind: 'acceptedEpoch', epoch: 2 }).crash(1)),
    all(begin, looks(1), elects(1, 1), (s) => s.crash(1)),
  ],
  ['leader-dies-unused', (s) => s.recover([1, 2, 3]).establish(1, [2, 3], 1).crash(1), (s) => s.begin().crash(1)],
  ['dead-leader-elected', all(begin, (s) => s.crash(1), elects(2, 1)), all(begin, elects(2, 1))],
  ['two-leaders-at-once', all(begin, second), all(begin, looks(1), second)],
  [
    'establishments-cross',
    (s) => s.recover([1, 2, 3]).establish(2, [3], 2).establish(1, [], 1),
    (s) => s.recover([1, 2, 3]).establish(1, [2, 3], 1).establish(2, [3], 2),
  ],
  ['epoch-never-established', (s) => s.begin().establish(2, [3], 3, z(1, 2)), all(begin, second)],
  [
    'long-election',
    all(begin, (s) => {
      for (let round = 1; round < 14; round++) s.say(2, { kind: 'electionStarted', round, lastZxid: z(1, 2) });
      return s;
    }, second),
    all(begin, (s) => s.say(2, { kind: 'electionStarted', round: 2, lastZxid: z(1, 2) }), second),
  ],
  ['bare-quorum-establishes', all(begin, (s) => s.crash(1), second), all(begin, second)],
  [
    'history-beats-id',
    all(begin, (s) => s.log([1, 2], w3).establish(2, [1], 2, z(1, 3))), all(begin, (s) => s.establish(3, [1, 2], 2, z(1, 2))),
  ],
  ['same-leader-again', all(begin, (s) => s.establish(1, [2], 2, z(1, 2))), all(begin, second)],
  [
    'quorums-meet-in-one',
    (s) => s.recover([1, 2, 3]).establish(1, [2], 1).establish(2, [3], 2),
    (s) => s.recover([1, 2, 3]).establish(1, [2], 1).establish(2, [1], 2),
  ],
  [
    'orphan-proposals-adopted',
    all(begin, (s) => s.propose(1, w3).log([1, 2], w3).establish(2, [3], 2, z(1, 3))),
    all(begin, (s) => s.write(w3).establish(2, [3], 2, z(1, 3))),
  ],
  ['proposal-skipped', all(begin, (s) => s.propose(1, w3).log([1], w3), second), all(begin, second)],
  ['abdicates-to-history', leaves('a follower is ahead of the leader'), leaves('something else')],
  ['abdicates-to-epoch', leaves('a follower has accepted a newer epoch'), leaves('something else')],
  ['follower-refuses-epoch', leaves('the leader proposes an epoch older than one already accepted'), leaves('something else')],
  ['leader-loses-quorum', leaves('too few followers are synchronised'), leaves('something else')],
  ['candidate-times-out', leaves('no quorum of learners was synchronised in time'), leaves('something else')],
  [
    'roll-over-under-load',
    all(begin, asks, (s) => s.say(1, { kind: 'abandoned', reason: 'the counter of this epoch is used up' })),
    leaves('the counter of this epoch is used up'),
  ],
  [
    'leads-again-after-roll-over',
    all(leaves('the counter of this epoch is used up'), (s) => s.establish(1, [2], 2, z(1, 2))),
    all(leaves('something else'), (s) => s.establish(1, [2], 2, z(1, 2))),
  ],
  [
    'observer-outlives-leaders',
    (s) => s.recover([4]).serve(4, 1, 1).serve(4, 2, 2).serve(4, 3, 3),
    (s) => s.recover([4]).serve(4, 1, 1).serve(4, 2, 2).crash(4).recover([4]).serve(4, 3, 3),
  ],
  [
    'healed-with-nobody-up',
    (s) => s.begin().crash(1, 2, 3).say(0, { kind: 'healed' }),
    (s) => s.begin().say(0, { kind: 'healed' }),
  ],
  [
    'healed-without-leader',
    all(begin, looks(1), (s) => s.say(0, { kind: 'healed' })), (s) => s.begin().say(0, { kind: 'healed' }),
  ],

  ['trunc-across-epochs', all(begin, chooses('TRUNC', z(2, 1), z(1, 2))), all(begin, chooses('TRUNC', z(1, 3), z(1, 2)))],
  ['trunc-of-many', all(begin, chooses('TRUNC', z(1, 5), z(1, 2))), all(begin, chooses('TRUNC', z(1, 4), z(1, 2)))],
  ['trunc-then-diff', all(begin, chooses('TRUNC+DIFF', z(1, 5), z(1, 2))), all(begin, chooses('TRUNC', z(1, 5), z(1, 2)))],
  ['snap-back', all(begin, chooses('SNAP', z(1, 5), z(1, 2))), all(begin, chooses('SNAP', z(1, 1), z(1, 2)))],
  ['snap-to-empty', all(begin, chooses('SNAP', ZXID_ZERO, z(1, 2))), all(begin, chooses('DIFF', ZXID_ZERO, z(1, 2)))],
  ['diff-from-disk', all(begin, chooses('DIFF', z(1, 1), z(1, 2), 3, true)), all(begin, chooses('DIFF', z(1, 1), z(1, 2)))],
  [
    'sync-of-unestablished-epoch',
    (s) => chooses('SNAP', z(2, 1), z(1, 2))(s.begin().establish(1, [2], 3, z(1, 2))), all(
      begin, chooses('SNAP', z(1, 1), z(1, 2)),
    ),
  ],
  [
    'synced-twice-in-epoch',
    all(begin, chooses('DIFF', z(1, 1), z(1, 2)), chooses('DIFF', z(1, 2), z(1, 2))),
    all(begin, chooses('DIFF', z(1, 1), z(1, 2)), chooses('DIFF', z(1, 2), z(1, 2), 2)),
  ],
  [
    'three-modes-in-epoch',
    all(begin, chooses('DIFF', z(1, 1), z(1, 2)), chooses('SNAP', z(1, 2), z(1, 2)), chooses('TRUNC', z(1, 3), z(1, 2))),
    all(begin, chooses('DIFF', z(1, 1), z(1, 2)), chooses('SNAP', z(1, 2), z(1, 2)), chooses('SNAP', z(1, 3), z(1, 2))),
  ],
  [
    'dies-in-trunc',
    all(begin, chooses('TRUNC', z(1, 3), z(1, 2)), (s) => s.crash(3)),
    all(begin, chooses('TRUNC', z(1, 3), z(1, 2)), (s) => s.say(3, { kind: 'truncated', zxid: z(1, 2) }).crash(3)),
  ],
  [
    'dies-in-snap',
    all(begin, chooses('SNAP', z(1, 1), z(1, 2)), (s) => s.crash(3)),
      all(begin, chooses('DIFF', z(1, 1), z(1, 2)), (s) => s.crash(3)),
  ],
  [
    'dies-between-history-and-epoch',
    all(
      begin, (s) => s.say(3, { kind: 'acceptedEpoch', epoch: 2 }), chooses('DIFF', z(1, 2), z(1, 3)),
      (s) => s.log([3], w3).crash(3),
    ),
    all(begin, (s) => s.say(3, { kind: 'acceptedEpoch', epoch: 2 }), chooses('DIFF', z(1, 2), z(1, 3)), (s) => s.crash(3)),
  ],
  [
    'dies-with-promise-only',
    all(begin, (s) => s.say(3, { kind: 'acceptedEpoch', epoch: 2 }).crash(3)), all(begin, (s) => s.crash(3)),
  ],
  [
    'dies-between-epoch-and-ack',
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => {
      return s.say(3, { kind: 'acceptedEpoch', epoch: 2 }).say(3, { kind: 'currentEpoch', epoch: 2 }).crash(3);
    }),
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.join(3, 1, 2).crash(3)),
  ],
  [
    'dies-before-uptodate',
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.join(3, 1, 2).crash(3)),
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.join(3, 1, 2).serve(3, 1, 2).crash(3)),
  ],
  ['leader-lost-in-sync', all(begin, chooses('DIFF', z(1, 2), z(1, 2)), looks(3)), all(begin, looks(3))],
  [
    'proposal-during-sync',
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.propose(1, w3).serve(3, 1, 1)),
    all(begin, (s) => s.propose(1, w3), chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.serve(3, 1, 1)),
  ],
  [
    'commit-during-sync',
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.propose(1, w3).log([1, 2], w3).commit(1, w3).serve(3, 1, 1)),
    all(begin, chooses('DIFF', z(1, 2), z(1, 2)), (s) => s.propose(1, w3).serve(3, 1, 1)),
  ],
  [
    'epoch-adopted-from-log',
    (s) => s.recover([1]).say(1, { kind: 'currentEpoch', epoch: 1 }),
    all((s) => s.recover([1]), elects(1, 2), (s) => s.say(1, { kind: 'currentEpoch', epoch: 1 })),
  ],
  ['trunc-refused', leaves('the log cannot be cut back as the leader asks'), leaves('something else')],
  ['uncommitted-absorbed', all(begin, recovers(2, z(1, 2))), all(begin, (s) => s.crash(2), recovers(2, z(1, 2)))],

  ['leader-dies-after-own-sync', all(begin, proposes(3), (s) => s.crash(1)), all(begin, proposes(3, [1, 2]), (s) => s.crash(1))],
  [
    'leader-dies-before-own-sync',
    all(begin, (s) => s.propose(1, w3).say(1, { kind: 'appended', txn: w3 }).log([2], w3).crash(1)),
    all(begin, (s) => s.propose(1, w3).log([1, 2], w3).crash(1)),
  ],
  [
    'leader-dies-with-quorum-on-disk',
    all(begin, proposes(3, [1, 2]), (s) => s.crash(1)),
    all(begin, proposes(3), (s) => s.crash(1)),
  ],
  ['leader-dies-answering', all(begin, asks, (s) => s.crash(1)), all(begin, asks, (s) => s.crash(2))],
  ['deposed-leader-proposes', all(begin, second, (s) => s.propose(1, w3)), all(begin, (s) => s.propose(1, w3))],
  [
    'isolated-leader-proposes',
    all(begin, (s) => s.say(1, { kind: 'faultBegan', fault: 'partition:isolate', node: 1, detail: '' }).propose(1, w3)),
    all(begin, (s) => s.say(2, { kind: 'faultBegan', fault: 'partition:isolate', node: 2, detail: '' }).propose(1, w3)),
  ],
  [
    'leader-wakes-deposed',
    all(begin, second, (s) => s.say(1, { kind: 'faultEnded', fault: 'pause', node: 1 })),
    all(begin, (s) => s.say(1, { kind: 'faultEnded', fault: 'pause', node: 1 })),
  ],
  [
    'late-ack',
    all(begin, second, (s) => s.say(3, { kind: 'acked', zxid: z(1, 3), to: 1 })),
      all(begin, (s) => s.say(3, { kind: 'acked', zxid: z(1, 3), to: 1 })),
  ],
  [
    'bare-quorum-commits',
    all(begin, (s) => s.crash(3).propose(1, w3).log([1, 2], w3).commit(1, w3)),
      all(begin, (s) => s.propose(1, w3).log([1, 2], w3).commit(1, w3)),
  ],
  [
    'leader-slower-than-quorum',
    all(begin, (s) => s.propose(1, w3).log([2, 3], w3).commit(1, w3)),
      all(begin, (s) => s.propose(1, w3).log([1, 2], w3).commit(1, w3)),
  ],
  ['deep-pipeline', all(begin, proposes(22)), all(begin, proposes(21))],
  [
    'group-commit',
    all(begin, (s) => {
      for (let counter = 3; counter <= 7; counter++) s.say(2,
        { kind: 'appended', txn: txn(1, counter, created(`/g${counter}`, 1)) });
      return s.say(2, { kind: 'durable', zxid: z(1, 7) });
    }),
    all(begin, proposes(7)),
  ],

  ['torn-tail', recovers(1, ZXID_ZERO, 0, 0, true), recovers(1, ZXID_ZERO)],
  [
    'tail-lost',
    all(begin, (s) => s.say(2, { kind: 'appended', txn: w3 }).crash(2), recovers(2, z(1, 2))),
    all(begin, (s) => s.crash(2), recovers(2, z(1, 2))),
  ],
  [
    'unsynced-survives',
    all(begin, (s) => s.say(2, { kind: 'appended', txn: w3 }).crash(2), recovers(2, z(1, 3))),
    all(begin, (s) => s.log([2], w3).crash(2), recovers(2, z(1, 3))),
  ],
  [
    'recovers-between-epochs',
    all(begin, (s) => s.crash(2), recovers(2, z(1, 2), 2, 1)),
    all(begin, (s) => s.crash(2), recovers(2, z(1, 2))),
  ],
  [
    'skipped-proposal-on-disk',
    all(begin, (s) => s.propose(1, w3).log([1], w3).crash(1), second, recovers(1, z(1, 3))),
    all(begin, (s) => s.propose(1, w3).log([1], w3).crash(1), recovers(1, z(1, 3))),
  ],
  [
    'dies-in-recovery',
    (s) => s.begin().crash(2).say(0, { kind: 'restarted', node: 2 }).crash(2),
    all((s) => s.begin().crash(2).say(0, { kind: 'restarted', node: 2 }), recovers(2, z(1, 2)), (s) => s.crash(2)),
  ],
  ['dies-young', (s) => s.begin().after(99).crash(2), (s) => s.begin().after(100).crash(2)],
  ['everybody-down', (s) => s.begin().crash(1, 2, 3), (s) => s.begin().crash(1, 2)],
  ['quorum-lost-under-load', all(begin, asks, (s) => s.crash(2, 3)), (s) => s.begin().crash(2, 3)],
  [
    'snapshot-under-load',
    all(begin, proposes(3), (s) => s.say(1, { kind: 'snapshotWritten', zxid: z(1, 2) })),
      (s) => s.begin().say(1, { kind: 'snapshotWritten', zxid: z(1, 2) }),
  ],
  ['server-stops-itself', (s) => s.begin().say(1, { kind: 'halted', reason: 'a sync failed' }), (s) => s.begin().crash(1)],

  [
    'client-refused-as-ahead',
    (s) => s.begin().say(3, { kind: 'clientRefused', sessionId: ALICE, clientZxid: z(1, 2), serverZxid: z(1, 1) }), begin,
  ],
  ['moves-while-expiring', all(begin, expires(), resumes(3)), all(begin, resumes(3), expires())],
  [
    'expires-while-connected',
    all(begin, expires()),
    all(begin, (s) => s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE }), expires()),
  ],
  ['orphan-session-expires', all(begin, expires(GHOST)), all(begin, expires())],
  ['expires-soon-after-election', all((s) => s.begin().after(500), expires()), all((s) => s.begin().after(900), expires())],
  [
    'expired-while-writing',
    all(begin, asks, lost, (s) => s.say(1001, { kind: 'sessionExpired', sessionId: ALICE })),
    all(begin, (s) => s.say(1001, { kind: 'sessionExpired', sessionId: ALICE })),
  ],
  [
    'expiry-deletes-ephemerals',
    (s) => s.begin().write(txn(1, 3, { kind: 'closeSession', paths: ['/e'] }, ALICE)),
    (s) => s.begin().write(txn(1, 3, { kind: 'closeSession', paths: [] }, ALICE)),
  ],
  [
    'closed-by-lost-close',
    all(
      (s) => s.begin().invoke(ALICE, 1, { kind: 'closeSession' }), lost,
      (s) => s.write(txn(1, 3, { kind: 'closeSession', paths: [] }, ALICE, 1)),
    ),
    (s) => s.begin().invoke(ALICE, 1, { kind: 'closeSession' }).write(txn(1, 3, { kind: 'closeSession', paths: [] }, ALICE, 1)),
  ],
  ['write-behind-close', all(begin, refused(ErrorCode.SESSIONEXPIRED)), all(begin, refused(ErrorCode.NONODE))],
  [
    'survives-two-leaders',
    all(begin, second, (s) => s.establish(1, [3], 3, z(1, 2)), resumes(1)), all(begin, second, resumes(1)),
  ],
  ['visits-every-server', all(begin, resumes(1), resumes(3), resumes(4)), all(begin, resumes(1), resumes(3), resumes(1))],
  ['resumed-at-the-last-moment', all((s) => s.begin().after(321), resumes(3)), all((s) => s.begin().after(320), resumes(3))],

  ['unknown-and-committed', all(begin, asks, lost, (s) => s.write(asked)), all(begin, asks, (s) => s.write(asked))],
  ['unknown-and-never', all(begin, asks, lost), all(begin, asks, lost, (s) => s.write(asked))],
  [
    'unknown-decided-by-successor',
    all(begin, asks, (s) => s.propose(1, asked).log([1, 2], asked).establish(2, [3], 2, z(1, 3))),
      all(begin, asks, (s) => s.write(asked)),
  ],
  [
    'unknown-after-move',
    all(begin, asks, lost, resumes(3), (s) => s.write(asked)),
    all(begin, asks, lost, (s) => s.write(asked)),
  ],
  ['leftover-refused', all(begin, refused(ErrorCode.SESSIONMOVED)), all(begin, refused(ErrorCode.NONODE))],
  [
    'pipeline-lost',
    (s) => {
      s.begin();
      for (let cxid = 1; cxid <= 5; cxid++) s.invoke(ALICE, cxid, createRequest('/a'));
      return s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE });
    },
    all(begin, asks, lost),
  ],
  ['sync-lost', all((s) => s.begin().invoke(ALICE, 1, { kind: 'sync', path: '/' }), lost), all(begin, asks, lost)],
  [
    'sync-by-deposed-leader',
    all((s) => s.begin().invoke(ALICE, 1, { kind: 'sync', path: '/' }), second, (s) => {
      return s.say(1, { kind: 'syncAnswered', sessionId: ALICE, cxid: 1, lastCommitted: z(1, 2) });
    }),
    (s) => s.begin().invoke(ALICE, 1, { kind: 'sync', path: '/' })
      .say(1, { kind: 'syncAnswered', sessionId: ALICE, cxid: 1, lastCommitted: z(1, 2) }),
  ],
  [
    'stale-read',
    all(begin, asks, (s) => {
      return s.write(asked).reply(ALICE, 1, z(1, 3)).invoke(BOB, 1,
        { kind: 'getData', path: '/', watch: false }).reply(BOB, 1, z(1, 2));
    }),
    all(begin, asks, (s) => {
      return s.invoke(BOB, 1, { kind: 'getData', path: '/', watch: false }).write(asked).reply(ALICE, 1,
        z(1, 3)).reply(BOB, 1, z(1, 2));
    }),
  ],
  [
    'deep-stale-read',
    (s) => {
      s.begin();
      for (let counter = 3; counter <= 13; counter++) s.write(txn(1, counter, created(`/d${counter}`, 1), ALICE, counter));
      s.invoke(ALICE, 20, createRequest('/z')).write(txn(1, 14, created('/z', 1), ALICE, 20)).reply(ALICE, 20, z(1, 14));
      return s.invoke(BOB, 1, { kind: 'getData', path: '/', watch: false }).reply(BOB, 1, z(1, 4));
    },
    all(begin, asks, (s) => {
      return s.write(asked).reply(ALICE, 1, z(1, 3)).invoke(BOB, 1,
        { kind: 'getData', path: '/', watch: false }).reply(BOB, 1, z(1, 2));
    }),
  ],
  [
    'read-across-epochs',
    all(begin, second, (s) => {
      s.write(txn(2, 1, created('/n', 1)), 2, [2, 3]);
      return s.invoke(ALICE, 1, { kind: 'getData', path: '/', watch: false }).reply(ALICE, 1, z(1, 2));
    }),
    all(begin, second, (s) => s.invoke(ALICE, 1, { kind: 'getData', path: '/', watch: false }).reply(ALICE, 1, z(1, 2))),
  ],
  [
    'version-race',
    all(begin, asks, (s) => s.reply(ALICE, 1, z(1, 2), null, ErrorCode.BADVERSION)),
    all(begin, asks, (s) => s.reply(ALICE, 1, z(1, 2))),
  ],
  ['multi-undone', all(begin, refused(ErrorCode.NONODE, 'multi')), all(begin, refused(ErrorCode.NONODE))],
  ['watch-of-the-missing', all(begin, fires(EventType.NodeCreated, '/a', 3)), all(begin, fires(EventType.NodeDeleted, '/a', 3))],
  [
    'watch-catches-up',
    (s) =>
      s.begin()
        .say(1001, { kind: 'watchFired', sessionId: ALICE, type: EventType.NodeDeleted, path: '/a',
          zxid: ZXID_UNINITIALIZED }),
    all(begin, fires(EventType.NodeDeleted, '/a', 3)),
  ],
  [
    'watch-of-expiry',
    all((s) => s.begin().write(txn(1, 3, { kind: 'closeSession', paths: ['/e'] }, BOB)), fires(EventType.NodeDeleted, '/e', 3)),
    all((s) => s.begin().write(w3).write(w4), fires(EventType.NodeDeleted, '/a', 4)),
  ],
  [
    'two-events-of-one-transaction',
    all(begin, fires(EventType.NodeDeleted, '/a', 3), fires(EventType.NodeChildrenChanged, '/', 3)),
    all(begin, fires(EventType.NodeDeleted, '/a', 3), fires(EventType.NodeChildrenChanged, '/', 4)),
  ],
];

function reachedBy(tell: Tell): Map<string, number> {
  const script = tell(new Script(nothing));
  script.panel.finish(script.timeMs);
  return new Map(script.panel.situations.reached());
}

for (const [id, reaches, misses] of CASES) {
  test(id, () => {
    assert.ok(reachedBy(reaches).has(id), `${id} is reached`);
    assert.not.ok(reachedBy(misses).has(id), `${id} is not reached`);
  });
}

test('each has its case, a name of its own, a sentence and a reason', () => {
  assert.equal(CASES.map(([id]) => id).sort(byCode), SITUATIONS.map(({ id }) => id).sort(byCode));
  assert.is(new Set(SITUATIONS.map(({ id }) => id)).size, SITUATIONS.length);
  assert.ok(SITUATIONS.length >= 60);
  for (const { id, sentence, why } of SITUATIONS) assert.ok(/^[a-z-]+$/.test(id) && sentence.endsWith('.') && why !== '', id);
});

test('the book forks with the panel', () => {
  const { panel } = new Script(nothing).begin();
  const copy = fork(panel);
  copy.see({ kind: 'halted', reason: 'a test' }, 1, 0, 99);
  assert.is(panel.situations.reached().length, copy.situations.reached().length - 1);
  assert.is(copy.situations.scene.history, copy.history);
});

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

test.run();
