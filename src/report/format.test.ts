import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decimal, duration, table } from './format.ts';

const test = suite('format');

test('numbers', () => {
  const cases: [number, string][] = [
    [0, '0'], [999, '999'], [1000, '1,000'], [1_234_567, '1,234,567'], [0.25, '0.3'], [709.4, '709'], [1250.6, '1,251'],
  ];
  for (const [value, text] of cases) assert.is(decimal(value), text);
});

test('times', () => {
  const cases: [number, string][] = [
    [85, '85 ms'], [3210, '3.2 s'], [245_000, '4 min 5 s'], [7_380_000, '2 h 3 min'], [439_200_000, '5 d 2 h'],
  ];
  for (const [value, text] of cases) assert.is(duration(value), text);
});

test('tables align words left and numbers right', () => {
  assert.equal(table([['fault', 'fired', 'why'], ['crash', '12', 'x'], ['power', '1,000', '']]), [
    '  fault  fired  why',
    '  crash     12  x',
    '  power  1,000',
  ]);
});

test.run();
