/** How much of the processor this process has used, as a clock that may be asked before every run. */

/** To ask the system costs more than some events of a small run: so often, in milliseconds of the wall's clock, it is asked. */
const ASKED_EVERY_MS = 5;

/** Milliseconds of the processor from now on, of all threads, as far as they are known. */
export function processorClock(): () => number {
  const began = process.cpuUsage();
  let askedMs = performance.now();
  let usedMs = 0;
  return () => {
    const nowMs = performance.now();
    if (nowMs - askedMs < ASKED_EVERY_MS) return usedMs;
    askedMs = nowMs;
    const { user, system } = process.cpuUsage(began);
    usedMs = (user + system) / 1000;
    return usedMs;
  };
}
