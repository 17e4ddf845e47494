/**
 * A mutant: a bug planted on purpose into a correct implementation, to see that the harness notices. It is a text edit of the
 * source, made while a worker is bundled, so that the source itself stays clean and an edit that no longer fits is an error.
 */
import type { RunResult } from '../run/run.ts';
import type { Finding } from '../run/verdict.ts';
import { bundleWorker } from './bundle.ts';
import type { SourceEdit } from './bundle.ts';
import { runCampaign } from './campaign.ts';
import { ForkPool } from './pool.ts';

/** A planted bug. */
export interface Mutant {
  /** A ticket, such as `zk-4643`, or a name that says what is wrong. */
  readonly id: string;
  /** What is wrong, in one line. */
  readonly title: string;
  /** The ticket, paper or practice that it comes from. */
  readonly source: string;
  /** How many faults it takes, 0 to 4, as in the catalogue of known bugs. */
  readonly tier: number;
  /**
   * The properties of which one must find it. Only these are judged in the hunt: what one of them notices, all of them together
   * notice too, and no later; and it is certain that it does not owe its name to another.
   */
  readonly breaks: readonly string[];
  /** Where to look for it, the most promising first. */
  readonly scenarios: readonly string[];
  readonly edits: readonly SourceEdit[];
}

/** How long to look, and where to begin. */
export interface MutantBudget {
  /** Seeds of each scenario. */
  readonly seeds: number;
  readonly forMs: number;
  /** The first seed. */
  readonly from: number;
  /** Worker processes. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** What came of looking for one mutant. `found`: by one of the properties that it breaks. Times in milliseconds. */
export interface MutantResult {
  readonly id: string;
  readonly title: string;
  readonly tier: number;
  readonly found: boolean;
  /** What noticed; null where nothing did. */
  readonly finding: Finding | null;
  /** The run in which it did, `scenario seed`; who chose what happens next in it, and how many events it had until then. */
  readonly run: string | null;
  readonly scheduler: string | null;
  readonly events: number;
  /** All that was run for it: seeds, simulated time, time on a core, time that passed. */
  readonly seeds: number;
  readonly simulatedMs: number;
  readonly workMs: number;
  readonly elapsedMs: number;
}

/** Plants a mutant and runs seeds until one of the properties that it breaks notices, or the budget is spent. */
export async function huntMutant(root: string, worker: string, mutant: Mutant, budget: MutantBudget): Promise<MutantResult> {
  const bundle = await bundleWorker(root, worker, mutant.edits);
  try {
    return await runMutant(bundle.script, mutant, budget);
  } finally {
    bundle.remove();
  }
}

async function runMutant(script: string, mutant: Mutant, budget: MutantBudget): Promise<MutantResult> {
  const isWanted = ({ property }: Finding): boolean => mutant.breaks.includes(property);
  const failing: RunResult[] = [];
  const onRun = (result: RunResult): void => {
    if (result.finding !== null && isWanted(result.finding)) failing.push(result);
  };
  const summary = await runCampaign(new ForkPool(script, budget.jobs, ['--enable-source-maps']), {
    scenarios: mutant.scenarios,
    from: budget.from,
    seeds: budget.seeds,
    forMs: budget.forMs,
    shard: { index: 1, of: 1 },
    properties: mutant.breaks,
    stopWhen: isWanted,
    reports: null,
    signal: budget.signal,
    onRun,
  });
  const { seeds, simulatedMs, workMs, elapsedMs } = summary;
  const failure = summary.failures.find(({ finding }) => isWanted(finding)) ?? summary.failures[0];
  const { id, title, tier } = mutant;
  return {
    id, title, tier,
    found: failing.length > 0,
    finding: failure?.finding ?? null,
    run: failure?.seeds[0] ?? null,
    ...aboutRun(failing[0]),
    seeds, simulatedMs, workMs, elapsedMs,
  };
}

function aboutRun(run: RunResult | undefined): Pick<MutantResult, 'scheduler' | 'events'> {
  return run === undefined ? { scheduler: null, events: 0 } : { scheduler: run.scheduler.kind, events: run.events };
}
