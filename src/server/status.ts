/**
 * What a server can tell of itself at a moment: read from its state by nobody but whoever is asked by an operator, so that the
 * server need not keep a second account. Pure; costs a walk over the tree.
 */
import type { SessionId } from '../base/session-id.ts';
import { lowWord, epochOf } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { Server } from './server.ts';
import type { Deadline } from './session-tracker.ts';
import { shownConfig } from './shown-config.ts';

/** ZooKeeper's names for what a server does at the moment. */
export type ServerMode = 'standalone' | 'leader' | 'follower' | 'observer' | 'read-only';

/** A learner as its leader sees it. */
export interface LearnerStatus {
  readonly sid: number;
  readonly connection: ConnectionId;
  readonly isObserver: boolean;
  readonly isSynced: boolean;
}

/** See the head of the file. */
export interface ServerStatus {
  readonly id: number;
  /** It serves somebody, be it only reads. */
  readonly isServing: boolean;
  readonly isStandalone: boolean;
  readonly mode: ServerMode;
  /** As `zk_peer_state` has it: `leading - broadcast`; empty where there are no peers. */
  readonly peerState: string;
  readonly zabPhase: string;
  readonly zxid: Zxid;
  readonly epoch: number;
  readonly counter: number;
  /** As ZooKeeper counts them: the root twice. */
  readonly nodeCount: number;
  /** Of paths and data; the root again twice, and its second path has a character. */
  readonly dataBytes: number;
  readonly ephemerals: ReadonlyMap<SessionId, readonly string[]>;
  /** Timeouts in ms of the sessions that every server knows. */
  readonly sessions: ReadonlyMap<SessionId, number>;
  readonly localSessions: number;
  /** When sessions run out, by the leader's clock; null elsewhere. */
  readonly deadlines: readonly Deadline[] | null;
  /** When those that this server keeps for itself run out. */
  readonly localDeadlines: readonly Deadline[];
  readonly watchCount: number;
  /** The data table: what `wchs`, `wchc` and `wchp` tell of. */
  readonly watches: ReadonlyMap<string, readonly ConnectionId[]>;
  readonly outstanding: number;
  readonly config: EnsembleConfig;
  readonly isVoter: boolean;
  readonly leaderId: number;
  /** Of a leader that is established; empty elsewhere. */
  readonly learners: readonly LearnerStatus[];
  readonly pendingSyncs: number;
}

/** See the head of the file. */
export function statusOf(server: Server): ServerStatus {
  const { database, leader, learner, membership, service: { table } } = server;
  const { tree } = database;
  const isStandalone = membership.current.servers.length === 1 && server.config.standaloneEnabled;
  return {
    id: server.config.id,
    isServing: server.isServing || table.isReadOnly,
    isStandalone,
    mode: modeOf(server, isStandalone),
    peerState: isStandalone ? '' : peerState(server),
    zabPhase: isStandalone ? '' : leader?.phase ?? learner?.phase ?? 'election',
    zxid: database.lastProcessedZxid,
    epoch: epochOf(database.lastProcessedZxid),
    counter: lowWord(database.lastProcessedZxid) >>> 0,
    nodeCount: tree.nodeCount + 1,
    dataBytes: tree.dataBytes + 1 + (shownConfig(server.config, membership.current)?.length ?? 0),
    ephemerals: new Map(tree.sessionsWithEphemerals().map((id) => [id, tree.ephemerals(id)])),
    sessions: database.sessions,
    localSessions: table.locals.size,
    deadlines: server.processor?.tracker.deadlines() ?? null,
    localDeadlines: table.locals.deadlines(),
    watchCount: table.watches.counts.watches,
    watches: table.watches.dataWatches(),
    outstanding: table.admission.inProcess,
    config: membership.current,
    isVoter: membership.current.voters.includes(server.config.id),
    leaderId: leader !== null ? server.config.id : learner?.leader ?? 0,
    learners: leader === null ? [] : learnersOf(leader.handlers.values()),
    pendingSyncs: leader?.pendingSyncs.size ?? 0,
  };
}

type Handlers = Iterable<{
  readonly sid: number; readonly connection: ConnectionId; readonly isObserver: boolean; readonly phase: string;
}>;

function learnersOf(handlers: Handlers): LearnerStatus[] {
  const learners: LearnerStatus[] = [];
  for (const { sid, connection, isObserver, phase } of handlers) {
    learners.push({ sid, connection, isObserver, isSynced: phase === 'serving' });
  }
  return learners;
}

function modeOf({ leader, learner, service, isServing }: Server, isStandalone: boolean): ServerMode {
  if (service.table.isReadOnly) return 'read-only';
  if (isStandalone && isServing) return 'standalone';
  if (leader !== null) return 'leader';
  return learner?.isObserver === true ? 'observer' : 'follower';
}

/** Role and phase; a learner that is being brought in line says how. */
function peerState({ leader, learner }: Server): string {
  if (leader !== null) return `leading - ${leader.phase}`;
  if (learner === null) return 'looking';
  const role = learner.isObserver ? 'observing' : 'following';
  const phase = learner.phase === 'connecting' ? 'discovery' : learner.phase;
  return phase === 'synchronization' ? `${role} - ${phase} - ${learner.mode.toLowerCase()}` : `${role} - ${phase}`;
}
