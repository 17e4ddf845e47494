/** A multi, step by step: `zk.multi().check('/a', 3).set('/b', 'x').commit()`. All of it happens, or none. */
import type { CreateOptions, Data, MultiResult, MultiStep } from './operations.ts';

/** See the head of the file. */
export class Transaction {
  readonly steps: MultiStep[] = [];
  private readonly send: (steps: readonly MultiStep[]) => Promise<readonly MultiResult[]>;

  constructor(send: (steps: readonly MultiStep[]) => Promise<readonly MultiResult[]>) {
    this.send = send;
  }

  create(path: string, data: Data = null, options: CreateOptions = {}): this {
    this.steps.push({ kind: 'create', path, data, options });
    return this;
  }

  /** `version` −1 matches any. */
  set(path: string, data: Data, version: number = -1): this {
    this.steps.push({ kind: 'set', path, data, version });
    return this;
  }

  delete(path: string, version: number = -1): this {
    this.steps.push({ kind: 'delete', path, version });
    return this;
  }

  /** Fails the whole unless the node exists and has this version (−1: any). */
  check(path: string, version: number = -1): this {
    this.steps.push({ kind: 'check', path, version });
    return this;
  }

  /** One result a step; a `MultiError` if one of them failed, and then nothing was done. */
  commit(): Promise<readonly MultiResult[]> {
    return this.send(this.steps);
  }
}
