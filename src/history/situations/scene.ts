/**
 * What recognisers of situations remember beyond the history: how far each server has come on its way from election to service,
 * whom it has met in this life, and where each session has been. Plain data; it looks at facts after the recognisers have.
 */
import type { SessionId } from '../../base/session-id.ts';
import { counterOf, epochOf, type Zxid, ZXID_ZERO } from '../../base/zxid.ts';
import type { NodeId } from '../../io/event.ts';
import type { FactOf, SyncMode } from '../../io/fact.ts';
import type { History } from '../history.ts';
import type { At } from '../at.ts';
import { EMPTY_LOG, type LogNode } from '../log-tree.ts';
import type { ServerView } from '../servers.ts';
import type { MomentFact, MomentKind } from './moment-fact.ts';

/** What `Scene.note` looks at. */
export const NOTED_KINDS: readonly MomentKind[] = [
  'proposed', 'committed', 'durable', 'acked', 'sessionConnected', 'watchFired', 'faultBegan', 'faultEnded', 'restarted',
  'recovered', 'crashed', 'role', 'electionStarted', 'elected', 'abandoned', 'established', 'syncChosen', 'synchronized',
];

/** One server's way through elections and synchronizations, in its present life unless said otherwise. */
export class ServerScene {
  /** When it recovered; −1 while it has not. */
  recoveredMs = -1;
  /** It was started again and has not recovered yet. */
  isBooting = false;
  /** Whom it has elected since it last looked for a leader; 0: nobody. */
  candidate: NodeId = 0;
  /** A leader has chosen how to bring it in line, and it does not serve yet. */
  isSyncing = false;
  syncMode: SyncMode = 'DIFF';
  /** The epoch in which it was last brought in line, over all lives. */
  syncEpoch = 0;
  /** Something of what it was sent is durable. */
  hasSyncedHistory = false;
  /** The leader proposed, or committed, something meanwhile. */
  sawProposal = false;
  sawCommit = false;
  /** The last epoch whose NEWLEADER it acknowledged. */
  ackedEpoch = 0;
  /** How many leaders it has served under, and the last of them. */
  leaders = 0;
  lastLeader: NodeId = 0;
  /** Up to where its log was last said to be durable. */
  durableZxid: Zxid = ZXID_ZERO;
  /** The last epoch that it led came to an end because its counter was used up, over all lives. */
  hasRolledOver = false;
  /** How many partitions are about it. */
  cuts = 0;
}

/** Where one session has been. */
export class SessionScene {
  readonly servers: Set<NodeId> = new Set();
  /** How many epochs were established when it was first connected. */
  bornEpochs = 0;
  lastEventZxid: Zxid = ZXID_ZERO;
}

/** The present state of a run, as recognisers see it. `at` is when and where the present fact was stated. */
export class Scene {
  readonly history: History;
  readonly at: At;
  readonly servers: Map<NodeId, ServerScene> = new Map();
  readonly sessions: Map<SessionId, SessionScene> = new Map();
  /** Elections begun since the last establishment. */
  electionsBegun = 0;
  /** By epoch: the voters that acknowledged its NEWLEADER, a bit for each. */
  readonly newLeaderAcks: Map<number, number> = new Map();
  /** The ways of synchronization that the present epoch has seen. */
  readonly modes: Set<SyncMode> = new Set();
  private syncing = 0;

  constructor(history: History, at: At) {
    this.history = history;
    this.at = at;
  }

  server(id: NodeId): ServerScene {
    let server = this.servers.get(id);
    if (server === undefined) {
      server = new ServerScene();
      this.servers.set(id, server);
    }
    return server;
  }

  session(id: SessionId): SessionScene {
    let session = this.sessions.get(id);
    if (session === undefined) {
      session = new SessionScene();
      this.sessions.set(id, session);
    }
    return session;
  }

  view(id: NodeId): ServerView {
    return this.history.server(id);
  }

  /** Those of the newest configuration. */
  get voters(): readonly NodeId[] {
    return this.history.tree.config(this.history.tip).voters;
  }

  isVoter(id: NodeId): boolean {
    return this.voters.includes(id);
  }

  get quorum(): number {
    return Math.floor(this.voters.length / 2) + 1;
  }

  /** Voters that have recovered and not died. */
  get votersUp(): number {
    let up = 0;
    for (const id of this.voters) if (this.server(id).recoveredMs >= 0) up += 1;
    return up;
  }

  /** The newest epoch that was established; 0: none yet. */
  get latestEpoch(): number {
    return this.history.latest?.epoch ?? 0;
  }

  /** Whether anybody waits for an answer. */
  get hasPending(): boolean {
    for (const session of this.history.sessions.all.values()) if (session.pending.length > 0) return true;
    return false;
  }

  /** Whether `holds` is true of one of the transactions at the end of the log that nobody has committed. */
  hasUncommitted(log: LogNode, holds: (node: LogNode) => boolean): boolean {
    const { tree } = this.history;
    for (let node = log; node > EMPTY_LOG && !tree.isOrdered(node); node = tree.parent(node)) if (holds(node)) return true;
    return false;
  }

  /** After the recognisers have seen the fact, before the history moves on. */
  note(fact: MomentFact): void {
    switch (fact.kind) {
      case 'proposed':
        if (this.syncing > 0) this.noteWhileSyncing('sawProposal');
        return;
      case 'committed':
        if (this.syncing > 0) this.noteWhileSyncing('sawCommit');
        return;
      case 'durable': {
        const server = this.server(this.at.node);
        server.durableZxid = fact.zxid;
        if (server.isSyncing) server.hasSyncedHistory = true;
        return;
      }
      case 'acked':
        if (counterOf(fact.zxid) === 0) this.noteNewLeaderAck(epochOf(fact.zxid));
        return;
      case 'sessionConnected':
        this.noteConnected(fact);
        return;
      case 'watchFired':
        this.session(fact.sessionId).lastEventZxid = fact.zxid;
        return;
      case 'faultBegan':
        if (fact.fault.startsWith('partition')) this.server(fact.node).cuts += 1;
        return;
      case 'faultEnded':
        if (fact.fault.startsWith('partition')) this.server(fact.node).cuts -= 1;
        return;
      default:
        this.noteServer(fact);
    }
  }

  private noteServer(fact: MomentFact): void {
    const server = this.server(this.at.node);
    switch (fact.kind) {
      case 'restarted':
        this.server(fact.node).isBooting = true;
        return;
      case 'recovered':
        if (server.recoveredMs < 0) server.recoveredMs = this.at.timeMs;
        server.isBooting = false;
        server.durableZxid = fact.lastZxid;
        return;
      case 'crashed':
        this.noteCrash(fact.node);
        return;
      case 'role':
        if (fact.role !== 'LOOKING') return;
        this.endSync(server);
        server.candidate = 0;
        return;
      case 'electionStarted':
        this.electionsBegun += 1;
        return;
      case 'elected':
        server.candidate = fact.leader;
        return;
      case 'abandoned':
        server.hasRolledOver = fact.reason === 'the counter of this epoch is used up';
        return;
      case 'established':
        this.electionsBegun = 0;
        server.hasRolledOver = false;
        this.modes.clear();
        return;
      case 'syncChosen':
        this.noteSync(this.server(fact.learner), fact.mode);
        return;
      case 'synchronized':
        this.endSync(server);
        if (server.lastLeader !== fact.leader) server.leaders += 1;
        server.lastLeader = fact.leader;
        return;
      default:
        return;
    }
  }

  private noteCrash(node: NodeId): void {
    const server = this.servers.get(node);
    if (server === undefined) return;
    this.endSync(server);
    server.recoveredMs = -1;
    server.isBooting = false;
    server.candidate = 0;
    server.leaders = 0;
    server.lastLeader = 0;
  }

  private noteSync(learner: ServerScene, mode: SyncMode): void {
    this.modes.add(mode);
    if (!learner.isSyncing) this.syncing += 1;
    learner.isSyncing = true;
    learner.syncMode = mode;
    learner.syncEpoch = this.view(this.at.node).currentEpoch;
    learner.hasSyncedHistory = false;
    learner.sawProposal = false;
    learner.sawCommit = false;
  }

  private endSync(server: ServerScene): void {
    if (server.isSyncing) this.syncing -= 1;
    server.isSyncing = false;
  }

  private noteWhileSyncing(what: 'sawProposal' | 'sawCommit'): void {
    for (const server of this.servers.values()) if (server.isSyncing) server[what] = true;
  }

  private noteNewLeaderAck(epoch: number): void {
    this.server(this.at.node).ackedEpoch = epoch;
    if (!this.isVoter(this.at.node)) return;
    this.newLeaderAcks.set(epoch, (this.newLeaderAcks.get(epoch) ?? 0) | this.view(this.at.node).bit);
  }

  private noteConnected(fact: FactOf<'sessionConnected'>): void {
    const session = this.session(fact.sessionId);
    if (session.servers.size === 0) session.bornEpochs = this.history.establishments.length;
    session.servers.add(fact.server);
  }
}
