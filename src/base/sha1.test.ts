import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { base64, sha1 } from './sha1.ts';

const test = suite('base/sha1');

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

test('the examples of RFC 3174, and the lengths around a block', () => {
  const table: [string, string][] = [
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
    ['a'.repeat(55), 'c1c8bbdc22796e28c0e15163d20899b65621d65a'],
    ['a'.repeat(64), '0098ba824b5c16427bd7a1122a5a442a25ec644d'],
    ['0123456701234567012345670123456701234567012345670123456701234567'.repeat(10), 'dea356a2cddd90c7a7ecedc5ebb563934f460452'],
  ];
  for (const [message, digest] of table) assert.is(hex(sha1(new TextEncoder().encode(message))), digest);
});

test('base64 with every padding', () => {
  const table: [string, string][] = [['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['foo', 'Zm9v'], ['foob', 'Zm9vYg==']];
  for (const [text, encoded] of table) assert.is(base64(new TextEncoder().encode(text)), encoded);
});

test.run();
