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
  const both = freshLuck('a');
  const [first, second] = [both.stream('s'), both.stream('t')];
  const pairs = Array.from({ length: DRAWS }, () => [first.below(1000, 'draw'), second.below(1000, 'draw')]);
  assert.ok(pairs.filter(([mine, theirs]) => mine === theirs).length < DRAWS / 100);
  const firsts = Array.from({ length: DRAWS }, (_, seed) => freshLuck(`seed/${seed}`).stream('s').below(1000, 'draw'));
  for (const draws of [one, firsts]) {
    const mean = draws.reduce((sum, value) => sum + value, 0) / DRAWS;
    assert.ok(mean > 450 && mean < 550, `the mean of ${DRAWS} draws below 1000 is ${mean}`);
  }
});

test('draws are counted over all streams: some are made anew though each stream has few', () => {
  for (let seed = 0; seed < 100; seed++) {
    const chooser = new SparseChooser(null, `seed/${seed}`, 16);
    const draws = Array.from({ length: 20 }, (_, stream) => chooser.stream(`s${stream}`).below(1_000_000, 'draw'));
    const unusual = draws.filter((value) => value !== 0).length;
    assert.ok(unusual > 0 && unusual < 15, `${unusual} of 20`);
  }
});

test('what is made anew is often the worst that it can be, and luck that is new throughout seldom', () => {
  const worst = (chooser: Chooser): number => drawn(chooser).filter((value) => value === 999).length;
  assert.ok(worst(new SparseChooser(null, 'a', 10)) > DRAWS / 40);
  assert.ok(worst(freshLuck('a')) < DRAWS / 100);
});

test('where luck is benign, clients try again after a moment instead of at once', () => {
  const chooser = new SparseChooser(null, 'a', 1_000_000);
  const draws = ['process/1', 'process/1001', 'clock/1001'].map((label) => chooser.stream(label).below(1000, 'draw'));
  assert.equal(draws, [0, 20, 0]);
  assert.is(chooser.stream('process/1001').below(3, 'server'), 2);
});

test('a bound of one draws nothing', () => {
  const [one, other] = [new SparseChooser(null, 'a', 2).stream('s'), new SparseChooser(null, 'a', 2).stream('s')];
  for (let count = 0; count < 50; count++) {
    assert.is(one.below(1, 'nothing'), 0);
    assert.is(one.below(9, 'draw'), other.below(9, 'draw'));
  }
});

test.run();
