/** One bad draw where something happens, in the place of a fault. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Zxid } from '../base/zxid.ts';
import { Judge } from '../history/judge.ts';
import type { At } from '../history/at.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import type { Plan } from '../plan/plan.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { BadMomentChooser, badMoments, movesOf } from './bad-moments.ts';
import { Shrinker } from './shrink.ts';
import { freshLuck } from './sparse.ts';

const test = suite('bad moments');

test('one draw of one stream in one millisecond is the worst, all others are zero', () => {
  let nowUs = 0;
  const chooser = new BadMomentChooser(5, { label: 'disk/1', which: 1 }, () => nowUs);
  const [disk, other, client] = [chooser.stream('disk/1'), chooser.stream('disk/2'), chooser.stream('process/1001')];
  const answers: number[] = [];
  for (nowUs of [4999, 5000, 5400, 5999, 6000]) answers.push(disk.below(100, 'sync'), other.below(100, 'sync'));
  assert.equal(answers, [0, 0, 0, 0, 99, 0, 0, 0, 0, 0]);
  assert.equal([...chooser.drawn], [['disk/1', 3], ['disk/2', 3]]);
  assert.is(disk.below(1, 'nothing'), 0);
  // A client that tries again at once does so for ever.
  assert.equal([client.below(1000, 'retry'), client.below(3, 'server')], [20, 2]);
});

/** A write to the only client's only server, and a disk that is slow about then. */
function slowPlan(): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  const [client] = plan?.clients ?? [];
  if (plan === undefined || client === undefined) throw new Error('there is no client in the scenario calm');
  const request = { kind: 'setData' as const, path: '/', data: '' };
  return {
    ...plan,
    members: [1, 2, 3].map((id) => ({ id, role: 'participant' })),
    clients: [{ ...client, servers: [3], operations: [{ afterMs: 1500, waitForReply: true, request }], closeAtEnd: false }],
    faults: [{ atMs: 1400, fault: { kind: 'slowSync', target: { node: 3 }, factor: 200, forMs: 300 } }],
    safetyMs: 2000,
  };
}

test('a fault begins and ends, and a client asks, at another time', () => {
  const [begins, ends, asks] = movesOf(slowPlan());
  const faultOf = (plan: Plan | null | undefined): unknown => {
    return plan?.faults.map(({ atMs, fault }) => [atMs, 'forMs' in fault ? fault.forMs : 0]);
  };
  assert.equal(faultOf(begins?.(900)), [[900, 300]]);
  assert.equal(faultOf(ends?.(1450)), [[1400, 50]]);
  assert.is(ends?.(1399), null);
  assert.is(ends?.(2500)?.safetyMs, 2500);
  assert.is(asks?.(1111)?.clients[0]?.operations[0]?.afterMs, 1111);
  assert.is(movesOf(slowPlan()).length, 3);
});

/** Broken where the write of the client is not durable after a while. */
class Slow extends Judge {
  private readonly appendedMs: Map<Zxid, number> = new Map();

  see(fact: JudgedFact, at: At): void {
    if (fact.kind === 'appended' && fact.txn.body.kind === 'setData') this.appendedMs.set(fact.txn.zxid, at.timeMs);
    if (fact.kind !== 'durable') return;
    if (at.timeMs - (this.appendedMs.get(fact.zxid) ?? at.timeMs) > 10) this.violate('a sync took long', at);
  }
}

const prompt: Property = {
  name: 'prompt', kind: 'safety', promise: 'Syncs are short.', source: 'this test', codes: [],
  reads: ['appended', 'durable'], exemptions: [], mutants: [], create: () => new Slow(),
};

test('one slow sync in a smaller world does for a slow disk', async () => {
  const plan = slowPlan();
  const failure = recordedFailure(plan, recordRun(plan, freshLuck('1'), [prompt]), { judged: ['prompt'], mutant: null });
  let asked = 0;
  const shrinker = new Shrinker(failure, {
    properties: [prompt], forMs: 20_000, signal: new AbortController().signal, now: () => asked++,
  });
  await badMoments(shrinker);
  const { faults, members } = shrinker.best.plan;
  assert.equal(faults, []);
  assert.is(members.length, 1);
  const draws = shrinker.best.tape.flatMap(([label, values]) => (label.startsWith('disk/') ? values : []));
  assert.is(draws.filter((value) => value > 0).length, 1);
});

test.run();
