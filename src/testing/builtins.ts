/**
 * The doors to the real machine that are in modules of Node's: `node:timers`, `node:timers/promises`, the luck of `node:crypto`,
 * and `fetch` and `AbortSignal.timeout`, which are nowhere else sealed. While a simulation runs, they are on its time and its
 * seed, or refuse; for whoever imported them by name as well, since Node renews such names when it is told to.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

const MODULES: readonly (readonly [prefix: string, owner: object])[] = [
  ['timers.', timers], ['timers/promises.', timersPromises], ['crypto.', crypto],
  ['AbortSignal.', AbortSignal], ['globalThis.', globalThis],
];

/** Puts the stands called `timers.setTimeout` and so on in their places, until what it returns is called. */
export function replaceBuiltins(stands: ReadonlyMap<string, unknown>): () => void {
  const before: (readonly [owner: object, name: string, value: unknown])[] = [];
  for (const [path, stand] of stands) {
    for (const [prefix, owner] of MODULES) {
      if (!path.startsWith(prefix)) continue;
      const name = path.slice(prefix.length);
      before.push([owner, name, Reflect.get(owner, name)]);
      Reflect.set(owner, name, stand);
    }
  }
  syncBuiltinESMExports();
  return () => {
    for (const [owner, name, value] of before) Reflect.set(owner, name, value);
    syncBuiltinESMExports();
  };
}
