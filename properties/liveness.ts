/**
 * Liveness: once faults are over, the ensemble finds a leader, everybody catches up, everybody is answered, and what is
 * dead is buried. Judged on the quiet tail of a run with bounds in the world's time; every excuse is named and counted.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { History } from '../src/history/history.ts';
import type { ServerView } from '../src/history/servers.ts';
import type { At } from '../src/history/at.ts';
import type { Expectations } from '../src/history/expectations.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import type { SessionView } from '../src/history/sessions.ts';

class Liveness extends Judge {
  private readonly expectations: Expectations;
  /** When a leader was first in office after healing; −1: never. And when the last one left; −1: none did. */
  private ledMs = -1;
  private leftMs = -1;
  /** Servers that lost their leader once all should have been settled: how often, and when the last time. */
  private readonly departures: Map<NodeId, { readonly times: number; readonly lastMs: number }> = new Map();
  /** Why servers stopped themselves, the last time. */
  private readonly halted: Map<NodeId, string> = new Map();

  constructor(expectations: Expectations) {
    super();
    this.expectations = expectations;
    this.isUnknown = true;
  }

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'healed':
        if (leaderOf(history) !== undefined) this.ledMs = at.timeMs;
        return;
      case 'established':
        if (history.healedMs >= 0 && this.ledMs < 0) this.ledMs = at.timeMs;
        return;
      case 'role':
        if (fact.role !== 'LOOKING') return;
        if (history.server(at.node).leadsEpoch === history.latest?.epoch) this.leftMs = at.timeMs;
        if (history.healedMs >= 0 && at.timeMs >= history.healedMs + this.expectations.settleMs) this.depart(at);
        return;
      case 'halted':
        this.halted.set(at.node, fact.reason);
        return;
      case 'recovered':
        this.halted.delete(at.node);
        return;
      case 'crashed':
        if (history.servers.get(fact.node)?.leadsEpoch === history.latest?.epoch) this.leftMs = at.timeMs;
        return;
      default:
        return;
    }
  }

  override finish(at: At, history: History): void {
    const { heals, settleMs } = this.expectations;
    const settledMs = history.healedMs + settleMs;
    if (!heals || history.healedMs < 0 || at.timeMs < settledMs) return;
    if (this.expectations.mayHalt && !this.hasQuorum(history)) {
      this.exempt('no-quorum');
      return;
    }
    this.isUnknown = false;
    this.judgeLeader(settledMs, at, history);
    const leader = leaderOf(history);
    // Who only says that it is a server owes nobody anything, nor does one outside the core that was healed.
    const { core, voters, observers, spares } = this.expectations;
    const members = new Set(core ?? [...voters, ...observers, ...spares]);
    for (const server of history.servers.values())
      if (leader !== undefined && members.has(server.id)) this.judgeServer(server, leader, settledMs, at, history);
    for (const session of history.sessions.all.values()) {
      this.judgeRequests(session, settledMs, at);
      this.judgeExpiry(session, at, history);
    }
    for (const client of this.expectations.clients)
      this.judgeClient(client, history.sessions.clients.get(client), settledMs, at);
  }

  private depart(at: At): void {
    this.departures.set(at.node, { times: (this.departures.get(at.node)?.times ?? 0) + 1, lastMs: at.timeMs });
  }

  /** A slow disk may cost a server its leader in the quiet too; once, and not for long. */
  private hasJustLeft(server: ServerView, at: At): boolean {
    const left = this.departures.get(server.id);
    return left !== undefined && left.times === 1 && at.timeMs - left.lastMs <= this.expectations.answerMs;
  }

  private judgeLeader(settledMs: number, at: At, history: History): void {
    this.judged++;
    const prospects = this.prospects(history);
    const states = [...history.servers.values()]
      .map((server) => `${server.id} ${server.isUp ? server.role : 'down'}`)
      .join(', ');
    if (this.ledMs < 0)
      this.violate(`no leader was established in ${at.timeMs - history.healedMs} ms after healing: ${states}; ${prospects}`, at);
    else if (this.ledMs > settledMs)
      this.violate(`it took ${this.ledMs - history.healedMs} ms after healing to establish a leader; ${prospects}`, at);
    else if (leaderOf(history) === undefined) {
      if (at.timeMs - this.leftMs <= this.expectations.settleMs) this.exempt('between-leaders');
      else {
        const sinceMs = at.timeMs - this.leftMs;
        this.violate(`no leader is in office ${sinceMs} ms after the last one left: ${states}; ${prospects}`, at);
      }
    }
  }

  private hasQuorum(history: History): boolean {
    const { voters } = history.tree.config(history.tip);
    return voters.filter((id) => history.server(id).isUp).length * 2 > voters.length;
  }

  /** Whether it could have gone well, and if not, why not. In the quiet nothing is cut, so being up is being connected. */
  private prospects(history: History): string {
    const { core } = this.expectations;
    const { voters } = history.tree.config(history.tip);
    const up = voters.filter((id) => history.server(id).isUp);
    const down = voters.filter((id) => !history.server(id).isUp && (core === undefined || core.includes(id)));
    const reasons = down.map((id) => `${id} ${this.halted.has(id) ? `stopped: ${this.halted.get(id) ?? ''}` : 'is down'}`);
    if (this.hasQuorum(history))
      return `it could have: voters ${up.join(', ')} of ${voters.length} were up, connected and readable`;
    return `it could not have: ${up.length} of ${voters.length} voters were up (${reasons.join('; ')})`;
  }

  private judgeServer(server: ServerView, leader: ServerView, settledMs: number, at: At, history: History): void {
    this.judged++;
    const { tree } = history;
    if (!server.isServing) {
      if (at.timeMs - Math.max(leader.establishedMs, settledMs - this.expectations.settleMs) <= this.expectations.settleMs)
        this.exempt('between-leaders');
      else if (this.hasJustLeft(server, at)) this.exempt('just-left');
      else {
        const role = server.isUp ? server.role : 'down';
        this.violate(
          `server ${server.id} (${role}) is not in line with its leader, ${leader.id}, ` +
            `${at.timeMs - leader.establishedMs} ms after that was established`,
          at,
        );
      }
      return;
    }
    if (server.applied === leader.applied) return;
    const position = tree.position(server.applied) + 1;
    const missing = history.truthMs[position];
    if (missing === undefined || tree.position(leader.applied) < position) return;
    if (at.timeMs - Math.max(missing, settledMs) <= this.expectations.answerMs) this.exempt('under-way');
    else
      this.violate(
        `server ${server.id} is at ${zxidToPair(tree.zxid(server.applied))}, its leader at ` +
          `${zxidToPair(tree.zxid(leader.applied))} since ${at.timeMs - missing} ms`,
        at,
      );
  }

  private judgeRequests(session: SessionView, settledMs: number, at: At): void {
    const oldest = session.pending[0];
    this.judged++;
    if (oldest === undefined || session.endedStep > 0) return;
    const waitedMs = at.timeMs - Math.max(oldest.invokedMs, settledMs);
    if (waitedMs <= this.expectations.answerMs) this.exempt('under-way');
    else
      this.violate(
        `request ${oldest.cxid} (${oldest.request.kind}) of session ${session.id} has waited ` +
          `${waitedMs} ms in the quiet for an answer or a disconnection`,
        at,
        oldest.invokedStep,
      );
  }

  /** A session that no client holds any more must be expired. */
  private judgeExpiry(session: SessionView, at: At, history: History): void {
    const { tickTimeMs, clockDriftPerMille, answerMs } = this.expectations;
    if (!history.model.isOpen(session.id) || session.isConnected) return;
    if (history.sessions.clients.get(session.client) === session && session.endedStep === 0) return;
    this.judged++;
    const timeoutMs = Math.max(session.timeoutMs, history.model.sessions.get(session.id)?.timeoutMs ?? 0);
    const sinceMs = Math.max(session.heardMs, history.healedMs, history.latest?.atMs ?? 0);
    const dueMs = sinceMs + Math.ceil((timeoutMs * (1000 + clockDriftPerMille)) / 1000) + 3 * tickTimeMs + answerMs;
    if (at.timeMs <= dueMs) this.exempt('tail-too-short');
    else
      this.violate(
        `session ${session.id} was last heard of ${at.timeMs - session.heardMs} ms ago, ` +
          `with a timeout of ${timeoutMs} ms, and is still open`,
        at,
      );
  }

  private judgeClient(client: number, session: SessionView | undefined, settledMs: number, at: At): void {
    this.judged++;
    if (session !== undefined && (session.isConnected || session.endedStep > 0)) return;
    const sinceMs = Math.max(session?.heardMs ?? 0, settledMs);
    if (at.timeMs - sinceMs <= this.expectations.settleMs) this.exempt('under-way');
    else this.violate(`client ${client} has found no server for ${at.timeMs - sinceMs} ms in the quiet`, at);
  }
}

/** The leader in office: the established one of the latest epoch, if it still leads. */
function leaderOf(history: History): ServerView | undefined {
  const { latest } = history;
  const server = latest === undefined ? undefined : history.servers.get(latest.leader);
  return server?.isServing === true && server.leadsEpoch === latest?.epoch ? server : undefined;
}

/** L1, L2, L3, L4, P21. */
export const liveness: Property = {
  name: 'liveness',
  codes: ['P21', 'L1', 'L2', 'L3', 'L4'],
  kind: 'liveness',
  promise:
    'After faults are over a leader is established, every server catches up with it, every request is ' +
    'answered, and abandoned sessions expire, in bounded time.',
  source: 'Zab (DSN 2011), section 4: liveness; ZooKeeper (USENIX ATC 2010), section 2',
  reads: ['healed', 'established', 'role', 'crashed', 'halted', 'recovered'],
  exemptions: [
    { name: 'between-leaders', source: 'an epoch whose counter is used up ends by an election (ZOOKEEPER-1277)' },
    { name: 'no-quorum', source: 'where disks may fail, too few servers may be left that can read theirs' },
    { name: 'just-left', source: "administrator's guide, syncLimit: a follower that falls too far behind is dropped" },
    { name: 'under-way', source: 'the run ended while it was within its time' },
    { name: 'tail-too-short', source: "the run ended before the session's timeout had passed" },
  ],
  mutants: ['zk-1496', 'zk-498', 'zk-1144', 'new-leader-knows-nobody'],
  create: (expectations): Judge => new Liveness(expectations),
};
