/** Laws of forking: the copy is equal, goes its own way, and shares what may be shared. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint } from './fingerprint.ts';
import { fork, immutable } from './fork.ts';

const test = suite('fork');

class Counter {
  count = 0;
  readonly seen: Map<string, number[]> = new Map();
  up(): void {
    this.count++;
  }
}

class Leaf {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}
immutable(Leaf);

test('a fork is equal to its original', () => {
  fc.assert(
    fc.property(fc.anything({ withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true }), (value) => {
      assert.is(fingerprint(fork(value)), fingerprint(value));
      assert.equal(fork(value), value);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('both go on independently, with their methods', () => {
  const original = new Counter();
  original.seen.set('a', [1]);
  const copy = fork(original);
  copy.up();
  copy.seen.get('a')?.push(2);
  copy.seen.set('b', []);
  assert.is(original.count, 0);
  assert.equal([...original.seen], [['a', [1]]]);
  assert.is(copy.count, 1);
  assert.instance(copy, Counter);
});

test('typed arrays are copied', () => {
  const original = { bytes: new Uint8Array([1, 2, 3]), words: new Int32Array([-1]), view: new DataView(new ArrayBuffer(2)) };
  const copy = fork(original);
  copy.bytes[0] = 9;
  copy.words[0] = 9;
  copy.view.setInt8(0, 9);
  assert.is(original.bytes[0], 1);
  assert.is(original.words[0], -1);
  assert.is(original.view.getInt8(0), 0);
});

test('frozen records and instances of immutable classes are shared', () => {
  const record = Object.freeze({ zxid: 1 });
  const leaf = new Leaf(1);
  const copy = fork({ record, leaf });
  assert.is(copy.record, record);
  assert.is(copy.leaf, leaf);
});

test('what was shared inside stays shared inside, circles too', () => {
  interface Ring {
    next: Ring | null;
  }
  const shared = [1];
  const ring: Ring = { next: null };
  ring.next = { next: ring };
  const copy = fork({ a: shared, b: shared, ring });
  assert.is(copy.a, copy.b);
  assert.is.not(copy.a, shared);
  assert.is(copy.ring.next?.next, copy.ring);
});

test('depth does not matter', () => {
  interface Chain {
    readonly next: Chain | null;
  }
  let chain: Chain = { next: null };
  for (let i = 0; i < 200_000; i++) chain = { next: chain };
  let depth = 0;
  for (let at: Chain | null = fork(chain); at !== null; at = at.next) depth++;
  assert.is(depth, 200_001);
});

test.run();
