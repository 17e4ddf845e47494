/** The process that makes the load (`load.ts`), from the side of whoever wants it: one job at a time. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Bundle } from '../fuzz/bundle.ts';
import type { LoadAnswer, LoadJob, LoadResult, Remains } from './load-job.ts';

/** The entry of the process, from the root of the repository. */
export const LOAD_ENTRY = 'src/bench/load.ts';

/** See the head of the file. */
export class LoadClient {
  private readonly bundle: Bundle;
  private readonly child: ChildProcess;
  private settle: (answer: LoadAnswer) => void = () => undefined;
  private hasEnded = false;

  private constructor(bundle: Bundle) {
    this.bundle = bundle;
    this.child = fork(bundle.script, [], { serialization: 'advanced', execArgv: [] });
    this.child.on('message', (answer: LoadAnswer) => { this.settle(answer); });
    this.child.on('exit', () => {
      this.hasEnded = true;
      this.settle({ kind: 'failed', reason: 'the client of the bench has ended' });
    });
  }

  /** Bundles and starts it. */
  static async start(root: string): Promise<LoadClient> {
    return new LoadClient(await bundleWorker(root, LOAD_ENTRY));
  }

  /** Rejects with what went wrong. */
  async perform(job: LoadJob): Promise<LoadResult> {
    const answer = await new Promise<LoadAnswer>((resolve) => {
      this.settle = resolve;
      if (this.hasEnded) resolve({ kind: 'failed', reason: 'the client of the bench has ended' });
      else this.child.send(job);
    });
    if (answer.kind === 'failed') throw new Error(answer.reason);
    return answer.result;
  }

  /** Tells what it is to end and to remove, beside its own program, should this process be killed. */
  guard(pids: readonly number[], directories: readonly string[]): void {
    if (this.hasEnded) return;
    const remains: Remains = { kind: 'remains', pids, directories: [...directories, dirname(this.bundle.script)] };
    this.child.send(remains, () => undefined);
  }

  /** Ends it at once; a job under way is rejected. */
  stop(): void {
    this.child.kill('SIGKILL');
    this.bundle.remove();
  }
}
