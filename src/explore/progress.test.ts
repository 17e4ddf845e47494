/** Liveness of small spaces: that it holds, and what a deadlock, a cycle and timers in vain look like. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { subjectOf } from '../exploration/bridge.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Grain } from './grain.ts';
import { Search } from './search.ts';
import { Space } from './space.ts';
import type { Start } from './start.ts';
import type { Bounds, Subject } from './subject.ts';

const test = suite('progress');

const BOUNDS: Bounds = { crashes: 1, partitions: 0, timeouts: 0, epochs: 2, rounds: 2 };

function explore(subject: Subject, grain: Grain = 'coarse', start: Start = 'nothing'): Search {
  const search = new Search(new Space(subject), {
    order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates: 1e5, maxBytes: 1e9, grain, start,
    isReduced: true, symmetry: false, liveness: true,
  });
  while (search.run(1000) === 'going');
  return search;
}

function small(servers: number, crashes: number): Subject {
  return subjectOf(zabSmall.plan({ servers, clients: 1, operations: 1 }), { ...BOUNDS, crashes }, allProperties);
}

const HELD: readonly (readonly [number, number])[] = [[1, 1], [2, 0]];
for (const [servers, crashes] of HELD) {
  test(`with ${servers} servers and ${crashes} crashes, everybody is served in the end`, () => {
    const search = explore(small(servers, crashes));
    assert.is(search.status, 'exhausted', search.found?.badness.violation?.sentence);
    assert.ok((search.progress?.followed ?? 0) > 10);
  });
}

test('where one of three dies, the others serve, with it or without', () => {
  const subject = subjectOf(zabSmall.plan({ servers: 3, clients: 0, operations: 0 }), BOUNDS, allProperties);
  const search = explore(subject, 'coarse', 'serving');
  assert.is(search.status, 'exhausted', search.found?.badness.violation?.sentence);
  // From states in which one is down, two schedules are followed.
  assert.ok((search.progress?.followed ?? 0) > search.keeper.count);
});

/** A server that does one thing, for ever. */
class Toy implements Process {
  readonly does: 'nothing' | 'prompts' | 'timers';

  constructor(does: 'nothing' | 'prompts' | 'timers') {
    this.does = does;
  }

  handle(_event: Event, io: Io): void {
    if (this.does !== 'nothing') io.setTimer(1, this.does === 'prompts' ? 0 : 100);
  }
}

const TOYS: readonly (readonly ['nothing' | 'prompts' | 'timers', RegExp])[] = [
  ['nothing', /^a deadlock: nothing may happen any more, and server 1 did not come to serve$/],
  ['prompts', /^a cycle without progress: .* server 1 did not come to serve$/],
  ['timers', /^after 150 timers of a fair schedule server 1 did not come to serve$/],
];
for (const [does, sentence] of TOYS) {
  test(`a server that does ${does} makes no progress`, () => {
    const { nodes, ...rest } = subjectOf(zabSmall.plan({ servers: 1, clients: 0, operations: 0 }), BOUNDS, allProperties);
    const search = explore({ ...rest, nodes: nodes.map((node) => ({ ...node, boot: (): Process => new Toy(does) })) }, 'whole');
    assert.is(search.status, 'found');
    assert.is(search.found?.badness.violation?.kind, 'liveness');
    assert.match(search.found?.badness.violation?.sentence ?? '', sentence);
  });
}

test.run();
