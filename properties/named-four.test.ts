/** The four named promises on small histories, kept and broken. */
import { suite } from 'uvu';
import { makeZxid, type Zxid, ZXID_ZERO } from '../src/base/zxid.ts';
import { ALICE, BOB, created, createRequest, judgeCases, type Script, txn } from '../src/history/testing.ts';
import type { Txn } from '../src/wire/transactions.ts';
import { clientFifo } from './client-fifo.ts';
import { linearizableWrites } from './linearizable-writes.ts';
import { noLostCommitted } from './no-lost-committed.ts';
import { skippedStaysSkipped } from './skipped-stays-skipped.ts';

const test = suite('the four named promises');

const a = (zxidCounter: number, cxid = 1): Txn => txn(1, zxidCounter, created(`/a${cxid}`, cxid), ALICE, cxid);
const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
/** Logged by 1 and 2 only, and committed; then 1 and 2 lose nothing, 3 never had it. */
const w1 = txn(1, 1, created('/w', 1));
const w2 = txn(1, 2, created('/x', 2));
const v1 = txn(2, 1, created('/v', 2));

judgeCases(test, linearizableWrites, {}, [
  [
    'one after the other',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a1'))
        .write(a(3))
        .reply(ALICE, 1, z(3))
        .invoke(BOB, 1, createRequest('/b'))
        .write(txn(1, 4, created('/b', 2), BOB, 1))
        .reply(BOB, 1, z(4)),
  ],
  [
    'concurrent, in either order',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a1'))
        .invoke(BOB, 1, createRequest('/b'))
        .write(txn(1, 3, created('/b', 1), BOB, 1))
        .reply(BOB, 1, z(3))
        .write(a(4))
        .reply(ALICE, 1, z(4)),
  ],
  [
    'a refusal before any order',
    null,
    (s) => s.begin().invoke(ALICE, 1, createRequest('/a1')).reply(ALICE, 1, z(2), null, -6),
  ],
  [
    'ordered before what was answered already',
    /ordered at 1:3, before 1:4/,
    (s) =>
      s
        .begin()
        .invoke(BOB, 1, createRequest('/b'))
        .write(txn(1, 4, created('/b', 1), BOB, 1))
        .reply(BOB, 1, z(4))
        .invoke(ALICE, 1, createRequest('/a1'))
        .write(a(3)),
  ],
  [
    'answered, but not committed',
    /not committed/,
    (s) => s.begin().invoke(ALICE, 1, createRequest('/a1')).propose(1, a(3)).reply(ALICE, 1, z(3)),
  ],
  [
    'answered under another zxid',
    /ordered at 1:3, but its answer says 1:2/,
    (s) => s.begin().invoke(ALICE, 1, createRequest('/a1')).write(a(3)).reply(ALICE, 1, z(2)),
  ],
]);

const twoInvoked = (s: Script): Script =>
  s.begin().invoke(ALICE, 1, createRequest('/a1')).invoke(ALICE, 2, createRequest('/a2'));

judgeCases(test, clientFifo, {}, [
  ['two in order', null, (s) => twoInvoked(s).write(a(3, 1)).write(a(4, 2)).reply(ALICE, 1, z(3)).reply(ALICE, 2, z(4))],
  [
    'the first is lost, and never happens',
    null,
    (s) => twoInvoked(s).say(1001, { kind: 'lost', sessionId: ALICE, cxid: 1 }).write(a(3, 2)).reply(ALICE, 2, z(3)),
  ],
  [
    'the first is lost, and is refused when it turns up',
    null,
    (s) =>
      twoInvoked(s)
        .say(1001, { kind: 'lost', sessionId: ALICE, cxid: 1 })
        .write(a(3, 2))
        .reply(ALICE, 2, z(3))
        .write(txn(1, 4, { kind: 'error', err: -118 }, ALICE, 1)),
  ],
  [
    'the first is lost, and turns up',
    /write 1 is ordered \(1:4\) after its later write 2/,
    (s) =>
      twoInvoked(s)
        .say(1001, { kind: 'lost', sessionId: ALICE, cxid: 1 })
        .write(a(3, 2))
        .reply(ALICE, 2, z(3))
        .write(a(4, 1)),
  ],
  [
    'ordered the wrong way round',
    /write 1 is ordered \(1:4\) after its later write 2/,
    (s) => twoInvoked(s).write(a(3, 2)).write(a(4, 1)),
  ],
  [
    'answered the wrong way round',
    /2 was answered before 1/,
    (s) => twoInvoked(s).write(a(3, 1)).write(a(4, 2)).reply(ALICE, 2, z(4)),
  ],
  ['answered twice', /not outstanding/, (s) => twoInvoked(s).write(a(3, 1)).reply(ALICE, 1, z(3)).reply(ALICE, 1, z(3))],
  [
    'answers go back',
    /is of 1:2, an earlier one was of 1:3/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a1'))
        .write(a(3))
        .reply(ALICE, 1, z(3))
        .invoke(ALICE, 2, { kind: 'exists', path: '/', watch: false })
        .reply(ALICE, 2, z(2)),
  ],
  [
    'a write goes behind what was seen',
    /though it was issued after an answer of 1:9/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, { kind: 'exists', path: '/', watch: false })
        .reply(ALICE, 1, z(9))
        .invoke(ALICE, 2, createRequest('/a2'))
        .write(a(3, 2)),
  ],
]);

/** w1 committed by 1 and 2; then all are gone. */
const committed = (s: Script): Script =>
  s.recover([1, 2, 3]).establish(1, [2, 3], 1).propose(1, w1).log([1, 2], w1).commit(1, w1).crash(1, 2, 3);

judgeCases(test, noLostCommitted, {}, [
  [
    'the next leader has it',
    null,
    (s) => committed(s).recover([2, 3].slice(0, 1), z(1), 1, 1).recover([3], ZXID_ZERO, 1, 1).establish(2, [3], 2, z(1)),
  ],
  [
    'what was not committed may go',
    null,
    (s) => s.recover([1, 2, 3]).establish(1, [2, 3], 1).propose(1, w1).log([1], w1).crash(1).establish(2, [3], 2),
  ],
  [
    'the news of an epoch comes after those of the next',
    null,
    (s) =>
      s
        .recover([1, 2, 3])
        .join(1, 1, 1)
        .join(2, 1, 1)
        .establish(2, [3], 2)
        .write(txn(2, 1, created('/w', 1)), 2, [2, 3])
        .say(1, { kind: 'established', epoch: 1, lastZxid: ZXID_ZERO }),
  ],
  [
    'the next leader lacks it',
    /server 3 leads epoch 2 .* lacks 1:1/,
    (s) => committed(s).recover([3], ZXID_ZERO, 1, 1).recover([2], z(1), 1, 1).establish(3, [2], 2),
  ],
  [
    'cut off by its leader',
    /cut its log back to -?0:0, though 1:1/,
    (s) =>
      committed(s)
        .recover([1, 2], z(1), 1, 1)
        .recover([3], ZXID_ZERO, 1, 1)
        .say(3, { kind: 'syncChosen', learner: 2, mode: 'TRUNC', peerLastZxid: z(1), toZxid: ZXID_ZERO }),
  ],
]);

/** Server 1 alone has w1; 2 and 3 go on to epoch 2 without it. */
const skipped = (s: Script): Script =>
  s.recover([1, 2, 3]).establish(1, [2, 3], 1).propose(1, w1).log([1], w1).crash(1).establish(2, [3], 2);

judgeCases(test, skippedStaysSkipped, {}, [
  [
    'the old leader still has it on disk',
    null,
    (s) => skipped(s).recover([1], z(1), 1, 1).say(1, { kind: 'acceptedEpoch', epoch: 2 }),
  ],
  [
    'cut back before it joins',
    null,
    (s) => skipped(s).recover([1], z(1), 1, 1).say(1, { kind: 'truncated', zxid: ZXID_ZERO }).join(1, 2, 2).serve(1, 2, 2),
  ],
  [
    'a new epoch has it in its history',
    null,
    (s) =>
      s.recover([1, 2, 3]).establish(1, [2, 3], 1).propose(1, w1).log([1], w1).establish(1, [2], 2, z(1)).log([2, 3], w1),
  ],
  [
    'joins with it',
    /server 1 joins the epoch while its log holds 1:1, which the history of epoch 2/,
    (s) => skipped(s).recover([1], z(1), 1, 1).join(1, 2, 2),
  ],
  [
    'comes back after the cut',
    /server 1 recovers 1:1/,
    (s) => skipped(s).recover([1], z(1), 1, 1).join(1, 2, 2).crash(1).recover([1], z(1), 2, 2),
  ],
  [
    'logged late',
    /server 1 logs 1:1/,
    (s) =>
      s
        .recover([1, 2, 3])
        .establish(1, [2, 3], 1)
        .propose(1, w1)
        .establish(2, [1, 3], 2)
        .say(1, { kind: 'appended', txn: w1 }),
  ],
  [
    'applied late',
    /server 3 applies 1:1/,
    (s) => skipped(s).say(3, { kind: 'applied', txn: w1, digest: { high: 0, low: 0 } }),
  ],
  [
    'under the proposals of a new epoch',
    /server 2 has joined the epoch while its log holds 1:2/,
    (s) =>
      s
        .recover([1, 2, 3])
        .establish(1, [2, 3], 1)
        .write(w1)
        .propose(1, w2)
        .log([1, 2], w2)
        .crash(1, 2)
        .recover([2], z(2), 2, 1)
        .say(2, { kind: 'currentEpoch', epoch: 2 })
        .say(3, { kind: 'acceptedEpoch', epoch: 2 })
        .say(3, { kind: 'currentEpoch', epoch: 2 })
        .say(3, { kind: 'established', epoch: 2, lastZxid: z(1) })
        .write(v1, 3, [3]),
  ],
]);

test.run();
