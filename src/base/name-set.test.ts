import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_NAMES, nameSetOf } from './name-set.ts';
import { byCodeUnit } from './persistent-map.ts';

const test = suite('base/name-set');

test('does what a sorted Set does, on both sides of the limit, in one structure', () => {
  const name = fc.nat(80).map((n) => `n${n}`);
  fc.assert(fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 300, size: 'max' }), (steps) => {
    const model = new Set<string>();
    let set = NO_NAMES;
    for (const [each, isAdded] of steps) {
      set = isAdded ? set.add(each) : set.delete(each);
      if (isAdded) model.add(each);
      else model.delete(each);
      assert.is(set.has(each), isAdded);
      assert.is(set.size, model.size);
    }
    assert.equal([...set.sorted()], [...model].sort(byCodeUnit));
    assert.equal(set, nameSetOf([...model]));
  }), { seed: 12, numRuns: 200 });
});

test.run();
