/**
 * Agreement and total order. The truth log is one sequence; whoever delivers (applies while serving) delivers a prefix of
 * it, without a gap. With it, the Zab properties hold together: integrity, agreement, total order, local and global
 * primary order.
 */
import { counterOf, epochOf, type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { EMPTY_LOG, type LogNode, NO_LOG } from '../src/history/log-tree.ts';

class Agreement extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { log, tree } = history;
    switch (fact.kind) {
      case 'appended':
        this.judgeContinuity(log, at, history);
        return;
      case 'committed':
        this.judged++;
        if (log === NO_LOG) {
          this.violate(
            `server ${at.node} commits ${zxidToPair(fact.txn.zxid)}, which does not continue the ` +
              `committed history, at ${zxidToPair(tree.zxid(history.tip))}`,
            at,
          );
        } else if (tree.proposers[log] === 0)
          this.violate(`server ${at.node} commits ${zxidToPair(fact.txn.zxid)}, which nobody proposed`, at);
        return;
      case 'applied': {
        const server = history.server(at.node);
        this.judged++;
        if (log === NO_LOG) {
          this.violate(
            `server ${at.node} applies ${zxidToPair(fact.txn.zxid)} right after ` +
              `${zxidToPair(tree.zxid(server.applied))}, which no log does`,
            at,
          );
        } else if (server.isServing && !tree.isOrdered(log)) {
          this.violate(
            `server ${at.node} applies ${zxidToPair(fact.txn.zxid)} while it serves, though it is not committed`,
            at,
            tree.proposedSteps[log] ?? 0,
          );
        }
        return;
      }
      case 'established':
      case 'synchronized': {
        const { applied } = history.server(at.node);
        this.judged++;
        if (!tree.isOrdered(applied))
          this.violate(`server ${at.node} begins to serve at ${zxidToPair(tree.zxid(applied))}, which is not committed`, at);
        return;
      }
      default:
        return;
    }
  }

  private judgeContinuity(log: LogNode, at: At, history: History): void {
    const { tree } = history;
    const zxid = tree.zxid(log);
    const before = tree.parent(log);
    this.judged++;
    if (isNext(before === EMPTY_LOG ? null : tree.zxid(before), zxid)) return;
    this.violate(`server ${at.node} logs ${zxidToPair(zxid)} right after ${zxidToPair(tree.zxid(before))}`, at);
  }
}

/** Within an epoch the counter goes up by one; every epoch begins with 1. */
function isNext(before: Zxid | null, zxid: Zxid): boolean {
  if (before !== null && epochOf(before) === epochOf(zxid)) return counterOf(zxid) === counterOf(before) + 1;
  return (before === null || epochOf(zxid) > epochOf(before)) && counterOf(zxid) === 1;
}

/** P2, Z3, Z4, Z13. */
export const agreement: Property = {
  name: 'agreement',
  codes: ['P2', 'Z3', 'Z4', 'Z13'],
  kind: 'safety',
  promise:
    'All servers deliver the same transactions in the same order, without gaps, ' +
    'and only what the leader of their epoch proposed.',
  source: 'Zab (DSN 2011), section 2: integrity, total order, agreement, primary order; zookeeper-specifications',
  reads: ['appended', 'committed', 'applied', 'established', 'synchronized'],
  exemptions: [],
  mutants: ['zk-1082'],
  create: (): Judge => new Agreement(),
};
