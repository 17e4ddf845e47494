/** `viv trace` from outside: a module that is written, and misuse in one sentence. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const test = suite('trace');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

async function viv(...argv: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string[] }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(COMMANDS, ['trace', ...argv], {
    out: (line) => void out.push(line), err: (line) => void err.push(line), status: () => undefined,
    isTerminal: false, root: repositoryRoot(), reports: directory, signal: new AbortController().signal,
  });
  return { code, out: out.join('\n'), err };
}

test('a module and a configuration are written where they are asked for', async () => {
  const where = join(directory, 'somewhere', 'new');
  const { code, out } = await viv('zab-small', '--tla', '--out', where);
  assert.is(code, 0);
  assert.match(out, /^zab-small: \d+ states of 3 servers, in .*ZabTrace\.tla$/);
  assert.ok(existsSync(join(where, 'ZabTrace.tla')) && existsSync(join(where, 'ZabTrace.cfg')));
});

test('misuse is one sentence and exit code 1', async () => {
  const torn = join(directory, 'torn.json');
  writeFileSync(torn, '{"format": "viv');
  const other = join(directory, 'other.json');
  writeFileSync(other, '{"plan": 1}');
  const table: [argv: string[], said: RegExp][] = [
    [['zab-small'], /viv trace needs --tla/],
    [['--tla'], /viv trace takes one failure file or one scenario/],
    [['zab-smal', '--tla'], /"zab-smal"/],
    [['zab-small', 'five', '--tla'], /takes one failure file or one scenario/],
    [['observers-small', '--tla'], /has observers or a changing ensemble.*try zab-small/],
    [['leaving-small', '--tla'], /has observers or a changing ensemble/],
    [[join(directory, 'none.json'), '--tla'], /none\.json/],
    [[torn, '--tla'], /torn\.json/],
    [[other, '--tla'], /other\.json/],
    [['zab-small', '--tla', '--out', torn], /torn\.json cannot be written/],
    [['zab-small', '--tla', '--sed', '1'], /--sed/],
  ];
  for (const [argv, said] of table) {
    const { code, out, err } = await viv(...argv);
    assert.is(code, 1, argv.join(' '));
    assert.is(out, '', argv.join(' '));
    assert.is(err.length, 1, argv.join(' '));
    assert.match(err.join(''), said, argv.join(' '));
  }
});

test.run();
