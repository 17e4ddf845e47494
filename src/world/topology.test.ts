/** Who hears whom under each shape of partition. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cuts, cutBridge, cutRing, cutSides, sidesOf } from './topology.ts';

const test = suite('topology');
const FIVE = [1, 2, 3, 4, 5];

function hears(cuts: Cuts, to: number): number[] {
  return FIVE.filter((from) => from !== to && !cuts.some((_, i) => i % 2 === 0 && cuts[i] === from && cuts[i + 1] === to));
}

test('a ring: everybody hears two neighbours', () => {
  const cuts = cutRing(FIVE);
  assert.equal(FIVE.map((node) => hears(cuts, node)), [[2, 5], [1, 3], [2, 4], [3, 5], [1, 4]]);
});

test('a ring of three loses one link', () => {
  assert.equal(cutRing([1, 2, 3]), [1, 2, 2, 1]);
});

test('a bridge: two halves that one server joins', () => {
  const cuts = cutBridge(FIVE);
  assert.equal(FIVE.map((node) => hears(cuts, node)), [[2, 5], [1, 5], [4, 5], [3, 5], [1, 2, 3, 4]]);
});

test('sides: both ways, or only into or out of the first', () => {
  assert.equal(cutSides([1], [2], undefined), [1, 2, 2, 1]);
  assert.equal(cutSides([1], [2], 'out'), [1, 2]);
  assert.equal(cutSides([1], [2], 'in'), [2, 1]);
  assert.equal(cutSides([1], [1], undefined), []);
});

test('the sizes of the sides', () => {
  const zero = (): number => 0;
  assert.equal(sidesOf('isolate', FIVE, zero), [[1], [2, 3, 4, 5]]);
  assert.equal(sidesOf('halves', FIVE, zero), [[1, 2], [3, 4, 5]]);
  assert.equal(sidesOf('majority-minority', FIVE, (bound) => bound - 1), [[1, 2], [3, 4, 5]]);
  assert.equal(sidesOf('pair', FIVE, zero), [[1], [2]]);
  assert.equal(sidesOf('isolate', [1], zero), [[1], []]);
});

test.run();
