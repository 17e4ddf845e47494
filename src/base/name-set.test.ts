import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_NAMES, nameSetOf, type NameSet } from './name-set.ts';
import { byCodeUnit, hashString } from './strings.ts';

const test = suite('base/name-set');

/** Names that end nodes at many heights are rare: a pool with more of them than luck would give. */
const NAMES = Array.from({ length: 200_000 }, (_, i) => `r${i}`);
const RANKED = NAMES.filter((name) => (hashString(name) & 0x3ff) === 0).slice(0, 150);
const POOL = [...RANKED, ...Array.from({ length: 150 }, (_, i) => `n${i}`)].sort(byCodeUnit);
const RUNS = { seed: 12, numRuns: 200 };

test('the pool has names of rank two and more', () => {
  assert.ok(RANKED.length === 150 && RANKED.some((name) => (hashString(name) & 0x7fff) === 0));
});

test('does what a sorted Set does, on both sides of the limit, in one structure', () => {
  const name = fc.constantFrom(...POOL);
  const changes = fc.array(fc.tuple(name, fc.boolean()), { maxLength: 120, size: 'max' });
  fc.assert(fc.property(fc.constantFrom(0, 30, 240, 256, 280), changes, (atFirst, steps) => {
    const model = new Set(POOL.slice(0, atFirst));
    let set = nameSetOf([...model]);
    for (const [each, isAdded] of steps) {
      set = isAdded ? set.add(each) : set.delete(each);
      if (isAdded) model.add(each);
      else model.delete(each);
      assert.is(set.has(each), isAdded);
      assert.is(set.size, model.size);
    }
    assert.equal([...set.sorted()], [...model].sort(byCodeUnit));
    assert.equal(set, nameSetOf([...model]));
  }), RUNS);
});

test('many changes at once are as good as one after the other', () => {
  const sizes = fc.constantFrom(0, 1, 30, 240, 250, 256, 260, 280);
  fc.assert(fc.property(sizes, fc.nat(20), fc.nat(40), fc.nat(200), (atFirst, more, fewer, skipped) => {
    const before = POOL.slice(0, atFirst);
    const added = POOL.slice(atFirst, atFirst + more).reverse();
    const removed = before.slice(skipped, skipped + fewer);
    const after = nameSetOf([...before, ...added].filter((name) => !removed.includes(name)));
    assert.equal(nameSetOf(before).changed(added, removed), after);
  }), RUNS);
});

test('very many changes at once are, too, whichever names end a node', () => {
  const all = [...new Set([...NAMES.slice(0, 3000), ...RANKED])].sort(byCodeUnit);
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9), fc.nat(2), (one, in1, in2, keep) => {
    const draw = (name: string): number => (hashString(name) >>> (3 * one)) % 10;
    const before = all.filter((name) => draw(name) < in1);
    const after = all.filter((name) => (keep > 0 && draw(name) > in2) || keep > 1);
    const [had, has] = [new Set(before), new Set(after)];
    const added = after.filter((name) => !had.has(name)).reverse();
    const removed = before.filter((name) => !has.has(name)).reverse();
    const set = nameSetOf(before);
    assert.equal(set.changed(added, removed), nameSetOf(after));
    assert.equal(set, nameSetOf(before), 'the old set is as it was');
  }), RUNS);
});

test('shrinks to nothing, in any order, in one structure', () => {
  const order = fc.shuffledSubarray(POOL, { minLength: POOL.length });
  fc.assert(fc.property(order, (names) => {
    let set = nameSetOf(names);
    const before = set;
    names.forEach((name, i) => {
      set = set.delete(name);
      if (i % 16 === 0) assert.equal(set, nameSetOf(names.slice(i + 1)));
    });
    assert.is(set, NO_NAMES);
    assert.is(before.size, POOL.length, 'the old set is as it was');
  }), { seed: 13, numRuns: 30 });
});

/** All names, piece by piece. */
function walked(set: NameSet): string[] {
  const names: string[] = [];
  for (let piece = set.pieceAt(''); piece !== null; piece = set.pieceAt(`${names.at(-1) ?? ''}\u0000`)) names.push(...piece);
  return names;
}

test('a walk in pieces sees every name once, and no piece is long', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `child-${i}`).sort(byCodeUnit);
  const set = nameSetOf(names);
  assert.equal(walked(set), names);
  assert.equal(walked(nameSetOf(names.slice(0, 20))), names.slice(0, 20));
  assert.equal(walked(NO_NAMES), []);
  for (const name of names) assert.ok((set.pieceAt(name)?.length ?? 0) < 600);
});

test.run();
