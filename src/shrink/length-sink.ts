/**
 * Counts the steps of a run as it goes: messages that arrive, syncs that complete, processes that crash and start, faults that
 * begin; see `length.ts`, which says what a step is and why. It begins anew with the event with which the ensemble is formed.
 */
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';

/** Facts that say that something has become durable: one sync each. */
const SYNCS: ReadonlySet<Fact['kind']> = new Set([
  'durable', 'acceptedEpoch', 'currentEpoch', 'truncated', 'snapshotInstalled', 'snapshotWritten',
]);

/** The xid of a client's heartbeat. */
const PING_XID = -2;

/** Counts; hand it to `runPlan` as its trace. */
export class LengthSink implements TraceSink {
  /** Steps since the ensemble was formed, or since the beginning if it never was. */
  length = 0;
  /** The event with which the ensemble was formed; 0 while it is not. */
  formedAt = 0;
  private readonly members: ReadonlySet<NodeId>;
  /** Those that are in line with `leader`. */
  private readonly synchronized: Set<NodeId> = new Set();
  private leader: NodeId = 0;
  /** Zxids of the transactions that open sessions. */
  private readonly openings: Set<number> = new Set();

  /** `members`: the servers that the ensemble begins with. */
  constructor(members: readonly NodeId[]) {
    this.members = new Set(members);
  }

  event(_step: number, _timeUs: number, _node: NodeId, event: Event): void {
    if (event.kind === 'received' && this.counts(event.message)) this.length++;
  }

  fact(fact: Fact, node: NodeId, _timeMs: number, step: number): void {
    if (SYNCS.has(fact.kind) && !(fact.kind === 'durable' && this.openings.has(fact.zxid))) this.length++;
    switch (fact.kind) {
      case 'proposed':
        if (fact.txn.body.kind === 'createSession') this.openings.add(fact.txn.zxid);
        return;
      case 'crashed':
      case 'restarted':
      case 'faultBegan':
        this.length++;
        return;
      case 'established':
        this.leader = node;
        this.synchronized.clear();
        this.synchronized.add(node);
        break;
      case 'synchronized':
        this.synchronized.add(node);
        break;
      default:
        return;
    }
    if (this.formedAt === 0 && this.isFormed()) {
      this.formedAt = step;
      this.length = 0;
    }
  }

  private isFormed(): boolean {
    if (this.leader === 0) return false;
    for (const member of this.members) if (!this.synchronized.has(member)) return false;
    return true;
  }

  private counts(message: Message): boolean {
    switch (message.kind) {
      case 'PING':
      case 'electionHello':
      case 'connectRequest':
      case 'connectResponse':
        return false;
      case 'request':
      case 'reply':
        return message.xid !== PING_XID;
      case 'REQUEST':
        return message.request.kind !== 'createSession';
      case 'PROPOSAL':
      case 'INFORM':
        return message.txn.body.kind !== 'createSession';
      case 'ACK':
      case 'COMMIT':
        return !this.openings.has(message.zxid);
      default:
        return true;
    }
  }
}
