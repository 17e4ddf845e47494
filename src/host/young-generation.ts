/**
 * How long Node's collector of young objects may stop the program. It copies what survives, so a stop lasts as long as there is
 * much of that: the space for young objects is doubled whenever many survive, up to two halves of 16 MiB, and a server with a
 * tree of a million nodes then stands still for up to twice as long as with halves of 8 MiB, for hardly more work done
 * (docs/bench.md says how to measure it). The size cannot be set once a program runs, but growing can be ended.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves together. */
const ENOUGH_BYTES = 16 * 1024 * 1024;
const LOOK_MS = 100;
/** What V8 begins with. */
const GROWTH = 2;

/** Ends the growth once it has gone far enough. Whoever has given the size by a flag of Node's keeps it. */
export class YoungGeneration {
  private readonly isLeftAlone: boolean;
  private isEnded = false;

  constructor(nodeFlags: readonly string[]) {
    this.isLeftAlone = nodeFlags.some((flag) => /semi[-_]space/.test(flag));
  }

  /** To be called now and then. Whether there is nothing left to do. */
  look(): boolean {
    if (!this.isLeftAlone && !this.isEnded && youngBytes() >= ENOUGH_BYTES) {
      setFlagsFromString('--semi-space-growth-factor=1');
      this.isEnded = true;
    }
    return this.isLeftAlone || this.isEnded;
  }

  /** Lets it grow again: what comes next is no server. */
  letGrow(): void {
    if (this.isEnded) setFlagsFromString(`--semi-space-growth-factor=${GROWTH}`);
    this.isEnded = false;
  }

  /** Looks now and then for as long as need be; keeps no program alive. */
  watch(): void {
    const timer = setInterval(() => {
      if (this.look()) clearInterval(timer);
    }, LOOK_MS).unref();
  }
}

/** Those of this process. */
export function youngGeneration(): YoungGeneration {
  return new YoungGeneration([...process.execArgv, process.env['NODE_OPTIONS'] ?? '']);
}

/** The space for young objects at present. */
export function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
}
