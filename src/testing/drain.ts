/**
 * Lets everything that waits for promises go on until nothing can, without a turn of the event loop: a tick that is asked for
 * from within a microtask comes when no microtask is left, however many were added meanwhile. What waits for anything else, a
 * file or a real timer, is not waited for; in a simulation there is no such thing. The real queues are taken when this file
 * loads, because a sealed world has none.
 */
const nextTick = process.nextTick.bind(process);
const enqueue: typeof queueMicrotask = queueMicrotask;
const turn: typeof setImmediate = setImmediate;

/** Resolves when no microtask is left. */
export function drain(): Promise<void> {
  return new Promise((resolve) => {
    enqueue(() => {
      nextTick(resolve);
    });
  });
}

/** Resolves after a turn of the event loop, so that the rest of a program gets its share. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    turn(resolve);
  });
}
