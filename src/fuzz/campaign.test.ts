import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_COUNTS } from '../history/counters.ts';
import { PLAN_VERSION } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { Examined } from '../run/examine.ts';
import type { RunResult } from '../run/run.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { Agenda } from './agenda.ts';
import { runCampaign } from './campaign.ts';
import type { CampaignOptions } from './campaign.ts';
import { ForkPool } from './pool.ts';
import type { Job, NextJob, Pool } from './pool.ts';

const test = suite('campaign');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

const OPTIONS: CampaignOptions = {
  scenarios: ['five'], from: 1, seeds: 6, forMs: null, shard: { index: 1, of: 1 }, properties: null, reports: null,
  signal: new AbortController().signal,
};

function taken(agenda: Agenda): string[] {
  const names: string[] = [];
  for (let job = agenda.next(); job !== undefined; job = agenda.next()) {
    names.push(`${job.scenario} ${job.seed}${job.twice ? ' twice' : ''}`);
  }
  return names;
}

test('seeds are handed out in order, one in twenty to be run twice', () => {
  assert.equal(
    taken(new Agenda({ ...OPTIONS, scenarios: ['a', 'b'], from: 19, seeds: 2 }, () => 0)),
    ['a 19', 'b 19', 'a 20 twice', 'b 20 twice'],
  );
});

test('shards share the seeds out, none twice and none left', () => {
  const shards = [1, 2, 3].map((index) => taken(new Agenda({ ...OPTIONS, seeds: 10, shard: { index, of: 3 } }, () => 0)));
  assert.equal(shards[1], ['five 2', 'five 5', 'five 8']);
  assert.is(new Set(shards.flat()).size, 10);
});

test('no seed is begun once time is up', () => {
  let now = 0;
  const agenda = new Agenda({ ...OPTIONS, seeds: null, forMs: 100 }, () => now);
  assert.is(agenda.next()?.seed, '1');
  now = 100;
  assert.is(agenda.next(), undefined);
});

const held: RunResult = {
  scenario: 'five', seed: '1', outcome: 'held', finding: null, hash: '0', events: 1, simulatedMs: 1,
  counts: NO_COUNTS, situations: [], faults: [],
  scheduler: { kind: 'timed', decisions: 0, deviations: 0, depth: 0, chains: 0 }, properties: [],
};

/** Answers every job at once, in this process. */
class FakePool implements Pool {
  readonly jobs = 1;
  private readonly answer: (job: Job) => Examined;

  constructor(answer: (job: Job) => Examined) {
    this.answer = answer;
  }

  run(next: NextJob, report: Parameters<Pool['run']>[1], signal: AbortSignal): Promise<void> {
    for (
      let job = next(); job !== undefined && !signal.aborted; job = next()
    ) report({ kind: 'examined', job, examined: this.answer(job) });
    return Promise.resolve();
  }
}

function failing(job: Job): Examined {
  const finding = { outcome: 'safety' as const, property: 'sync', sentence: 'bad', steps: [], atMs: 0 };
  const failure = {
    format: 'vivarium failure' as const,
    version: 2 as const,
    plan: plan(job.seed),
    tape: [],
    verdict: finding,
    hash: '0',
    events: 1,
  };
  return { result: { ...held, seed: job.seed, outcome: 'safety', finding }, workMs: 1, wasRunTwice: false, failure };
}

function plan(seed: string): Plan {
  return {
    version: PLAN_VERSION, scenario: 'five', seed, members: [], knobs: DEFAULT_CONFIG, clients: [], faults: [],
    settings: DEFAULT_SETTINGS, safetyMs: 0, tailMs: 0,
  };
}

test('failures are kept in files, and the campaign stops when it is told to', async () => {
  const summary = await runCampaign(new FakePool(failing), { ...OPTIONS, reports: directory });
  assert.is(summary.seeds, 6);
  assert.is(summary.failures[0]?.file, join(directory, 'failures/five-1.json'));
  assert.match(readFileSync(join(directory, 'failures/five-6.json'), 'utf8'), /"vivarium failure"/);
  assert.is((await runCampaign(new FakePool(failing), { ...OPTIONS, stopWhen: () => true })).seeds, 1);
});

test('where nothing can be written, that is said and the verdict stands', async () => {
  const file = join(directory, 'a-file');
  writeFileSync(file, '');
  const summary = await runCampaign(new FakePool(failing), { ...OPTIONS, reports: file });
  assert.is(summary.outcome, 'safety');
  assert.is(summary.remarks.length, 1);
  assert.match(summary.remarks[0] ?? '', /could not be kept/);
});

test('a worker that dies names its seed, and the campaign goes on', async () => {
  const script = join(directory, 'worker.cjs');
  writeFileSync(script, `
    const held = ${JSON.stringify(held)};
    process.on('message', (job) => {
      if (job.seed === '3') process.kill(process.pid, 'SIGKILL');
      else process.send({ result: { ...held, seed: job.seed }, workMs: 1, wasRunTwice: false, failure: null });
    });
    process.on('disconnect', () => process.exit(0));
  `);
  const summary = await runCampaign(new ForkPool(script, 2), OPTIONS);
  assert.is(summary.seeds, 5);
  assert.is(summary.outcome, 'crash');
  assert.equal(summary.failures.map(({ seeds }) => seeds), [['five 3']]);
  assert.match(summary.remarks[0] ?? '', /five 3: the worker died of it \(SIGKILL\)/);
});

test('an interrupted campaign tells what it has', async () => {
  const interrupt = new AbortController();
  const summary = await runCampaign(new FakePool((job) => {
    if (job.seed === '2') interrupt.abort();
    return { result: held, workMs: 1, wasRunTwice: false, failure: null };
  }), { ...OPTIONS, signal: interrupt.signal });
  assert.is(summary.interrupted, true);
  assert.is(summary.seeds, 1);
});

test('a campaign that is gone on with keeps its course from the beginning', async () => {
  const entries = ['1', '2'].map((seed, index) => {
    return { result: { ...held, seed }, workMs: 1, wasRunTwice: false, signature: null, file: null, doneMs: 1000 * (index + 1) };
  });
  const { seeds, timeline } = await runCampaign(new FakePool((job) => {
    return { result: { ...held, seed: job.seed }, workMs: 1, wasRunTwice: false, failure: null };
  }), { ...OPTIONS, resumed: { entries, elapsedMs: 2500 } });
  assert.is(seeds, 6);
  assert.equal(timeline.slice(0, 2).map((point) => [point.elapsedMs, point.seeds]), [[1000, 1], [2000, 2]]);
  assert.equal(timeline.map((point) => point.seeds), [1, 2, 3, 4, 5, 6]);
  assert.ok(timeline.slice(2).every((point) => point.elapsedMs >= 2500), 'the time goes on where it was');
});

test.run();
