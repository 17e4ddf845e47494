/** When a run is known to be too large, and where it begins to repeat itself. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { makeZxid } from '../base/zxid.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';
import { Course } from './course.ts';

const test = suite('course');

function plan(): Plan {
  const calm = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (calm === undefined) throw new Error('there is no scenario calm');
  return { ...calm, members: [{ id: 1, role: 'participant' }], clients: [], faults: [] };
}

function hears(course: Course, step: number): void {
  course.event(step, 1000 * step, 1, { kind: 'received', connection: 1, message: { kind: 'UPTODATE' } });
}

const unlimited = { maxSteps: Infinity, maxLength: Infinity, maxCost: Infinity };

test('a run is beyond its limits when what counts of it is, and nothing counts before it is formed', () => {
  const course = new Course(plan(), false, () => undefined);
  for (let step = 1; step <= 50; step++) hears(course, step);
  assert.is(course.isBeyond({ ...unlimited, maxLength: 1 }), false);
  course.fact({ kind: 'established', epoch: 1, lastZxid: makeZxid(0, 0) }, 1, 51, 51);
  for (let step = 52; step <= 55; step++) hears(course, step);
  assert.is(course.length, 4);
  assert.is(course.isBeyond({ ...unlimited, maxLength: 4 }), false);
  assert.is(course.isBeyond({ ...unlimited, maxLength: 3 }), true);
  // 55 events, 4 steps and one server.
  assert.is(course.partsCost, 10);
  assert.is(course.isBeyond({ ...unlimited, maxCost: 106 }), false);
  assert.is(course.isBeyond({ ...unlimited, maxCost: 105 }), true);
});

test('the length of a loop is that of the run when it closes; a later fault undoes it', () => {
  const looks: Fact = { kind: 'role', role: 'LOOKING', epoch: 1 };
  const follows: Fact = { kind: 'elected', leader: 3, round: 1 };
  const course = new Course(plan(), true, () => undefined);
  const go = (fact: Fact, step: number): void => {
    hears(course, step);
    course.fact(fact, 1, step, step);
  };
  go(looks, 1);
  go(follows, 2);
  assert.is(course.loopLength, null);
  go(looks, 3);
  go(follows, 4);
  assert.is(course.loopLength, 3);
  course.fact({ kind: 'faultBegan', fault: 'pause', node: 3, detail: '' }, 3, 5, 5);
  assert.is(course.loopLength, null);
});

test('it tells the time of each event', () => {
  const times: number[] = [];
  const course = new Course(plan(), false, (timeUs) => times.push(timeUs));
  hears(course, 1);
  hears(course, 2);
  assert.equal(times, [1000, 2000]);
});

test.run();
