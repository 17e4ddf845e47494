import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from './fork.ts';
import { emptyKeyedSet, keyedSetOf, KeyedTable, type KeyedSet } from './keyed-set.ts';
import { hashString } from './strings.ts';

const test = suite('base/keyed-set');
const RUNS = { seed: 14, numRuns: 300 };

interface Thing {
  readonly key: string;
  readonly value: number;
}

/** Two different keys of equal hash, found by looking. */
function collidingKeys(): [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const other = seen.get(hashString(`k${i}`));
    if (other !== undefined) return [other, `k${i}`];
    seen.set(hashString(`k${i}`), `k${i}`);
  }
}

const key = fc.oneof(fc.constantFrom(...collidingKeys()), fc.nat(300).map((n) => `/app/key-${n}`));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), key, value: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'share' }, { kind: 'become the fork' }, { kind: 'leave the fork' }) },
);

function contents(set: KeyedSet<Thing>): [string, number][] {
  return set.values().map(({ key: name, value }): [string, number] => [name, value]).sort(([a], [b]) => (a < b ? -1 : 1));
}

function sorted(model: ReadonlyMap<string, number>): [string, number][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('a table does what a Map does, and what it shared or was forked to stays as it was', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
    let table = new KeyedTable<Thing>(emptyKeyedSet());
    const model = new Map<string, number>();
    const shared: [KeyedSet<Thing>, [string, number][]][] = [];
    const left: [KeyedTable<Thing>, [string, number][]][] = [];
    for (const each of steps) {
      if ('value' in each) {
        table.put({ key: each.key, value: each.value });
        model.set(each.key, each.value);
      } else if ('key' in each) {
        table.delete(each.key);
        model.delete(each.key);
      } else if (each.kind === 'share') {
        shared.push([table.share(), sorted(model)]);
      } else {
        const copy = fork(table);
        left.push([each.kind === 'leave the fork' ? copy : table, sorted(model)]);
        if (each.kind === 'become the fork') table = copy;
      }
      assert.is(table.size, model.size);
    }
    for (const [set, wanted] of shared) assert.equal(contents(set), wanted);
    for (const [other, wanted] of left) assert.equal(contents(other.share()), wanted);
    assert.equal(contents(table.share()), sorted(model));
    const built = keyedSetOf([...model].map(([name, value]) => ({ key: name, value })));
    assert.equal(table.share(), built, 'one structure, whatever the history');
  }), RUNS);
});

test('the original goes on beside a fork of it', () => {
  const table = new KeyedTable<Thing>(keyedSetOf([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]));
  table.put({ key: 'c', value: 3 });
  const copy = fork(table);
  table.put({ key: 'c', value: 4 });
  table.put({ key: 'd', value: 5 });
  copy.delete('a');
  assert.equal(contents(copy.share()), [['b', 2], ['c', 3]]);
  assert.equal(contents(table.share()), [['a', 1], ['b', 2], ['c', 4], ['d', 5]]);
});

test('of two with one key, the later is built in', () => {
  const [a, b] = collidingKeys();
  const set = keyedSetOf([{ key: a, value: 1 }, { key: b, value: 2 }, { key: a, value: 3 }]);
  assert.is(set.size, 2);
  assert.equal([set.get(a)?.value, set.get(b)?.value], [3, 2]);
  assert.is(keyedSetOf([{ key: a, value: 1 }, { key: a, value: 2 }]).size, 1);
});

test.run();
