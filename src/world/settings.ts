/**
 * How the simulated machine behaves when nothing in particular is broken: plain JSON, part of a plan. Scenarios draw these
 * numbers; the defaults are a quick local network and an ordinary disk.
 */
import type { Stream } from './chooser.ts';

/**
 * A delay: at least `minUs`, evenly up to `jitterUs` more, and once in `tailOneIn` (0: never) a heavy tail from `tailUs` up
 * to 256 times that.
 */
export interface Latency {
  readonly minUs: number;
  readonly jitterUs: number;
  readonly tailOneIn: number;
  readonly tailUs: number;
}

export interface WorldSettings {
  /** Whether messages go through `WorldOptions.recode` on their way. */
  readonly encode: boolean;
  /** Processes start at a time drawn from 0 to this. */
  readonly startStaggerMs: number;
  readonly network: NetworkSettings;
  readonly disk: DiskSettings;
  readonly clock: ClockSettings;
  readonly restart: RestartSettings;
  /** Left out, as in every scenario: what Zab assumes of networks and disks holds. */
  readonly broken?: BrokenAssumptions;
}

/** A world in which Zab need not work: to see that judges notice. */
export interface BrokenAssumptions {
  /** What happens to messages inside a connection. */
  readonly connections?: 'reorder' | 'duplicate' | 'drop';
  /** To one in so many. */
  readonly oneIn: number;
  /** Syncs complete and have made nothing durable. */
  readonly lyingSync?: boolean;
}

export interface NetworkSettings {
  readonly latency: Latency;
  /** How long a connection that is not answered hangs. */
  readonly connectTimeoutMs: number;
  /** A connection that cannot deliver breaks after a time drawn between these. */
  readonly tcpTimeoutMinMs: number;
  readonly tcpTimeoutMaxMs: number;
  /** How often, in a hundred, the peer of a crashed process is not told: it finds out when it sends, or much later. */
  readonly halfOpenPercent: number;
  readonly halfOpenMaxMs: number;
}

export interface DiskSettings {
  /** Sync of a file or of the directory. */
  readonly sync: Latency;
  /** Everything else. */
  readonly access: Latency;
  /** How often, in a hundred, a crash stops only the process: its page cache survives, still not durable. */
  readonly cacheSurvivesPercent: number;
}

export interface ClockSettings {
  /** Every process's clock runs too fast or too slow by up to this, in parts per million. */
  readonly driftPpmMax: number;
  /** Wall time at the beginning of the run, milliseconds since 1970. */
  readonly wallEpochMs: number;
  /** Wall clocks are off by up to this, either way. */
  readonly wallSkewMs: number;
  /** Timers are late by up to this. */
  readonly timerLateUs: number;
}

export interface RestartSettings {
  /** A process that halted is started again after a time drawn between these. */
  readonly afterHaltMinMs: number;
  readonly afterHaltMaxMs: number;
  /** On healing, processes that are down start within this time. */
  readonly healMaxMs: number;
}

/** A quick local network, ordinary disks, clocks that drift a little. */
export const DEFAULT_SETTINGS: WorldSettings = {
  encode: false,
  startStaggerMs: 20,
  network: {
    latency: { minUs: 100, jitterUs: 900, tailOneIn: 200, tailUs: 2000 },
    connectTimeoutMs: 5000,
    tcpTimeoutMinMs: 1000,
    tcpTimeoutMaxMs: 30_000,
    halfOpenPercent: 10,
    halfOpenMaxMs: 30_000,
  },
  disk: {
    sync: { minUs: 300, jitterUs: 2000, tailOneIn: 100, tailUs: 2000 },
    access: { minUs: 20, jitterUs: 200, tailOneIn: 0, tailUs: 0 },
    cacheSurvivesPercent: 0,
  },
  clock: { driftPpmMax: 500, wallEpochMs: 1_700_000_000_000, wallSkewMs: 200, timerLateUs: 500 },
  restart: { afterHaltMinMs: 100, afterHaltMaxMs: 1000, healMaxMs: 200 },
};

/** Links and disks take as long as they like and clocks are true: what a world must be like to do all that is explored here. */
export const UNTIMED: WorldSettings = {
  ...DEFAULT_SETTINGS,
  startStaggerMs: 0,
  network: {
    ...DEFAULT_SETTINGS.network,
    latency: { minUs: 0, jitterUs: 4_000_000_000, tailOneIn: 0, tailUs: 0 },
    connectTimeoutMs: 4_000_000,
    halfOpenPercent: 0,
  },
  disk: {
    sync: { minUs: 0, jitterUs: 4_000_000_000, tailOneIn: 0, tailUs: 0 },
    access: { minUs: 0, jitterUs: 4_000_000_000, tailOneIn: 0, tailUs: 0 },
    cacheSurvivesPercent: 0,
  },
  clock: { driftPpmMax: 0, wallEpochMs: 1_700_000_000_000, wallSkewMs: 0, timerLateUs: 4_000_000_000 },
  restart: { afterHaltMinMs: 0, afterHaltMaxMs: 4_000_000, healMaxMs: 200 },
};

/** What of `drawLatency`'s range is the tail. */
function tailShare(latency: Latency): number {
  if (latency.tailOneIn === 0) return 0;
  const share = Math.floor((latency.jitterUs + 1) / latency.tailOneIn);
  return share > 0 ? share : 1;
}

/** Draws the ordinary part of a delay, in microseconds; −1 says that it falls in the tail. Without `tails` it never does. */
export function drawOrdinary(stream: Stream, latency: Latency, tails: boolean, name: string): number {
  const range = latency.jitterUs + 1;
  const drawn = stream.below(tails ? range + tailShare(latency) : range, name);
  return drawn < range ? latency.minUs + drawn : -1;
}

/** Draws a delay from the tail: doubled with a chance of one half, again and again. */
export function drawTail(stream: Stream, latency: Latency, name: string): number {
  const coins = stream.below(256, name);
  const doublings = 31 - Math.clz32(~coins & (coins + 1));
  return latency.minUs + latency.jitterUs + latency.tailUs * (1 << doublings);
}

/** Draws a whole delay, in microseconds. */
export function drawLatency(stream: Stream, latency: Latency, name: string): number {
  const ordinary = drawOrdinary(stream, latency, true, name);
  return ordinary >= 0 ? ordinary : drawTail(stream, latency, name);
}
