/** Everything that a picture of the run depends on, and where things are in it. */
import type { Axis } from './axis.ts';
import type { Shown } from './filter.ts';
import type { Lanes } from './lanes.ts';
import type { Theme } from './theme.ts';
import type { Trace } from './trace.ts';

/** The column of the lanes' names. */
export const GUTTER = 62;

/** Half the height of a server's and of a client's band. */
export const BAND = { server: 6, client: 2 } as const;

/** What a process is between two changes of its role. */
export interface Segment {
  readonly process: number;
  readonly role: string;
  readonly epoch: number;
  readonly fromAt: number;
  readonly fromUs: number;
  readonly isFromBetween: boolean;
  readonly toAt: number;
  readonly toUs: number;
  readonly isToBetween: boolean;
}

/** See the head of the file. Sizes in CSS pixels. */
export interface Scene {
  readonly trace: Trace;
  readonly segments: readonly Segment[];
  readonly axis: Axis;
  readonly lanes: Lanes;
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly scrollY: number;
  readonly shown: Shown;
  /** 0: none. */
  readonly selected: number;
  /** −1: none. */
  readonly hoveredMessage: number;
  readonly hoveredEvent: number;
  readonly hits: ReadonlySet<number>;
  /** What is to stand out, because the violation or the selection follows from it; null: everything. */
  readonly past: Uint8Array | null;
  /** The events that the violation rests on, and a chain of causes through them. */
  readonly steps: readonly number[];
  readonly chains: readonly (readonly number[])[];
}

/** Where a position of the axis is. */
export function xOf(scene: Scene, position: number): number {
  const { from, to } = scene.axis;
  return GUTTER + ((position - from) / (to - from)) * (scene.width - GUTTER);
}

/** The position of the axis at x. */
export function positionAt(scene: Scene, x: number): number {
  const { from, to } = scene.axis;
  return from + ((x - GUTTER) / (scene.width - GUTTER)) * (to - from);
}

/** Where an event is. */
export function eventX(scene: Scene, event: number): number {
  return xOf(scene, scene.axis.of(event));
}

/** The middle of a lane. */
export function laneY(scene: Scene, process: number): number {
  return (scene.lanes.middle[process] ?? 0) - scene.scrollY;
}

/** Whether the lane has any height. */
export function hasLane(scene: Scene, process: number): boolean {
  return (scene.lanes.height[process] ?? 0) > 0;
}

/** How wide an event is, on average. */
export function pixelsPerEvent(scene: Scene): number {
  const { axis, width } = scene;
  const events = Math.max(1, axis.eventAt(axis.to) - axis.eventAt(axis.from));
  return (width - GUTTER) / events;
}

/** The roles of all processes as segments, in the order of their beginning. */
export function segmentsOf(trace: Trace): Segment[] {
  const endUs = trace.timeUs[trace.count] ?? 0;
  const { roles, processes } = trace.model;
  return processes.flatMap((_, process): Segment[] => {
    const own = roles.filter((change) => change.process === process);
    return own.map((change, index): Segment => {
      const next = own[index + 1];
      return {
        process, role: change.role, epoch: change.epoch,
        fromAt: change.at, fromUs: change.us, isFromBetween: change.between,
        toAt: next?.at ?? trace.count, toUs: next?.us ?? endUs, isToBetween: next?.between ?? true,
      };
    });
  });
}

/** The role that a process plays at an event. */
export function segmentAt(segments: readonly Segment[], process: number, event: number): Segment | undefined {
  return segments.findLast((segment) => {
    return segment.process === process && (segment.isFromBetween ? segment.fromAt < event : segment.fromAt <= event);
  });
}
