/**
 * Workers: child processes that run seeds, one heap each, so that a seed which kills its process is a finding and not the end of
 * the campaign. The pool keeps two seeds in the hands of every worker, takes the results as they come, and names the seed that a
 * worker died of. What a worker says is plain data over the channel that Node gives a fork.
 */
import { fork } from 'node:child_process';
import type { Examined } from '../run/examine.ts';

/** One seed to run. */
export interface Job {
  readonly scenario: string;
  readonly seed: string;
  readonly twice: boolean;
  /** The only properties to judge; null for all. */
  readonly properties: readonly string[] | null;
  /** A failure file to run by its tape, instead of a seed. */
  readonly file?: string;
}

/** What comes of a job: it was examined, or its worker died of it. */
export type JobReport =
  | { readonly kind: 'examined'; readonly job: Job; readonly examined: Examined }
  | { readonly kind: 'died'; readonly job: Job; readonly sentence: string };

/** A source of jobs; undefined when there is no more to do. */
export type NextJob = () => Job | undefined;

/** Something that runs jobs. */
export interface Pool {
  readonly jobs: number;
  /** Runs jobs until there are none, or until `signal` is aborted; results come in any order. */
  run(next: NextJob, report: (report: JobReport) => void, signal: AbortSignal): Promise<void>;
}

const IN_HAND = 2;

/** Forks `jobs` workers of a script which answers as `serveJobs` does. */
export class ForkPool implements Pool {
  readonly jobs: number;
  private readonly script: string;
  private readonly nodeOptions: readonly string[];

  constructor(script: string, jobs: number, nodeOptions: readonly string[] = []) {
    this.script = script;
    this.jobs = jobs;
    this.nodeOptions = nodeOptions;
  }

  async run(next: NextJob, report: (report: JobReport) => void, signal: AbortSignal): Promise<void> {
    const returned: Job[] = [];
    const nextOrReturned: NextJob = () => (signal.aborted ? undefined : (returned.pop() ?? next()));
    const keepWorking = async (): Promise<void> => {
      for (let job = nextOrReturned(); job !== undefined; job = nextOrReturned()) {
        await this.employ(job, nextOrReturned, returned, report, signal);
      }
    };
    await Promise.all(Array.from({ length: this.jobs }, keepWorking));
  }

  /** One worker's life, from its first job until there is no more, it dies or the campaign is stopped. */
  private employ(
    first: Job, next: NextJob, returned: Job[], report: (report: JobReport) => void, signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve) => {
      const child = fork(this.script, [], { execArgv: [...this.nodeOptions], serialization: 'advanced' });
      const hand: Job[] = [];
      const give = (job: Job | undefined): void => {
        if (job === undefined) return;
        hand.push(job);
        child.send(job, () => {
          // A worker that is gone says so by its exit.
        });
      };
      const stop = (): void => void child.kill('SIGKILL');
      signal.addEventListener('abort', stop, { once: true });
      child.on('message', (examined: Examined) => {
        const job = hand.shift();
        if (job === undefined) return;
        report({ kind: 'examined', job, examined });
        while (hand.length < IN_HAND) {
          const another = next();
          if (another === undefined) break;
          give(another);
        }
        if (hand.length === 0) child.disconnect();
      });
      child.on('error', () => {
        // Followed by an exit, or the fork failed and there is none.
        if (child.pid === undefined) resolve();
      });
      child.on('exit', (code, killed) => {
        signal.removeEventListener('abort', stop);
        const [fatal, ...rest] = hand;
        if (!signal.aborted && fatal !== undefined) {
          report(
            { kind: 'died', job: fatal, sentence: `the worker died of it (${killed === null ? `exit code ${code}` : killed})` },
          );
          returned.push(...rest);
        }
        resolve();
      });
      give(first);
    });
  }
}

/** The worker's half: answers every job that the parent sends, until the parent hangs up. */
export function serveJobs(examineJob: (job: Job) => Examined): void {
  // Ctrl-C reaches the whole group; only the parent decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('message', (job: Job) => {
    const examined = examineJob(job);
    process.send?.(examined, undefined, undefined, (error: Error | null) => {
      // Nobody is left to hear of it: the campaign was killed.
      if (error !== null) process.exit(0);
    });
  });
  process.on('disconnect', () => process.exit(0));
}

