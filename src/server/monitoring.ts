/**
 * What four-letter words and admin commands are answered from: the server's own state and the numbers that the machine around it
 * counts. A view is made for each question and thrown away.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Address } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import type { ServerStatus } from './status.ts';

/** One client's connection. Times in milliseconds. */
export interface ConnectionView {
  readonly connection: ConnectionId;
  /** `ip:port`. */
  readonly from: string;
  readonly isSecure: boolean;
  readonly isReading: boolean;
  readonly queued: number;
  readonly received: number;
  readonly sent: number;
  /** Null before there is one. */
  readonly session: {
    readonly sessionId: SessionId;
    readonly timeoutMs: number;
    readonly lastOperation: string;
    readonly establishedMs: number;
    readonly lastXid: number;
    readonly lastZxid: Zxid;
    readonly lastResponseMs: number;
    readonly lastLatencyMs: number;
    readonly latency: LatencyView;
  } | null;
}

/** Milliseconds; zeros where there was nothing. */
export interface LatencyView {
  readonly minMs: number;
  readonly avgMs: number;
  readonly maxMs: number;
}

/** Bytes; −1 where there was nothing. */
export interface SizesView {
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

/** What the tree amounted to at a zxid. */
export interface DigestView {
  readonly zxid: Zxid;
  readonly digest: bigint;
}

/** See the head of the file. */
export interface MonitoringView {
  /** As it is printed. */
  readonly version: string;
  readonly status: ServerStatus;
  readonly config: ServerConfig;
  readonly client: Address | null;
  readonly secureClient: Address | null;
  readonly backlog: number;
  readonly dataDir: string;
  readonly dataLogDir: string;
  readonly dataDirSize: number;
  readonly logDirSize: number;
  /** The newest snapshot and when it was written, in seconds since 1970; null where there is none. */
  readonly lastSnapshot: { readonly zxid: string; readonly writtenS: number } | null;
  readonly connections: readonly ConnectionView[];
  readonly received: number;
  readonly sent: number;
  readonly latency: LatencyView;
  readonly proposalSizes: SizesView;
  readonly responseSizes: SizesView;
  readonly uptimeMs: number;
  readonly environment: readonly (readonly [key: string, value: string])[];
  /** Counters and summaries by their names without `zk_`, as they are printed. */
  readonly metrics: readonly (readonly [name: string, value: string])[];
  /** The tree's digest after one transaction in 128, the newest last. */
  readonly digests: readonly DigestView[];
  /** Syncs of the log that took longer than the operator wants to hear of. */
  readonly slowSyncs: number;
  /** Credentials and certificates that were not believed. */
  readonly authFailures: number;
  readonly fileDescriptors: { readonly open: number; readonly max: number };
  readonly traceMask: number;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** A monotonic time as Java prints dates: `Sat Nov 21 19:31:03 UTC 2026`. */
  readonly dateOf: (monotonicMs: number) => string;
}

/** What a question may change. */
export interface MonitoringControls {
  resetConnections(): void;
  resetServer(): void;
  resetProposalSizes(): void;
  setTraceMask(mask: number): void;
}

/** A fraction as Java prints doubles, four decimals at most. */
export function decimal(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}
