import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from './temporary-folder.ts';

const test = suite('temporary folder');
const ROOT = resolve(fileURLToPath(import.meta.url), '../../..');

test('it is there until it is removed, whatever is in it', () => {
  const { path, remove } = temporaryFolder('vivarium-test-');
  writeFileSync(join(path, 'file'), 'something');
  remove();
  assert.not(existsSync(path));
  remove();
});

test('it goes with a process that ends without removing it', () => {
  const script = `import { temporaryFolder } from './src/host/temporary-folder.ts';
    const [kept, removed] = [temporaryFolder('vivarium-test-'), temporaryFolder('vivarium-test-')];
    removed.remove();
    console.log(kept.path);
    process.exit(3);`;
  const argv = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout, status } = spawnSync(process.execPath, argv, { cwd: ROOT, encoding: 'utf8' });
  assert.is(status, 3);
  assert.match(stdout, /vivarium-test-/);
  assert.not(existsSync(stdout.trim()));
});

test.run();
