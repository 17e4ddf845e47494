/**
 * Quotas as the reference model understands them (reference section 4.4): which nodes hold limits and counts, for what, and
 * what their text says. Written apart from the service.
 */
import type { Bytes } from '../wire/words.ts';

/** What stands in either text; −1: nothing is said. */
export interface QuotaNumbers {
  readonly count: number;
  readonly bytes: number;
  readonly countHardLimit: number;
  readonly byteHardLimit: number;
}

const ROOT = '/zookeeper/quota';
const LIMITS = '/zookeeper_limits';
const STATS = '/zookeeper_stats';

/** Where the limits, and the counts, of a path stand. */
export function limitsOf(subject: string): string {
  return `${ROOT}${subject}${LIMITS}`;
}

/** See `limitsOf`. */
export function statsOf(subject: string): string {
  return `${ROOT}${subject}${STATS}`;
}

/** The path whose limits (or counts) stand at `path`; null if none do. The root and the system's own nodes have no quota. */
export function subjectOf(path: string, kind: 'limits' | 'stats'): string | null {
  const name = kind === 'limits' ? LIMITS : STATS;
  if (!path.startsWith(`${ROOT}/`) || !path.endsWith(name)) return null;
  const subject = path.slice(ROOT.length, path.length - name.length);
  return subject === '' || subject === '/zookeeper' || subject.startsWith('/zookeeper/') ? null : subject;
}

/** Whether a quota of `subject` is about `path`. */
export function isWithin(path: string, subject: string): boolean {
  return path === subject || path.startsWith(`${subject}/`);
}

/** Reads limits or counts. */
export function numbersIn(data: Bytes | null): QuotaNumbers {
  const text = data === null ? '' : new TextDecoder().decode(data);
  const read = (name: string): number => {
    const found = new RegExp(`(?:^|[,;])${name}=(-?\\d{1,15})(?=[,;=]|$)`).exec(text);
    return found === null ? -1 : Number(found[1]);
  };
  return {
    count: read('count'),
    bytes: read('bytes'),
    countHardLimit: read('countHardLimit'),
    byteHardLimit: read('byteHardLimit'),
  };
}

/** The text of counts. */
export function countsText(count: number, bytes: number): Bytes {
  return new TextEncoder().encode(`count=${count},bytes=${bytes}`);
}
