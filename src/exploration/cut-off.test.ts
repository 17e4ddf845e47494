/**
 * Worlds in which somebody was cut off hold where no bug is planted. In some what is late is judged, and here every message
 * may be: that these spaces hold says that a breach in one of them is the bug's.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { SMALL_SCENARIOS } from '../../scenarios/small.ts';
import { Search } from '../explore/search.ts';
import { Space } from '../explore/space.ts';
import type { Start } from '../explore/start.ts';
import type { Bounds } from '../explore/subject.ts';
import { subjectOf } from './bridge.ts';

const test = suite('exploration/cut-off');

const BOUNDS: Bounds = { crashes: 0, partitions: 2, timeouts: 1, epochs: 2, rounds: 2 };

const SPACES: readonly (readonly [scenario: string, start: Start, operations: number, bounds: Partial<Bounds>])[] = [
  ['stale-small', 'severed', 2, { partitions: 1, epochs: 1, rounds: 1 }],
  ['lingering-small', 'parted', 3, {}],
  ['denied-small', 'parted', 5, {}],
  ['padded-small', 'deposed', 3, { crashes: 1, timeouts: 2, rounds: 3 }],
];

for (const [name, start, operations, bounds] of SPACES) {
  test(`${name} holds from ${start} on`, () => {
    const scenario = SMALL_SCENARIOS.find((small) => small.name === name);
    assert.ok(scenario !== undefined);
    const plan = scenario.plan({ ...scenario.size, operations });
    const search = new Search(new Space(subjectOf(plan, { ...BOUNDS, ...bounds }, allProperties)), {
      order: 'breadth', maxDepth: Infinity, maxStates: 200_000, maxBytes: 1e9, grain: 'coarse', start,
      isReduced: true, symmetry: false, liveness: false,
    });
    while (search.run(1000) === 'going');
    assert.is(search.status, 'exhausted', search.found?.badness.violation?.sentence);
    assert.ok(search.keeper.count > 2000, `${search.keeper.count} states`);
  });
}

test.run();
