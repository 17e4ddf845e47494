/** Write ahead: memory is never ahead of the log, and nobody acknowledges what its disk could still lose. */
import { counterOf, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class WriteAhead extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const server = history.server(at.node);
    const { tree } = history;
    if (fact.kind === 'applied') {
      this.judged++;
      if (fact.txn.zxid <= tree.zxid(server.tail)) return;
      this.violate(
        `server ${at.node} applies ${zxidToPair(fact.txn.zxid)}, but its log ends at ${zxidToPair(tree.zxid(server.tail))}`,
        at,
      );
    } else if (fact.kind === 'acked' && counterOf(fact.zxid) > 0) {
      this.judged++;
      if (fact.zxid <= tree.zxid(server.durable)) return;
      this.violate(
        `server ${at.node} acknowledges ${zxidToPair(fact.zxid)}, but its log is durable ` +
          `up to ${zxidToPair(tree.zxid(server.durable))} only`,
        at,
      );
    }
  }
}

/** Z18. */
export const writeAhead: Property = {
  name: 'write-ahead',
  codes: ['Z18'],
  kind: 'safety',
  promise: 'A server applies only what it has logged, and acknowledges only what is durable.',
  source: 'ZooKeeper internals: logging; Zab (DSN 2011), section 5; ZOOKEEPER-3642, 4785',
  reads: ['applied', 'acked'],
  exemptions: [],
  mutants: ['ack-of-everything'],
  create: (): Judge => new WriteAhead(),
};
