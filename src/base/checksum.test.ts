import { adler32, crc32 } from './checksum.ts';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('checksum');

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test('56 CRCTest: published check values', () => {
  assert.is(adler32(ascii('')), 1);
  assert.is(adler32(ascii('Wikipedia')), 0x11e60398);
  assert.is(crc32(ascii('')), 0);
  assert.is(crc32(ascii('123456789')), 0xcbf43926);
  assert.is(crc32(ascii('The quick brown fox jumps over the lazy dog')), 0x414fa339);
});

test('long runs of the largest byte do not overflow', () => {
  const bytes = new Uint8Array(1_000_000).fill(0xff);
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  assert.is(adler32(bytes), b * 65536 + a);
});

test('carried on over any cut, they give the same', () => {
  const bytes = Uint8Array.from({ length: 41 }, (_, i) => (i * 73 + 200) & 0xff);
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.is(adler32(bytes, cut, bytes.length, adler32(bytes, 0, cut)), adler32(bytes));
    assert.is(crc32(bytes, cut, bytes.length, crc32(bytes, 0, cut)), crc32(bytes));
  }
});

test.run();
