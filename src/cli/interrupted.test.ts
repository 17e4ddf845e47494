/**
 * What is left of work that is cut short, by real signals to real processes: a shard that is killed and goes on loses nothing,
 * and shrinking that is interrupted keeps the best so far. Signals are sent when a condition holds, never after a time; where the
 * process was quicker than the signal, what it leaves is held to the same.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFailure } from '../fuzz/failure.ts';
import { journalPath, readJournal } from '../fuzz/journal.ts';
import { mergeJournals } from '../fuzz/merge.ts';
import { repositoryRoot } from './shell.ts';

const test = suite('interrupted');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
const children: ChildProcess[] = [];
test.after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

type OnLine = (line: string, child: ChildProcess) => void;

/** A `viv` of its own; its exit code. `onLine` hears what it says on standard error. */
function start(argv: readonly string[], onLine: OnLine = () => undefined): Promise<number | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], {
    cwd: repositoryRoot(), stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  createInterface({ input: child.stderr }).on('line', (line) => { onLine(line, child); });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => { resolve(code); });
  });
}

const SEEDS = 24;

function shardArguments(index: number): string[] {
  return [
    'fuzz', 'calm', '--seeds', String(SEEDS), '--from', '1', '--shard', `${index}/2`, '--jobs', '1', '--fresh',
    '--reports', join(directory, `shard-${index}`),
  ];
}

test('two shards, one of them killed and resumed, add up to every seed once', async () => {
  const paths = [1, 2].map((index) => journalPath(join(directory, `shard-${index}`), { index, of: 2 }));
  const [killed = '', whole = ''] = paths;
  const first = start(shardArguments(1));
  const child = children.at(-1);
  const watching = setInterval(() => {
    if (hasRuns(killed)) child?.kill('SIGKILL');
  }, 5);
  await first;
  clearInterval(watching);
  const before = readJournal(killed).entries.map(({ result }) => `${result.seed} ${result.hash}`);
  assert.is(await start([...shardArguments(1), '--resume']), 0);
  assert.is(await start(shardArguments(2)), 0);
  const after = readJournal(killed).entries.map(({ result }) => `${result.seed} ${result.hash}`);
  assert.equal(after.slice(0, before.length), before);
  const { summary } = mergeJournals(paths.map(readJournal));
  assert.is(summary.seeds, SEEDS);
  assert.equal(summary.remarks, []);
  assert.is(after.length + readJournal(whole).entries.length, SEEDS);
  const seeds = paths.flatMap((path) => readJournal(path).entries.map(({ result }) => Number(result.seed)));
  assert.equal(seeds.sort((one, other) => one - other), Array.from({ length: SEEDS }, (_, index) => index + 1));
});

/** Whether a journal that is being written has runs in it. */
function hasRuns(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readJournal(path).entries.length > 0;
  } catch {
    // Its first line is not there yet.
    return false;
  }
}

test('Ctrl-C while it shrinks: the best so far is there, and breaks the same property', async () => {
  const reports = join(directory, 'failing');
  assert.is(await start(['fuzz', 'sync', '--mutant', 'zk-1154', '--seeds', '1', '--jobs', '1', '--reports', reports]), 2);
  const file = join(reports, 'failures/sync-1.json');
  const found = readFailure(file);
  const out = join(directory, 'smaller.json');
  let wasSent = false;
  const code = await start(['shrink', file, '--for', '1h', '--out', out], (line, child) => {
    if (/ events, /.test(line) && !wasSent) wasSent = child.kill('SIGINT');
  });
  assert.ok(wasSent, 'it said how far it is');
  assert.ok(code === 6 || code === 0, `exit code ${code ?? 'none'}`);
  const smaller = readFailure(out);
  assert.is(smaller.verdict.property, found.verdict.property);
  assert.is(smaller.mutant, 'zk-1154');
  assert.ok(smaller.events <= found.events, `${found.events} to ${smaller.events} events`);
});

test.run();
