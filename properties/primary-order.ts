/**
 * Primary order: what one server delivers follows the order of epochs and, in each, the order in which its primary proposed;
 * and a primary proposes only when it has delivered all that older epochs will ever deliver. Judged on zxids alone, apart
 * from the logs that agreement goes by.
 */
import { counterOf, epochOf, makeZxid, type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact, OrderedFact } from '../src/history/judged-fact.ts';

class PrimaryOrder extends Judge {
  /** What each server delivered last, or found to be delivered when it took over a history. */
  private readonly delivered: Map<NodeId, Zxid> = new Map();
  /** The newest epoch in which anything was proposed, and when. */
  private newestEpoch = 0;
  private newestStep = 0;

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'recovered':
        this.delivered.set(at.node, fact.lastZxid);
        return;
      case 'truncated':
      case 'snapshotInstalled':
        this.delivered.set(at.node, fact.zxid);
        return;
      case 'crashed':
        this.delivered.delete(fact.node);
        return;
      case 'applied':
        this.seeApplied(fact.txn.zxid, at);
        return;
      case 'proposed':
        if (epochOf(fact.txn.zxid) > this.newestEpoch) this.seeFirstProposal(epochOf(fact.txn.zxid), at, history);
        return;
      case 'ordered':
        this.seeOrdered(fact, at, history);
        return;
      default:
        return;
    }
  }

  private seeApplied(zxid: Zxid, at: At): void {
    const before = this.delivered.get(at.node);
    this.delivered.set(at.node, zxid);
    if (before === undefined) return;
    this.judged++;
    if (epochOf(zxid) < epochOf(before)) {
      this.violate(`server ${at.node} delivers ${zxidToPair(zxid)} after ${zxidToPair(before)}, of a later epoch`, at);
    } else if (counterOf(zxid) !== (epochOf(zxid) === epochOf(before) ? counterOf(before) + 1 : 1)) {
      this.violate(`server ${at.node} delivers ${zxidToPair(zxid)} right after ${zxidToPair(before)}`, at);
    }
  }

  private seeFirstProposal(epoch: number, at: At, history: History): void {
    this.newestEpoch = epoch;
    this.newestStep = at.step;
    const { applied } = history.server(at.node);
    const last = history.positionUpTo(makeZxid(epoch, 0));
    this.judged++;
    if (history.tree.position(applied) >= last) return;
    this.violate(
      `server ${at.node} begins to propose in epoch ${epoch} having delivered up to ${zxidToPair(history.tree.zxid(applied))}, ` +
        `though ${zxidToPair(history.tree.zxid(history.truth[last] ?? 0))} was committed before that epoch`,
      at,
    );
  }

  private seeOrdered(fact: OrderedFact, at: At, history: History): void {
    if (epochOf(fact.txn.zxid) >= this.newestEpoch) return;
    this.violate(
      `${zxidToPair(fact.txn.zxid)} comes to be committed after epoch ${this.newestEpoch} has begun to propose`,
      at,
      history.tree.proposedSteps[fact.log] ?? 0,
      this.newestStep,
    );
  }
}

/** Z5, Z6, Z7. */
export const primaryOrder: Property = {
  name: 'primary-order',
  codes: ['Z5', 'Z6', 'Z7'],
  kind: 'safety',
  promise:
    'Servers deliver in the order of epochs and of proposals, without a gap, and a leader proposes only ' +
    'when it has delivered everything of earlier epochs.',
  source:
    'Zab (DSN 2011), section 2.1: local primary order, global primary order, primary integrity; the published ' +
    'formula of the first is vacuous and is not the one judged here',
  reads: ['recovered', 'truncated', 'snapshotInstalled', 'crashed', 'applied', 'proposed', 'ordered'],
  exemptions: [],
  mutants: ['newest-first'],
  create: (): Judge => new PrimaryOrder(),
};
