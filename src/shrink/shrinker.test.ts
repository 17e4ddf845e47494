/** What a shrinker takes for the same failure and what it refuses, on properties made for it; and where only a jump leads on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { ClientScript } from '../client/script.ts';
import { Judge } from '../history/judge.ts';
import type { At } from '../history/at.ts';
import type { Expectations } from '../history/expectations.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import type { Plan } from '../plan/plan.ts';
import type { Failure } from '../run/failure.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { costOf } from './failing-run.ts';
import type { ShrinkOptions } from './outcome.ts';
import { PASSES } from './passes.ts';
import { Shrinker, shrink } from './shrink.ts';
import { freshLuck } from './sparse.ts';
import { sketches, wander } from './wander.ts';

const test = suite('shrinker');

/** Broken as soon as anybody leads, if `complaint` has one to make of what the run is set out to be. */
function propertyWith(complaint: (expected: Expectations) => string | null): Property {
  class Complaining extends Judge {
    private readonly sentence: string | null;

    constructor(sentence: string | null) {
      super();
      this.sentence = sentence;
    }

    see(_fact: JudgedFact, at: At): void {
      if (this.sentence !== null) this.violate(this.sentence, at);
    }
  }
  return {
    name: 'complaint', kind: 'safety', promise: 'Nobody leads.', source: 'this test', codes: [],
    reads: ['established'], exemptions: [], mutants: [], create: (expected) => new Complaining(complaint(expected)),
  };
}

function failureOf(property: Property, clients?: number): Failure {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const some = clients === undefined ? plan : { ...plan, clients: plan.clients.slice(0, clients) };
  return recordedFailure(some, recordRun(some, new SeedChooser(plan.seed), [property]), { judged: ['complaint'], mutant: null });
}

/** A clock that a run costs a tick of. */
function optionsFor(property: Property, ticks: number): ShrinkOptions {
  let asked = 0;
  return { properties: [property], forMs: ticks, signal: new AbortController().signal, now: () => asked++ };
}

test('a plan that cannot be run is no smaller failure, and shrinking goes on', async () => {
  const property = propertyWith(() => 'somebody leads');
  const failure = failureOf(property);
  const shrinker = new Shrinker(failure, optionsFor(property, 1000));
  const { best } = shrinker;
  const [member] = best.plan.members;
  if (member === undefined) throw new Error('there is no server');
  const twice = { ...best.plan, members: [member, member] };
  assert.throws(() => recordRun(twice, new SeedChooser('1'), [property]));
  assert.is(await shrinker.accepts(twice), false);
  assert.is(shrinker.best, best);
  assert.is(await shrinker.accepts({ ...best.plan, clients: [] }), true);
});

test('where an invariant broke, only the same complaint is the same failure', async () => {
  const words = (few: string): Property => propertyWith(({ voters }) => {
    return `server 1 broke an invariant: ${voters.length > 2 ? 'a quorum is many' : few}`;
  });
  const other = words('there must be a server beside it');
  const kept = await shrink(failureOf(other), optionsFor(other, 1200));
  assert.is(kept.to.servers, 3);
  const same = words('a quorum is many');
  const alone = await shrink(failureOf(same), optionsFor(same, 1200));
  assert.is(alone.to.servers, 1);
});

test('what another property finds is another failure', async () => {
  const property = propertyWith(({ clients }) => (clients.length > 3 ? 'somebody leads' : null));
  const shrunk = await shrink(failureOf(property), optionsFor(property, 1200));
  assert.is(shrunk.to.clients, 4);
  assert.is(shrunk.to.servers, 1);
});

test('jumps come where leaving out one part after another does not', async () => {
  const property = propertyWith(({ clients }) => ([0, 4].includes(clients.length) ? 'somebody leads' : null));
  const shrinker = new Shrinker(failureOf(property, 4), optionsFor(property, 20_000));
  const { best } = shrinker;
  for (const left of best.plan.clients) {
    assert.is(await shrinker.accepts({ ...best.plan, clients: best.plan.clients.filter((client) => client !== left) }), false);
  }
  await wander(shrinker);
  assert.is(shrinker.best.plan.clients.length, 0);
  assert.ok(costOf(shrinker.best) < costOf(best), `${costOf(best)} to ${costOf(shrinker.best)}`);
});

test('jumps end when nothing comes of them, or when their share of the time is over', async () => {
  const property = propertyWith(({ clients, voters }) => (clients.length + voters.length > 0 ? 'somebody leads' : null));
  const shrinker = new Shrinker(failureOf(property, 0), optionsFor(property, 3000));
  await wander(shrinker);
  assert.is(shrinker.isOver(), false);
});

test('a large plan that cannot lose one part after another is sketched; a small one is not', async () => {
  const property = propertyWith(({ clients }) => ([1, 2, 8].includes(clients.length) ? 'somebody leads' : null));
  const failure = failureOf(property, 1);
  const [client] = failure.plan.clients;
  if (client === undefined) throw new Error('there is no client in the scenario calm');
  const plan = { ...failure.plan, clients: Array.from({ length: 8 }, () => client) };
  const recorded = recordRun(plan, new SeedChooser('1'), [property]);
  const eight = recordedFailure(plan, recorded, { judged: ['complaint'], mutant: null });
  const shrinker = new Shrinker(eight, optionsFor(property, 20_000));
  const { best } = shrinker;
  await reduceClients(shrinker);
  assert.is(shrinker.best.plan.clients.length, 8);
  await sketches(shrinker);
  assert.ok(shrinker.best.plan.clients.length <= 2);
  assert.ok(costOf(shrinker.best) < costOf(best), `${costOf(best)} to ${costOf(shrinker.best)}`);
  const { runs } = shrinker;
  await sketches(shrinker);
  assert.is(shrinker.runs, runs);
});

async function reduceClients(shrinker: Shrinker): Promise<void> {
  await PASSES.find(({ name }) => name === 'clients')?.run(shrinker);
}

/** The clients after the pass `connections`, of which the first is answered once and all others are idle. */
async function connected(idle: number): Promise<readonly ClientScript[]> {
  class Answered extends Judge {
    see(fact: JudgedFact, at: At): void {
      if (fact.kind === 'replied' && fact.err === 0) this.violate('somebody was answered', at);
    }
  }
  const property: Property = { ...propertyWith(() => null), reads: ['replied'], create: () => new Answered() };
  const calm = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  const [client] = calm?.clients ?? [];
  if (calm === undefined || client === undefined) throw new Error('there is no client in the scenario calm');
  const request = { kind: 'setData' as const, path: '/', data: '' };
  const plan: Plan = {
    ...calm,
    members: [1, 2, 3].map((id) => ({ id, role: 'participant' })),
    clients: [
      { ...client, servers: [1, 2], operations: [{ afterMs: 2000, waitForReply: true, request }] },
      ...Array.from({ length: idle }, () => ({ ...client, servers: [1, 2, 3], operations: [] })),
    ],
  };
  const recorded = recordRun(plan, new SeedChooser('1'), [property]);
  const failure = recordedFailure(plan, recorded, { judged: ['complaint'], mutant: null });
  const shrinker = new Shrinker(failure, optionsFor(property, 20_000));
  await PASSES.find(({ name }) => name === 'connections')?.run(shrinker);
  return shrinker.best.plan.clients;
}

test('some of many clients come to know one server only: the one where they were', async () => {
  const clients = await connected(4);
  assert.ok(clients.some(({ servers }) => servers.length === 1), JSON.stringify(clients.map(({ servers }) => servers)));
});

test('a client comes to ask the server at which it takes the fewest steps, which is the leader', async () => {
  const [client] = await connected(1);
  assert.equal(client?.servers, [3]);
});

test('a plan is not run twice with the tape of the best, but with other luck as often as anybody likes', async () => {
  const property = propertyWith(({ clients }) => (clients.length === 2 ? 'somebody leads' : null));
  const shrinker = new Shrinker(failureOf(property, 2), optionsFor(property, 1000));
  const without = { ...shrinker.best.plan, clients: [] };
  const runs = async (chooser: () => Chooser): Promise<number> => {
    const before = shrinker.runs;
    for (let count = 0; count < 3; count++) await shrinker.improves({ ...without }, chooser());
    return shrinker.runs - before;
  };
  assert.is(await runs(() => shrinker.tapeChooser()), 1);
  assert.is(await runs(() => freshLuck('1')), 3);
  assert.ok(await shrinker.accepts({ ...shrinker.best.plan, faults: [], safetyMs: shrinker.best.plan.safetyMs - 1 }));
  assert.is(await runs(() => shrinker.tapeChooser()), 1);
});

test('however large a run is gone through, the smallest of all is what is left', async () => {
  const property = propertyWith(() => 'somebody leads');
  const interrupt = new AbortController();
  const shrinker = new Shrinker(failureOf(property, 1), { ...optionsFor(property, 1000), signal: interrupt.signal });
  const { plan } = shrinker.best;
  assert.ok(await shrinker.accepts({ ...plan, clients: [] }));
  const smallest = Math.min(costOf(shrinker.first), costOf(shrinker.best));
  assert.ok(await shrinker.accepts(plan));
  assert.ok(costOf(shrinker.best) > smallest);
  interrupt.abort();
  assert.is(await shrinker.reduce(), 'stopped');
  assert.is(costOf(shrinker.best), smallest);
});

/** Broken when so many syncs are done: no run that breaks it has fewer steps. */
function afterSyncs(many: number): Property {
  class Counting extends Judge {
    see(_fact: JudgedFact, at: At): void {
      this.judged++;
      if (this.judged === many) this.violate('there were too many syncs', at);
    }
  }
  return {
    name: 'complaint', kind: 'safety', promise: 'Few syncs.', source: 'this test', codes: [],
    reads: ['durable'], exemptions: [], mutants: [], create: () => new Counting(),
  };
}

test('what is still long is gone through a second time, from the beginning; what is short is not', async () => {
  for (const [many, ways] of [[3, 1], [16, 2]] as const) {
    const property = afterSyncs(many);
    let [begun, least] = [0, Infinity];
    let isAtFirst = false;
    const onProgress = (): void => {
      const { best, first } = shrinker;
      if (best === first && !isAtFirst) begun++;
      isAtFirst = best === first;
      least = Math.min(least, costOf(best));
    };
    const shrinker: Shrinker = new Shrinker(failureOf(property, 1), { ...optionsFor(property, 30_000), onProgress }, []);
    assert.is(await shrinker.reduce(), 'searched');
    assert.is(begun, ways);
    assert.is(costOf(shrinker.best), least);
  }
});

test.run();
