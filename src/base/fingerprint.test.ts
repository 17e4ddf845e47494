/** Laws of the fingerprint: equal structures alike, different ones apart, whatever the order in a Map or Set. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint } from './fingerprint.ts';

const test = suite('fingerprint');
const entry = fc.tuple(fc.oneof(fc.string(), fc.integer()), fc.array(fc.string()));
const entries = fc.uniqueArray(entry, { selector: ([key]) => key });

test('the order of insertion does not count', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const backwards = list.slice().reverse();
      assert.is(fingerprint(new Map(list)), fingerprint(new Map(backwards)));
      assert.is(fingerprint(new Set(list.map(([key]) => key))), fingerprint(new Set(backwards.map(([key]) => key))));
      assert.is(fingerprint(Object.fromEntries(list)), fingerprint(Object.fromEntries(backwards)));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('the order in an array counts', () => {
  assert.is.not(fingerprint([1, 2]), fingerprint([2, 1]));
  assert.is.not(fingerprint([[1], []]), fingerprint([[], [1]]));
});

test('what looks alike is told apart', () => {
  const alike: readonly unknown[] = [
    0, '0', false, null, undefined, [], {}, new Map(), new Set(), '', [0], ['0'], [[]], [{}], { a: 0 }, { a: '0' }, { b: 0 },
    new Map([['a', 0]]), new Set(['a']), new Set([0]), new Map([[0, 'a']]), new Uint8Array(0), new Uint8Array([0]),
    2 ** 32, 2 ** 32 + 1, 0.5, -1, [1, [2]], [[1], 2],
  ];
  assert.is(new Set(alike.map((value) => fingerprint(value))).size, alike.length);
});

test('JSON values are alike exactly if their texts are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      if (JSON.stringify(a) === JSON.stringify(b)) assert.is(fingerprint(a), fingerprint(b));
      assert.is(fingerprint([a, b]), fingerprint(structuredClone([a, b])));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('a hundred thousand small states do not collide', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 100_000; i++) seen.add(fingerprint({ epoch: i % 10, name: `n${i}`, log: [i >> 3, i & 7] }));
  assert.is(seen.size, 100_000);
});

test.run();
