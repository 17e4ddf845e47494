/**
 * What the page of a run is made of: one JSON document that the recorder writes and the page's own code reads. Columns instead
 * of objects where there are many, texts by number, so that fifty thousand events stay a few megabytes. Both sides know nothing
 * of each other but this.
 */
import type { Outcome } from '../run/verdict.ts';

/** A process's state as the page shows it: plain JSON; maps and tables are objects, sets are lists. */
export type View = string | number | boolean | null | readonly View[] | ViewMap;

/** Fields or entries by name, in order. */
export interface ViewMap {
  readonly [name: string]: View;
}

/** Where in a view something stands: names of fields and indices of lists, from the outside in. */
export type ViewPath = readonly (string | number)[];

/**
 * One difference between two views; `path` is a number in `PageModel.paths`. Two parts: it is now this; one part: it is gone;
 * four parts: in the list there, from `start`, so many items gave way to these.
 */
export type Change =
  | readonly [path: number, value: View]
  | readonly [path: number]
  | readonly [path: number, start: number, removed: number, inserted: readonly View[]];

/** What the processes did when; entry i is event number i + 1. */
export interface EventColumns {
  /** Microseconds since the event before. */
  readonly timeUs: number[];
  readonly process: number[];
  /** What happened, as a number in `strings`. */
  readonly text: number[];
  /** The message received, as its index + 1; 0 for other events. */
  readonly message: number[];
}

/** Every message sent, in order. */
export interface MessageColumns {
  readonly sentAt: number[];
  /** The event that received it; 0: it never arrived. */
  readonly receivedAt: number[];
  readonly from: number[];
  readonly to: number[];
  /** The kind and the whole in a line, as numbers in `strings`. */
  readonly kind: number[];
  readonly text: number[];
  /** Sessions (`session …`), paths (`/…`) and zxids (`zxid e:c`) that it is about, joined by newlines; in `strings`. */
  readonly tags: number[];
}

/** Every fact stated, in order. `at` is the event in which, or after which, it was stated. */
export interface FactColumns {
  readonly at: number[];
  /** −1: of the world and about no process. */
  readonly process: number[];
  readonly kind: number[];
  readonly text: number[];
  readonly tags: number[];
  /** 1: stated between two events, after `at`. */
  readonly between: number[];
  /** Microseconds since the beginning. */
  readonly us: number[];
}

/** From event `at` on, until the next of the same process, it plays this role. */
export interface RoleChange {
  readonly process: number;
  readonly at: number;
  /** A server's role, or `DOWN`, `STARTING`; of clients `CONNECTED`, `APART`, `EXPIRED`. */
  readonly role: string;
  /** 0 where there is none. */
  readonly epoch: number;
  /** It began between the event and the next. */
  readonly between: boolean;
  /** Microseconds since the beginning. */
  readonly us: number;
}

/** A fault from its beginning to its end. */
export interface Band {
  readonly fault: string;
  readonly detail: string;
  /** Whom it is about; −1: all or several. */
  readonly process: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** What changed in a process by an event, or by a crash or a start after it. In order of `at`. */
export interface PatchColumns {
  readonly at: number[];
  readonly process: number[];
  readonly changes: (readonly Change[])[];
}

/** A sentence of the story; `at` is the event that it is about, 0 for none. */
export interface StoryLine {
  readonly at: number;
  readonly text: string;
}

/** The finding, as the page tells it. */
export interface PageFinding {
  readonly outcome: Outcome;
  readonly property: string;
  readonly sentence: string;
  /** What the property promises; empty if that is not known. */
  readonly promise: string;
  /** The events that it rests on. */
  readonly steps: readonly number[];
  readonly atMs: number;
}

/** One process. */
export interface PageProcess {
  readonly node: number;
  readonly name: string;
  readonly kind: 'server' | 'client';
}

/** See the head of the file. */
export interface PageModel {
  readonly format: 'vivarium page';
  readonly version: 1;
  readonly scenario: string;
  readonly seed: string;
  readonly hash: string;
  /** False: it was to have another hash. */
  readonly isAsRecorded: boolean;
  readonly simulatedMs: number;
  /** null: every property held. */
  readonly finding: PageFinding | null;
  readonly story: readonly StoryLine[];
  /** How to run it again, a command a line. */
  readonly commands: readonly string[];
  readonly processes: readonly PageProcess[];
  readonly strings: readonly string[];
  readonly events: EventColumns;
  readonly messages: MessageColumns;
  readonly facts: FactColumns;
  readonly roles: readonly RoleChange[];
  readonly bands: readonly Band[];
  readonly paths: readonly ViewPath[];
  readonly patches: PatchColumns;
}

/** Whether JSON is such a document; it is not looked into, since both sides are one program. */
export function isPageModel(json: unknown): json is PageModel {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === 'vivarium page';
}
