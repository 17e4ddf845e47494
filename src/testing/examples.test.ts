/** The examples run, and say what they are meant to say. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';

const test = suite('examples');
const run = promisify(execFile);

const SAID: readonly (readonly [file: string, said: RegExp])[] = [
  ['transfer.ts', /^held: 10 seeds, \d+ events\n$/],
  ['lock.ts', /^entered 20 times, one at a time\n$/],
];

for (const [file, said] of SAID) {
  test(file, async () => {
    const argv = ['--import', 'tsx', `examples/${file}`];
    const { stdout } = await run(process.execPath, argv, { cwd: repositoryRoot(), timeout: 120_000 });
    assert.match(stdout, said);
  });
}

test.run();
