/** Who gets a directory that a dead server has left: one, whoever else wants it at the same moment. */
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryLock, isLocked, LockError } from './lock-file.ts';

const test = suite('directory lock');
const LONG_AGO_S = 1;
/** No process has this number: Linux gives none above 2²². */
const DEAD = `${2 ** 22 + 1} 1\n`;

function inDirectory(files: Readonly<Record<string, string>>, check: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    check(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function agedFile(directory: string, name: string): void {
  utimesSync(join(directory, name), LONG_AGO_S, LONG_AGO_S);
}

function taken(directory: string): boolean {
  try {
    DirectoryLock.take(directory).release();
    return true;
  } catch (error) {
    if (!(error instanceof LockError)) throw error;
    assert.match(error.message, /is being taken by another server at this moment/);
    return false;
  }
}

test('what a dead server has left is taken over, and nothing stays', () => {
  inDirectory({ 'vivarium.lock': DEAD }, (directory) => {
    const lock = DirectoryLock.take(directory);
    assert.ok(isLocked(directory));
    assert.throws(() => DirectoryLock.take(directory), /is in use by process/);
    lock.release();
    assert.not(isLocked(directory));
    assert.not(existsSync(join(directory, 'vivarium.lock')));
    assert.not(existsSync(join(directory, 'vivarium.lock.clearing')));
  });
});

test('a lock that does not say yet whose it is belongs to somebody, unless that was long ago', () => {
  inDirectory({ 'vivarium.lock': '' }, (directory) => {
    assert.not(taken(directory));
    agedFile(directory, 'vivarium.lock');
    assert.ok(taken(directory));
  });
});

test('only one clears away what a dead server has left, and who died of it holds up nobody', () => {
  inDirectory({ 'vivarium.lock': DEAD, 'vivarium.lock.clearing': '' }, (directory) => {
    assert.not(taken(directory));
    agedFile(directory, 'vivarium.lock.clearing');
    assert.ok(taken(directory));
  });
});

test.run();
