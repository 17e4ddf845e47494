/** What a client makes of connect strings and paths before it asks anybody. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pathFault, toClientPath, toServerPath } from './client-path.ts';
import { ConnectStringError, parseConnectString } from './connect-string.ts';

const test = suite('client/paths');

test('connect strings that name servers', () => {
  const rows: readonly (readonly [text: string, servers: string, chroot: string])[] = [
    ['a', 'a 2181', ''],
    ['a:1', 'a 1', ''],
    ['a:1,b:65535', 'a 1, b 65535', ''],
    [' a:1 , b ,', 'a 1, b 2181', ''],
    ['127.0.0.1:2182/', '127.0.0.1 2182', ''],
    ['a,b:3/app', 'a 2181, b 3', '/app'],
    ['a/app/x', 'a 2181', '/app/x'],
    ['[::1]:2183,[fe80::1]', '::1 2183, fe80::1 2181', ''],
    ['[::1]/app', '::1 2181', '/app'],
  ];
  for (const [text, servers, chroot] of rows) {
    const parsed = parseConnectString(text);
    assert.is(parsed.servers.map(({ host, port }) => `${host} ${port}`).join(', '), servers, text);
    assert.is(parsed.chroot, chroot, text);
  }
});

test('connect strings that do not, each with a sentence that says what to write', () => {
  const rows: readonly (readonly [text: string, says: RegExp])[] = [
    ['', /names no server; write host:port/],
    [' , ', /names no server/],
    ['/app', /names no server/],
    ['a:0', /"a:0" in "a:0" is no server/],
    ['a:65536', /is no server/],
    ['a:x', /is no server/],
    ['::1', /write host:port, or \[address\]:port for IPv6/],
    ['a b', /is no server/],
    ['a/app/', /the chroot of "a\/app\/" is no path: Path must not end/],
    ['a//app', /empty node name specified/],
    ['a/../b', /relative paths not allowed/],
  ];
  for (const [text, says] of rows) {
    assert.throws(() => parseConnectString(text), (error: unknown) => {
      return error instanceof ConnectStringError && says.test(error.message);
    }, text);
  }
});

test('paths that a client refuses, in ZooKeeper’s words (section 4.6)', () => {
  const rows: readonly (readonly [path: string, fault: string | undefined])[] = [
    ['/', undefined],
    ['/a/b.c/..d/...', undefined],
    ['/\u4e2d', undefined],
    ['', 'Path length must be > 0'],
    ['a', 'Path must start with / character'],
    ['/a/', 'Path must not end with / character'],
    ['/a//b', 'Invalid path string "/a//b" caused by empty node name specified @3'],
    ['/a/./b', 'Invalid path string "/a/./b" caused by relative paths not allowed @3'],
    ['/a/..', 'Invalid path string "/a/.." caused by relative paths not allowed @4'],
    ['/a\u0000', 'Invalid path string "/a\u0000" caused by null character not allowed @2'],
    ['/a\u0001', 'Invalid path string "/a\u0001" caused by invalid character @2'],
    ['/a\u007f', 'Invalid path string "/a\u007f" caused by invalid character @2'],
    ['/\uf8ff', 'Invalid path string "/\uf8ff" caused by invalid character @1'],
    ['/\ufff0', 'Invalid path string "/\ufff0" caused by invalid character @1'],
  ];
  for (const [path, fault] of rows) assert.is(pathFault(path), fault, path);
  assert.is(pathFault('/a/', true), undefined, 'a number will follow');
  assert.is(pathFault('/a//', true), 'Invalid path string "/a//" caused by empty node name specified @3');
});

test('a chroot there and back, and what only begins like it', () => {
  const rows: readonly (readonly [chroot: string, client: string, server: string])[] = [
    ['', '/', '/'], ['', '/a', '/a'], ['/app', '/', '/app'], ['/app', '/a', '/app/a'], ['/app/x', '/app/x', '/app/x/app/x'],
  ];
  for (const [chroot, client, server] of rows) {
    assert.is(toServerPath(chroot, client), server);
    assert.is(toClientPath(chroot, server), client);
  }
  for (const outside of ['/', '/apple', '/other/app']) assert.is(toClientPath('/app', outside), outside);
});

test.run();
