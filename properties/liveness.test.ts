/** Liveness on small quiet tails, kept and broken. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, type Zxid } from '../src/base/zxid.ts';
import { ALICE, BOB, created, createRequest, judgeCases, Script, sessionOf, txn } from '../src/history/testing.ts';
import { allProperties } from './index.ts';
import { liveness } from './liveness.ts';

const test = suite('liveness');

const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
const w = txn(1, 3, created('/w', 1));
const liveGhost = sessionOf(0x9057);
const trio = { observers: [] };
const heal = (s: Script): Script => s.say(0, { kind: 'healed' });
const lookAll = (s: Script): Script =>
  [1, 2, 3].reduce((script, node) => script.say(node, { kind: 'role', role: 'LOOKING', epoch: 1 }), s);

judgeCases(test, liveness, trio, [
  ['all is well', null, (s) => heal(s.begin().write(w)).after(3000)],
  ['a leader in time', null, (s) => heal(lookAll(s.begin())).after(900).establish(2, [1, 3], 2, z(2)).after(3000)],
  ['the last write is under way', null, (s) => heal(s.begin()).after(3000).write(w, 1, [1, 2])],
  ['a request is under way', null, (s) => heal(s.begin()).after(3000).invoke(ALICE, 1, createRequest('/a')).after(100)],
  [
    'an abandoned session expires',
    null,
    (s) =>
      heal(s.begin().write(txn(1, 3, { kind: 'createSession', timeoutMs: 400 }, liveGhost)))
        .after(2000)
        .write(txn(1, 4, { kind: 'closeSession', paths: [] }, liveGhost))
        .after(2000),
  ],
  ['no leader', /no leader is in office|no leader was established in 3000 ms/, (s) => heal(lookAll(s.begin())).after(3000)],
  [
    'a leader too late',
    /it took 1500 ms/,
    (s) => heal(lookAll(s.begin())).after(1500).establish(2, [1, 3], 2, z(2)).after(3000),
  ],
  [
    'a server stays out',
    /server 3 \(LOOKING\) is not in line/,
    (s) => heal(s.begin().say(3, { kind: 'role', role: 'LOOKING', epoch: 1 })).after(3000),
  ],
  [
    'a server has just lost its leader',
    null,
    (s) => heal(s.begin()).after(2800).say(3, { kind: 'role', role: 'LOOKING', epoch: 1 }).after(100),
  ],
  [
    'a server loses its leader again and again',
    /server 3 \(LOOKING\) is not in line/,
    (s) =>
      heal(s.begin())
        .after(2000)
        .say(3, { kind: 'role', role: 'LOOKING', epoch: 1 })
        .after(800)
        .say(3, { kind: 'role', role: 'LOOKING', epoch: 1 })
        .after(100),
  ],
  ['it says that it could have', /it could have: voters 1, 2, 3 of 3 were up/, (s) => heal(lookAll(s.begin())).after(3000)],
  [
    'it says why it could not have',
    /it could not have: 1 of 3 voters were up \(2 is down; 3 stopped: a sync failed\)/,
    (s) => heal(lookAll(s.begin()).crash(2).say(3, { kind: 'halted', reason: 'a sync failed' }).crash(3)).after(3000),
  ],
  ['a server stays down', /server 3 \(down\)/, (s) => heal(s.begin().crash(3)).after(3000)],
  ['a server stays behind', /server 3 is at 1:2, its leader at 1:3/, (s) => heal(s.begin().write(w, 1, [1, 2])).after(3000)],
  [
    'a request is never answered',
    /request 1 \(create\) .* has waited 2000 ms/,
    (s) => heal(s.begin().invoke(ALICE, 1, createRequest('/a'))).after(3000),
  ],
  [
    'an abandoned session stays',
    /and is still open/,
    (s) => heal(s.begin().write(txn(1, 3, { kind: 'createSession', timeoutMs: 400 }, liveGhost))).after(5000),
  ],
  [
    'a client finds nobody',
    /client 1002 has found no server/,
    (s) => heal(s.begin().say(1002, { kind: 'sessionDisconnected', sessionId: BOB })).after(3000),
  ],
]);

test('liveness: stays unknown without a quiet tail', () => {
  assert.is(new Script(liveness, trio).begin().after(9000).end().verdict, 'unknown');
  assert.is(heal(new Script(liveness, trio).begin()).after(500).end().verdict, 'unknown');
  assert.is(
    heal(new Script(liveness, { ...trio, heals: false }).begin())
      .after(3000)
      .end().verdict,
    'unknown',
  );
});

judgeCases(test, liveness, { ...trio, core: [1, 2] }, [
  ['the others are lost', null, (s) => heal(s.begin().crash(3)).after(3000)],
  ['one of the core stays down', /server 2 \(down\)/, (s) => heal(s.begin().crash(2)).after(3000)],
]);

test('liveness: stays unknown where disks may fail and no quorum is left', () => {
  const script = heal(new Script(liveness, { ...trio, mayHalt: true }).begin().crash(2, 3)).after(3000);
  const { verdict, exempted } = script.end();
  assert.equal([verdict, exempted], ['unknown', [['no-quorum', 1]]]);
});

test('every property has a name of its own, and reads something', () => {
  assert.is(new Set(allProperties.map((property) => property.name)).size, allProperties.length);
  for (const property of allProperties) {
    assert.match(property.name, /^[a-z-]+$/);
    assert.ok(property.reads.length > 0 && property.promise.endsWith('.') && property.source !== '', property.name);
  }
});

test.run();
