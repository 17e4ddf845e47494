/**
 * Transaction ids. A zxid is a 64-bit number, epoch·2³² + counter; here it lives in a double, which is exact
 * while the epoch is below 2²¹, and travels as two int32. Comparing two zxids with `<` is comparing (epoch,
 * counter) lexicographically.
 */
import { invariant } from './invariant.ts';

declare const zxidBrand: unique symbol;

/** epoch·2³² + counter, exact in a double; made only by this module. */
export type Zxid = number & { readonly [zxidBrand]: true };

const COUNTERS = 0x1_0000_0000;
/** Epochs are below this; a run or a deployment never elects that often. */
export const EPOCH_LIMIT = 0x20_0000;
/** The last counter of an epoch: proposing it forces a new election (ZOOKEEPER-1277). */
export const COUNTER_MAX = 0xffff_ffff;

/** Nothing was ever logged. */
export const ZXID_ZERO: Zxid = brand(0);
/**
 * What a server advertises that must not vote: it holds no state at all, and was not told that it may start
 * empty.
 */
export const ZXID_UNINITIALIZED: Zxid = brand(-1);

/** No zxid is greater. */
export const ZXID_MAX: Zxid = brand(EPOCH_LIMIT * COUNTERS - 1);

function brand(value: number): Zxid {
  return value as Zxid;
}

/** The zxid of `counter` in `epoch`. */
export function makeZxid(epoch: number, counter: number): Zxid {
  invariant(epoch >= 0 && epoch < EPOCH_LIMIT, 'epoch out of range');
  invariant(counter >= 0 && counter <= COUNTER_MAX, 'counter out of range');
  return brand(epoch * COUNTERS + counter);
}

/** The high 32 bits. Of `ZXID_UNINITIALIZED`, −1. */
export function epochOf(zxid: Zxid): number {
  return Math.floor(zxid / COUNTERS);
}

/** The low 32 bits, unsigned. */
export function counterOf(zxid: Zxid): number {
  return zxid < 0 ? COUNTER_MAX : zxid % COUNTERS;
}

/** The next transaction of the same epoch; the caller has seen to it that the counter does not roll over. */
export function nextZxid(zxid: Zxid): Zxid {
  invariant(counterOf(zxid) < COUNTER_MAX, 'the counter of this epoch is used up');
  return brand(zxid + 1);
}

/**
 * From the two halves on the wire. −1 in both is `ZXID_UNINITIALIZED`. Any other epoch past the limit is
 * refused with undefined.
 */
export function zxidFromWords(high: number, low: number): Zxid | undefined {
  if (high === -1 && (low | 0) === -1) return ZXID_UNINITIALIZED;
  if (high < 0 || high >= EPOCH_LIMIT) return undefined;
  return brand(high * COUNTERS + (low >>> 0));
}

/** From the two halves that `highWord` and `lowWord` made of a zxid. */
export function zxidOfWords(high: number, low: number): Zxid {
  return brand(high * COUNTERS + (low >>> 0));
}

/** For the wire: the epoch as an int32. */
export function highWord(zxid: Zxid): number {
  return Math.floor(zxid / COUNTERS);
}

/** For the wire: the counter as an int32. */
export function lowWord(zxid: Zxid): number {
  return zxid | 0;
}

/** As ZooKeeper prints it: `0x500000004d`. */
export function zxidToHex(zxid: Zxid): string {
  return zxid < 0 ? '0xffffffffffffffff' : `0x${zxid.toString(16)}`;
}

/** As people read it: `5:77`, epoch and counter in decimal. */
export function zxidToPair(zxid: Zxid): string {
  return zxid < 0 ? '-' : `${epochOf(zxid)}:${counterOf(zxid)}`;
}

/** From JSON or another source of plain numbers; refuses what is not a zxid with undefined. */
export function zxidFromNumber(value: number): Zxid | undefined {
  return Number.isInteger(value) && value >= -1 && value < EPOCH_LIMIT * COUNTERS ? brand(value) : undefined;
}
