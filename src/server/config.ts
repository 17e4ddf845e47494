/**
 * What an operator decides about one server: identity, membership, times and limits, under ZooKeeper's own
 * names (zoo.cfg) with units added. Plain data, checked before a server is made of it; nothing here changes
 * while the server runs.
 */
import { invariant } from '../base/invariant.ts';
import { COUNTER_MAX, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { StorageSettings } from '../storage/outcome.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { findFault, makeConfig, serverText } from '../zab/config-text.ts';
import type { ZabSettings } from '../zab/host.ts';
import type { EnsembleConfig, Hierarchy, ServerSpec } from '../zab/quorum.ts';
import { DEFAULT_SERVICE_CONFIG, checkServiceConfig } from './service-config.ts';
import type { ServiceConfig } from './service-config.ts';

const MAX_SERVER_ID = 254;

/** One `server.N` line: its id and whether it votes. */
export interface Member {
  readonly id: number;
  readonly role: 'participant' | 'observer';
  /** The whole line, on a real machine; left out, where it listens follows from the id (see `serverSpec`). */
  readonly spec?: ServerSpec;
}

/** All of it; what concerns clients alone is in `ServiceConfig`. */
export interface ServerConfig extends ServiceConfig {
  /** myid, 1..254: the top byte of the ids of its sessions, and 255 there marks the owner of a TTL node. */
  readonly id: number;
  /**
   * The members to begin with, this server among them; one that is not waits, without a vote, until a reconfiguration takes it
   * in. Exactly one member means standalone, if that is enabled.
   */
  readonly members: readonly Member[];
  /** Groups and weights to begin with; left out: majorities. */
  readonly hierarchy?: Hierarchy;
  /** What the operator's file says that its members are the version of; left out: nobody has agreed upon them yet. */
  readonly configVersion?: Zxid;
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
  /** Clients may change the ensemble (op 16), and its configuration is kept in /zookeeper/config. */
  readonly reconfigEnabled: boolean;
  /** A single voter is no ensemble: it is not reconfigured, and an ensemble is not reduced to it. */
  readonly standaloneEnabled: boolean;
  /** Space for the log is taken in portions of so many KiB; 0: as it is needed. */
  readonly preAllocSizeKb: number;
  /** A log file that has grown beyond this is followed by another; 0 or less: only after a snapshot. */
  readonly txnLogSizeLimitInKb: number;
  /** An empty data directory is an empty database; otherwise only one with the marker `initialize` is (db.autocreate). */
  readonly dbAutocreate: boolean;
  /** Logs without any snapshot before them are believed (snapshot.trust.empty). */
  readonly snapshotTrustEmpty: boolean;
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
  reconfigEnabled: false,
  standaloneEnabled: true,
  preAllocSizeKb: 65_536,
  txnLogSizeLimitInKb: -1,
  dbAutocreate: true,
  snapshotTrustEmpty: false,
};

/** ZooKeeper keeps no fewer snapshots than these. */
const SNAPSHOTS_RETAINED_MIN = 3;

/** What the storage reads of it. */
export function storageSettings(config: ServerConfig, emptyImage: SnapshotImage): StorageSettings {
  return {
    snapRetainCount: Math.max(SNAPSHOTS_RETAINED_MIN, config.snapRetainCount),
    logSizes: {
      preAllocSize: config.preAllocSizeKb * 1024,
      sizeLimit: Math.max(0, config.txnLogSizeLimitInKb) * 1024,
      maxBatchSize: config.maxBatchSize,
    },
    emptyImage,
    isAutocreated: config.dbAutocreate,
    isEmptyTrusted: config.snapshotTrustEmpty,
  };
}

/** Where server `id` listens in a simulation: every machine has an address of its own, and the usual ports. */
export function serverSpec({ id, role, spec }: Member): ServerSpec {
  if (spec !== undefined) return spec;
  const host = `10.0.0.${id}`;
  return { id, role, host, quorumPort: 2888, electionPort: 3888, client: { host, port: 2181 }, secureClient: null };
}

/** Its line, as a configuration has it and as a client may ask for it to join. */
export function memberLine(member: Member): string {
  return `server.${member.id}=${serverText(serverSpec(member))}`;
}

/** The configuration to begin with. */
export function initialEnsemble({ members, hierarchy, configVersion }: ServerConfig): EnsembleConfig {
  return makeConfig(members.map(serverSpec), hierarchy ?? null, configVersion ?? ZXID_ZERO);
}

/** Where this server says that its election port is, so that a peer with a larger id can call it back. */
export function electionAddress({ id, members }: ServerConfig): string {
  const spec = members.find((member) => member.id === id)?.spec;
  return spec === undefined ? `127.0.0.1:${id}` : `${spec.host}:${spec.electionPort}`;
}

/** The ids of the voters to begin with, ascending. */
export function voterIds(config: ServerConfig): number[] {
  return config.members.filter((member) => member.role === 'participant').map((member) => member.id).sort((a, b) => a - b);
}

/** Refuses a configuration that no server can run with. */
export function checkConfig(config: ServerConfig): void {
  const isMember = config.members.some((member) => member.id === config.id);
  invariant(isMember || config.reconfigEnabled, 'a server must be a member of its own ensemble');
  const ids = [config.id, ...config.members.map(({ id }) => id)];
  invariant(ids.every((id) => Number.isInteger(id) && id >= 1 && id <= MAX_SERVER_ID), 'a server id is 1 to 254');
  invariant(new Set(config.members.map((member) => member.id)).size === config.members.length, 'two members share an id');
  invariant(findFault(config.members.map(serverSpec), config.hierarchy ?? null) === null, 'the members are no ensemble');
  invariant(config.tickTimeMs >= 1 && config.initLimit >= 1 && config.syncLimit >= 1, 'times and limits must be positive');
  invariant(config.minSessionTimeoutMs <= config.maxSessionTimeoutMs, 'minSessionTimeout exceeds maxSessionTimeout');
  invariant(config.snapCount >= 2 && config.commitLogCount >= 1, 'snapCount and commitLogCount are too small');
  invariant(config.preAllocSizeKb >= 0, 'preAllocSize is negative');
  invariant(config.counterLimit >= 1 && config.counterLimit <= COUNTER_MAX, 'counterLimit out of range');
  checkServiceConfig(config);
}

/** What the protocol reads of it. */
export function zabSettings(config: ServerConfig): ZabSettings {
  return {
    id: config.id,
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
