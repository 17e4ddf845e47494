import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { ScriptedRequest } from '../client/script.ts';
import { DecodeError } from './decode.ts';
import { decodePlan } from './plan-decoder.ts';
import type { Plan } from './plan.ts';

const test = suite('plan');

function roundTrip(plan: Plan): Plan {
  return decodePlan(JSON.parse(JSON.stringify(plan)), '');
}

function five(seed: string): Plan {
  const scenario = SCENARIOS.find(({ name }) => name === 'five');
  if (scenario === undefined) throw new Error('there is no five');
  return scenario.plan(seed);
}

test('a plan is a function of its seed, and survives JSON', () => {
  for (const scenario of SCENARIOS) {
    for (const seed of ['1', '2', '3', '4']) {
      const plan = scenario.plan(seed);
      assert.equal(scenario.plan(seed), plan, `${scenario.name} ${seed} is drawn differently`);
      assert.equal(roundTrip(plan), plan, `${scenario.name} ${seed} is read differently`);
    }
    assert.is.not(JSON.stringify(scenario.plan('1')), JSON.stringify(scenario.plan('2')));
  }
});

test('every fault and every scheduler is drawn by somebody, and survives JSON', () => {
  const faults = new Set<string>();
  const schedulers = new Set<string>();
  for (const scenario of SCENARIOS) {
    for (let seed = 1; seed <= 60; seed++) {
      const plan = scenario.plan(String(seed));
      for (const { fault } of plan.faults) {
        faults.add(fault.kind === 'crash' && fault.after !== undefined ? 'crashAfterSync' : fault.kind);
      }
      schedulers.add(plan.scheduler?.kind ?? 'timed');
      if (plan.scheduler !== undefined) assert.equal(roundTrip(plan), plan);
      if (plan.scheduler?.kind !== 'starve') continue;
      const starvedMs = plan.scheduler.windows.reduce((sum, { forMs }) => sum + forMs, 0);
      assert.ok(starvedMs * 5 <= plan.safetyMs, 'a victim is starved for a fifth of the run at most');
    }
  }
  assert.equal([...schedulers].sort(), ['delay-bounded', 'pct', 'starve', 'timed', 'uniform']);
  for (const kind of [
    'swizzle', 'rolling', 'flapping', 'hold', 'lateData', 'drip', 'slowReader', 'refuse', 'wallJump', 'lateTimers', 'wipe',
    'oldImage', 'clone', 'crashAfterSync',
  ]) assert.ok(faults.has(kind), kind);
});

test('a plan of old, without scheduler or broken assumptions, is read as it was', () => {
  const old = five('3');
  assert.is(old.scheduler, undefined);
  assert.equal(roundTrip(old), old);
  assert.equal(roundTrip({ ...old, settings: { ...old.settings, broken: { oneIn: 3, connections: 'drop' } } }).settings.broken, {
    oneIn: 3, connections: 'drop',
  });
});

test('every request that a script can make survives JSON', () => {
  const acl = [{ perms: 1, id: { scheme: 'digest', id: 'u:h' } }];
  const requests: ScriptedRequest[] = [
    { kind: 'createTTL', path: '/t', ttlMs: 5 },
    { kind: 'createTTL', path: '/t', ttlMs: 0, data: 'd', flags: 6, acl },
    { kind: 'createContainer', path: '/k' },
    { kind: 'addWatch', path: '/a' },
    { kind: 'addWatch', path: '/a', mode: 7 },
    { kind: 'checkWatches', path: '/a', watcherType: 1 },
    { kind: 'removeWatches', path: '/a', watcherType: 9 },
    { kind: 'getEphemerals', path: '/' },
    { kind: 'getAllChildrenNumber', path: '/' },
    { kind: 'whoAmI' },
    { kind: 'multiRead', ops: [{ kind: 'getData', path: '/a' }, { kind: 'getChildren', path: '/b' }] },
    { kind: 'multi', ops: [{ kind: 'createTTL', path: '/t', ttlMs: 9 }] },
    { kind: 'addAuth', scheme: 'digest', auth: 'u:p' },
    { kind: 'setACL', path: '/a', acl, version: 2 },
  ];
  const operations = requests.map((request) => ({ afterMs: 0, waitForReply: false, request }));
  const plan: Plan = { ...five('1'), clients: [{ servers: [1], sessionTimeoutMs: 100, operations, closeAtEnd: false }] };
  assert.equal(roundTrip(plan), plan);
});

test('a plan keeps its own rules', () => {
  for (const scenario of SCENARIOS) {
    for (let seed = 1; seed <= 10; seed++) {
      const plan = scenario.plan(String(seed));
      const times = plan.faults.map(({ atMs }) => atMs);
      assert.equal(times, [...times].sort((one, other) => one - other));
      assert.ok(times.every((atMs) => atMs <= plan.safetyMs));
      assert.ok(plan.tailMs >= 15_000);
      assert.ok(
        plan.clients.length >= 1 && plan.clients.every(({ operations }) => operations.every(({ afterMs }) => afterMs >= 0)),
      );
    }
  }
});

test('values that clients write are unique', () => {
  const values = five('3').clients.flatMap(
    ({ operations }) => operations.map(({ request }) => ('data' in request ? request.data : undefined)),
  );
  const written = values.filter((value) => value !== undefined);
  assert.ok(written.length > 5);
  assert.is(new Set(written).size, written.length);
});

test('swarm: seeds differ in which faults they have, and some have none', () => {
  const menus = Array.from({ length: 60 }, (_, index) => new Set(five(String(index + 1)).faults.map(({ fault }) => fault.kind)));
  assert.ok(menus.some((menu) => menu.size === 0));
  assert.ok(menus.some((menu) => menu.size >= 5));
  for (const kind of ['crash', 'partition', 'pause', 'reset'] as const) {
    assert.ok(menus.some((menu) => menu.has(kind)) && menus.some((menu) => menu.size > 1 && !menu.has(kind)), kind);
  }
});

test('what is wrong with a plan is told with its path', () => {
  const table: [change: object, said: RegExp][] = [
    [{ version: 0 }, /plan is of version 0, and this is version 1/],
    [{ members: undefined }, /members is missing/],
    [{ members: [{ id: 300, role: 'observer' }] }, /members\[0\]\.id must be an integer in 1\.\.255/],
    [{ members: [{ id: 1, role: 'king' }] }, /members\[0\]\.role must be one of participant, observer/],
    [{ safetyMs: 1.5 }, /safetyMs must be an integer/],
    [{ extra: 1 }, /extra is not known here/],
    [{ faults: [{ atMs: 1, fault: { kind: 'flood' } }] }, /faults\[0\]\.fault\.kind must be one of crash/],
    [{ faults: [{ atMs: 1, fault: { kind: 'power', downMs: 5, forMs: 5 } }] }, /faults\[0\]\.fault\.forMs is not known here/],
    [{ clients: [{}] }, /clients\[0\]\.servers is missing/],
    [{ knobs: [] }, /knobs must be an object/],
  ];
  for (const [change, said] of table) {
    assert.throws(
      () => roundTrip({ ...five('1'), ...change }),
      (error: Error) => error instanceof DecodeError && said.test(error.message),
      String(said),
    );
  }
});

test.run();
