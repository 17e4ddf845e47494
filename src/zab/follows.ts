/** The order of proposals on one connection: without a gap, or what is missing would be missed. */
import { counterOf, epochOf, type Zxid } from '../base/zxid.ts';

/** Whether `zxid` may come right after `last`: the next counter of its epoch, or the first of a later one. */
export function follows(last: Zxid, zxid: Zxid): boolean {
  if (epochOf(zxid) === epochOf(last)) return counterOf(zxid) === counterOf(last) + 1;
  return epochOf(zxid) > epochOf(last) && counterOf(zxid) === 1;
}
