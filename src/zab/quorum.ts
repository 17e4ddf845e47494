/**
 * Ensembles and their quorums (QuorumVerifier): who the servers are, who votes, and which sets of voters may decide. Plain,
 * frozen data and pure arithmetic. Only voters count, whoever else has answered (ZOOKEEPER-2959). There are two kinds:
 * majorities, and hierarchical quorums of weighted groups (QuorumMaj, QuorumHierarchical). How a configuration is written is
 * in `config-text.ts`, which one is in force in `membership.ts`.
 */
import type { Zxid } from '../base/zxid.ts';

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One `server.N` line. */
export interface ServerSpec {
  readonly id: number;
  readonly role: 'participant' | 'observer';
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
  /** Where clients connect; null where the line does not say. */
  readonly client: Address | null;
  readonly secureClient: Address | null;
}

/** One `group.N` line: voters that decide together. */
export interface Group {
  readonly id: number;
  readonly members: readonly number[];
}

/** One `weight.N` line. */
export interface Weight {
  readonly id: number;
  readonly weight: number;
}

/** The groups of a hierarchical configuration. A voter without a weight has the weight 1. */
export interface Hierarchy {
  readonly groups: readonly Group[];
  readonly weights: readonly Weight[];
}

/** A configuration: immutable, made by `makeConfig`. */
export interface EnsembleConfig {
  /** The zxid that brought it about; 0 for one that was never agreed upon. */
  readonly version: Zxid;
  /** By id, ascending. */
  readonly servers: readonly ServerSpec[];
  /** Ids, ascending. */
  readonly voters: readonly number[];
  readonly observers: readonly number[];
  /** null: every majority of the voters is a quorum. */
  readonly hierarchy: Hierarchy | null;
  /** As it is kept in /zookeeper/config and sent about. */
  readonly text: string;
}

/** Whether the voters among `acks` are a majority of `voters`. */
export function hasQuorum(voters: readonly number[], acks: ReadonlySet<number>): boolean {
  let count = 0;
  for (const voter of voters) if (acks.has(voter)) count += 1;
  return count * 2 > voters.length;
}

/** Whether the voters among `acks` are a quorum of `config`. */
export function containsQuorum(config: EnsembleConfig, acks: ReadonlySet<number>): boolean {
  if (config.hierarchy === null) return hasQuorum(config.voters, acks);
  return hasGroupQuorum(config.hierarchy, acks);
}

/** Whether `acks` holds a quorum of each of them. */
export function containsQuorums(configs: readonly EnsembleConfig[], acks: ReadonlySet<number>): boolean {
  for (const config of configs) if (!containsQuorum(config, acks)) return false;
  return true;
}

/** A majority of the groups, each by more than half of its weight; groups that weigh nothing do not count. */
function hasGroupQuorum(hierarchy: Hierarchy, acks: ReadonlySet<number>): boolean {
  let groups = 0;
  let won = 0;
  for (const { members } of hierarchy.groups) {
    let total = 0;
    let held = 0;
    for (const id of members) {
      const weight = weightIn(hierarchy, id);
      total += weight;
      if (acks.has(id)) held += weight;
    }
    if (total === 0) continue;
    groups += 1;
    if (held * 2 > total) won += 1;
  }
  return won * 2 > groups;
}

function weightIn({ weights }: Hierarchy, id: number): number {
  for (const entry of weights) if (entry.id === id) return entry.weight;
  return 1;
}

/** Whether server `id` may lead: it votes, and its vote weighs something. */
export function mayLead(config: EnsembleConfig, id: number): boolean {
  return config.voters.includes(id) && (config.hierarchy === null || weightIn(config.hierarchy, id) > 0);
}

/** The line of server `id`. */
function serverOf(config: EnsembleConfig, id: number): ServerSpec | undefined {
  return config.servers.find((server) => server.id === id);
}

/**
 * Who leads under `next`: the leader `id` of `old`, if it may and is where it was; else the voter with the largest id among
 * those who have acknowledged everything (Leader.getDesignatedLeader).
 */
export function designateLeader(id: number, old: EnsembleConfig, next: EnsembleConfig, acks: ReadonlySet<number>): number {
  if (mayLead(next, id) && !hasMoved(serverOf(old, id), serverOf(next, id))) return id;
  let designated = id;
  for (const sid of next.voters) if (sid !== id && acks.has(sid) && mayLead(next, sid)) designated = sid;
  return designated;
}

/** Whether learners must look for the server at another address. */
function hasMoved(old: ServerSpec | undefined, next: ServerSpec | undefined): boolean {
  return old === undefined || next === undefined || old.host !== next.host || old.quorumPort !== next.quorumPort;
}
