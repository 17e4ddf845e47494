import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { calm } from '../../scenarios/calm.ts';
import { repositoryRoot } from '../command/shell.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { SeedChooser } from '../world/chooser.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const test = suite('report');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

async function viv(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(COMMANDS, argv, {
    out: (line) => void out.push(line), err: (line) => void err.push(line), status: () => undefined, isTerminal: false,
    root: repositoryRoot(), reports: directory, signal: new AbortController().signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A run that ends before any leader is elected, which is a failure of liveness; short, for it is recorded again and again. */
function tooShort(hash?: string): string {
  const plan = { ...calm.plan('1'), faults: [], safetyMs: 10, tailMs: 4 };
  const recorded = recordRun(plan, new SeedChooser('1'), allProperties);
  const path = join(directory, 'too-short.json');
  const failure = recordedFailure(plan, recorded, { judged: null, mutant: null });
  writeFileSync(path, JSON.stringify(hash === undefined ? failure : { ...failure, hash }));
  return path;
}

test('a failure becomes a page beside it, or where it is told to', async () => {
  const file = tooShort();
  const said = await viv('report', file, '--json');
  assert.is(said.code, 0, said.err);
  const page = join(directory, 'too-short.html');
  assert.is(statSync(page).isFile(), true);
  const html = readFileSync(page, 'utf8');
  assert.match(html, /^<!doctype html>/);
  assert.not.match(html, /(src|href)=/, 'it refers to nothing outside');
  const json: unknown = JSON.parse(said.out);
  assert.ok(typeof json === 'object' && json !== null && 'page' in json);
  assert.is(json.page, page);
  const other = join(directory, 'other.html');
  await viv('report', file, '--out', other);
  assert.is(readFileSync(other, 'utf8').length > 10_000, true);
});

test('a run that is not the one that was recorded is said to be another', async () => {
  const said = await viv('report', tooShort('00000000000000'));
  assert.is(said.code, 5);
  assert.match(said.err, /another run than .*too-short\.json had/);
});

test('misuse is one sentence', async () => {
  const file = tooShort();
  const table: [argv: string[], said: RegExp][] = [
    [['report'], /takes one failure file/],
    [['report', file, file], /takes one failure file/],
    [['report', join(directory, 'missing.json')], /cannot be read/],
    [['report', file, '--mutant', 'canarie'], /did you mean "canary"/],
    [['report', file, '--out', join(directory, 'no', 'such', 'page.html')], /there is no folder .*another place/],
    [['run', 'calm', '--report', join(directory, 'no', 'such', 'page.html')], /there is no folder/],
  ];
  for (const [argv, wanted] of table) {
    const said = await viv(...argv);
    assert.is(said.code, 1, argv.join(' '));
    assert.match(said.err, wanted);
    assert.is(said.err.trim().split('\n').length, 1, said.err);
  }
});

test('a run can be made a page of as it is run', async () => {
  const page = join(directory, 'run.html');
  const said = await viv('run', 'calm', '--seed', '1', '--report', page);
  assert.is(said.code, 0);
  assert.match(said.out, /calm 1: held/);
  assert.match(readFileSync(page, 'utf8'), '<p class="verdict">Held</p>');
});

test.run();
