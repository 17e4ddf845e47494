/**
 * Epoch discipline: what a server has promised on disk. Epochs never go back; a new one is accepted before its history is
 * taken in, and adopted (currentEpoch) only when that history is durable, since after a crash the adopted epoch vouches
 * for the log.
 */
import { counterOf, epochOf, zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { ServerView } from '../src/history/servers.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { EMPTY_LOG } from '../src/history/log-tree.ts';
import type { LogNode } from '../src/history/log-tree.ts';

/** What a server had on disk when it adopted an epoch whose leader was not established yet. */
interface Adoption {
  readonly server: NodeId;
  readonly durable: LogNode;
  readonly step: number;
}

class EpochDiscipline extends Judge {
  /** By epoch, of those that nobody has been established in so far. */
  private readonly adoptions: Map<number, Adoption[]> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    const server = history.server(at.node);
    switch (fact.kind) {
      case 'recovered':
        this.seeRecovered(fact, at, server);
        return;
      case 'acceptedEpoch':
        this.judged++;
        if (fact.epoch < server.acceptedEpoch)
          this.violate(`server ${at.node} goes back from acceptedEpoch ${server.acceptedEpoch} to ${fact.epoch}`, at);
        return;
      case 'currentEpoch':
        this.judged++;
        if (fact.epoch < server.currentEpoch)
          this.violate(`server ${at.node} goes back from currentEpoch ${server.currentEpoch} to ${fact.epoch}`, at);
        if (fact.epoch > server.acceptedEpoch)
          this.violate(`server ${at.node} adopts epoch ${fact.epoch}, having accepted ${server.acceptedEpoch} only`, at);
        this.judgeDurable(server, fact.epoch, `adopts epoch ${fact.epoch}`, at, history);
        this.seeAdoption(server, fact.epoch, at, history);
        return;
      case 'established':
        for (const adoption of this.adoptions.get(fact.epoch) ?? []) this.judgeHistory(adoption, fact.epoch, at, history);
        for (const epoch of [...this.adoptions.keys()]) if (epoch <= fact.epoch) this.adoptions.delete(epoch);
        return;
      case 'acked':
        if (counterOf(fact.zxid) !== 0) return;
        this.judged++;
        if (server.currentEpoch < epochOf(fact.zxid)) {
          this.violate(
            `server ${at.node} acknowledges NEWLEADER of epoch ${epochOf(fact.zxid)} ` +
              `while its currentEpoch is ${server.currentEpoch}`,
            at,
          );
        }
        this.judgeDurable(server, epochOf(fact.zxid), `acknowledges NEWLEADER of epoch ${epochOf(fact.zxid)}`, at, history);
        return;
      case 'appended':
        this.judged++;
        if (epochOf(fact.txn.zxid) > server.acceptedEpoch) {
          this.violate(
            `server ${at.node} logs ${zxidToPair(fact.txn.zxid)}, having accepted epoch ${server.acceptedEpoch} only`,
            at,
          );
        }
        return;
      case 'proposed':
        this.judged++;
        if (epochOf(fact.txn.zxid) !== server.currentEpoch) {
          this.violate(
            `server ${at.node} proposes ${zxidToPair(fact.txn.zxid)} while its currentEpoch is ${server.currentEpoch}`,
            at,
          );
        }
        return;
      default:
        return;
    }
  }

  private seeRecovered(fact: FactOf<'recovered'>, at: At, server: ServerView): void {
    this.judged++;
    const { acceptedEpoch, currentEpoch, lastZxid } = fact;
    if (acceptedEpoch < server.acceptedEpoch)
      this.violate(
        `server ${at.node} recovers acceptedEpoch ${acceptedEpoch} after ${server.acceptedEpoch} was durable`,
        at,
      );
    if (currentEpoch < server.currentEpoch)
      this.violate(`server ${at.node} recovers currentEpoch ${currentEpoch} after ${server.currentEpoch} was durable`, at);
    if (currentEpoch > acceptedEpoch)
      this.violate(`server ${at.node} recovers currentEpoch ${currentEpoch} beyond its acceptedEpoch ${acceptedEpoch}`, at);
    if (epochOf(lastZxid) > acceptedEpoch) {
      this.violate(`server ${at.node} recovers ${zxidToPair(lastZxid)} beyond its acceptedEpoch ${acceptedEpoch}`, at);
    }
  }

  private seeAdoption({ id: server, durable }: ServerView, epoch: number, at: At, history: History): void {
    const adoption = { server, durable, step: at.step };
    if (history.establishedUpTo(epoch)?.epoch === epoch) {
      this.judgeHistory(adoption, epoch, at, history);
      return;
    }
    const known = this.adoptions.get(epoch);
    if (known === undefined) this.adoptions.set(epoch, [adoption]);
    else known.push(adoption);
  }

  /** What its leader began the epoch with must have been on the disk of whoever adopted it, though nobody had said so yet. */
  private judgeHistory({ server, durable, step }: Adoption, epoch: number, at: At, history: History): void {
    const establishment = history.establishedUpTo(epoch);
    if (establishment === undefined || establishment.epoch !== epoch) return;
    const { tree } = history;
    if (tree.isPrefix(establishment.log, durable)) return;
    this.violate(
      `server ${server} adopted epoch ${epoch} with a log durable up to ${zxidToPair(tree.zxid(durable))}, ` +
        `without the history of that epoch, up to ${zxidToPair(tree.zxid(establishment.log))}`,
      at,
      step,
    );
  }

  /** All of the log that is older than the epoch must be on disk; proposals of the epoch itself may be under way. */
  private judgeDurable(server: ServerView, epoch: number, does: string, at: At, history: History): void {
    const { tree } = history;
    for (
      let node = server.tail;
      node > EMPTY_LOG && ((tree.durable[node] ?? 0) & server.bit) === 0;
      node = tree.parent(node)
    ) {
      if (epochOf(tree.zxid(node)) >= epoch) continue;
      this.violate(`server ${server.id} ${does} before ${zxidToPair(tree.zxid(node))} of its log is durable`, at);
      return;
    }
  }
}

/** Z12. */
export const epochDiscipline: Property = {
  name: 'epoch-discipline',
  codes: ['Z12'],
  kind: 'safety',
  promise:
    'On every disk acceptedEpoch >= currentEpoch, neither ever goes back, and an ' +
    'epoch is adopted only after its history, all that its leader begins with, is durable.',
  source: 'Zab (DSN 2011), section 4; ZooKeeper internals; ZOOKEEPER-335, 1291, 1282, 2307, 4643',
  reads: ['recovered', 'acceptedEpoch', 'currentEpoch', 'established', 'acked', 'appended', 'proposed'],
  exemptions: [],
  mutants: [
    'zk-1291', 'zk-1282', 'zk-1387', 'zk-2307', 'epoch-unsynced', 'zk-4643', 'hasty-promise', 'zk-4646',
    'half-fix-ack-first',
  ],
  create: (): Judge => new EpochDiscipline(),
};
