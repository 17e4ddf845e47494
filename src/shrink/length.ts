/**
 * How long a failing run is, in the steps that people count when they describe how a bug is triggered: messages that arrive,
 * syncs that complete, processes that crash and start, faults that begin; counted from the first moment at which a leader is
 * established and every member has been brought in line with it, to the violation. Where there is no such moment, the whole run
 * counts. What is always there and triggers nothing does not count: heartbeats, the greetings of connections, and the opening of
 * sessions, for a description begins with a formed ensemble and connected clients. What breaks liveness ends with the event from
 * which on no future recovers, or, where luck may always lead out, with the one with which the run begins to repeat itself; what
 * comes after is waiting.
 */
import type { Property } from '../history/judge.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { AligningChooser, unpackNames } from '../run/align.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf, futureChooser } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import type { RunOptions } from '../run/run.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';
import { Recurrence } from './recurrence.ts';

/** Facts that say that something has become durable: one sync each. */
const SYNCS: ReadonlySet<Fact['kind']> = new Set([
  'durable', 'acceptedEpoch', 'currentEpoch', 'truncated', 'snapshotInstalled', 'snapshotWritten',
]);

/** The xid of a client's heartbeat. */
const PING_XID = -2;

/** Futures that are tried of a prefix, and how many of them must fail before it is said that none recovers. */
const FUTURES = 20;
const NEARLY_ALL = 18;

/** The length of a failure; see the head of the file. */
export function lengthOf(failure: Failure, properties: readonly Property[]): number {
  const { plan, tape, names, verdict } = failure;
  const judges = properties.filter(({ name }) => name === verdict.property);
  const sink = new LengthSink(plan.members.map(({ id }) => id));
  const stopAtStep = verdict.outcome === 'liveness' ? lastNeeded(failure, judges) : null;
  if (stopAtStep === 0) return 0;
  const chooser = new AligningChooser(tape, names === undefined ? [] : unpackNames(names), 'zero');
  runPlan(plan, chooser, { properties: judges, trace: sink, ...(stopAtStep === null ? {} : { stopAtStep }) });
  return sink.length;
}

/**
 * The last event that a violation of liveness needs. Of a dead end it is the first event from which on futures fail, 0 where they
 * do from the beginning; of a livelock the one that closes the first loop. All of the run where it is neither.
 */
function lastNeeded(failure: Failure, judges: readonly Property[]): number {
  const { timesMs, closedAt } = courseOf(failure, judges);
  const isLost = (step: number): boolean => isDeadEnd(failure, step, timesMs, judges);
  if (!isLost(failure.events)) return closedAt > 0 ? closedAt : failure.events;
  let [low, high] = [0, failure.events];
  if (isLost(low)) return low;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isLost(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** How a run went. */
interface Course {
  /** When each event happened, by its number. */
  readonly timesMs: readonly number[];
  /** The event with which it began to repeat itself; 0: none. */
  readonly closedAt: number;
}

function courseOf(failure: Failure, judges: readonly Property[]): Course {
  const timesMs: number[] = [0];
  const recurrence = new Recurrence();
  const trace: NonNullable<RunOptions['trace']> = {
    event: (_step, timeUs) => { timesMs.push(Math.floor(timeUs / 1000)); },
    fact: (fact, node, _timeMs, step) => { recurrence.fact(fact, node, step); },
  };
  runPlan(failure.plan, chooserOf(failure), { properties: judges, trace });
  return { timesMs, closedAt: recurrence.step };
}

/** Whether nearly all futures after an event fail in the same way, though they have as much time as the run had once healed. */
function isDeadEnd(failure: Failure, step: number, timesMs: readonly number[], judges: readonly Property[]): boolean {
  const { plan, events, verdict } = failure;
  const sinceHealingMs = Math.max(0, (timesMs[step] ?? 0) - plan.safetyMs);
  // Judges ask what is settled by half of the tail.
  const patient = { ...plan, tailMs: plan.tailMs + 2 * sinceHealingMs };
  let passing = 0;
  for (let index = 0; index < FUTURES && passing <= FUTURES - NEARLY_ALL; index++) {
    const { chooser, trace } = futureChooser(failure, step, `${plan.seed}/future/${index}`);
    const { finding } = runPlan(patient, chooser, { properties: judges, trace, maxSteps: Math.max(events, 1000) * 20 });
    if (finding?.property !== verdict.property) passing++;
  }
  return passing <= FUTURES - NEARLY_ALL;
}

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
