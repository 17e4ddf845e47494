/** How near the heap of this thread is to its end, where Node would end it without a word. */
import { getHeapStatistics } from 'node:v8';

/** Beyond it hardly anything is done but collecting garbage. */
const NEARLY_ALL = 0.88;
/** What may be added before somebody asks again. */
const SPARE_MB = 100;
/** What Node gives to young objects where nobody says: three times their share. */
const YOUNG_MB = 48;
const MB = 2 ** 20;

/** Whether what is to be kept must be put away now. `youngMb`: what of the limit old objects cannot have, in MiB. */
export function isHeapNearlyFull(youngMb: number = YOUNG_MB): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const room = limit - youngMb * MB;
  return used > Math.min(NEARLY_ALL * room, room - SPARE_MB * MB);
}
