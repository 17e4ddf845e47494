/**
 * Quotas as text and as names: what stands in `zookeeper_limits` and `zookeeper_stats` (section 4.4 of the protocol's
 * description; ZooKeeper's StatsTrack and Quotas), and whether a change would break a hard limit.
 */
import { parentOf, QUOTA_PATH, SYSTEM_PATH } from './path.ts';

const LIMITS_NAME = '/zookeeper_limits';
const STATS_NAME = '/zookeeper_stats';

/** Counts of a subtree, or limits for them. −1: no limit. Only limits have the hard ones. */
export interface QuotaText {
  readonly count: number;
  readonly bytes: number;
  readonly countHardLimit: number;
  readonly byteHardLimit: number;
}

const BELOW_QUOTA = `${QUOTA_PATH}/`;
const UNLIMITED = -1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the limits of `path` stand. */
export function limitsPath(path: string): string {
  return QUOTA_PATH + path + LIMITS_NAME;
}

/** Where the counts of `path` stand. */
export function statsPath(path: string): string {
  return QUOTA_PATH + path + STATS_NAME;
}

/** What kind of quota node a path names. */
export function quotaNodeKind(path: string): 'limits' | 'stats' | null {
  if (!path.startsWith(BELOW_QUOTA)) return null;
  return path.endsWith(LIMITS_NAME) ? 'limits' : path.endsWith(STATS_NAME) ? 'stats' : null;
}

/** The path that a quota node is about; null where quotas do not reach: the root, and /zookeeper itself. */
export function quotaSubject(quotaNode: string): string | null {
  const subject = parentOf(quotaNode).slice(QUOTA_PATH.length);
  return subject === '' || subject === SYSTEM_PATH || subject.startsWith(`${SYSTEM_PATH}/`) ? null : subject;
}

/** Reads either text; what is missing or is no number is −1. Accepts the older `count=5,bytes=10` as well. */
export function parseQuota(data: Uint8Array | null): QuotaText {
  const values = new Map<string, number>();
  for (const pair of decoder.decode(data ?? new Uint8Array(0)).split(/[,;]+/)) {
    const [name, value] = pair.split('=');
    if (name !== undefined && value !== undefined && /^-?\d{1,15}$/.test(value)) values.set(name, Number.parseInt(value, 10));
  }
  const read = (name: string): number => values.get(name) ?? UNLIMITED;
  const [countHardLimit, byteHardLimit] = [read('countHardLimit'), read('byteHardLimit')];
  return { count: read('count'), bytes: read('bytes'), countHardLimit, byteHardLimit };
}

/** The text of counts: `count=N,bytes=M`. */
export function formatStats(count: number, bytes: number): Uint8Array {
  return encoder.encode(`count=${count},bytes=${bytes}`);
}

/** The text of limits; the `=` before the hard ones makes older parsers stop there. */
export function formatLimits(limits: QuotaText): Uint8Array {
  const soft = `count=${limits.count},bytes=${limits.bytes}`;
  const isHard = limits.byteHardLimit !== UNLIMITED || limits.countHardLimit !== UNLIMITED;
  return encoder.encode(isHard ? `${soft}=;byteHardLimit=${limits.byteHardLimit};countHardLimit=${limits.countHardLimit}` : soft);
}

/** Whether growing by so much breaks a hard limit. Shrinking never does. */
export function breaksHardLimit(limits: QuotaText, stats: QuotaText, countDiff: number, bytesDiff: number): boolean {
  const { countHardLimit, byteHardLimit } = limits;
  if (countDiff > 0 && countHardLimit > UNLIMITED && Math.max(stats.count, 0) + countDiff > countHardLimit) return true;
  return bytesDiff > 0 && byteHardLimit > UNLIMITED && Math.max(stats.bytes, 0) + bytesDiff > byteHardLimit;
}
