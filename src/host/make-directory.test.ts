import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flatLayout, makeDirectories } from './layout.ts';
import { DirectoryLock } from './lock-file.ts';
import { DirectoryError, makeDirectory } from './make-directory.ts';

const test = suite<{ root: string }>('make-directory');

test.before.each((context) => { context.root = mkdtempSync(join(tmpdir(), 'vivarium-test-')); });
test.after.each(({ root }) => { rmSync(root, { recursive: true, force: true }); });

test('makes what is missing, and again', ({ root }) => {
  const deep = join(root, 'a', 'b', 'c');
  makeDirectory(deep);
  makeDirectory(deep);
  assert.ok(statSync(deep).isDirectory());
});

test('a file in the place of a directory is refused in one sentence', ({ root }) => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  for (const directory of [file, join(file, 'below')]) {
    assert.throws(() => { makeDirectory(directory); }, (error: unknown) => {
      return error instanceof DirectoryError && /^\S+file is a file, and a directory of data is wanted there/.test(error.message);
    });
    assert.throws(() => DirectoryLock.take(directory), (error: unknown) => error instanceof DirectoryError);
  }
});

test('what another user left behind is refused at once', ({ root }) => {
  if (process.getuid?.() === 0) {
    console.log('skipped: nothing is forbidden to root, so files of another user were not tested');
    return;
  }
  const layout = flatLayout(root);
  const kept = join(root, 'snapshot.1');
  writeFileSync(kept, '');
  chmodSync(kept, 0o400);
  makeDirectories(layout);
  const file = join(root, 'acceptedEpoch');
  writeFileSync(file, '1');
  chmodSync(file, 0o400);
  assert.throws(() => { makeDirectories(layout); }, (error: unknown) => {
    return error instanceof DirectoryError && /acceptedEpoch'; choose another, or give it to this user$/.test(error.message);
  });
  chmodSync(root, 0o500);
  assert.throws(() => { makeDirectories(layout); }, (error: unknown) => error instanceof DirectoryError);
  chmodSync(root, 0o700);
});

test('where nothing can be made it ends, and says why', () => {
  // Nobody can make anything there, whoever asks.
  if (!existsSync('/proc/self')) {
    console.log('skipped: there is no /proc here');
    return;
  }
  assert.throws(() => { makeDirectory('/proc/vivarium/data'); }, (error: unknown) => {
    return error instanceof DirectoryError && /^\/proc\S+ cannot be used as a directory of data: E/.test(error.message);
  });
});

test.run();
