/**
 * What all judges share: the truth log (which transactions are committed, in which order), what each server's log holds,
 * where each session stands, and the reference model replayed along. It only keeps books: whether they are in order is
 * for judges to say.
 *
 * A transaction is in the truth log once a leader has counted a quorum for it, or once it is in the initial history of an
 * established leader: establishment commits that history. Nothing ever leaves the truth log.
 *
 * For each fact the panel calls `before`, then the judges, then `after`: in between, `log`, `op` and `session` tell what
 * the fact is about, pointers into logs have moved where a judge needs the new place, and running maxima still have their
 * old values.
 */
import { epochOf, makeZxid, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact, FactOf } from '../io/fact.ts';
import type { Txn } from '../wire/transactions.ts';
import { firstConfig, isQuorum, isReconfiguration, type JudgedConfig } from './configs.ts';
import { replay } from './decide.ts';
import type { At } from './at.ts';
import type { Expectations } from './expectations.ts';
import type { OrderedFact } from './judged-fact.ts';
import { EMPTY_LOG, isSameTxn, type LogNode, LogTree, NO_LOG } from './log-tree.ts';
import { Model } from './model.ts';
import { USUAL_RULES } from './rules.ts';
import {
  acceptState, changeRole, type DiskView, type Establishment, isImpairing, makeDurable, putDisk, recoveredLog, refuseState,
  restate, ServerView, viewDisk,
} from './servers.ts';
import { type Op, SessionBook, type SessionView } from './sessions.ts';

/** The books. */
export class History {
  readonly expectations: Expectations;
  readonly tree: LogTree;
  readonly model: Model;
  /** The truth log, and when each entry was ordered. */
  readonly truth: LogNode[] = [];
  readonly truthMs: number[] = [];
  /** The configurations of the truth log, by version. */
  readonly decidedConfigs: Map<number, JudgedConfig> = new Map();
  /** By epoch, ascending: the news of one may come after those of its successor. */
  readonly establishments: Establishment[] = [];
  /** The one that the present fact is about. */
  establishment: Establishment | null = null;
  readonly servers: Map<NodeId, ServerView> = new Map();
  /** What was on the disks of which images were made. */
  readonly images: Map<number, DiskView> = new Map();
  readonly sessions: SessionBook;
  healedMs = -1;
  /** Transactions that the present fact ordered; the panel empties it. */
  readonly ordered: OrderedFact[] = [];

  /** What the present fact is about: the log after it (`NO_LOG`: unheard of). */
  log: LogNode = NO_LOG;
  /** Whether the tree that it tells of is the one that this history was first heard to make. */
  isSameTree = true;

  constructor(expectations: Expectations) {
    this.expectations = expectations;
    const rules = expectations.rules ?? USUAL_RULES;
    this.model = new Model(rules);
    this.sessions = new SessionBook(rules);
    this.tree = new LogTree(firstConfig(expectations));
    for (const id of [...expectations.voters, ...expectations.observers, ...expectations.spares]) this.server(id);
  }

  /** The operation that the present fact is about. */
  get op(): Op | null {
    return this.sessions.op;
  }

  /** The session that the present fact is about. */
  get session(): SessionView | null {
    return this.sessions.session;
  }

  /** The end of the truth log. */
  get tip(): LogNode {
    return this.truth.at(-1) ?? EMPTY_LOG;
  }

  /** Of the highest epoch. */
  get latest(): Establishment | undefined {
    return this.establishments.at(-1);
  }

  server(id: NodeId): ServerView {
    let view = this.servers.get(id);
    if (view === undefined) {
      view = new ServerView(id, 1 << this.servers.size);
      this.servers.set(id, view);
    }
    return view;
  }

  /**
   * Whether `log` is durable on a quorum: of the configuration that it is under and, if it ends with a reconfiguration that was
   * not decided before, of the one before that as well.
   */
  isOnQuorum(log: LogNode, isDecided: boolean): boolean {
    return this.isQuorumFor(log, this.tree.durable[log] ?? 0, isDecided);
  }

  /** Whether it was, before media lost what was safe on them. */
  wasOnQuorum(log: LogNode, isDecided: boolean): boolean {
    let bits = this.tree.durable[log] ?? 0;
    for (const { bit, refusedLog } of this.servers.values()) {
      if (refusedLog !== NO_LOG && this.tree.isPrefix(log, refusedLog)) bits |= bit;
    }
    return this.isQuorumFor(log, bits, isDecided);
  }

  private isQuorumFor(log: LogNode, bits: number, isDecided: boolean): boolean {
    const { tree } = this;
    const config = tree.config(log);
    if (!isQuorum(config, bits, this.servers)) return false;
    const isTurn = config.zxid === tree.zxid(log) && isReconfiguration(config) && !isDecided;
    return !isTurn || isQuorum(tree.config(tree.parent(log)), bits, this.servers);
  }

  /** The position in the truth log of the last transaction up to `zxid`; −1 when there is none. */
  positionUpTo(zxid: Zxid): number {
    const { tree, truth } = this;
    if (tree.zxid(this.tip) <= zxid) return truth.length - 1;
    let low = 0;
    let high = truth.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (tree.zxid(truth[middle] ?? EMPTY_LOG) <= zxid) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Whether the zxid names a state that clients may see: nothing, an epoch's beginning, or a transaction of the truth log. */
  isKnownZxid(zxid: Zxid): boolean {
    if (zxid === ZXID_ZERO) return true;
    const position = this.positionUpTo(zxid);
    const log = this.truth[position] ?? EMPTY_LOG;
    if (this.tree.zxid(log) === zxid) return true;
    return zxid % 0x1_0000_0000 === 0 && this.establishments.some((entry) => entry.epoch === epochOf(zxid));
  }

  /** The last established epoch up to `epoch`. */
  establishedUpTo(epoch: number): Establishment | undefined {
    for (let i = this.establishments.length - 1; i >= 0; i--) {
      const entry = this.establishments[i];
      if (entry !== undefined && entry.epoch <= epoch) return entry;
    }
    return undefined;
  }

  /** Before the judges see the fact. */
  before(fact: Fact, at: At): void {
    switch (fact.kind) {
      case 'appended': {
        const server = this.server(at.node);
        this.log = this.tree.extend(server.tail, fact.txn);
        server.tail = this.log;
        return;
      }
      case 'durable': {
        const server = this.server(at.node);
        this.log = this.tree.floor(server.tail, fact.zxid);
        makeDurable(this.tree, server, this.log);
        return;
      }
      case 'proposed':
        this.propose(fact, at);
        return;
      case 'committed':
        this.log = this.commit(fact.txn, at);
        return;
      case 'applied': {
        const server = this.server(at.node);
        this.log = this.tree.child(server.applied, fact.txn);
        this.isSameTree = this.log === NO_LOG || this.tree.agreesOnDigest(this.log, fact.digest);
        return;
      }
      case 'established':
        this.establish(fact, at);
        return;
      case 'recovered': {
        const server = this.server(at.node);
        this.log = recoveredLog(this.tree, server, fact.lastZxid);
        this.isSameTree = this.log === NO_LOG || this.tree.agreesOnDigest(this.log, fact.digest);
        return;
      }
      case 'truncated':
        this.log = this.tree.exact(this.server(at.node).tail, fact.zxid);
        return;
      case 'snapshotInstalled':
        this.log = this.snapshotLog(this.server(at.node), fact.zxid);
        this.isSameTree = this.log === NO_LOG || this.tree.agreesOnDigest(this.log, fact.digest);
        return;
      case 'snapshotWritten':
        this.log = this.tree.exact(this.server(at.node).applied, fact.zxid);
        return;
      case 'invoked':
      case 'replied':
      case 'lost':
        this.sessions.beforeOp(fact, at);
        return;
      case 'sessionConnected':
      case 'sessionDisconnected':
      case 'sessionExpired':
      case 'sessionClosed':
      case 'watchFired':
      case 'sessionExpiring':
        this.sessions.session = this.sessions.of(fact.sessionId);
        return;
      case 'localSessionOpened':
        this.model.locals.add(fact.sessionId);
        this.sessions.of(fact.sessionId).isLocal = true;
        return;
      case 'syncAnswered':
        this.sessions.session = this.sessions.of(fact.sessionId);
        this.sessions.op = this.sessions.session.ops.get(fact.cxid) ?? null;
        if (this.op !== null) this.op.isAnsweredByDeposed = this.server(at.node).leadsEpoch < (this.latest?.epoch ?? 0);
        return;
      default:
        return;
    }
  }

  /** After the judges have seen the fact. */
  after(fact: Fact, at: At): void {
    switch (fact.kind) {
      case 'applied': {
        const server = this.server(at.node);
        server.applied = this.log !== NO_LOG ? this.log : this.tree.floor(server.tail, fact.txn.zxid);
        return;
      }
      case 'recovered': {
        const server = this.server(at.node);
        server.acceptedEpoch = fact.acceptedEpoch;
        server.currentEpoch = fact.currentEpoch;
        // After a crash, what is found on the disk is what survives there; in the midst of a life nothing is said of the disk.
        const log = this.log !== NO_LOG ? this.log : this.tree.floor(server.tail, fact.lastZxid);
        restate(this.tree, server, log, !server.isUp);
        acceptState(server);
        server.isUp = true;
        return;
      }
      case 'stateRefused':
        refuseState(this.tree, this.server(at.node), fact);
        return;
      case 'faultBegan':
        if (isImpairing(fact) && this.servers.has(fact.node)) this.server(fact.node).isImpaired = true;
        return;
      case 'truncated': {
        const server = this.server(at.node);
        restate(this.tree, server, this.tree.floor(server.tail, fact.zxid), true);
        return;
      }
      case 'snapshotInstalled': {
        const server = this.server(at.node);
        restate(this.tree, server, this.log !== NO_LOG ? this.log : EMPTY_LOG, true);
        acceptState(server);
        return;
      }
      case 'acceptedEpoch':
        this.server(at.node).acceptedEpoch = fact.epoch;
        return;
      case 'currentEpoch':
        this.server(at.node).currentEpoch = fact.epoch;
        return;
      case 'role':
        changeRole(this.server(at.node), fact.role);
        return;
      case 'established': {
        const server = this.server(at.node);
        server.leadsEpoch = fact.epoch;
        server.establishedMs = at.timeMs;
        server.isServing = true;
        return;
      }
      case 'syncChosen':
        this.afterSyncChosen(fact, at);
        return;
      case 'synchronized': {
        const server = this.server(at.node);
        server.isServing = true;
        server.cutZxid = -1;
        return;
      }
      case 'crashed':
        if (this.servers.has(fact.node)) {
          const server = this.server(fact.node);
          server.isUp = false;
          changeRole(server, 'LOOKING');
        }
        return;
      case 'diskImaged':
        this.images.set(fact.image, viewDisk(this.server(fact.node)));
        return;
      case 'diskReplaced':
        putDisk(this.tree, this.server(fact.node), this.images.get(fact.image));
        return;
      case 'healed':
        this.healedMs = at.timeMs;
        return;
      case 'replied':
      case 'lost':
        this.sessions.afterOp(fact, at);
        return;
      case 'sessionConnected':
      case 'sessionDisconnected':
      case 'sessionExpired':
      case 'sessionClosed':
      case 'sessionExpiring':
        this.sessions.afterSession(fact, at);
        return;
      default:
        return;
    }
  }

  private propose(fact: FactOf<'proposed'>, at: At): void {
    const server = this.server(at.node);
    const { tree } = this;
    const { txn } = fact;
    if (tree.zxid(server.tail) === txn.zxid) this.log = server.tail;
    else {
      const isAhead = server.proposed !== NO_LOG && tree.zxid(server.proposed) > tree.zxid(server.tail);
      this.log = tree.extend(isAhead ? server.proposed : server.tail, txn);
    }
    server.proposed = this.log;
    if (tree.proposers[this.log] === 0) {
      tree.proposers[this.log] = at.node;
      tree.proposedSteps[this.log] = at.step;
    }
    const session = this.sessions.all.get(txn.clientId);
    if (session !== undefined && txn.body.kind !== 'closeSession') {
      session.proposedMs = at.timeMs;
      session.proposedBy = at.node;
    }
  }

  /** The committed transaction's place, `NO_LOG` if it has none that continues the truth log. */
  private commit(txn: Txn, at: At): LogNode {
    const next = this.tree.child(this.tip, txn);
    if (next !== NO_LOG) {
      this.order(next, at);
      return next;
    }
    const known = this.truth[this.positionUpTo(txn.zxid)] ?? EMPTY_LOG;
    const knownTxn = this.tree.txns[known];
    return knownTxn !== undefined && knownTxn !== null && isSameTxn(knownTxn, txn) ? known : NO_LOG;
  }

  private establish(fact: FactOf<'established'>, at: At): void {
    const { tree } = this;
    const server = this.server(at.node);
    const log = tree.floor(server.tail, fact.lastZxid);
    const agreed = tree.orderedPrefix(log);
    const { tip } = this;
    // A leader may learn late that it was established, when the next one is already: the truth log is then ahead of its epoch.
    const earlier =
      tree.zxid(tip) < makeZxid(fact.epoch, 0) ? tip : (this.truth[this.positionUpTo(makeZxid(fact.epoch, 0))] ?? EMPTY_LOG);
    this.log = log;
    if (agreed === tip) {
      const path: LogNode[] = [];
      for (let node = log; node !== agreed; node = tree.parent(node)) path.push(node);
      for (let i = path.length - 1; i >= 0; i--) this.order(path[i] ?? EMPTY_LOG, at);
    }
    const establishment = { epoch: fact.epoch, leader: at.node, log, agreed, earlier, step: at.step, atMs: at.timeMs };
    this.establishment = establishment;
    let index = this.establishments.length;
    while (index > 0 && (this.establishments[index - 1]?.epoch ?? 0) > fact.epoch) index--;
    this.establishments.splice(index, 0, establishment);
  }

  private order(log: LogNode, at: At): void {
    const txn = this.tree.txns[log];
    if (txn === undefined || txn === null) return;
    const position = this.truth.length;
    this.tree.positions[log] = position;
    this.truth.push(log);
    this.truthMs.push(at.timeMs);
    if (txn.body.kind === 'reconfig') this.decidedConfigs.set(this.tree.config(log).version, this.tree.config(log));
    const { body, clientId, cxid } = txn;
    let session = this.sessions.all.get(clientId);
    if (body.kind === 'createSession') {
      session = this.sessions.of(clientId);
      session.heardMs = at.timeMs;
      session.timeoutMs = body.timeoutMs;
      session.isLocal = false;
    }
    const op = cxid > 0 ? (session?.ops.get(cxid) ?? null) : null;
    const isFirst = op !== null && op.zxid === ZXID_ZERO;
    const verdict = isFirst ? replay(this.model, txn, op.request, op.ids) : replay(this.model, txn, null);
    this.ordered.push({
      kind: 'ordered',
      txn,
      log,
      position,
      op: isFirst ? op : null,
      verdict,
      orderedCxid: session?.orderedCxid ?? 0,
    });
    if (session === undefined) return;
    if (cxid > session.orderedCxid) session.orderedCxid = cxid;
    if (op === null) return;
    op.zxid = txn.zxid;
    op.verdict = verdict;
    if (op.state !== 'pending') session.ops.delete(cxid);
  }

  private afterSyncChosen(fact: FactOf<'syncChosen'>, at: At): void {
    // A stranger that has stated nothing itself is no server of this run.
    const learner = this.servers.get(fact.learner);
    if (learner === undefined) return;
    const leader = this.server(at.node);
    learner.syncLog = leader.tail;
    if (fact.mode === 'DIFF') return;
    let cut = fact.toZxid;
    if (fact.mode === 'SNAP' && this.tree.zxid(leader.applied) < cut) cut = this.tree.zxid(leader.applied);
    if (learner.cutZxid === -1 || cut < learner.cutZxid) learner.cutZxid = cut;
  }

  /** The leader's history up to the snapshot's zxid. */
  private snapshotLog(server: ServerView, zxid: Zxid): LogNode {
    const { tree } = this;
    let found = server.syncLog === NO_LOG ? NO_LOG : tree.exact(server.syncLog, zxid);
    if (found === NO_LOG) found = tree.exact(this.tip, zxid);
    for (const other of this.servers.values()) if (found === NO_LOG) found = tree.exact(other.tail, zxid);
    return found;
  }
}
