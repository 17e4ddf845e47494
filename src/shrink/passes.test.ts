/** Each pass by itself: what it leaves out of a plan that has it, where nothing stands in its way. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { ClientScript } from '../client/script.ts';
import type { At } from '../history/at.ts';
import { Judge } from '../history/judge.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { quieter } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { SeedChooser } from '../world/chooser.ts';
import { costOf } from './failing-run.ts';
import { PASSES, SEARCHES } from './passes.ts';
import { Shrinker } from './shrink.ts';

const test = suite('passes');

class When extends Judge {
  private left: number;
  private readonly holds: (fact: JudgedFact) => boolean;

  constructor(holds: (fact: JudgedFact) => boolean, times: number) {
    super();
    this.holds = holds;
    this.left = times;
  }

  see(fact: JudgedFact, at: At): void {
    if (this.holds(fact) && --this.left === 0) this.violate('it has happened', at);
  }
}

/** Broken when a fact of this kind that is like that was stated so often. */
function when(kind: JudgedFact['kind'], holds: (fact: JudgedFact) => boolean = () => true, times: number = 1): Property {
  return {
    name: 'when', kind: 'safety', promise: 'It does not happen.', source: 'this test', codes: [], reads: [kind], exemptions: [],
    mutants: [], create: () => new When((fact) => fact.kind === kind && holds(fact), times),
  };
}

/** What one pass or search makes of a plan. */
async function after(
  name: string, plan: Plan, property: Property,
): Promise<{ readonly plan: Plan; readonly shrinker: Shrinker }> {
  const recorded = recordRun(plan, new SeedChooser(plan.seed), [property]);
  const failure = recordedFailure(plan, recorded, { judged: [property.name], mutant: null });
  let asked = 0;
  const shrinker = new Shrinker(failure, {
    properties: [property], forMs: 20_000, signal: new AbortController().signal, now: () => asked++,
  });
  const pass = [...PASSES, ...SEARCHES].find((each) => each.name === name);
  if (pass === undefined) throw new Error(`there is no pass ${name}`);
  await pass.run(shrinker);
  return { plan: shrinker.best.plan, shrinker };
}

/** Three servers, two clients that write now and then, and three faults, the last one when all others are long over. */
function planOf(): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const client: ClientScript = {
    servers: [1, 2, 3], sessionTimeoutMs: 4000, closeAtEnd: false,
    operations: [
      { afterMs: 1500, waitForReply: true, request: { kind: 'create', path: '/a' } },
      { afterMs: 1000, waitForReply: true, request: { kind: 'setData', path: '/a', data: 'b' } },
    ],
  };
  return {
    ...plan,
    members: [1, 2, 3].map((id) => ({ id, role: 'participant' })),
    clients: [client, { ...client, operations: client.operations.map((each) => ({ ...each, afterMs: each.afterMs + 500 })) }],
    faults: [
      { atMs: 1200, fault: { kind: 'reset', target: { node: 2 } } },
      { atMs: 1300, fault: { kind: 'slowSync', target: { node: 1 }, factor: 3, forMs: 100 } },
      { atMs: 6000, fault: { kind: 'pause', target: { role: 'leader' }, forMs: 50 } },
    ],
    safetyMs: 7000,
  };
}

const isPause = (fact: JudgedFact): boolean => fact.kind === 'faultBegan' && fact.fault.startsWith('pause');

test('causal past: nothing that was to come after the violation', async () => {
  const { plan } = await after('causal past', planOf(), when('invoked'));
  assert.equal(plan.faults.filter(({ atMs }) => atMs > 2000), []);
  assert.ok(plan.clients.every(({ operations }) => operations.length <= 1));
});

test('last act: a fresh ensemble in the place of one that has lost its leader', async () => {
  const lost = { ...planOf(), faults: [{ atMs: 2500, fault: { kind: 'crash' as const, target: { node: 3 }, downMs: 400 } }] };
  const clients = lost.clients.map((client, at) => {
    return { ...client, operations: at === 0 ? client.operations.map((each) => ({ ...each, afterMs: 6000 })) : [] };
  });
  const { shrinker } = await after('last act', { ...lost, clients, safetyMs: 20_000 }, when('invoked'));
  assert.equal(shrinker.best.plan.faults, []);
  assert.ok(shrinker.best.result.simulatedMs < shrinker.first.result.simulatedMs);
});

test('clients, faults and servers: those that nothing needs', async () => {
  const leads = when('established');
  assert.equal((await after('clients', planOf(), leads)).plan.clients, []);
  assert.equal((await after('faults', planOf(), leads)).plan.faults, []);
  assert.is((await after('servers', planOf(), leads)).plan.members.length, 1);
  const { plan } = await after('faults', planOf(), when('faultBegan', isPause));
  assert.equal(plan.faults.map(({ fault }) => fault.kind), ['pause']);
});

test('operations: those that nothing needs, and the end of a session', async () => {
  const whole = planOf();
  const creates = when('invoked', (fact) => fact.kind === 'invoked' && fact.request.kind === 'create');
  const { plan } = await after('operations', whole, creates);
  assert.is(plan.clients.reduce((sum, { operations }) => sum + operations.length, 0), 1);
  const closing = { ...whole, clients: whole.clients.map((client) => ({ ...client, closeAtEnd: true })) };
  const open = await after('operations', closing, creates);
  assert.ok(open.plan.clients.every(({ closeAtEnd }) => !closeAtEnd));
});

test('luck and draws: none that is not zero, if none matters', async () => {
  for (const name of ['luck', 'draws']) {
    const { shrinker } = await after(name, { ...planOf(), clients: [] }, when('established'));
    assert.ok(shrinker.first.tape.some(([, draws]) => draws.some((value) => value > 0)));
    assert.ok(shrinker.best.tape.every(([, draws]) => draws.every((value) => value === 0)), name);
  }
});

test('limits: none that nothing needs', async () => {
  const limited = { ...planOf(), knobs: { ...planOf().knobs, snapCount: 500, counterLimit: 900 } };
  const { plan } = await after('limits', limited, when('established'));
  assert.ok(plan.knobs.snapCount > 1000 && plan.knobs.counterLimit > 1_000_000, JSON.stringify(plan.knobs));
});

test('time: none that somebody waits for nothing', async () => {
  const { plan } = await after('time', planOf(), when('faultBegan', isPause));
  const [pause] = plan.faults.filter(({ fault }) => fault.kind === 'pause');
  assert.ok((pause?.atMs ?? Infinity) < 3000, `at ${pause?.atMs} ms`);
  assert.ok(plan.safetyMs < 7000, `until ${plan.safetyMs} ms`);
});

test('machines: none that does anything unusual', async () => {
  const { plan } = await after('machines', { ...planOf(), scheduler: { kind: 'uniform', windowMs: 5 } }, when('established'));
  assert.is(plan.scheduler?.kind ?? 'timed', 'timed');
  assert.equal(quieter(plan), []);
});

test('kinds of faults: by number instead of by role, and plainer', async () => {
  const full = { kind: 'diskFull' as const, target: { node: 2 }, forMs: 70 };
  const whole = { ...planOf(), faults: [...planOf().faults, { atMs: 6500, fault: full }] };
  const { plan } = await after('kinds of faults', whole, when('faultBegan', isPause));
  assert.equal(plan.faults.map(({ fault }) => fault.kind), ['reset', 'slowSync', 'pause', 'crash']);
  const [, , pause] = plan.faults;
  assert.ok(pause !== undefined && 'target' in pause.fault && 'node' in pause.fault.target, JSON.stringify(pause));
});

test('requests: the plainest that will do', async () => {
  const { plan } = await after('requests', planOf(), when('replied', () => true, 4));
  const kinds = plan.clients.flatMap(({ operations }) => operations.map(({ request }) => request.kind));
  assert.equal(kinds, ['exists', 'exists', 'exists', 'exists']);
});

test('recipes: a script in the place of a recipe', async () => {
  const recipes = SCENARIOS.find(({ name }) => name === 'recipes')?.plan('3');
  if (recipes === undefined) throw new Error('there is no scenario recipes');
  const creates = (fact: JudgedFact): boolean => fact.kind === 'invoked' && fact.request.kind.startsWith('create');
  const property = when('invoked', creates);
  const few = { ...recipes, clients: recipes.clients.filter(({ recipe }) => recipe !== undefined).slice(0, 2), faults: [] };
  const { plan } = await after('recipes', few, property);
  assert.ok(plan.clients.filter(({ recipe }) => recipe !== undefined).length < few.clients.length);
});

test('faults for less: another way to what a fault was there for', async () => {
  const lost = when('sessionDisconnected');
  const crash = { atMs: 3000, fault: { kind: 'crash' as const, target: { node: 3 }, downMs: 2000 } };
  const { plan, shrinker } = await after('faults for less', { ...planOf(), faults: [crash] }, lost);
  assert.ok(costOf(shrinker.best) < costOf(shrinker.first));
  assert.is(plan.faults.some(({ fault }) => fault.kind === 'crash' && 'downMs' in fault && fault.downMs === 2000), false);
});

test.run();
