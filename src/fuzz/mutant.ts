/**
 * A mutant: a bug planted on purpose into a correct implementation, to see that the harness notices. It is a text edit of the
 * source, made while a worker is bundled, so that the source itself stays clean and an edit that no longer fits is an error.
 */
import { bundleWorker } from './bundle.ts';
import type { SourceEdit } from './bundle.ts';
import { runCampaign } from './campaign.ts';
import { ForkPool } from './pool.ts';
import type { Finding } from './verdict.ts';

/** A planted bug. */
export interface Mutant {
  /** The name of its file, such as `zk-4643`. */
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

/** How long to look. */
export interface MutantBudget {
  /** Seeds of each scenario. */
  readonly seeds: number;
  readonly forMs: number;
  readonly from: number;
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** What came of looking for one mutant. `found`: by one of the properties that it breaks. */
export interface MutantResult {
  readonly id: string;
  readonly title: string;
  readonly tier: number;
  readonly found: boolean;
  /** What noticed; null where nothing did. */
  readonly finding: Finding | null;
  /** The run in which it did: `scenario seed`. */
  readonly run: string | null;
  readonly seeds: number;
  readonly elapsedMs: number;
}

/** Plants a mutant and runs seeds until one of the properties that it breaks notices, or the budget is spent. */
export async function huntMutant(root: string, worker: string, mutant: Mutant, budget: MutantBudget): Promise<MutantResult> {
  const bundle = await bundleWorker(root, worker, mutant.edits);
  try {
    const summary = await runCampaign(new ForkPool(bundle.script, budget.jobs, ['--enable-source-maps']), {
      scenarios: mutant.scenarios,
      from: budget.from,
      seeds: budget.seeds,
      forMs: budget.forMs,
      shard: { index: 1, of: 1 },
      properties: mutant.breaks,
      stopWhen: ({ property }) => mutant.breaks.includes(property),
      reports: null,
      signal: budget.signal,
    });
    const wanted = summary.failures.find(({ finding }) => mutant.breaks.includes(finding.property));
    const failure = wanted ?? summary.failures[0];
    const { id, title, tier } = mutant;
    return {
      id,
      title,
      tier,
      found: wanted !== undefined,
      finding: failure?.finding ?? null,
      run: failure?.seeds[0] ?? null,
      seeds: summary.seeds,
      elapsedMs: summary.elapsedMs,
    };
  } finally {
    bundle.remove();
  }
}
