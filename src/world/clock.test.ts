/** Laws of the drifting clock: never back, and `whenUs` is the first moment at which a reading is reached. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DriftingClock } from './clock.ts';

const test = suite('clock');
const ppm = fc.integer({ min: -200_000, max: 200_000 });
const time = fc.integer({ min: 0, max: 10_000_000_000 });

test('monotonic, also over changes of the rate', () => {
  fc.assert(
    fc.property(ppm, fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.option(ppm))), (first, steps) => {
      const clock = new DriftingClock(12_345, first, 0);
      let now = 0;
      let last = clock.localUs(0);
      for (const [ahead, change] of steps) {
        now += ahead;
        assert.ok(clock.localUs(now) >= last);
        last = clock.localUs(now);
        if (change !== null) clock.setDrift(now, change);
        assert.is(clock.localUs(now), last);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('whenUs is the first moment that shows the reading', () => {
  fc.assert(
    fc.property(ppm, time, (rate, reading) => {
      const clock = new DriftingClock(0, rate, 0);
      const when = clock.whenUs(reading);
      assert.ok(clock.localUs(when) >= reading);
      if (when > 0) assert.ok(clock.localUs(when - 1) < reading);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a clock that is 100 ppm fast gains 100 microseconds a second', () => {
  const clock = new DriftingClock(500, 100, 0);
  assert.is(clock.localUs(1_000_000), 1_000_600);
  assert.is(clock.deviationUs(1_000_000), 100);
});

test.run();
