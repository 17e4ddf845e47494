/** Integrity, primary order, broadcast, the references of sessions, and timeliness: on small histories, kept and broken. */
import { suite } from 'uvu';
import { makeZxid, type Zxid } from '../src/base/zxid.ts';
import type { CensusEntry } from '../src/io/fact.ts';
import { ALICE, BOB, created, createRequest, judgeCases, type Script, txn } from '../src/history/testing.ts';
import { broadcastConsistency } from './broadcast-consistency.ts';
import { integrity } from './integrity.ts';
import { primaryOrder } from './primary-order.ts';
import { sessionReferences } from './session-references.ts';
import { timeliness } from './timeliness.ts';

const test = suite('judges of broadcast');

const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
const w1 = txn(1, 1, created('/w', 1));
const w2 = txn(1, 2, created('/x', 2));
const w3 = txn(1, 3, created('/y', 3));
const v1 = txn(2, 1, created('/v', 2));
const led = (s: Script): Script => s.recover([1, 2, 3]).establish(1, [2, 3], 1);

judgeCases(test, integrity, {}, [
  ['proposed by its leader', null, (s) => led(s).write(w1).establish(2, [3], 2, z(1)).write(v1, 2, [2, 3])],
  ['proposed by nobody', /1:1 is committed, which nobody proposed/, (s) => led(s).log([1, 2], w1).commit(1, w1)],
  [
    'proposed by another',
    /1:1 is committed as server 3 proposed it, though server 1 leads/,
    (s) => led(s).propose(3, w1).log([1, 2], w1).commit(1, w1),
  ],
  [
    'of an epoch without a leader',
    /2:1 is committed, though nobody was established as leader of epoch 2/,
    (s) => led(s).write(w1).propose(2, v1).log([1, 2], v1).commit(2, v1),
  ],
]);

judgeCases(test, primaryOrder, {}, [
  ['in order', null, (s) => led(s).write(w1).write(w2).establish(2, [3], 2, z(2)).write(txn(2, 1, created('/v', 3)), 2, [2, 3])],
  ['from a snapshot on', null, (s) => {
    led(s).write(w1, 1, [1, 2]).say(3, { kind: 'snapshotInstalled', zxid: z(1), digest: { high: 1, low: 1 } });
    return s.write(w2);
  }],
  ['a gap', /server 2 delivers 1:2 right after 0:0/, (s) => led(s).write(w1, 1, [1, 3]).propose(1, w2).apply([2], w2)],
  ['not from 1', /server 2 delivers 2:2 right after 1:1/, (s) => led(s).write(w1).apply([2], txn(2, 2, created('/v', 2)))],
  ['back to an old epoch', /delivers 1:2 after 2:1, of a later epoch/, (s) => led(s).write(w1).apply([2], v1).apply([2], w2)],
  [
    'proposes before it has delivered the past',
    /begins to propose in epoch 2 having delivered up to 0:0, though 1:1 was committed/,
    (s) => led(s).write(w1, 1, [1]).log([2, 3], w1).establish(2, [3], 2, z(1)).propose(2, v1),
  ],
  [
    'the past goes on',
    /1:2 comes to be committed after epoch 2 has begun to propose/,
    (s) => led(s).write(w1).propose(1, w2).log([1], w2).establish(2, [3], 2, z(1)).propose(2, v1).commit(1, w2),
  ],
]);

judgeCases(test, broadcastConsistency, {}, [
  [
    'followers run behind',
    null,
    (s) => led(s).propose(1, w1).log([1, 2], w1).commit(1, w1).apply([1, 2], w1).log([3], w1).apply([3], w1),
  ],
  ['the leader is gone', null, (s) => led(s).write(w1).propose(1, w2).log([1, 2], w2).commit(1, w2).crash(1).apply([2], w2)],
  [
    'delivers before its leader',
    /server 2 delivers 1:1 in epoch 1, while its leader, 1, has delivered up to 0:0/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).commit(1, w1).apply([2], w1),
  ],
  [
    'delivers what is not committed',
    /server 2 delivers 1:1 in epoch 1, while/,
    (s) => led(s).propose(1, w1).log([1, 2], w1).apply([2], w1),
  ],
  [
    'logs beside its leader',
    /the log of server 2, up to 1:1, is not part of that of its leader, 1, up to 0:0/,
    (s) => led(s).log([2], w1),
  ],
  [
    'serves beside its leader',
    /the log of server 3, up to 1:1, is not part of that of its leader, 1, up to 1:2/,
    (s) =>
      s.recover([1, 2, 3]).establish(1, [2], 1).log([3], txn(1, 1, created('/other', 1))).write(w1, 1, [1, 2])
        .write(w2, 1, [1, 2]).serve(3, 1, 1),
  ],
]);

const census = (counter: number, ...sessions: CensusEntry[]) => (s: Script): Script => {
  return s.say(2, { kind: 'census', zxid: z(counter), sessions });
};
const alice: CensusEntry = { sessionId: ALICE, isOpen: true, ephemerals: [] };
const bob: CensusEntry = { sessionId: BOB, isOpen: true, ephemerals: [] };
const ephemeral = txn(1, 3, created('/e', 1, { ephemeral: true }), ALICE, 1);

judgeCases(test, sessionReferences, {}, [
  ['two sessions', null, (s) => census(2, alice, bob)(s.begin())],
  ['an ephemeral node', null, (s) => census(3, { ...alice, ephemerals: ['/e'] }, bob)(s.begin().write(ephemeral))],
  ['one is closed', null, (s) => census(3, alice)(s.begin().write(txn(1, 3, { kind: 'closeSession', paths: [] }, BOB)))],
  ['an uncommitted end', null, (s) => census(3, alice, bob)(s.begin())],
  [
    'an ephemeral of nobody',
    /holds \/e of session .*, which is not open/,
    (s) => census(9, { ...alice, isOpen: false, ephemerals: ['/e'] })(s.begin()),
  ],
  ['a session is lost', /has lost session/, (s) => census(2, alice)(s.begin())],
  [
    'a session is made up',
    /holds session .* to be open/,
    (s) => census(3, alice, bob)(s.begin().write(txn(1, 3, { kind: 'closeSession', paths: [] }, BOB))),
  ],
  [
    'an ephemeral is lost',
    /to be the ephemeral nodes of session .*, not \/e/,
    (s) => census(3, alice, bob)(s.begin().write(ephemeral)),
  ],
]);

const asks = (s: Script): Script => s.invoke(ALICE, 1, { kind: 'getData', path: '/', watch: false });
const pauses = (s: Script): Script => s.say(2, { kind: 'faultBegan', fault: 'pause', node: 2, detail: '' });

judgeCases(test, timeliness, {}, [
  ['the present', null, (s) => asks(s.begin().write(w3).after(5000)).reply(ALICE, 1, z(3))],
  ['a little behind', null, (s) => asks(s.begin().write(w3).after(1000)).reply(ALICE, 1, z(2))],
  ['the answer was long under way', null, (s) => asks(s.begin().write(w3)).after(5000).reply(ALICE, 1, z(2))],
  [
    'the server was stopped, and looks at the clock before anything else when it wakes',
    /server 2 answers getData \(1\) as of 1:2, though the next transaction was committed 5000 ms before/,
    (s) =>
      asks(pauses(s.begin()).write(w3).after(5000)).say(2, { kind: 'faultEnded', fault: 'pause', node: 2 })
        .reply(ALICE, 1, z(2)),
  ],
  [
    'a write is not a read',
    null,
    (s) => s.begin().write(w3).after(5000).invoke(ALICE, 1, createRequest('/a')).reply(ALICE, 1, z(2)),
  ],
  [
    'a server that should have given up',
    /server 2 answers getData \(1\) as of 1:2, though the next transaction was committed 1001 ms before/,
    (s) => asks(s.begin().write(w3).after(1001)).reply(ALICE, 1, z(2)),
  ],
  [
    'another server was stopped',
    /1001 ms before/,
    (s) =>
      asks(s.begin().say(3, { kind: 'faultBegan', fault: 'pause', node: 3, detail: '' }).write(w3).after(1001))
        .reply(ALICE, 1, z(2)),
  ],
]);

test.run();
