/**
 * Where the last log file really ends. A crash or a write that failed leaves anything behind the part that was synced: holes,
 * halves, entries whose predecessor is missing. Given how far the log was durable, all of that is a tear, from its first flaw
 * on, and nothing behind the flaw counts. A flaw in what was durable is left for others to find: it is damage.
 */
import type { Zxid } from '../base/zxid.ts';
import type { LoadedLog } from './assembly.ts';
import { isSuccessor } from './log-format.ts';
import type { ParsedLog } from './log-format.ts';

/** The file without what lies behind its first flaw, if that lies beyond `durableZxid`. */
export function cutTear(log: LoadedLog, durableZxid: Zxid): LoadedLog {
  const { parsed, start } = log;
  const { damage, txns } = parsed;
  const isBegun = damage !== 'foreign' && (txns[0]?.zxid ?? start) === start;
  const sound = isBegun ? soundLength(parsed, durableZxid) : 0;
  if (sound === txns.length && (damage === 'none' || damage === 'torn')) return log;
  const last = sound === 0 ? start - 1 : (txns[sound - 1]?.zxid ?? start);
  return last < durableZxid ? log : { ...log, parsed: tornAfter(parsed, sound) };
}

/** How many transactions follow each other without a gap; what was durable is taken as it is. */
function soundLength({ txns }: ParsedLog, durableZxid: Zxid): number {
  for (let i = 1; i < txns.length; i++) {
    const before = txns[i - 1];
    const txn = txns[i];
    if (before === undefined || txn === undefined) return i;
    if (before.zxid >= durableZxid && !isSuccessor(before.zxid, txn.zxid)) return i;
  }
  return txns.length;
}

function tornAfter({ txns, ends, hasSoundBeyond }: ParsedLog, count: number): ParsedLog {
  const validLength = ends[count - 1] ?? 0;
  return { txns: txns.slice(0, count), ends: ends.slice(0, count), validLength, damage: 'torn', hasSoundBeyond };
}
