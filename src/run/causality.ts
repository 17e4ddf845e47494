/**
 * Happens-before over the events of a run (Lamport, 1978): an event is after the one before it in the same process, after the
 * event in which its message was sent, and after what its peer did last when a connection was opened or closed. What a timer or
 * a disk answers was asked by the same process earlier, so the process's own order covers it; disks outlive a crash, so it
 * runs on through restarts. What did not happen (a message that a partition kept away) has no edge here.
 */
import type { Event, NodeId } from '../io/event.ts';
import { describeMessage } from '../wire/describe.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';

/** One event and the events that it directly follows from, by their steps. */
export interface CausalEvent {
  readonly step: number;
  readonly node: NodeId;
  /** Steps of its direct causes, ascending; each smaller than its own. */
  readonly causes: readonly number[];
}

/** One event of a run with what it was. */
export interface RecordedEvent extends CausalEvent {
  readonly timeUs: number;
  readonly kind: Event['kind'];
  /** Of a received message: its kind; else ''. */
  readonly message: string;
  /** The other end of the connection that it is about, else 0. */
  readonly peer: NodeId;
  /** Step of the event in which its message was sent; 0 where there is none. */
  readonly sentAt: number;
}

/** Records the events of a run with their causes. Hand it to `runPlan` as its trace. */
export class CausalRecorder implements TraceSink {
  readonly events: RecordedEvent[] = [];
  /** The last event of each process. */
  private readonly last: Map<NodeId, number> = new Map();
  /** Where a message was sent: by the message itself and, for one that went through the codec, by its words. */
  private readonly byMessage: Map<Message, Map<NodeId, number[]>> = new Map();
  private readonly byWords: Map<string, number[]> = new Map();
  private readonly byCodec: boolean;

  /** `byCodec`: messages are encoded on their way, so that what arrives is not the object that was sent. */
  constructor(byCodec: boolean) {
    this.byCodec = byCodec;
  }

  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId): void {
    const causes: number[] = [];
    const before = this.last.get(node);
    let sentAt = 0;
    if (event.kind === 'received') sentAt = this.take(peer, node, event.message);
    else if (event.kind === 'accepted' || event.kind === 'connected' || event.kind === 'closed') {
      const theirs = this.last.get(peer);
      if (theirs !== undefined && peer !== node) causes.push(theirs);
    }
    if (sentAt > 0) causes.push(sentAt);
    if (before !== undefined && !causes.includes(before)) causes.push(before);
    causes.sort((one, other) => one - other);
    this.last.set(node, step);
    const message = event.kind === 'received' ? event.message.kind : '';
    this.events.push({ step, timeUs, node, kind: event.kind, message, peer, sentAt, causes });
  }

  sent(step: number, _timeUs: number, from: NodeId, to: NodeId, message: Message): void {
    if (this.byCodec) {
      push(this.byWords, wordsOf(from, to, message), step);
      return;
    }
    let receivers = this.byMessage.get(message);
    if (receivers === undefined) this.byMessage.set(message, receivers = new Map<NodeId, number[]>());
    push(receivers, to, step);
  }

  private take(from: NodeId, to: NodeId, message: Message): number {
    const steps = this.byCodec ? this.byWords.get(wordsOf(from, to, message)) : this.byMessage.get(message)?.get(to);
    return steps?.shift() ?? 0;
  }
}

function wordsOf(from: NodeId, to: NodeId, message: Message): string {
  return `${from}>${to} ${describeMessage(message)}`;
}

function push<K>(map: Map<K, number[]>, key: K, step: number): void {
  const steps = map.get(key);
  if (steps === undefined) map.set(key, [step]);
  else steps.push(step);
}

/** The steps of everything that happened before `targetStep`, itself included; empty when there is no such event. */
export function causalPast(events: readonly CausalEvent[], targetStep: number): Set<number> {
  const byStep = new Map(events.map((event) => [event.step, event]));
  const past = new Set<number>();
  const open = [targetStep];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const event = byStep.get(step);
    if (event === undefined || past.has(step)) continue;
    past.add(step);
    open.push(...event.causes);
  }
  return past;
}
