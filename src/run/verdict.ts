/**
 * How a run ended, in one word, and what the word means to a shell. Safety outweighs everything; a run that was cut short says
 * unknown, never held.
 */

/** The outcome of a run. `nondeterminism`: two runs of it differed. */
export type Outcome = 'held' | 'safety' | 'liveness' | 'crash' | 'nondeterminism' | 'unknown';

/** All of them. */
export const OUTCOMES: readonly Outcome[] = ['held', 'safety', 'liveness', 'crash', 'nondeterminism', 'unknown'];

/** The exit code of each outcome; 1 is misuse. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  held: 0, safety: 2, liveness: 3, crash: 4, nondeterminism: 5, unknown: 6,
};

/** Misuse of the command line. */
export const EXIT_USAGE = 1;

const BY_GRAVITY: readonly Outcome[] = ['safety', 'crash', 'nondeterminism', 'liveness', 'unknown', 'held'];

/** The gravest of several outcomes; none at all held. */
export function gravest(outcomes: readonly Outcome[]): Outcome {
  return BY_GRAVITY.find((outcome) => outcomes.includes(outcome)) ?? 'held';
}

/** What went wrong, in words that can be compared: the first finding of a run. */
export interface Finding {
  readonly outcome: Outcome;
  /** The property violated; `crash`, `nondeterminism` or `budget` where none was. */
  readonly property: string;
  readonly sentence: string;
  /** The events that it rests on, first to last. */
  readonly steps: readonly number[];
  readonly atMs: number;
}

/**
 * Two findings are the same failure when they break the same property in a sentence of the same shape: numbers, zxids, sessions
 * and
 * paths aside.
 */
export function failureKey(finding: Finding): string {
  return `${finding.property}: ${sentenceShape(finding.sentence)}`;
}

/** A sentence without what varies between two runs of one bug. */
export function sentenceShape(sentence: string): string {
  return sentence
    .replace(/\b0x[0-9a-f]+\b/g, '#')
    .replace(/\b[0-9a-f]{16}\b/g, '#')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/(^|[\s(])\/[^\s,;)]*/g, '$1/…')
    .replace(/\d+(:\d+)?/g, '#')
    .replace(/([^,;:]+)((,| and) \1)+/g, '$1')
    .replace(/#(,? (and )?#)+/g, '#');
}
