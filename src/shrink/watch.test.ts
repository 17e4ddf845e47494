/** A process that shrinks and comes to no end, or dies: what it had by then is there, and somebody says what happened. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { At } from '../history/at.ts';
import { Judge } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import type { Failure } from '../run/failure.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { SeedChooser } from '../world/chooser.ts';
import { ShrinkProcess, shrinkWatched } from './watch.ts';
import type { Ticks, WatchOptions, Watched } from './watch.ts';

const test = suite('shrinking under watch');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => { rmSync(directory, { recursive: true, force: true }); });

/** Where the process says that it is in trouble; it inherits this. */
const file = join(directory, 'trouble');
process.env['TROUBLE_FILE'] = file;
test.before.each(() => { rmSync(file, { force: true }); });

class SomebodyLeads extends Judge {
  see(_fact: JudgedFact, at: At): void {
    this.violate('somebody leads', at);
  }
}

/** Of one of the properties of `troubled-testing.ts`, with clients, so that nothing comes of it yet. */
function failureOf(name: string): Failure {
  const plan = SCENARIOS.find((scenario) => scenario.name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const property = {
    name, kind: 'safety' as const, promise: 'Nobody leads.', source: 'this test', codes: [], reads: ['established' as const],
    exemptions: [], mutants: [], create: () => new SomebodyLeads(),
  };
  const recorded = recordRun(plan, new SeedChooser(plan.seed), [property]);
  return recordedFailure(plan, recorded, { judged: [name], mutant: null });
}

/** Time stands still until the process is in trouble, and then goes on as fast as we come to hear what it had said before. */
function ticksOnceInTrouble(onTrouble: () => void): Ticks {
  return (tick) => {
    let isOver = false;
    const next = (): void => {
      if (isOver) return;
      if (existsSync(file)) {
        onTrouble();
        tick();
      }
      setTimeout(next, 5);
    };
    next();
    return () => { isOver = true; };
  };
}

async function shrinkIt(failure: Failure, ticks: Ticks, signal: AbortSignal): Promise<Watched> {
  const options: WatchOptions = {
    script: fileURLToPath(new URL('troubled-testing.ts', import.meta.url)), nodeFlags: ['--import', 'tsx'], signal,
  };
  const worker = new ShrinkProcess({ ...options, ticks });
  try {
    return await shrinkWatched(worker, { failure, forMs: 3_600_000, clock: 'wall' }, options);
  } finally {
    await worker.end();
  }
}

test('a run that loops for ever is ended, and what there was before is kept', async () => {
  const failure = failureOf('loops');
  let ticks = 0;
  const { shrunk, trouble } = await shrinkIt(failure, ticksOnceInTrouble(() => ticks++), new AbortController().signal);
  assert.match(trouble ?? '', /^a run did not end: .* was ended$/);
  assert.is(shrunk?.end, 'silent');
  assert.is(shrunk?.failure.verdict.property, 'loops');
  assert.ok((shrunk?.to.clients ?? 0) > 0);
  assert.ok((shrunk?.to.operations ?? Infinity) <= (shrunk?.from.operations ?? 0));
  assert.ok(ticks > 10, `${ticks} ticks`);
});

test('once somebody has seen enough, a run that loops for ever is not waited for so long', async () => {
  const interrupt = new AbortController();
  let ticks = 0;
  const onTrouble = (): void => {
    ticks++;
    interrupt.abort();
  };
  const { shrunk } = await shrinkIt(failureOf('loops'), ticksOnceInTrouble(onTrouble), interrupt.signal);
  assert.is(shrunk?.end, 'silent');
  assert.ok(ticks < 10, `${ticks} ticks`);
});

test('a process that dies leaves what it had', async () => {
  const { shrunk, trouble } = await shrinkIt(failureOf('dies'), () => () => undefined, new AbortController().signal);
  assert.match(trouble ?? '', /died in the midst of a run \(SIGKILL\)/);
  assert.is(shrunk?.end, 'died');
  assert.is(shrunk?.failure.verdict.property, 'dies');
});

test('a process that has an answer is not ended, however long nothing was heard', async () => {
  const interrupt = new AbortController();
  const ticks: Ticks = () => {
    interrupt.abort();
    return () => undefined;
  };
  const { shrunk, trouble } = await shrinkIt(failureOf('loops'), ticks, interrupt.signal);
  assert.is(trouble, null);
  assert.is(shrunk?.end, 'stopped');
  assert.equal(shrunk?.to, shrunk?.from);
});

test.run();
