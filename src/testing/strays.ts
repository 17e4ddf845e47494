/**
 * What a simulated program leaves to nobody: promises that are rejected without anybody waiting for them, which Node tells only
 * when nothing else is to be done, and waits for the real machine, of which a simulation has none. Both would else end the
 * process without a seed, or be no more than a run that is not over.
 */
import { breathe } from './drain.ts';

/** What Node calls the things that promise-based code waits for outside of a simulation. */
const REAL: ReadonlyMap<string, string> = new Map([
  ['Timeout', 'a timer of node:timers'],
  ['FSReqPromise', 'a file'],
  ['FSReqCallback', 'a file'],
  ['ProcessWrap', 'another process'],
  ['GetAddrInfoReqWrap', 'the network'],
  ['TCPConnectWrap', 'the network'],
  ['TCPSocketWrap', 'the network'],
  ['Worker', 'a worker'],
  ['MessagePort', 'a worker'],
]);

/**
 * Listens from when it is made until `end`, in the place of all others: a test runner would else blame the file, without a seed,
 * for what the run is blamed for here.
 */
export class Strays {
  private readonly before: ReadonlyMap<string, number> = resources();
  private first: { readonly reason: unknown } | undefined;
  private readonly hear = (reason: unknown): void => { this.first ??= { reason }; };

  private readonly others: readonly NodeJS.UnhandledRejectionListener[] = process.listeners('unhandledRejection');

  constructor() {
    for (const other of this.others) process.off('unhandledRejection', other);
    process.on('unhandledRejection', this.hear);
  }

  /** Gives Node its turn to tell; the first rejection that nobody waits for, as an error, if there was one. */
  async settled(): Promise<Error | undefined> {
    await breathe();
    if (this.first === undefined) return undefined;
    const { reason } = this.first;
    const words = reason instanceof Error ? reason.message : String(reason);
    return new Error(`a promise was rejected and nobody waited for it (is an await missing?): ${words}`, { cause: reason });
  }

  /** What the real machine is at since this was made, in words: `a file, the network`; empty: nothing. */
  realWaits(): string {
    const found = new Set<string>();
    for (const [kind, count] of resources()) {
      const words = REAL.get(kind);
      if (words !== undefined && count > (this.before.get(kind) ?? 0)) found.add(words);
    }
    return [...found].join(', ');
  }

  end(): void {
    process.off('unhandledRejection', this.hear);
    for (const other of this.others) process.on('unhandledRejection', other);
  }
}

function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
