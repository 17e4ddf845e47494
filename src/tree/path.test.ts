import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSpecialPath, isValidPath, isValidSequentialPath, nameOf, parentOf, pathFault } from './path.ts';

const test = suite('tree/path');

test('57 the table of what is a path (PathUtilsTest)', () => {
  const good = [
    '/', '/a', '/a/b', '/.a', '/..a', '/a.', '/...', '/a/...', '/ ', '/a b', '/\u00e9\u4e2d', '/\u00a0', '/\uf900',
    '/\uffef', '/~',
  ];
  const bad = [
    '', 'a', 'a/b', '/a/', '//', '//a', '/a//b', '/.', '/..', '/./a', '/../a', '/a/.', '/a/..', '/a/./b', '/a/../b',
    '/\u0000', '/a\u0001', '/\u001f',
    '/\u007f', '/\u009f', '/\ud800', '/\ud83d\ude00', '/\uf8ff', '/\ufff0', '/\uffff',
  ];
  for (const path of good) assert.ok(isValidPath(path), JSON.stringify(path));
  for (const path of bad) assert.not.ok(isValidPath(path), JSON.stringify(path));
});

test('57 a fault says what and where, as zkCli shows it', () => {
  const table: [string, string][] = [
    ['bad', 'Path must start with / character'],
    ['/t1/', 'Path must not end with / character'],
    ['//x', 'empty node name specified @1'],
    ['/t1/../x', 'relative paths not allowed @5'],
    ['/a/.', 'relative paths not allowed @3'],
    ['/a\u0000', 'null character not allowed @2'],
  ];
  for (const [path, fault] of table) assert.is(pathFault(path), fault);
});

test('57 a sequence number may complete a path', () => {
  assert.ok(isValidSequentialPath('/a/'));
  assert.ok(isValidSequentialPath('/a/.'));
  assert.not.ok(isValidSequentialPath('/a//'));
});

test('a path comes apart at its last slash', () => {
  const table: [string, string, string][] = [
    ['/a', '', 'a'], ['/a/b', '/a', 'b'], ['/a/', '/a', ''], ['//x', '/', 'x'], ['/', '', ''],
  ];
  for (const [path, parent, name] of table) assert.equal([parentOf(path), nameOf(path)], [parent, name]);
});

test('the system needs five names', () => {
  for (const path of ['', '/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']) assert.ok(isSpecialPath(path));
  for (const path of ['/zookeeper/quota/a', '/zookeeperx']) assert.not.ok(isSpecialPath(path));
});

test.run();
