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
import { AligningChooser, unpackNames } from '../run/align.ts';
import type { Failure } from '../run/failure.ts';
import { runPlan } from '../run/run.ts';
import { LengthSink } from './length-sink.ts';
import { neededOf } from './lost.ts';

/** The length of a failure; see the head of the file. */
export function lengthOf(failure: Failure, properties: readonly Property[]): number {
  const { plan, tape, events, verdict } = failure;
  const judges = properties.filter(({ name }) => name === verdict.property);
  const names = failure.names === undefined ? [] : unpackNames(failure.names);
  if (verdict.outcome === 'liveness') return neededOf({ plan, tape, names, events }, judges)?.length ?? 0;
  const sink = new LengthSink(plan.members.map(({ id }) => id));
  runPlan(plan, new AligningChooser(tape, names, 'zero'), { properties: judges, trace: sink });
  return sink.length;
}
