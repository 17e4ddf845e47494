/** The rolling hash tells apart what differs in value, order or length. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashString, RollingHash } from './hash.ts';

const test = suite('hash');

function hashOf(words: readonly number[]): number {
  const hash = new RollingHash();
  for (const word of words) hash.mixNumber(word);
  return hash.value();
}

test('different sequences have different hashes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (a, b) => {
      assert.is(hashOf(a) === hashOf(b), a.length === b.length && a.every((word, i) => word === b[i]));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('one flipped bit changes about half of the bits', () => {
  const base = hashOf([1, 2, 3]);
  for (let bit = 0; bit < 32; bit++) {
    const other = hashOf([1 ^ (1 << bit), 2, 3]);
    let differing = 0;
    for (let i = 0; i < 53; i++) if (Math.floor(base / 2 ** i) % 2 !== Math.floor(other / 2 ** i) % 2) differing++;
    assert.ok(differing > 10, `bit ${bit}: ${differing}`);
  }
});

test('large numbers and fractions count exactly', () => {
  const values = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 52 + 1, 0.5, -0.5, Number.NaN, Infinity];
  const hashes = new Set(values.map((value) => hashOf([value])));
  assert.is(hashes.size, values.length);
  assert.is(hashOf([0]), hashOf([-0]));
});

test('strings: length and order count, and the hex form has fourteen digits', () => {
  assert.is.not(hashString('ab'), hashString('ba'));
  assert.is.not(hashString(''), hashString('\0'));
  const hash = new RollingHash();
  hash.mixString('zxid');
  assert.is(hash.hex().length, 14);
  assert.match(hash.hex(), /^[0-9a-f]{14}$/);
});

test.run();
