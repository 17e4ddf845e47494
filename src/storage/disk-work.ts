/**
 * Changes of files in a fixed order, each durable before the next begins. A crash keeps any legal subset of what was not
 * synced, so this is how an order on disk is made: whatever part of the steps a crash leaves done, it is the first ones.
 */
import type { Io } from '../io/io.ts';
import { encodeMark, WATERMARK_FILE } from './watermark.ts';
import type { Mark } from './watermark.ts';

export type DiskStep =
  | { readonly kind: 'remove'; readonly files: readonly string[] }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'syncDirectory' }
  /** A new file; there is none of that name. */
  | { readonly kind: 'write'; readonly file: string; readonly bytes: Uint8Array }
  /** The log is durable up to here, and will stay so. */
  | { readonly kind: 'mark'; readonly mark: Mark };

/** Runs `steps`; every request carries `token`, which nothing else may use meanwhile. */
export class DiskWork {
  readonly token: number;
  readonly steps: DiskStep[];
  /** The step under way; the number of steps when all are done. */
  at: number;
  /** Completions that the step under way still needs. */
  awaiting: number;

  constructor(token: number, steps: DiskStep[]) {
    this.token = token;
    this.steps = steps;
    this.at = 0;
    this.awaiting = 0;
  }

  /** Issues the first step; true when there is none. */
  start(io: Io): boolean {
    const step = this.steps[this.at];
    if (step === undefined) return true;
    this.awaiting = issue(step, this.token, io);
    return false;
  }

  /** One completion of `token`; true when it was the last of the last step. */
  complete(io: Io): boolean {
    this.awaiting--;
    if (this.awaiting > 0) return false;
    this.at++;
    return this.start(io);
  }

  /** The step under way removes this file. */
  removes(file: string): boolean {
    const step = this.steps[this.at];
    return step?.kind === 'remove' && step.files.includes(file);
  }

  /** Ends after the step under way. */
  cancel(): void {
    this.steps.length = Math.min(this.steps.length, this.at + 1);
  }
}

/** Issues a step together with what makes it durable; the number of completions to come. */
function issue(step: DiskStep, token: number, io: Io): number {
  switch (step.kind) {
    case 'remove':
      for (const file of step.files) io.remove(file, token);
      io.syncDirectory(token);
      return step.files.length + 1;
    case 'rename':
      io.rename(step.from, step.to, token);
      io.syncDirectory(token);
      return 2;
    case 'truncate':
      io.truncate(step.file, step.size, token);
      io.sync(step.file, token);
      return 2;
    case 'sync':
      io.sync(step.file, token);
      return 1;
    case 'syncDirectory':
      io.syncDirectory(token);
      return 1;
    case 'write':
      io.append(step.file, step.bytes, token);
      io.sync(step.file, token);
      return 2;
    case 'mark': {
      const { offset, bytes } = encodeMark(step.mark);
      io.write(WATERMARK_FILE, offset, bytes, token);
      io.sync(WATERMARK_FILE, token);
      io.syncDirectory(token);
      return 3;
    }
  }
}
