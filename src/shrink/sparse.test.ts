/** Sparse luck is the usual one but for a few draws, and the same every time. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TapeChooser } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { SparseChooser, freshLuck } from './sparse.ts';

const test = suite('sparse');
const DRAWS = 1000;

function drawn(chooser: Chooser): number[] {
  const stream = chooser.stream('s');
  return Array.from({ length: DRAWS }, () => stream.below(1000, 'draw'));
}

test('one draw in so many is not the usual one', () => {
  const sparse = drawn(new SparseChooser(null, 'a', 100));
  const unusual = sparse.filter((value) => value !== 0).length;
  assert.ok(unusual > 0 && unusual < DRAWS / 20, `${unusual} of ${DRAWS}`);
  assert.equal(drawn(new SparseChooser(null, 'a', 100)), sparse);
  assert.not.equal(drawn(new SparseChooser(null, 'b', 100)), sparse);
});

test('what is usual may be a tape', () => {
  const usual = Array.from({ length: DRAWS }, (_, at) => at % 7);
  const some = drawn(new SparseChooser(new TapeChooser([['s', usual]], 'unused'), 'a', 100));
  const unusual = some.filter((value, at) => value !== usual[at]).length;
  assert.ok(unusual > 0 && unusual < DRAWS / 20, `${unusual} of ${DRAWS}`);
});

test('fresh luck is another for each seed and each stream, and even', () => {
  const one = drawn(freshLuck('a'));
  assert.equal(drawn(freshLuck('a')), one);
  assert.not.equal(drawn(freshLuck('b')), one);
  const other = freshLuck('a').stream('t');
  assert.not.equal(Array.from({ length: DRAWS }, () => other.below(1000, 'draw')), one);
  const firsts = Array.from({ length: DRAWS }, (_, seed) => freshLuck(`seed/${seed}`).stream('s').below(1000, 'draw'));
  for (const draws of [one, firsts]) {
    const mean = draws.reduce((sum, value) => sum + value, 0) / DRAWS;
    assert.ok(mean > 450 && mean < 550, `the mean of ${DRAWS} draws below 1000 is ${mean}`);
  }
});

test('a bound of one draws nothing', () => {
  const [one, other] = [new SparseChooser(null, 'a', 2).stream('s'), new SparseChooser(null, 'a', 2).stream('s')];
  for (let count = 0; count < 50; count++) {
    assert.is(one.below(1, 'nothing'), 0);
    assert.is(one.below(9, 'draw'), other.below(9, 'draw'));
  }
});

test.run();
