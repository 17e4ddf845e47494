import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from './fork.ts';
import { byCodeUnit, emptyMap, hashString, type PersistentMap } from './persistent-map.ts';

const test = suite('base/persistent-map');
const RUNS = { seed: 11, numRuns: 300 };

/** Two different keys of equal hash, found by looking. */
function collidingKeys(): [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const key = `k${i}`;
    const hash = hashString(key);
    const other = seen.get(hash);
    if (other !== undefined) return [other, key];
    seen.set(hash, key);
  }
}

function mapOf(entries: readonly (readonly [string, number])[]): PersistentMap<number> {
  let map = emptyMap<number>();
  for (const [key, value] of entries) map = map.set(key, value);
  return map;
}

const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(...collidingKeys()), fc.nat(200).map((n) => `/app/key-${n}`));
const step = fc.record({ key, value: fc.option(fc.nat()) });

test('does what a Map does', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const model = new Map<string, number>();
    let map = emptyMap<number>();
    for (const { key: name, value } of steps) {
      const before = map;
      const had = before.get(name);
      map = value === null ? map.delete(name) : map.set(name, value);
      assert.is(before.get(name), had, 'the old map is as it was');
      if (value === null) model.delete(name);
      else model.set(name, value);
      assert.is(map.size, model.size);
      assert.is(map.get(name), model.get(name));
    }
    assert.equal(map.sortedKeys(), [...model.keys()].sort(byCodeUnit));
    for (const [name, value] of model) assert.is(map.get(name), value);
  }), RUNS);
});

test('equal contents have equal structure and order, whatever the history', () => {
  const contents = fc.uniqueArray(fc.tuple(key, fc.nat()), { selector: ([name]) => name });
  fc.assert(fc.property(contents, fc.array(key), (entries, passing) => {
    let detour = mapOf(passing.map((name) => [name, -1]));
    detour = [...entries].reverse().reduce((map, [name, value]) => map.set(name, value), detour);
    const wanted = new Set(entries.map(([name]) => name));
    for (const name of passing) if (!wanted.has(name)) detour = detour.delete(name);
    assert.equal(detour, mapOf(entries));
    assert.equal(detour.values(), mapOf(entries).values());
  }), RUNS);
});

test('keys of equal hash live side by side', () => {
  const [a, b] = collidingKeys();
  const map = emptyMap<number>().set(a, 1).set(b, 2);
  assert.equal([map.size, map.get(a), map.get(b)], [2, 1, 2]);
  assert.equal(map.delete(a), emptyMap<number>().set(b, 2));
  assert.is(map.delete('absent'), map);
});

test('a fork shares it', () => {
  const state = { map: emptyMap<number>().set('a', 1) };
  assert.is(fork(state).map, state.map);
});

test.run();
