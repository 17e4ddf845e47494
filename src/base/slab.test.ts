/** Pieces of slabs are as good as arrays of their own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutBytes, keptBytes } from './slab.ts';

const test = suite('base/slab');
const SIZES = [0, 1, 7, 100, 128, 129, 1024, 2048, 2049, 20_000];

test('a piece is all zeros, and nobody else has a byte of it', () => {
  const pieces = SIZES.flatMap((size) => [cutBytes(size), cutBytes(size)]);
  for (const [index, piece] of pieces.entries()) {
    assert.ok(piece.every((byte) => byte === 0), 'zeros');
    piece.fill(index + 1);
  }
  for (const [index, piece] of pieces.entries()) assert.ok(piece.every((byte) => byte === index + 1), `piece ${index}`);
  assert.equal(pieces.map(({ length }) => length), SIZES.flatMap((size) => [size, size]));
});

for (const [kind, source] of [['an array', new Uint8Array(4000)], ['a buffer of Node’s', Buffer.alloc(4000)]] as const) {
  test(`what is kept of ${kind} is a copy, whatever its length`, () => {
    source.set(Uint8Array.from({ length: 4000 }, (_, index) => index % 251));
    const kept = [0, 1, 64, 128, 129, 1000].flatMap((length) => Array.from({ length: 20 }, (_, start) => ({
      piece: keptBytes(source, start, start + length), expected: [...source.subarray(start, start + length)],
    })));
    source.fill(255);
    for (const { piece, expected } of kept) {
      assert.equal([...piece], expected);
      assert.is(Object.getPrototypeOf(piece), Uint8Array.prototype);
    }
  });
}

test.run();
