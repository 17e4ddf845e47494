/** The vectors of RFC 2202 that differ in kind: a short key, a text key, a key longer than a block. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hmacSha1 } from './hmac.ts';

const test = suite('hmac');
const utf8 = new TextEncoder();

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

test('RFC 2202', () => {
  assert.is(hex(hmacSha1(new Uint8Array(20).fill(0x0b), utf8.encode('Hi There'))), 'b617318655057264e28bc0b6fb378c8ef146be00');
  const question = utf8.encode('what do ya want for nothing?');
  assert.is(hex(hmacSha1(utf8.encode('Jefe'), question)), 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  const long = utf8.encode('Test Using Larger Than Block-Size Key - Hash Key First');
  assert.is(hex(hmacSha1(new Uint8Array(80).fill(0xaa), long)), 'aa4ae5e15272d00e95705637ce8a3b55ed402112');
});

test.run();
