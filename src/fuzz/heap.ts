/** How near the heap of this process is to its end, where Node would end the process without a word. */
import { getHeapStatistics } from 'node:v8';

/** Beyond it hardly anything is done but collecting garbage. */
const NEARLY_ALL = 0.88;
/** Of the limit, what young objects are given: three times their share. */
const YOUNG_BYTES = 48 * 1024 * 1024;

/** Whether what is to be kept must be put away now. */
export function isHeapNearlyFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > NEARLY_ALL * (limit - YOUNG_BYTES);
}
