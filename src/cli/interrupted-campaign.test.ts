/**
 * A shard that is killed and goes on loses nothing: by a real signal to a real process, sent when a condition holds, never after
 * a time. Where the process was done before the signal came, what it leaves is held to the same.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { journalPath, readJournal } from '../fuzz/journal.ts';
import { mergeJournals } from '../fuzz/merge.ts';
import { fuzzHere, startViv, stopAll } from './interrupted-testing.ts';

const test = suite('interrupted campaign');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => {
  stopAll();
  rmSync(directory, { recursive: true, force: true });
});

const SEEDS = 16;

function shardArguments(index: number): string[] {
  return [
    'fuzz', 'calm', '--seeds', String(SEEDS), '--from', '1', '--shard', `${index}/2`, '--jobs', '1', '--fresh',
    '--reports', join(directory, `shard-${index}`),
  ];
}

test('two shards, one of them killed and resumed, add up to every seed once', async () => {
  const paths = [1, 2].map((index) => journalPath(join(directory, `shard-${index}`), { index, of: 2 }));
  const [killed = '', whole = ''] = paths;
  const first = startViv(shardArguments(1));
  const watching = setInterval(() => {
    if (hasRuns(killed)) first.child.kill('SIGKILL');
  }, 5);
  await first.exit;
  clearInterval(watching);
  const before = readJournal(killed).entries.map(({ result }) => `${result.seed} ${result.hash}`);
  assert.is(await fuzzHere([...shardArguments(1), '--resume']), 0);
  assert.is(await fuzzHere(shardArguments(2)), 0);
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

test.run();
