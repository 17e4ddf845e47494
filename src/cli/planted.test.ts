/** A bug planted from outside: what the commands say of the runs that it spoils. */
import { tmpdir } from 'node:os';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import { readTable } from '../fuzz/mutant-table.ts';
import { COMMANDS } from './commands.ts';
import { PLANTABLE } from './plantable.ts';
import { runProgram } from './program.ts';

const test = suite('cli/planted');

async function viv(...argv: string[]): Promise<{ readonly code: number; readonly out: readonly string[] }> {
  const out: string[] = [];
  const code = await runProgram(COMMANDS, argv, {
    out: (line) => void out.push(line), err: (line) => void out.push(line), status: () => undefined,
    isTerminal: false, root: repositoryRoot(), reports: tmpdir(), signal: new AbortController().signal,
  });
  return { code, out };
}

test('a run that one judge stops early goes on for another, as far as that one wants', async () => {
  const known = readTable(repositoryRoot()).find(({ id, property }) => id === 'gen-fsync' && property === 'no-lost-committed');
  const [scenario = '', seed = ''] = known?.run.split(' ') ?? [];
  const run = ['replay', scenario, '--seed', seed, '--mutant', 'gen-fsync'];
  const judgedByAll = await viv(...run);
  assert.is(judgedByAll.code, 2);
  assert.match(judgedByAll.out[0] ?? '', /: safety violated: write-ahead: /);
  assert.not.match(judgedByAll.out.join('\n'), /should be/, 'there is no hash to compare with');
  const broken = await viv(...run, '--break', 'no-lost-committed');
  assert.is(broken.code, 2, broken.out.join('\n'));
  assert.match(broken.out.at(-1) ?? '', /^safety violated: no-lost-committed: /);
});

test('every command that takes --mutant runs in the code with the bug', async () => {
  for (const { name } of PLANTABLE) {
    const { out } = await viv(name, 'no-such-scenario', '--mutant', 'canary');
    assert.is(out.length, 1, name);
    assert.not.match(out.join('\n'), /no command of viv/);
  }
});

test.run();
