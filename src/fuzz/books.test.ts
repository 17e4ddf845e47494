/** What a campaign leaves on disk, and what a later one makes of it: journal, corpus, order of the seeds, changes of plans. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { luckOf, planOf } from '../plan/lineage.ts';
import { noResult } from '../run/examine.ts';
import { runPlan } from '../run/run.ts';
import type { RunResult } from '../run/run.ts';
import { Agenda } from './agenda.ts';
import type { AgendaOptions } from './agenda.ts';
import { readCorpus, tidied, writeCorpus } from './corpus.ts';
import type { CorpusEntry } from './corpus.ts';
import { Novelty } from './features.ts';
import { Journal, differenceOf, journalPath, readJournal } from './journal.ts';
import type { JournalEntry, JournalHead } from './journal.ts';
import { mergeJournals } from './merge.ts';

const test = suite('books');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

const HEAD: JournalHead = {
  scenarios: ['five'], from: 1, seeds: null, shard: { index: 1, of: 2 }, mutant: null, feedback: false,
};

function result(scenario: string, seed: string, property?: string): RunResult {
  const finding = { outcome: 'safety' as const, property: property ?? '', sentence: 'bad', steps: [3], atMs: 1 };
  const run = noResult(scenario, seed, finding);
  return property === undefined ? { ...run, outcome: 'held', finding: null, events: 10 } : { ...run, outcome: 'safety' };
}

function entry(seed: string, property?: string): JournalEntry {
  const signature = property === undefined ? null : `${property}-1`;
  return { result: result('five', seed, property), workMs: 1.5, wasRunTwice: false, signature, file: null };
}

test('a journal is read as it was written; a torn line costs its own runs only, also when it is gone on with', () => {
  const path = journalPath(directory, HEAD.shard);
  const journal = new Journal(path, HEAD, false);
  journal.add(entry('1'), 0);
  journal.flush(10);
  journal.add(entry('3', 'sync'), 20);
  journal.flush(30);
  appendFileSync(path, '{"elapsedMs":40,"runs":["five 5"],"pack');
  const torn = readJournal(path);
  assert.is(torn.tornLines, 1);
  assert.equal(torn.entries, [{ ...entry('1'), doneMs: 10 }, { ...entry('3', 'sync'), doneMs: 30 }]);
  assert.is(torn.elapsedMs, 30);
  assert.equal(torn.head, HEAD);
  const again = new Journal(path, HEAD, true);
  again.add(entry('5'), 50);
  again.flush(50);
  assert.equal(readJournal(path).entries.map(({ result: { seed } }) => seed), ['1', '3', '5']);
  assert.is(differenceOf(HEAD, { ...HEAD, shard: { index: 2, of: 2 } }), 'it is of a campaign with other shard (1/2, not 2/2)');
  assert.is(differenceOf(HEAD, HEAD), null);
  writeFileSync(path, '{"format":"vivarium journal","version":7}\n');
  assert.throws(() => readJournal(path), /is no journal of a campaign: it is of version 7/);
});

test('merged shards add up, a run that is in both counts once, and what is missing is told', () => {
  const found = (index: number, of: number, ...entries: JournalEntry[]): ReturnType<typeof readJournal> => {
    // The second shard is half a beat behind the first.
    const timed = entries.map((one, at) => ({ ...one, doneMs: 10 * at + 5 * index }));
    return { path: `${index}`, head: { ...HEAD, shard: { index, of } }, entries: timed, elapsedMs: 100 * index, tornLines: 0 };
  };
  const both = mergeJournals([found(1, 2, entry('1'), entry('3', 'sync')), found(2, 2, entry('2'), entry('4', 'sync'))]);
  assert.is(both.summary.seeds, 4);
  assert.is(both.summary.events, 20);
  assert.equal(both.summary.failures.map(({ key, seeds }) => [key, seeds]), [['sync-1', ['five 3', 'five 4']]]);
  assert.equal(both.summary.remarks, []);
  assert.equal(both.corpus.map(({ seed }) => seed), ['3', '4']);
  assert.equal(both.entries.map(({ result: { seed } }) => seed), ['1', '2', '3', '4']);
  assert.equal(both.summary.timeline, [
    { elapsedMs: 5, seeds: 1, situations: 0, failures: 0 }, { elapsedMs: 10, seeds: 2, situations: 0, failures: 0 },
    { elapsedMs: 15, seeds: 3, situations: 0, failures: 1 }, { elapsedMs: 20, seeds: 4, situations: 0, failures: 1 },
  ]);
  const overlapping = mergeJournals([found(1, 3, entry('1')), found(3, 3, entry('1'), entry('3'))]);
  assert.is(overlapping.summary.seeds, 2);
  assert.equal(overlapping.summary.remarks, [
    'runs that were in more than one journal, counted once: 1', 'of 3 shards, missing: 2',
  ]);
});

test('a corpus is sorted, keeps a few seeds of each signature, and a torn line is told and skipped', () => {
  const path = join(directory, 'corpus.jsonl');
  const line = (signature: string, seed: string): CorpusEntry => ({ signature, property: 'sync', scenario: 'five', seed });
  writeCorpus(path, [line('b', '9'), line('a', '2'), line('b', '1'), line('b', '1')]);
  assert.equal(readCorpus(path).entries, [line('a', '2'), line('b', '1'), line('b', '9')]);
  assert.is(tidied(['1', '2', '3', '4', '5'].map((seed) => line('c', seed))).length, 3);
  const [first = '', ...others] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [first, others[0]?.slice(0, 20), '{"signature":1}', ...others].join('\n'));
  const torn = readCorpus(path);
  assert.equal(torn.entries, [line('a', '2'), line('b', '1'), line('b', '9')]);
  assert.is(torn.remarks.length, 2);
  assert.match(torn.remarks[0] ?? '', /corpus\.jsonl, line 2 is skipped: it is torn or no JSON/);
  assert.match(torn.remarks[1] ?? '', /line 3 is skipped: signature must be a string/);
  assert.equal(readCorpus(join(directory, 'none.jsonl')), { entries: [], remarks: [] });
});

const OPTIONS: AgendaOptions = {
  scenarios: ['five'], from: 1, seeds: 4, forMs: null, shard: { index: 1, of: 1 }, properties: null,
};

function taken(agenda: Agenda, most: number = 100): string[] {
  const names: string[] = [];
  for (let job = agenda.next(); job !== undefined && names.length < most; job = agenda.next()) {
    names.push(`${job.scenario} ${job.seed}`.trim());
  }
  return names;
}

test('kept failures come first, then seeds that failed lately, then fresh ones; none twice, none that is done', () => {
  const lately = [{ signature: 's', property: 'sync', scenario: 'five', seed: '3' }];
  const options = { ...OPTIONS, regressions: ['old.json'], lately, done: new Set(['five 2']) };
  assert.equal(taken(new Agenda(options, () => 0)), ['old.json', 'five 3', 'five 1', 'five 4']);
});

test('shards share kept failures and late seeds out as well', () => {
  const lately = ['2', '3', '90'].map((seed) => ({ signature: 's', property: 'sync', scenario: 'five', seed }));
  const shards = [1, 2].map((index) => {
    return taken(new Agenda({ ...OPTIONS, regressions: ['a', 'b', 'c'], lately, shard: { index, of: 2 } }, () => 0));
  });
  assert.equal(shards, [['a', 'c', 'five 3', 'five 90', 'five 1'], ['b', 'five 2', 'five 4']]);
});

test('with a time limit the scenario that had the least time is next', () => {
  const agenda = new Agenda({ ...OPTIONS, scenarios: ['slow', 'quick'], seeds: null, forMs: 1000 }, () => 0);
  const names = Array.from({ length: 12 }, () => {
    const job = agenda.next();
    if (job === undefined) throw new Error('there is no end to the seeds');
    agenda.learn(result(job.scenario, job.seed), job.scenario === 'slow' ? 100 : 10);
    return job.scenario;
  });
  const slow = names.filter((name) => name === 'slow').length;
  assert.ok(slow >= 1 && slow <= 2, `${slow} of 12 are slow`);
});

test('with feedback, once it is known what is rare, every other run is a change of one that did it', () => {
  const agenda = new Agenda({ ...OPTIONS, seeds: 60, feedback: true }, () => 0);
  const names: string[] = [];
  for (let job = agenda.next(); job !== undefined; job = agenda.next()) {
    names.push(job.seed);
    const situations: [string, number][] = job.seed.startsWith('7') ? [['often', 1], ['rare', 1]] : [['often', 1]];
    agenda.learn({ ...result('five', job.seed), situations }, 1);
  }
  assert.equal(names.slice(0, 24), Array.from({ length: 24 }, (_, index) => String(index + 1)));
  const changes = names.filter((name) => name.includes('~'));
  assert.ok(changes.length > 0 && changes.every((name) => name.startsWith('7~')), changes.join(' '));
  const firstChange = names.indexOf('7~1');
  assert.ok(firstChange >= 24 && !(names[firstChange + 1] ?? '').includes('~'), names.join(' '));
  assert.is(new Set(names).size, names.length);
});

test('a changed plan is a function of its seed, is another plan, and runs', () => {
  const five = SCENARIOS.find(({ name }) => name === 'five');
  if (five === undefined) throw new Error('there is no five');
  const plan = planOf(five, '7~1~2');
  assert.equal(planOf(five, '7~1~2'), plan);
  assert.is.not(JSON.stringify({ ...plan, seed: '' }), JSON.stringify({ ...planOf(five, '7'), seed: '' }));
  assert.is(runPlan(plan, luckOf(plan.seed), { properties: [], maxSteps: 2000 }).seed, '7~1~2');
  assert.is(luckOf('7~1~2').seed, '7');
  assert.is(luckOf('7~1').seed, '7~1');
});

test('what no run did before is news, once', () => {
  const novelty = new Novelty();
  const run = { ...result('five', '1'), counts: { ...result('five', '1').counts, elections: 2 } };
  assert.is(novelty.see(run), 1);
  assert.is(novelty.see(run), 0);
  assert.is(novelty.see({ ...run, counts: { ...run.counts, elections: 3 } }), 0);
  assert.is(novelty.quietRuns, 2);
});

test.run();
