/** A run that breaks liveness comes to need less, by the measure by which its length is measured in the end. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Property } from '../history/judge.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import type { Failure } from '../run/failure.ts';
import { AligningChooser } from '../run/align.ts';
import { partsCost } from './course.ts';
import { lengthOf } from './length.ts';
import { needLess } from './loops.ts';
import { answeringPlan, circlingPlan, failureOf, lost } from './lost-testing.ts';
import { Shrinker } from './shrink.ts';
import type { ShrinkProgress } from './outcome.ts';

const test = suite('loops');

/** A clock that a run costs a tick of. */
function shrinkerOf(failure: Failure, property: Property, ticks: number): Shrinker {
  let asked = 0;
  const { signal } = new AbortController();
  return new Shrinker(failure, { properties: [property], forMs: ticks, signal, now: () => asked++ });
}

/** How long the best run is, as anybody measures it who has only its file. */
function measured({ best }: Shrinker, property: Property): number {
  const recorded = recordRun(best.plan, new AligningChooser(best.tape, best.names, 'zero'), [property]);
  return lengthOf(recordedFailure(best.plan, recorded, { judged: ['lost'], mutant: null }), [property]);
}

test('luck is found by which a run goes round in its first circle sooner', async () => {
  const property = lost('last election');
  const failure = failureOf(circlingPlan(), property);
  const shrinker = shrinkerOf(failure, property, 150);
  const before = lengthOf(failure, [property]);
  const { best } = shrinker;
  await needLess(shrinker);
  const after = measured(shrinker, property);
  assert.ok(after < before, `${before} to ${after} steps`);
  assert.ok(partsCost(shrinker.best.plan) <= partsCost(best.plan));
});

test('luck is found by which a run is a dead end sooner', async () => {
  const property = lost('answer');
  const failure = failureOf(answeringPlan(), property);
  const before = lengthOf(failure, [property]);
  const shrinker = shrinkerOf(failure, property, 400);
  await needLess(shrinker);
  const after = measured(shrinker, property);
  assert.ok(after < before, `${before} to ${after} steps`);
});

test('where nothing is needed, nothing is tried', async () => {
  const property = lost('nothing');
  const shrinker = shrinkerOf(failureOf(answeringPlan(), property), property, 150);
  const { best, runs } = shrinker;
  await needLess(shrinker);
  assert.is(shrinker.runs, runs);
  assert.is(shrinker.best, best);
});

test('it is the last of what is tried of a failure of liveness', async () => {
  const property = lost('last election');
  const passes: string[] = [];
  let asked = 0;
  const { signal } = new AbortController();
  const onProgress = ({ pass }: ShrinkProgress): void => void passes.push(pass);
  const options = { properties: [property], forMs: 300, signal, now: (): number => asked++, onProgress };
  await new Shrinker(failureOf(circlingPlan(), property), options).reduce();
  assert.is(passes.at(-1), 'loops');
});

test('no plan is run for it that is larger', async () => {
  const property = lost('nothing');
  const shrinker = shrinkerOf(failureOf(answeringPlan(), property), property, 150);
  const { plan } = shrinker.best;
  const [client] = plan.clients;
  if (client === undefined) throw new Error('there is no client');
  const larger = { ...plan, clients: [client, client] };
  assert.is(await shrinker.another(larger, shrinker.tapeChooser(), Infinity), null);
  assert.is.not(await shrinker.another(plan, shrinker.tapeChooser(), Infinity), null);
});

test.run();
