/** What servers owe each other and their disks, on small histories, kept and broken. */
import { suite } from 'uvu';
import { makeZxid, type Zxid, ZXID_ZERO } from '../src/base/zxid.ts';
import { created, digestOf, judgeCases, type Script, txn } from '../src/history/testing.ts';
import { agreement } from './agreement.ts';
import { epochDiscipline } from './epoch-discipline.ts';
import { equalReplicas } from './equal-replicas.ts';
import { exactRecovery } from './exact-recovery.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { noIllegalEvents } from './no-illegal-events.ts';
import { oneLeaderAnEpoch } from './one-leader-an-epoch.ts';
import { quorumDurability } from './quorum-durability.ts';
import { writeAhead } from './write-ahead.ts';

const test = suite('judges of replicas');

const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
const w1 = txn(1, 1, created('/w', 1));
const w2 = txn(1, 2, created('/x', 2));
const w3 = txn(1, 3, created('/y', 3));
const other = txn(1, 1, created('/other', 1));
const led = (s: Script): Script => s.recover([1, 2, 3]).establish(1, [2, 3], 1);

judgeCases(test, agreement, {}, [
  ['two writes everywhere', null, (s) => led(s).write(w1).write(w2)],
  [
    'a late server is sent both',
    null,
    (s) =>
      led(s)
        .write(w1, 1, [1, 2])
        .write(w2, 1, [1, 2])
        .log([3], w1)
        .log([3], w2)
        .apply([3], w1)
        .apply([3], w2)
        .serve(3, 1, 1),
  ],
  [
    'applied before it is committed, while synchronizing',
    null,
    (s) =>
      s
        .recover([1, 2, 3])
        .establish(1, [2, 3], 1)
        .propose(1, w1)
        .log([1], w1)
        .say(2, { kind: 'role', role: 'LOOKING', epoch: 1 })
        .log([2], w1)
        .apply([2], w1),
  ],
  [
    'committed out of order',
    /commits 1:2, which does not continue/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).propose(1, w2).log([1, 2], w2).commit(1, w2),
  ],
  [
    'two transactions in one place',
    /commits 1:1, which does not continue/,
    (s) => led(s).write(w1).propose(3, other).say(3, { kind: 'committed', txn: other }),
  ],
  ['committed without a proposal', /which nobody proposed/, (s) => led(s).log([1, 2], w1).commit(1, w1)],
  [
    'a gap when applying',
    /applies 1:2 right after/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).commit(1, w1).propose(1, w2).log([1, 2], w2).commit(1, w2).apply([2], w2),
  ],
  [
    'applied before it is committed',
    /while it serves, though it is not committed/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).apply([2], w1),
  ],
  ['a gap in the log', /logs 1:2 right after 0:0/, (s) => led(s).propose(1, w1).say(2, { kind: 'appended', txn: w2 })],
  [
    'serves what is not committed',
    /begins to serve at 1:1/,
    (s) => s.recover([1, 2, 3]).establish(1, [3], 1).propose(1, w1).log([1, 2], w1).apply([2], w1).serve(2, 1, 1),
  ],
]);

judgeCases(test, oneLeaderAnEpoch, {}, [
  [
    'two epochs',
    null,
    (s) =>
      led(s)
        .write(w1)
        .establish(2, [3], 2, z(1))
        .write(txn(2, 1, created('/v', 2)), 2, [2, 3]),
  ],
  ['two leaders', /epoch 1 was established by server 1 and again by server 2/, (s) => led(s).establish(2, [3], 1)],
  ['proposes without leading', /server 3 proposes 1:1 without leading epoch 1/, (s) => led(s).propose(3, w1)],
  ['one zxid twice', /proposes 1:1 after counter 1/, (s) => led(s).propose(1, w1).propose(1, other)],
]);

judgeCases(test, leaderCompleteness, {}, [
  ['histories grow', null, (s) => led(s).write(w1).establish(2, [3], 2, z(1)).establish(3, [2], 3, z(1))],
  [
    'a history is forgotten',
    /history of epoch 2, up to 1:1, is not part of that of epoch 3/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).establish(2, [1], 2, z(1)).crash(1, 2).establish(3, [], 3),
  ],
]);

judgeCases(test, quorumDurability, {}, [
  ['two of three have it', null, (s) => led(s).propose(1, w1).log([1, 2], w1).commit(1, w1)],
  [
    'durable with a later one',
    null,
    (s) => {
      led(s).propose(1, w1).propose(1, w2);
      for (const node of [1, 2])
        s.say(node, { kind: 'appended', txn: w1 })
          .say(node, { kind: 'appended', txn: w2 })
          .say(node, { kind: 'durable', zxid: z(2) });
      return s.commit(1, w1).commit(1, w2);
    },
  ],
  [
    'only the leader has it',
    /commits 1:1, which is not durable on a quorum/,
    (s) => led(s).propose(1, w1).log([1], w1).say(2, { kind: 'appended', txn: w1 }).commit(1, w1),
  ],
  ['an observer does not count', /not durable on a quorum/, (s) => led(s).propose(1, w1).log([1, 4], w1).commit(1, w1)],
  [
    'cut off again on one',
    /not durable on a quorum/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).say(2, { kind: 'truncated', zxid: ZXID_ZERO }).commit(1, w1),
  ],
  [
    'lost in a crash',
    /establishes epoch 2 upon 1:1/,
    (s) =>
      led(s)
        .propose(1, w1)
        .log([1], w1)
        .say(2, { kind: 'appended', txn: w1 })
        .crash(2)
        .recover([2], ZXID_ZERO, 1, 1)
        .establish(1, [2], 2, z(1)),
  ],
]);

judgeCases(test, epochDiscipline, {}, [
  ['in order', null, (s) => led(s).write(w1).crash(2).recover([2], z(1), 1, 1)],
  [
    'adopts what it has not accepted',
    /adopts epoch 2, having accepted 1 only/,
    (s) => led(s).say(2, { kind: 'currentEpoch', epoch: 2 }),
  ],
  ['accepts an older one', /goes back from acceptedEpoch 1 to 0/, (s) => led(s).say(2, { kind: 'acceptedEpoch', epoch: 0 })],
  [
    'adopts an older one',
    /goes back from currentEpoch 2 to 1/,
    (s) => led(s).establish(2, [3], 2).say(2, { kind: 'currentEpoch', epoch: 1 }),
  ],
  [
    'forgets its promise',
    /recovers acceptedEpoch 0 after 1 was durable/,
    (s) => led(s).crash(2).recover([2], ZXID_ZERO, 0, 0),
  ],
  [
    'acknowledges NEWLEADER too early',
    /acknowledges NEWLEADER of epoch 2 while its currentEpoch is 1/,
    (s) =>
      led(s)
        .say(2, { kind: 'acceptedEpoch', epoch: 2 })
        .say(2, { kind: 'acked', zxid: makeZxid(2, 0), to: 3 }),
  ],
  [
    'adopts an epoch whose history it could lose',
    /adopts epoch 2 before 1:1 of its log is durable/,
    (s) =>
      led(s)
        .propose(1, w1)
        .say(2, { kind: 'appended', txn: w1 })
        .say(2, { kind: 'acceptedEpoch', epoch: 2 })
        .say(2, { kind: 'currentEpoch', epoch: 2 }),
  ],
  [
    'logs of an epoch that it has not accepted',
    /logs 2:1, having accepted epoch 1 only/,
    (s) => led(s).say(2, { kind: 'appended', txn: txn(2, 1, created('/v', 1)) }),
  ],
  [
    'proposes in another epoch than its own',
    /proposes 2:1 while its currentEpoch is 1/,
    (s) => led(s).propose(1, txn(2, 1, created('/v', 1))),
  ],
]);

judgeCases(test, writeAhead, {}, [
  [
    'logged, synced, acknowledged, applied',
    null,
    (s) =>
      led(s)
        .propose(1, w1)
        .log([1, 2], w1)
        .say(2, { kind: 'acked', zxid: z(1), to: 1 })
        .commit(1, w1)
        .apply([1, 2], w1),
  ],
  [
    'acknowledged before it is durable',
    /acknowledges 1:1, but its log is durable up to 0:0 only/,
    (s) =>
      led(s)
        .propose(1, w1)
        .say(2, { kind: 'appended', txn: w1 })
        .say(2, { kind: 'acked', zxid: z(1), to: 1 }),
  ],
  [
    'applied before it is logged',
    /applies 1:1, but its log ends at 0:0/,
    (s) => led(s).propose(1, w1).log([1], w1).apply([2], w1),
  ],
]);

const three = (s: Script): Script =>
  led(s).write(w1).write(w2).propose(1, w3).log([1], w3).say(2, { kind: 'appended', txn: w3 });

const refuse = (s: Script): Script =>
  three(s)
    .say(2, { kind: 'faultBegan', fault: 'bitRot:bit', node: 2, detail: '' })
    .crash(2)
    .say(2, { kind: 'stateRefused', reason: 'log', acceptedEpoch: 1, currentEpoch: 1 });

judgeCases(test, exactRecovery, {}, [
  ['what was not synced may be gone', null, (s) => three(s).crash(2).recover([2], z(2), 1, 1)],
  ['or have survived', null, (s) => three(s).crash(2).recover([2], z(3), 1, 1)],
  [
    'cut by its leader when it crashed',
    null,
    (s) =>
      three(s)
        .say(2, { kind: 'syncChosen', learner: 1, mode: 'TRUNC', peerLastZxid: z(3), toZxid: z(2) })
        .crash(1)
        .recover([1], z(2), 1, 1),
  ],
  [
    'a snapshot had arrived when it crashed',
    null,
    (s) =>
      led(s)
        .write(w1, 1, [1, 2])
        .write(w2, 1, [1, 2])
        .say(1, { kind: 'syncChosen', learner: 3, mode: 'SNAP', peerLastZxid: ZXID_ZERO, toZxid: z(2) })
        .crash(3)
        .recover([3], z(2), 1, 1),
  ],
  [
    'refused, for the medium decayed, and found after all',
    null,
    (s) => refuse(s).crash(2).recover([2], z(2), 1, 1),
  ],
  [
    'refused, and then found in part',
    /recovers to 1:1, though its log was durable up to 1:2/,
    (s) => refuse(s).crash(2).recover([2], z(1), 1, 1),
  ],
  [
    'refused, though nothing decayed',
    /refuses the state on its disk, which nothing has damaged/,
    (s) => three(s).crash(2).say(2, { kind: 'stateRefused', reason: 'log', acceptedEpoch: 1, currentEpoch: 1 }),
  ],
  [
    'lost what was durable',
    /recovers to 1:1, though its log was durable up to 1:2/,
    (s) => three(s).crash(2).recover([2], z(1), 1, 1),
  ],
  [
    'cut more than its leader wanted',
    /recovers to 1:1, though its log was durable up to 1:2/,
    (s) =>
      three(s)
        .say(2, { kind: 'syncChosen', learner: 1, mode: 'TRUNC', peerLastZxid: z(3), toZxid: z(2) })
        .crash(1)
        .recover([1], z(1), 1, 1),
  ],
  [
    'found what it never had',
    /recovers to 1:3, which its log did not hold/,
    (s) => three(s).crash(3).recover([3], z(3), 1, 1),
  ],
  [
    'another tree',
    /recovers 1:2 with another tree/,
    (s) =>
      three(s)
        .crash(2)
        .say(2, {
          kind: 'recovered',
          lastZxid: z(2),
          digest: { high: 9, low: 9 },
          acceptedEpoch: 1,
          currentEpoch: 1,
          tornTail: false,
        }),
  ],
]);

judgeCases(test, equalReplicas, {}, [
  ['equal trees', null, (s) => led(s).write(w1).write(w2)],
  [
    'a snapshot of it',
    null,
    (s) =>
      led(s)
        .write(w1, 1, [1, 2])
        .say(1, { kind: 'syncChosen', learner: 3, mode: 'SNAP', peerLastZxid: ZXID_ZERO, toZxid: z(1) })
        .say(3, { kind: 'snapshotInstalled', zxid: z(1), digest: digestOf(z(1)) }),
  ],
  [
    'another tree',
    /server 2 has another tree after 1:1 than another server had/,
    (s) =>
      led(s)
        .propose(1, w1)
        .log([1, 2], w1)
        .commit(1, w1)
        .apply([1], w1)
        .say(2, { kind: 'applied', txn: w1, digest: { high: 9, low: 9 } }),
  ],
  [
    'another tree than foretold',
    /than its leader foretold/,
    (s) => {
      const foretold = { ...w1, digest: { high: 9, low: 9 } };
      return led(s).propose(1, foretold).log([1, 2], foretold).commit(1, foretold).apply([1], foretold);
    },
  ],
  [
    'a snapshot of another',
    /installs another tree of 1:1/,
    (s) =>
      led(s)
        .write(w1, 1, [1, 2])
        .say(3, { kind: 'snapshotInstalled', zxid: z(1), digest: { high: 9, low: 9 } }),
  ],
  [
    'a snapshot of nothing known',
    /which is in nobody's history/,
    (s) =>
      led(s)
        .write(w1)
        .say(3, { kind: 'snapshotInstalled', zxid: z(7), digest: digestOf(z(7)) }),
  ],
]);

judgeCases(test, noIllegalEvents, {}, [
  ['a crash from outside', null, (s) => led(s).crash(1, 2)],
  [
    'a broken invariant',
    /process 2 broke an invariant: no/,
    (s) => led(s).say(0, { kind: 'crashed', node: 2, cause: 'invariant', detail: 'no' }),
  ],
  [
    'gives up',
    /process 2 stopped itself: no/,
    (s) => led(s).say(0, { kind: 'crashed', node: 2, cause: 'halt', detail: 'no' }),
  ],
]);

judgeCases(test, noIllegalEvents, { mayHalt: true }, [
  ['a failing disk', null, (s) => led(s).say(0, { kind: 'crashed', node: 2, cause: 'halt', detail: 'EIO' })],
  [
    'a broken invariant, disk or no',
    /invariant/,
    (s) => led(s).say(0, { kind: 'crashed', node: 2, cause: 'invariant', detail: 'no' }),
  ],
]);

test.run();
