/**
 * Skipped stays skipped: one of the four promises that the service is about. Once an epoch is established, a proposal of
 * an earlier one that its history lacks is dead. A server that was cut off may still have it on disk, but nobody who has
 * joined the epoch.
 */
import { epochOf, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { ServerView } from '../src/history/servers.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { EMPTY_LOG, type LogNode, NO_LOG } from '../src/history/log-tree.ts';

class SkippedStaysSkipped extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'appended':
      case 'applied':
        this.judged++;
        if (history.log !== NO_LOG && !history.tree.isOrdered(history.log)) {
          this.judgeNode(
            history.log,
            history.server(at.node).currentEpoch,
            fact.kind === 'appended' ? 'logs' : 'applies',
            at,
            history,
            at.node,
          );
        }
        return;
      case 'recovered':
        this.judgeLog(history.log, fact.currentEpoch, 'recovers', at, history, at.node);
        return;
      case 'snapshotInstalled':
        this.judgeLog(history.log, history.server(at.node).currentEpoch, 'is sent a snapshot with', at, history, at.node);
        return;
      case 'snapshotWritten':
        this.judgeLog(history.log, history.server(at.node).currentEpoch, 'writes a snapshot with', at, history, at.node);
        return;
      case 'currentEpoch':
        this.judgeLog(history.server(at.node).tail, fact.epoch, 'joins the epoch while its log holds', at, history, at.node);
        return;
      case 'established':
        for (const server of history.servers.values()) this.judgeMember(server, fact.epoch, at, history);
        return;
      default:
        return;
    }
  }

  private judgeMember(server: ServerView, epoch: number, at: At, history: History): void {
    if (server.currentEpoch >= epoch)
      this.judgeLog(server.tail, server.currentEpoch, 'has joined the epoch while its log holds', at, history, server.id);
  }

  private judgeLog(log: LogNode, currentEpoch: number, does: string, at: At, history: History, server: number): void {
    this.judged++;
    for (let node = log; node > EMPTY_LOG && !history.tree.isOrdered(node); node = history.tree.parent(node)) {
      if (this.judgeNode(node, currentEpoch, does, at, history, server)) return;
    }
  }

  private judgeNode(node: LogNode, currentEpoch: number, does: string, at: At, history: History, server: number): boolean {
    const joined = history.establishedUpTo(currentEpoch);
    const zxid = history.tree.zxid(node);
    if (joined === undefined || epochOf(zxid) >= joined.epoch) return false;
    this.violate(
      `server ${server} ${does} ${zxidToPair(zxid)}, which the history of epoch ${joined.epoch} had skipped`,
      at,
      history.tree.proposedSteps[node] ?? 0,
      joined.step,
    );
    return true;
  }
}

/** P18. */
export const skippedStaysSkipped: Property = {
  name: 'skipped-stays-skipped',
  codes: ['P18'],
  kind: 'safety',
  promise:
    'A proposal that an established epoch has skipped is never again logged, applied ' +
    'or recovered by a server that joined the epoch.',
  source: 'Zab (DSN 2011), section 2: primary order; ZOOKEEPER-1154, 2845, 2832, 4712',
  reads: ['appended', 'applied', 'recovered', 'snapshotInstalled', 'snapshotWritten', 'currentEpoch', 'established'],
  exemptions: [],
  mutants: [
    'zk-1154', 'zk-2845', 'zk-1082', 'zk-4712', 'diff-for-trunc', 'zk-3701', 'zk-4837', 'truncate-unsynced',
  ],
  create: (): Judge => new SkippedStaysSkipped(),
};
