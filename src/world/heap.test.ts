/** The schedule gives out entries by time and, at one time, in the order of scheduling. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Due, Schedule } from './heap.ts';

const test = suite('heap');

test('by time, then by the order of scheduling', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const schedule = new Schedule();
      for (const [index, time] of times.entries()) schedule.add(time, Due.timer).number = index;
      const expected = times.map((time, index) => ({ time, index })).sort((a, b) => a.time - b.time || a.index - b.index);
      for (const { time, index } of expected) {
        assert.is(schedule.nextTime(), time);
        const entry = schedule.take();
        assert.is(entry?.number, index);
        assert.is(schedule.nowUs, time);
        if (entry !== undefined) schedule.recycle(entry);
      }
      assert.is(schedule.take(), undefined);
      assert.is(schedule.nextTime(), Infinity);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('nothing is scheduled in the past, and entries are used again', () => {
  const schedule = new Schedule();
  schedule.add(10, Due.timer);
  const first = schedule.take();
  if (first === undefined) return;
  schedule.recycle(first);
  const again = schedule.add(5, Due.start);
  assert.is(again, first);
  assert.is(again.time, 10);
});

test.run();
