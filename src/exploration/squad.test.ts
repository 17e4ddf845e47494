/** A search on several cores against the same one on one: the same verdict, the same number of states, the same depth. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canary } from '../../properties/mutants/canary.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { repositoryRoot } from '../command/shell.ts';
import type { Grain } from '../explore/grain.ts';
import type { SourceEdit } from '../fuzz/bundle.ts';
import { type Exploration, failureFrom, searchOf, type Tally, tallyOf } from './run.ts';
import { exploreTogether } from './squad.ts';

const test = suite('exploration/squad');

function exploration(servers: number, operations: number, crashes: number, grain: Grain): Exploration {
  return {
    plan: zabSmall.plan({ servers, clients: operations > 0 ? 1 : 0, operations }),
    bounds: { crashes, partitions: 0, timeouts: 0, epochs: 2, rounds: 2 },
    manner: {
      order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates: 1e6, maxBytes: 1e9, grain,
      start: operations > 0 ? 'serving' : 'nothing',
      isReduced: true, symmetry: false, liveness: false,
    },
    properties: null,
    mutant: null,
  };
}

function together(what: Exploration, edits: readonly SourceEdit[] = []): Promise<Tally> {
  return exploreTogether({ exploration: what, jobs: 3, root: repositoryRoot(), edits, goesOn: () => true });
}

const SPACES: readonly (readonly [string, Exploration])[] = [
  ['an election of two, whole grain', exploration(2, 0, 0, 'whole')],
  ['two that write, one crashes, coarse grain', exploration(2, 1, 1, 'coarse')],
];

for (const [name, what] of SPACES) {
  test(`three workers come to the same states as one: ${name}`, async () => {
    const alone = searchOf(what);
    while (alone.run(1000) === 'going');
    const one = tallyOf(alone);
    const three = await together(what);
    assert.is(one.status, 'exhausted');
    assert.equal([three.status, three.distinct, three.depth, three.waiting], [one.status, one.distinct, one.depth, one.waiting]);
    assert.ok(three.distinct > 500);
    assert.equal(three.messages, one.messages);
  });
}

test('several find what one finds, at the same depth, and the world confirms it', async () => {
  const what = { ...exploration(3, 1, 0, 'coarse'), properties: canary.breaks };
  const tally = await together(what, canary.edits);
  assert.is(tally.status, 'found');
  assert.is(tally.found?.badness.violation?.property, 'quorum-durability');
  assert.is(tally.found?.path.length, 4);
  // Without the bug, the same steps break nothing.
  assert.type(failureFrom(what, tally.found), 'string');
});

test('it ends when it is told to, and when the memory is used up', async () => {
  const what = exploration(3, 1, 1, 'whole');
  let slices = 0;
  const interrupted = await exploreTogether({
    exploration: what, jobs: 2, root: repositoryRoot(), edits: [], goesOn: () => slices++ < 3,
  });
  assert.is(interrupted.status, 'going');
  assert.ok(interrupted.waiting > 0);
  const full = await together({ ...what, manner: { ...what.manner, maxBytes: 1e6 } });
  assert.is(full.status, 'memory');
});

test.run();
