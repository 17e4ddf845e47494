import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { POINTS_MAX, Timeline } from './timeline.ts';

const test = suite('timeline');

test('however long it lasts the points are few, in order and reach to the end', () => {
  for (const seeds of [1, 10, 239, 240, 241, 10_000]) {
    const timeline = new Timeline();
    for (let seed = 1; seed <= seeds; seed++) timeline.mark({ elapsedMs: seed * 3, seeds: seed, situations: 0, failures: 0 });
    const points = timeline.points();
    const isRight = points.length <= POINTS_MAX + 1 && points.length >= Math.min(seeds, POINTS_MAX / 2);
    assert.ok(isRight, `${points.length} points of ${seeds}`);
    assert.is(points[0]?.seeds, 1);
    assert.is(points.at(-1)?.seeds, seeds);
    points.slice(1).forEach((point, index) => assert.ok(point.seeds > (points[index]?.seeds ?? 0)));
  }
});

test('a moment at which something new was found is kept between two others', () => {
  const timeline = new Timeline();
  for (let seed = 1; seed <= 1000; seed++) {
    timeline.mark({ elapsedMs: seed, seeds: seed, situations: 0, failures: seed >= 997 ? 1 : 0 });
  }
  assert.is(timeline.points().find(({ failures }) => failures === 1)?.seeds, 997);
});

test.run();
