/**
 * A run with everything kept that a replay needs: the tape, the name of every draw, and a trail of two bytes an event, by which a
 * replay that goes another way can say at which event it did so.
 */
import { RollingHash } from '../base/hash.ts';
import type { Property } from '../history/judge.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Plan } from '../plan/plan.ts';
import { fingerprintMessage } from '../wire/message-fingerprint.ts';
import { RecordingChooser } from '../world/chooser.ts';
import type { Chooser, Tape } from '../world/chooser.ts';
import { mixEvent } from '../world/event-hash.ts';
import type { TraceSink } from '../world/trace.ts';
import { packNames } from './align.ts';
import type { TapeNames } from './align.ts';
import { FAILURE_FORMAT, FAILURE_VERSION } from './failure.ts';
import type { Failure } from './failure.ts';
import { runPlan } from './run.ts';
import type { RunResult } from './run.ts';

/** The fingerprint of each event, two bytes long, in order. */
export class TrailSink implements TraceSink {
  readonly marks: number[] = [];

  event(_step: number, timeUs: number, node: NodeId, event: Event): void {
    this.marks.push(markOf(timeUs, node, event));
  }

  /** As a failure file keeps it. */
  packed(): string {
    return packTrail(this.marks);
  }
}

/** Two bytes that tell an event from nearly every other. */
export function markOf(timeUs: number, node: NodeId, event: Event): number {
  const hash = new RollingHash();
  mixEvent(hash, timeUs, node, event, fingerprintMessage);
  return hash.value() & 0xffff;
}

/** Marks as text: base64 of two bytes each, the low one first. */
export function packTrail(marks: readonly number[]): string {
  return Buffer.from(Uint16Array.from(marks).buffer).toString('base64');
}

/** The marks of a trail. */
export function unpackTrail(trail: string): number[] {
  const bytes = Buffer.from(trail, 'base64');
  return Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16LE(2 * index));
}

/** A run and what it drew. */
export interface Recorded {
  readonly result: RunResult;
  readonly tape: Tape;
  readonly names: TapeNames;
  readonly trail: string;
}

/** Runs a plan with the tape running. Throws what the run throws. */
export function recordRun(plan: Plan, chooser: Chooser, properties: readonly Property[], maxSteps?: number): Recorded {
  const recording = new RecordingChooser(chooser, { names: true });
  const trace = new TrailSink();
  const result = runPlan(plan, recording, { properties, trace, ...(maxSteps === undefined ? {} : { maxSteps }) });
  return { result, tape: recording.tape(), names: recording.names(), trail: trace.packed() };
}

/** What a failure says beside its run: who judged, and which bug was planted. */
export interface Circumstances {
  /** The only properties that were judged; null for all. */
  readonly judged: readonly string[] | null;
  readonly mutant: string | null;
}

/** The failure file of a recorded run that did not hold. */
export function recordedFailure(plan: Plan, recorded: Recorded, { judged, mutant }: Circumstances): Failure {
  const { result, tape, names, trail } = recorded;
  if (result.finding === null) throw new Error('a run that held is no failure');
  return {
    format: FAILURE_FORMAT,
    version: FAILURE_VERSION,
    plan,
    tape,
    verdict: result.finding,
    hash: result.hash,
    events: result.events,
    names: packNames(names),
    trail,
    ...(judged === null ? {} : { judged: [...judged] }),
    ...(mutant === null ? {} : { mutant }),
  };
}
