/**
 * How long a failing run is, in the steps that people count when they describe how a bug is triggered: messages that arrive,
 * syncs that complete, processes that crash and start, faults that begin; counted from the first moment at which a leader is
 * established and every member has been brought in line with it, to the violation. Where there is no such moment, the whole run
 * counts. What is always there and triggers nothing does not count: heartbeats, the greetings of connections, and the opening of
 * sessions, for a description begins with a formed ensemble and connected clients. What breaks liveness ends with the event after
 * which things are as bad as they will ever be; what comes after is waiting. Things are as bad as futures fail often that have as
 * much time to recover, from that event on, as the run had from its healing on: a dead end fails always, and a livelock, from
 * which luck may lead out, as often at its beginning as at its end.
 */
import type { Property } from '../history/judge.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';
import { AligningChooser, unpackNames } from './align.ts';
import type { Failure } from './failure.ts';
import { chooserOf, futureChooser } from './follow.ts';
import { runPlan } from './run.ts';

/** Facts that say that something has become durable: one sync each. */
const SYNCS: ReadonlySet<Fact['kind']> = new Set([
  'durable', 'acceptedEpoch', 'currentEpoch', 'truncated', 'snapshotInstalled', 'snapshotWritten',
]);

/** The xid of a client's heartbeat. */
const PING_XID = -2;

/** So many futures of a prefix are tried, and so many in ten of those that fail from the end on must fail from there. */
const FUTURES = 20;
const NEARLY = 9;

/** The length of a failure; see the head of the file. */
export function lengthOf(failure: Failure, properties: readonly Property[]): number {
  const { plan, tape, names, verdict } = failure;
  const judges = properties.filter(({ name }) => name === verdict.property);
  const sink = new LengthSink(plan.members.map(({ id }) => id));
  const stopAtStep = verdict.outcome === 'liveness' ? pointOfNoReturn(failure, judges) : null;
  if (stopAtStep === 0) return 0;
  const chooser = new AligningChooser(tape, names === undefined ? [] : unpackNames(names), 'zero');
  runPlan(plan, chooser, { properties: judges, trace: sink, ...(stopAtStep === null ? {} : { stopAtStep }) });
  return sink.length;
}

/**
 * The first event from which on futures fail nearly as often as from the last; 0 where they do from the beginning. All of it
 * where none fails from the last on: then what was violated was a matter of time alone.
 */
function pointOfNoReturn(failure: Failure, judges: readonly Property[]): number {
  const timesMs = timesOf(failure, judges);
  const atEnd = failingFutures(failure, failure.events, timesMs, judges, FUTURES);
  const needed = Math.ceil((atEnd * NEARLY) / 10);
  if (needed === 0) return failure.events;
  const isLost = (step: number): boolean => failingFutures(failure, step, timesMs, judges, needed) >= needed;
  let [low, high] = [0, failure.events];
  if (isLost(low)) return low;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isLost(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** When each event happened, by its number. */
function timesOf(failure: Failure, judges: readonly Property[]): readonly number[] {
  const times: number[] = [0];
  const trace = { event: (_step: number, timeUs: number): void => void times.push(Math.floor(timeUs / 1000)) };
  runPlan(failure.plan, chooserOf(failure), { properties: judges, trace });
  return times;
}

/** How many of the futures after an event fail in the same way; no more are tried than tell whether `needed` do. */
function failingFutures(
  failure: Failure, step: number, timesMs: readonly number[], judges: readonly Property[], needed: number,
): number {
  const { plan, events } = failure;
  const sinceHealingMs = Math.max(0, (timesMs[step] ?? 0) - plan.safetyMs);
  // Judges ask what is settled by half of the tail.
  const patient = { ...plan, tailMs: plan.tailMs + 2 * sinceHealingMs };
  let failing = 0;
  for (let index = 0; index < FUTURES && failing < needed && failing + FUTURES - index >= needed; index++) {
    const { chooser, trace } = futureChooser(failure, step, `${plan.seed}/future/${index}`);
    const { finding } = runPlan(patient, chooser, { properties: judges, trace, maxSteps: Math.max(events, 1000) * 20 });
    if (finding?.property === failure.verdict.property) failing++;
  }
  return failing;
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
