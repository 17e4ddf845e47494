/** Shrinking on a property that ordinary runs break, so that no bug has to be planted: no log is ever cut back. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { Judge } from '../history/judge.ts';
import type { At } from '../history/at.ts';
import type { Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { simpler, withOperations } from '../plan/plan-edits.ts';
import { AligningChooser, packNames, unpackNames } from '../run/align.ts';
import { causalPast } from '../run/causality.ts';
import type { Failure } from '../run/failure.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser, TapeChooser } from '../world/chooser.ts';
import { costOf } from './failing-run.ts';
import { reduceList, reduceNumber } from './reduce.ts';
import { ShrinkError, Shrinker, shrink } from './shrink.ts';

const test = suite('shrink');

class NoTruncation extends Judge {
  see(fact: JudgedFact, at: At): void {
    if (fact.kind === 'truncated') this.violate(`server ${at.node} cut its log back`, at);
  }
}

const noTruncation: Property = {
  name: 'no-truncation', kind: 'safety', promise: 'No log is ever cut back.', source: 'this test', codes: [],
  reads: ['truncated'], exemptions: [], mutants: [], create: () => new NoTruncation(),
};
const properties = [noTruncation];
const everlasting = new AbortController().signal;

const failure = failing();

function failing(): Failure {
  const sync = SCENARIOS.find(({ name }) => name === 'sync');
  for (let seed = 1; seed < 20; seed++) {
    const plan = sync?.plan(String(seed));
    if (plan === undefined) break;
    const recorded = recordRun(plan, new SeedChooser(plan.seed), properties);
    if (recorded.result.finding !== null) return recordedFailure(plan, recorded, { judged: ['no-truncation'], mutant: null });
  }
  throw new Error('no run of the scenario sync cuts a log back');
}

test('a failure shrinks to a few events, breaks the same property, and its file is the same run', async () => {
  let asked = 0;
  const shrunk = await shrink(failure, { properties, forMs: 3000, signal: everlasting, now: () => asked++ });
  assert.is(shrunk.failure.verdict.property, 'no-truncation');
  assert.ok(shrunk.to.events < shrunk.from.events / 4, `${shrunk.from.events} to ${shrunk.to.events} events`);
  assert.ok(shrunk.to.faults <= 2 && shrunk.to.operations <= 4 && shrunk.to.servers <= 3, JSON.stringify(shrunk.to));
  const { plan, tape, hash } = shrunk.failure;
  assert.is(runPlan(plan, new TapeChooser(tape, 'unused'), { properties }).hash, hash);
});

test('stopped at any time, it has the smallest so far, by its own measure', async () => {
  let before = Infinity;
  for (const tries of [1, 3, 10, 20, 40, 80, 160]) {
    const { best, first } = await stoppedAfter(tries);
    assert.ok(costOf(best) <= before, `${costOf(best)} after ${tries} tries, ${before} before`);
    assert.ok(costOf(best) <= costOf(first));
    before = costOf(best);
  }
  assert.ok(before < costOf((await stoppedAfter(0)).best) / 2, `${before} in the end`);
});

/** Always on the same way, which is broken off after so many tries. */
async function stoppedAfter(tries: number): Promise<Shrinker> {
  const interrupt = new AbortController();
  let asked = 0;
  const now = (): number => {
    if (asked >= tries) interrupt.abort();
    return asked++;
  };
  const shrinker = new Shrinker(failure, { properties, forMs: 300, signal: interrupt.signal, now });
  assert.is(await shrinker.reduce(), false);
  return shrinker;
}

test('stopped before its first try, it has the failure itself', async () => {
  const interrupt = new AbortController();
  interrupt.abort();
  const none = await shrink(failure, { properties, forMs: 1000, signal: interrupt.signal, now: () => 0 });
  assert.is(none.isMinimal, false);
  assert.equal(none.to, none.from);
  assert.is(none.failure.hash, failure.hash);
});

test('what does not fail, or is not about a run, is refused with the reason', async () => {
  const options = { properties: [{ ...noTruncation, reads: [] }], forMs: 10, signal: everlasting, now: () => 0 };
  await refused({ ...failure, mutant: 'zk-1154' }, options, /perhaps the code has changed|mutant/);
  await refused({ ...failure, verdict: { ...failure.verdict, property: 'worker' } }, options, /of the kind worker/);
});

async function refused(refusable: Failure, options: Parameters<typeof shrink>[1], said: RegExp): Promise<void> {
  try {
    await shrink(refusable, options);
  } catch (error) {
    assert.instance(error, ShrinkError);
    assert.match(error instanceof Error ? error.message : '', said);
    return;
  }
  assert.unreachable();
}

test('a list is reduced to what is needed, a number to the smallest that will do', async () => {
  const isEnough = (some: readonly number[]): Promise<boolean> => Promise.resolve(some.includes(3) && some.includes(8));
  const needed = await reduceList([1, 2, 3, 4, 5, 6, 7, 8], isEnough, () => false);
  assert.equal(needed, [3, 8]);
  assert.equal(await reduceList([1, 2], () => Promise.resolve(true), () => false), []);
  assert.equal(await reduceList([1, 2], () => Promise.resolve(true), () => true), [1, 2]);
  assert.is(await reduceNumber(5000, 0, (value) => Promise.resolve(value >= 3), () => false), 3);
  assert.is(await reduceNumber(7, 0, () => Promise.resolve(false), () => false), 7);
});

test('an operation that is left out takes with it whatever names what it returned', () => {
  const script = {
    servers: [1], sessionTimeoutMs: 1000, closeAtEnd: false,
    operations: [
      { afterMs: 5, waitForReply: false, request: { kind: 'create' as const, path: '/a' } },
      { afterMs: 6, waitForReply: false, request: { kind: 'create' as const, path: '/b-', flags: 2 } },
      { afterMs: 7, waitForReply: false, request: { kind: 'exists' as const, path: '$1' } },
      { afterMs: 8, waitForReply: false, request: { kind: 'exists' as const, path: '$0' } },
    ],
  };
  const { operations } = withOperations(script, [1, 2, 3]);
  const kept = operations.map(({ afterMs, request }) => [afterMs, 'path' in request ? request.path : '']);
  assert.equal(kept, [[11, '/b-'], [7, '$0']]);
});

test('what stops a server by its disk may do so by a crash', () => {
  const target = { node: 2 };
  assert.equal(simpler({ kind: 'diskFull', target, forMs: 70 }), [{ kind: 'crash', target, downMs: 70 }]);
  const failing = simpler({ kind: 'diskError', target, call: 'sync', error: 'EIO', times: 1 });
  assert.equal(failing, [{ kind: 'crash', target, downMs: 100 }]);
  assert.equal(simpler({ kind: 'crash', target, downMs: 70 }), []);
  assert.equal(simpler({ kind: 'pause', target, forMs: 70 }), []);
});

test('the causal past follows processes and messages', () => {
  const events = [
    { step: 1, node: 1, causes: [] }, { step: 2, node: 2, causes: [] }, { step: 3, node: 1, causes: [1] },
    { step: 4, node: 3, causes: [] }, { step: 5, node: 2, causes: [2, 3] },
  ];
  assert.equal([...causalPast(events, 5)].sort((one, other) => one - other), [1, 2, 3, 5]);
  assert.is(causalPast(events, 9).size, 0);
});

test('a tape with names answers past a draw that is new and one that is gone', () => {
  const tape: [string, number[]][] = [['s', [1, 2, 3, 4]]];
  const names: [string, string[]][] = [['s', ['a', 'b', 'a', 'c']]];
  const chooser = new AligningChooser(tape, names, 'zero');
  const stream = chooser.stream('s');
  const asked = ['a', 'new', 'b', 'c', 'c'].map((name) => stream.below(100, name));
  assert.equal(asked, [1, 0, 2, 4, 0]);
  assert.equal(chooser.misfits, [{ stream: 's', at: 1, asked: 'new', had: 'b' }]);
  assert.equal(unpackNames(packNames(names)), names);
});

test.run();
