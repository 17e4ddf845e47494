/**
 * How long Node's collector of young objects may stop the program. It copies what survives, so a stop lasts as long as there is
 * much of that: the space for young objects is doubled whenever many survive, up to two halves of 16 MiB, and a server with a
 * tree of a million nodes then stands still for up to twice as long as with halves of 8 MiB, for hardly more work done
 * (docs/bench.md says how to measure it). The size cannot be set once a program runs, but growing can be ended. It goes on where
 * the engine has taken space back, as it does when little was asked for in a while: else a server that was idle for half a minute
 * would collect eight times as often from then on.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves together. */
const ENOUGH_BYTES = 16 * 1024 * 1024;
const LOOK_MS = 100;
/** What V8 begins with. */
const GROWTH = 2;

/** What is asked of V8. */
export interface YoungSpace {
  /** The size of both halves at present. */
  bytes(): number;
  /** By how much it grows when it does. */
  setGrowth(factor: number): void;
}

const SPACE: YoungSpace = {
  bytes: youngBytes,
  setGrowth(factor) {
    setFlagsFromString(`--semi-space-growth-factor=${factor}`);
  },
};

/** Ends the growth where it has gone far enough. Whoever has given the size by a flag of Node's keeps it. */
export class YoungGeneration {
  private readonly isLeftAlone: boolean;
  private readonly space: YoungSpace;
  private isEnded = false;

  constructor(nodeFlags: readonly string[], space: YoungSpace = SPACE) {
    this.isLeftAlone = nodeFlags.some((flag) => /semi[-_]space/.test(flag));
    this.space = space;
  }

  /** To be called now and then. */
  look(): void {
    if (this.isLeftAlone) return;
    const isEnough = this.space.bytes() >= ENOUGH_BYTES;
    if (isEnough === this.isEnded) return;
    this.space.setGrowth(isEnough ? 1 : GROWTH);
    this.isEnded = isEnough;
  }

  /** Lets it grow again: what comes next is no server. */
  letGrow(): void {
    if (this.isEnded) this.space.setGrowth(GROWTH);
    this.isEnded = false;
  }

  /** Looks now and then from now on; keeps no program alive. */
  watch(): void {
    if (!this.isLeftAlone) setInterval(() => { this.look(); }, LOOK_MS).unref();
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
