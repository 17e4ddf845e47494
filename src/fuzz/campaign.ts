/**
 * A campaign: many seeds of some scenarios over a pool of workers, until there are enough of them or time is up or somebody has
 * seen enough. Which seed is run twice depends on the seed alone, so a campaign's verdict does not depend on how many workers it
 * had. Whatever goes wrong around it (a dead worker, a full disk) is said in the summary and does not take the verdict away.
 */
import { performance } from 'node:perf_hooks';
import type { Reach } from '../plan/reach.ts';
import { noResult } from '../run/examine.ts';
import { writeFailure } from '../run/failure.ts';
import type { RunResult } from '../run/run.ts';
import type { Finding } from '../run/verdict.ts';
import { Agenda } from './agenda.ts';
import type { AgendaOptions } from './agenda.ts';
import { Novelty } from './features.ts';
import type { FoundJournal, Journal, JournalEntry } from './journal.ts';
import type { JobReport, Pool } from './pool.ts';
import { Tally } from './tally.ts';
import type { Summary } from './tally.ts';

/** So many failure files are written of one kind of failure; the summary lists the other seeds. */
export const FILES_PER_FAILURE = 20;

/** What to run, and for how long. */
export interface CampaignOptions extends AgendaOptions {
  /** Ends the campaign at the first finding for which it is true. */
  readonly stopWhen?: (finding: Finding) => boolean;
  /** What each scenario is there to reach; left out: nothing. */
  readonly expects?: ReadonlyMap<string, readonly Reach[]>;
  /** Ends the campaign when so many runs in a row did nothing that no run before them did. */
  readonly quietRuns?: number;
  /** The bug that is planted in the workers' code, for the failure files to say so; left out: none. */
  readonly mutant?: string;
  /** Where failure files go; null writes none. */
  readonly reports: string | null;
  /** Takes every run, for the campaign to be resumed; left out: none. */
  readonly journal?: Journal;
  /** What an interrupted campaign had come to; left out: it begins. */
  readonly resumed?: Pick<FoundJournal, 'entries' | 'elapsedMs'>;
  /** Ends the campaign at once; what is known by then is the summary. */
  readonly signal: AbortSignal;
  /** Called with every run of a seed, in order of arrival. */
  readonly onRun?: (result: RunResult, signature: string | null) => void;
  /** Called after every result. */
  readonly progress?: (tally: Tally, elapsedMs: number) => void;
}

/** Runs a campaign. Never rejects because of what a seed did. */
export async function runCampaign(pool: Pool, options: CampaignOptions): Promise<Summary> {
  const course = new Course(options);
  await pool.run(() => course.agenda.next(), (said) => { course.take(said); }, course.signal);
  return course.end(pool.jobs);
}

/** One campaign while it goes on. */
class Course {
  readonly agenda: Agenda;
  readonly signal: AbortSignal;
  private readonly options: CampaignOptions;
  private readonly tally: Tally;
  private readonly novelty: Novelty = new Novelty();
  private readonly enough: AbortController = new AbortController();
  private readonly began: number = performance.now();
  private heldAgain = 0;

  constructor(options: CampaignOptions) {
    this.options = options;
    this.tally = new Tally(options.expects);
    this.signal = AbortSignal.any([options.signal, this.enough.signal]);
    const entries = options.resumed?.entries ?? [];
    const done = new Set(entries.map(({ result }) => `${result.scenario} ${result.seed}`));
    const known = entries.some(({ result }) => result.seed.endsWith('.json')) ? { regressions: [] } : {};
    this.agenda = new Agenda({ ...options, ...known, done }, () => this.elapsedMs);
    for (const entry of entries) {
      this.enter(entry);
      this.tally.mark(entry.doneMs);
      this.agenda.learn(entry.result, entry.workMs);
    }
  }

  private get elapsedMs(): number {
    return performance.now() - this.began + (this.options.resumed?.elapsedMs ?? 0);
  }

  /** What a worker says of a job. */
  take(said: JobReport): void {
    if (this.signal.aborted) return;
    const { options } = this;
    const entry = said.kind === 'died' ? lost(said) : this.examined(said);
    if (entry === null) return;
    this.enter(entry);
    this.tally.mark(this.elapsedMs);
    this.agenda.learn(entry.result, entry.workMs);
    this.keep(() => { options.journal?.add(entry, this.elapsedMs); }, 'the journal could not be written');
    if (said.kind === 'examined' && said.job.file === undefined) options.onRun?.(entry.result, entry.signature);
    const { finding } = entry.result;
    const isQuiet = options.quietRuns !== undefined && this.novelty.quietRuns >= options.quietRuns;
    if (isQuiet || (finding !== null && options.stopWhen?.(finding) === true)) this.enough.abort();
    options.progress?.(this.tally, this.elapsedMs);
  }

  end(jobs: number): Summary {
    const { journal, quietRuns, signal } = this.options;
    this.keep(() => journal?.flush(this.elapsedMs), 'the journal could not be written');
    if (this.heldAgain > 0) this.tally.remark(`kept failures that hold: ${this.heldAgain}`);
    if (quietRuns !== undefined && this.novelty.quietRuns >= quietRuns) {
      this.tally.remark(`stopped, because the last ${this.novelty.quietRuns} runs did nothing that no run had done before`);
    }
    return this.tally.summary(this.elapsedMs, jobs, signal.aborted);
  }

  /** Adds a run up. */
  private enter({ result, workMs, wasRunTwice, signature, file }: JournalEntry): void {
    const { finding } = result;
    if (finding?.property === 'worker') {
      this.tally.addLost(result.scenario, result.seed, finding.sentence);
      return;
    }
    this.tally.add(result, workMs, wasRunTwice, signature);
    if (finding !== null && file !== null) this.tally.written(finding, signature, file);
    this.novelty.see(result);
  }

  /** A run, its failure kept; null for a kept failure that holds, which is what is expected of it. */
  private examined({ job, examined }: Extract<JobReport, { readonly kind: 'examined' }>): JournalEntry | null {
    const { result, workMs, wasRunTwice, failure } = examined;
    if (job.file !== undefined && result.finding === null) {
      this.heldAgain++;
      return null;
    }
    const signature = failure?.signature ?? null;
    const { reports, mutant } = this.options;
    let file = job.file ?? null;
    if (failure !== null && file === null && reports !== null) {
      if (this.tally.seedsLike(failure.verdict, signature) < FILES_PER_FAILURE) {
        const judged = job.properties === null ? {} : { judged: job.properties };
        const complete = { ...failure, ...judged, ...(mutant === undefined ? {} : { mutant }) };
        this.keep(() => { file = writeFailure(reports, complete); }, `failures could not be kept in ${reports}`);
      }
    }
    return { result, workMs, wasRunTwice, signature, file };
  }

  /** Writes something; a disk that will not is told and does not take the verdict away. */
  private keep(write: () => void, complaint: string): void {
    try {
      write();
    } catch (error) {
      this.tally.remark(`${complaint}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** A seed that has no result, because its worker died of it. */
function lost({ job, sentence }: Extract<JobReport, { readonly kind: 'died' }>): JournalEntry {
  const finding: Finding = { outcome: 'crash', property: 'worker', sentence, steps: [], atMs: 0 };
  return { result: noResult(job.scenario, job.seed, finding), workMs: 0, wasRunTwice: false, signature: null, file: null };
}
