/** The numbers beside a chart are round, and true. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TIME_STEPS, chartHtml, roundSteps } from './page-charts.ts';

const test = suite('page-charts');

test('lines stand at round numbers', () => {
  for (const [most, steps] of [
    [1, [0, 1]], [3, [0, 1, 2, 3]], [8, [0, 2, 4, 6, 8]], [80, [0, 20, 40, 60, 80]], [97, [0, 20, 40, 60, 80]],
    [1234, [0, 500, 1000]], [44_200, [0, 10_000, 20_000, 30_000, 40_000]], [0, [0]],
  ] as const) assert.equal(roundSteps(most), steps, String(most));
  assert.equal(roundSteps(7_300_000, TIME_STEPS), [0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]);
  assert.equal(roundSteps(44_200, TIME_STEPS), [0, 10_000, 20_000, 30_000, 40_000]);
  assert.is(roundSteps(1e12, TIME_STEPS).length, 6);
});

test('every line is where its number is, and the most that there could be has one', () => {
  const points = [{ x: 10, y: 40 }, { x: 80, y: 81 }];
  const html = chartHtml({ title: 'Coverage', points, most: 97, isStepped: true, nameOfX: (seeds) => `${seeds} seeds` });
  const lines = [...html.matchAll(/M44 ([\d.]+) H472"\/><text [^>]*>(\d+)</g)].map(([, y, label]) => [Number(y), Number(label)]);
  assert.equal(lines.map(([, label]) => label), [0, 20, 40, 60, 80, 97]);
  const [floor = 0, top = 0] = [lines[0]?.[0], lines.at(-1)?.[0]];
  for (const [y = 0, label = 0] of lines) {
    assert.ok(Math.abs(y - (floor - ((floor - top) * label) / 97)) < 0.1, `${label} at ${y}`);
  }
  assert.match(html, />20 seeds</);
  assert.match(html, />80 seeds</);
});

test.run();
