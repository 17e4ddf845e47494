/** When a run is known to be too large, or not to go round in a circle. */
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
  const course = new Course(plan(), () => undefined);
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

/** Server 1 leads and is alone; from then on every event is a step and a millisecond. */
function formed(maxLoop: number): { readonly course: Course; readonly go: (fact: Fact | null, step: number) => void } {
  const course = new Course(plan(), () => undefined, maxLoop);
  course.fact({ kind: 'established', epoch: 1, lastZxid: makeZxid(0, 0) }, 1, 1, 1);
  const go = (fact: Fact | null, step: number): void => {
    hears(course, step);
    if (fact !== null) course.fact(fact, 1, step, step);
  };
  return { course, go };
}

const looks: Fact = { kind: 'role', role: 'LOOKING', epoch: 1 };
const follows: Fact = { kind: 'elected', leader: 3, round: 1 };

test('a run that is to go round in a circle is straight when it has not done so in so many steps', () => {
  const { course, go } = formed(3);
  for (const step of [2, 3, 4]) go(null, step);
  assert.is(course.isStraight(), false);
  go(null, 5);
  assert.is(course.isStraight(), true);
  const round = formed(3);
  for (const [index, fact] of [looks, follows, looks, null, null].entries()) round.go(fact, 2 + index);
  assert.is(round.course.length, 5);
  assert.is(round.course.isStraight(), false);
  const unasked = formed(Infinity);
  for (let step = 2; step < 100; step++) unasked.go(null, step);
  assert.is(unasked.course.isStraight(), false);
});

test('so is one that closes its circle too late, that comes to nothing for long, or that gets on', () => {
  const late = formed(3);
  for (const [index, fact] of [looks, null, null, follows].entries()) late.go(fact, 2 + index);
  late.go(looks, 6);
  assert.is(late.course.isStraight(), true);
  const { safetyMs, tailMs } = plan();
  const idle = formed(3);
  idle.course.fact(looks, 1, safetyMs, 2);
  assert.is(idle.course.isStraight(), false);
  idle.course.fact(follows, 1, safetyMs + tailMs / 2, 3);
  assert.is(idle.course.isStraight(), true);
  const back = formed(3);
  for (const [index, fact] of [looks, follows, looks, null].entries()) back.go(fact, 2 + index);
  assert.is(back.course.isStraight(), false);
  back.course.fact({ kind: 'established', epoch: 2, lastZxid: makeZxid(0, 0) }, 1, 6, 6);
  assert.is(back.course.isStraight(), true);
});

test('it tells the time of each event', () => {
  const times: number[] = [];
  const course = new Course(plan(), (timeUs) => times.push(timeUs));
  hears(course, 1);
  hears(course, 2);
  assert.equal(times, [1000, 2000]);
});

test.run();
