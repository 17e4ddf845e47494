/** How much of a run that breaks liveness is needed, of a dead end and of a livelock. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Property } from '../history/judge.ts';
import { unpackNames } from '../run/align.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import { LengthSink } from './length-sink.ts';
import { BEGINNING, neededOf, recovers } from './lost.ts';
import type { LostRun } from './lost.ts';
import { answeringPlan, circlingPlan, failureOf, lost } from './lost-testing.ts';
import { Recurrence } from './recurrence.ts';

const test = suite('lost');

function runOf({ plan, tape, names, events }: Failure): LostRun {
  return { plan, tape, names: names === undefined ? [] : unpackNames(names), events };
}

/** Steps up to the event that closes the first loop, and all of them. */
function stepsOf(failure: Failure): readonly [toLoop: number, whole: number] {
  const sink = new LengthSink(failure.plan.members.map(({ id }) => id));
  const recurrence = new Recurrence(failure.plan);
  let [toLoop, closedAt] = [0, 0];
  runPlan(failure.plan, chooserOf(failure), { properties: [], maxSteps: failure.events, trace: {
    event: (step, timeUs, node, event) => {
      sink.event(step, timeUs, node, event);
      if (closedAt === 0 || step === closedAt) toLoop = sink.length;
    },
    fact: (fact, node, timeMs, step) => {
      sink.fact(fact, node, timeMs, step);
      recurrence.fact(fact, node, timeMs, step);
      closedAt = recurrence.step;
      if (closedAt === 0 || step === closedAt) toLoop = sink.length;
    },
  } });
  return [toLoop, sink.length];
}

function endMsOf({ plan }: Failure): number {
  return plan.safetyMs + plan.tailMs;
}

test('a livelock ends with its first loop: for as long as it lasts, luck may lead out', () => {
  const property = lost('last election');
  const failure = failureOf(circlingPlan(), property);
  const [toLoop, whole] = stepsOf(failure);
  assert.ok(toLoop > 0 && toLoop < whole / 4, `${toLoop} of ${whole} steps to the first loop`);
  assert.equal(neededOf(runOf(failure), [property]), { length: toLoop, isLoop: true });
  assert.equal(neededOf(runOf(failure), [property], toLoop), { length: toLoop, isLoop: true });
  assert.is(neededOf(runOf(failure), [property], toLoop - 1), null);
});

test('the same circle is a dead end from the beginning where no luck leads out', () => {
  const property = lost('nothing');
  const failure = failureOf(circlingPlan(), property);
  assert.equal(neededOf(runOf(failure), [property]), { length: 0, isLoop: false });
  assert.equal(neededOf(runOf(failure), [property], 0), { length: 0, isLoop: false });
});

test('whether a dead end needs more than so many steps is known without looking for where it begins', () => {
  const asked: Property = lost('answer');
  let runs = 0;
  const property: Property = { ...asked, create: (expected) => {
    runs++;
    return asked.create(expected);
  } };
  const failure = failureOf(answeringPlan(), property);
  const needed = neededOf(runOf(failure), [property]);
  if (needed === null) throw new Error('a run that fails needs something');
  assert.ok(needed.length > 1 && !needed.isLoop, JSON.stringify(needed));
  assert.equal(neededOf(runOf(failure), [property], needed.length), needed);
  runs = 0;
  assert.is(neededOf(runOf(failure), [property], needed.length - 1), null);
  assert.ok(runs < 20, `${runs} runs`);
});

test('what is neither a dead end nor a loop is needed to its end', () => {
  // Each answer decides anew, and one server alone goes round in no circle.
  const property = lost('last answer');
  const failure = failureOf(answeringPlan(), property);
  const [, whole] = stepsOf(failure);
  assert.equal(neededOf(runOf(failure), [property]), { length: whole, isLoop: false });
});

test('a future is the run until then, and has as much time as the run had when it healed', () => {
  const property = lost('answer');
  const failure = failureOf(answeringPlan(), property);
  const run = runOf(failure);
  const end = { step: failure.events, timeMs: endMsOf(failure) };
  const futures = Array.from({ length: 20 }, (_, index) => index);
  assert.ok(futures.every((index) => !recovers(run, end, index, [property])));
  const atFirst = futures.filter((index) => recovers(run, BEGINNING, index, [property]));
  assert.ok(atFirst.length > 2 && atFirst.length < 18, `${atFirst.length} of 20 recover`);
  const ends: number[] = [];
  const watched: Property = { ...property, create: (expected) => {
    ends.push(2 * expected.settleMs);
    return property.create(expected);
  } };
  recovers(run, { step: 10, timeMs: failure.plan.safetyMs + 500 }, 0, [watched]);
  assert.equal(ends, [failure.plan.tailMs + 1000]);
});

test.run();
