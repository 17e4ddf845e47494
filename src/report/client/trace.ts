/**
 * The page's document made ready for questions: which events a process had, what was sent and stated in an event, what came
 * before what. Everything is an array over event numbers, so that fifty thousand events answer within a frame. Knows no DOM.
 */
import type { PageModel } from '../page-model.ts';

/** See the head of the file. Events count from 1; index 0 of the arrays over events is unused. */
export interface Trace {
  readonly model: PageModel;
  /** How many events there are. */
  readonly count: number;
  /** When, in microseconds since the beginning. */
  readonly timeUs: Float64Array;
  /** The last event of the same process before this one, 0 for none. */
  readonly previous: Int32Array;
  /** The event in which the message was sent that this one received, 0 for none. */
  readonly sender: Int32Array;
  /** Messages sent in event i are those from firstSent[i] to before firstSent[i + 1]; facts alike. */
  readonly firstSent: Int32Array;
  readonly firstFact: Int32Array;
  /** The events of each process, ascending. */
  readonly eventsOf: readonly (readonly number[])[];
}

/** Indexes a document. */
export function traceOf(model: PageModel): Trace {
  const count = model.events.process.length;
  const timeUs = new Float64Array(count + 1);
  const previous = new Int32Array(count + 1);
  const sender = new Int32Array(count + 1);
  const eventsOf: number[][] = model.processes.map(() => []);
  for (let event = 1; event <= count; event++) {
    timeUs[event] = (timeUs[event - 1] ?? 0) + (model.events.timeUs[event - 1] ?? 0);
    const own = eventsOf[model.events.process[event - 1] ?? 0];
    previous[event] = own?.at(-1) ?? 0;
    own?.push(event);
    const message = model.events.message[event - 1] ?? 0;
    if (message > 0) sender[event] = model.messages.sentAt[message - 1] ?? 0;
  }
  return {
    model, count, timeUs, previous, sender, eventsOf,
    firstSent: starts(model.messages.sentAt, count), firstFact: starts(model.facts.at, count),
  };
}

/** For every event the index of the first entry that is its own or later. */
function starts(at: readonly number[], count: number): Int32Array {
  const first = new Int32Array(count + 2);
  let entry = 0;
  for (let event = 0; event <= count + 1; event++) {
    while (entry < at.length && (at[entry] ?? 0) < event) entry++;
    first[event] = entry;
  }
  return first;
}

/** The process of an event, as an index of the page's processes. */
export function processOf(trace: Trace, event: number): number {
  return trace.model.events.process[event - 1] ?? 0;
}

/** The name of a process; `world` for −1. */
export function nameOf(trace: Trace, process: number): string {
  return trace.model.processes[process]?.name ?? 'world';
}

/** A text by its number. */
export function textOf(trace: Trace, number: number | undefined): string {
  return trace.model.strings[number ?? 0] ?? '';
}

/** What happened in an event, without whose it is. */
export function eventText(trace: Trace, event: number): string {
  const text = textOf(trace, trace.model.events.text[event - 1]);
  const message = trace.model.events.message[event - 1] ?? 0;
  return message === 0 ? text : `${text} from ${nameOf(trace, trace.model.messages.from[message - 1] ?? -1)}`;
}

/** The facts stated in an event, as indices. */
export function factsOf(trace: Trace, event: number): number[] {
  return range(trace.firstFact[event] ?? 0, trace.firstFact[event + 1] ?? 0);
}

/** The messages sent in an event, as indices. */
export function sentBy(trace: Trace, event: number): number[] {
  return range(trace.firstSent[event] ?? 0, trace.firstSent[event + 1] ?? 0);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** The last of ascending `numbers` that is at most `limit`, as an index; −1 for none. */
export function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The event of a process that is nearest to `event`; 0 if it has none. */
export function nearestOf(trace: Trace, process: number, event: number): number {
  const own = trace.eventsOf[process] ?? [];
  const index = lastAtMost(own, event);
  const [before, after] = [own[index] ?? 0, own[index + 1] ?? 0];
  if (before === 0 || after === 0) return before === 0 ? after : before;
  return event - before <= after - event ? before : after;
}
