import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { choosePurge } from './purge-choice.ts';

const test = suite('purge choice');

function at(counters: number[]): Zxid[] {
  return counters.map((counter) => makeZxid(0, counter));
}

interface Row {
  readonly name: string;
  readonly sound: number[];
  /** Snapshots that are not known to be sound. */
  readonly unknown?: number[];
  readonly logs: number[];
  readonly retain: number;
  /** Snapshots, then logs. */
  readonly gone: [number[], number[]];
}

const TABLE: readonly Row[] = [
  { name: 'too few snapshots', sound: [5], logs: [1, 6], retain: 2, gone: [[], []] },
  { name: 'no snapshot', sound: [], logs: [1], retain: 1, gone: [[], []] },
  { name: 'the log before the oldest stays', sound: [5, 9], logs: [1, 6, 10], retain: 1, gone: [[5], [1]] },
  { name: 'a log that starts at it is enough', sound: [5, 9], logs: [1, 9, 10], retain: 1, gone: [[5], [1]] },
  { name: 'no log starts before it', sound: [5, 9], logs: [10], retain: 1, gone: [[5], []] },
  { name: 'what is not known to be sound does not count', sound: [3], unknown: [5, 9], logs: [1, 4], retain: 1, gone: [[], []] },
  { name: 'and goes when it is older', sound: [5, 9], unknown: [2, 7], logs: [1], retain: 2, gone: [[2], []] },
  { name: 'one is kept whatever is asked', sound: [5], logs: [1, 6], retain: 0, gone: [[], []] },
];

for (const { name, sound, unknown = [], logs, retain, gone } of TABLE) {
  test(name, () => {
    const snapshots = [...sound, ...unknown].sort((a, b) => a - b);
    const choice = choosePurge(at(sound), at(snapshots), at(logs), retain);
    assert.equal(choice, { snapshots: at(gone[0]), logs: at(gone[1]) });
  });
}

test.run();
