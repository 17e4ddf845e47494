/**
 * What an operator decides about one server: identity, membership, times and limits, under ZooKeeper's own
 * names (zoo.cfg) with units added. Plain data, checked before a server is made of it; nothing here changes
 * while the server runs.
 */
import { invariant } from '../base/invariant.ts';
import { COUNTER_MAX } from '../base/zxid.ts';
import type { ZabSettings } from '../zab/host.ts';
import { DEFAULT_SERVICE_CONFIG, checkServiceConfig } from './service-config.ts';
import type { ServiceConfig } from './service-config.ts';

const MAX_SERVER_ID = 254;

/** One `server.N` line: its id and whether it votes. */
export interface Member {
  readonly id: number;
  readonly role: 'participant' | 'observer';
}

/** All of it; what concerns clients alone is in `ServiceConfig`. */
export interface ServerConfig extends ServiceConfig {
  /** myid, 1..254: the top byte of the ids of its sessions, and 255 there marks the owner of a TTL node. */
  readonly id: number;
  /** Every member, this server among them; exactly one member means standalone. */
  readonly members: readonly Member[];
  /** The unit of the limits below. */
  readonly tickTimeMs: number;
  /** Ticks a learner has to connect and be synchronised. */
  readonly initLimit: number;
  /** Ticks a learner may lag behind its leader. */
  readonly syncLimit: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** A snapshot is taken after between half and all of so many transactions. */
  readonly snapCount: number;
  /** Committed transactions kept in memory, for DIFF. */
  readonly commitLogCount: number;
  /**
   * A DIFF may be read from the log if it is smaller than this share (percent) of the last snapshot;
   * negative: never.
   */
  readonly snapshotSizePercent: number;
  /** Requests synced to disk together at most. */
  readonly maxBatchSize: number;
  /** How long an election waits for a better vote once it has a quorum. */
  readonly finalizeWaitMs: number;
  readonly minNotificationIntervalMs: number;
  readonly maxNotificationIntervalMs: number;
  /** How long a connection to a peer's election port may take. */
  readonly cnxTimeoutMs: number;
  /** Pause between two attempts to reach the leader. */
  readonly learnerRetryMs: number;
  /** An epoch ends, by a new election, when its counter reaches this; at most 2³²−1. */
  readonly counterLimit: number;
  /** Snapshots kept by the purge after each new one. */
  readonly snapRetainCount: number;
}

/** ZooKeeper's defaults. */
export const DEFAULT_CONFIG: Omit<ServerConfig, 'id' | 'members'> = {
  ...DEFAULT_SERVICE_CONFIG,
  tickTimeMs: 2000,
  initLimit: 10,
  syncLimit: 5,
  minSessionTimeoutMs: 4000,
  maxSessionTimeoutMs: 40_000,
  snapCount: 100_000,
  commitLogCount: 500,
  snapshotSizePercent: 33,
  maxBatchSize: 1000,
  finalizeWaitMs: 200,
  minNotificationIntervalMs: 200,
  maxNotificationIntervalMs: 60_000,
  cnxTimeoutMs: 5000,
  learnerRetryMs: 100,
  counterLimit: COUNTER_MAX,
  snapRetainCount: 3,
};

/** The voters' ids, ascending. */
export function voterIds(config: ServerConfig): number[] {
  return config.members.filter((member) => member.role === 'participant').map((member) => member.id).sort((a, b) => a - b);
}

/** Whether this server votes. */
export function isVoter(config: ServerConfig): boolean {
  return config.members.some((member) => member.id === config.id && member.role === 'participant');
}

/** Refuses a configuration that no server can run with. */
export function checkConfig(config: ServerConfig): void {
  invariant(config.members.some((member) => member.id === config.id), 'a server must be a member of its own ensemble');
  invariant(config.members.every(({ id }) => Number.isInteger(id) && id >= 1 && id <= MAX_SERVER_ID), 'a server id is 1 to 254');
  invariant(new Set(config.members.map((member) => member.id)).size === config.members.length, 'two members share an id');
  invariant(config.members.some((member) => member.role === 'participant'), 'an ensemble needs a voter');
  invariant(config.tickTimeMs >= 1 && config.initLimit >= 1 && config.syncLimit >= 1, 'times and limits must be positive');
  invariant(config.minSessionTimeoutMs <= config.maxSessionTimeoutMs, 'minSessionTimeout exceeds maxSessionTimeout');
  invariant(config.snapCount >= 2 && config.commitLogCount >= 1, 'snapCount and commitLogCount are too small');
  invariant(config.counterLimit >= 1 && config.counterLimit <= COUNTER_MAX, 'counterLimit out of range');
  checkServiceConfig(config);
}

/** What the protocol reads of it. */
export function zabSettings(config: ServerConfig): ZabSettings {
  return {
    id: config.id,
    isVoter: isVoter(config),
    voters: voterIds(config),
    members: config.members.map((member) => member.id),
    tickTimeMs: config.tickTimeMs,
    initLimit: config.initLimit,
    syncLimit: config.syncLimit,
    finalizeWaitMs: config.finalizeWaitMs,
    minNotificationIntervalMs: config.minNotificationIntervalMs,
    maxNotificationIntervalMs: config.maxNotificationIntervalMs,
    cnxTimeoutMs: config.cnxTimeoutMs,
    learnerRetryMs: config.learnerRetryMs,
    counterLimit: config.counterLimit,
    snapshotSizePercent: config.snapshotSizePercent,
  };
}
