/** Clients that do the same, taken for one another: fewer states, the same verdicts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { sameSmall, zabSmall } from '../../scenarios/zab-small.ts';
import { subjectOf, whyAsymmetric } from '../exploration/bridge.ts';
import type { At } from '../history/at.ts';
import { Judge, type Property } from '../history/judge.ts';
import type { JudgedFact } from '../history/judged-fact.ts';
import { renamingsOf } from './symmetry.ts';
import { Search } from './search.ts';
import { Space } from './space.ts';
import { connectionId, PER_PEER } from './wires.ts';

const test = suite('symmetry');

const BOUNDS = { crashes: 0, partitions: 0, timeouts: 0, epochs: 1, rounds: 1 };

function explore(symmetry: boolean, clients: number, properties: readonly Property[] = allProperties): Search {
  const plan = sameSmall.plan({ servers: 1, clients, operations: 1 });
  const search = new Search(new Space(subjectOf(plan, BOUNDS, properties, symmetry)), {
    order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates: 1e6, maxBytes: 1e9, grain: 'coarse', start: 'nothing',
    isReduced: false, symmetry, liveness: false,
  });
  while (search.run(1000) === 'going');
  return search;
}

test('two clients that do the same: nearly half of the states, and the same is said of them', () => {
  const all = explore(false, 2);
  const some = explore(true, 2);
  assert.equal([all.status, some.status], ['exhausted', 'exhausted']);
  assert.is(some.depth, all.depth);
  assert.ok(some.keeper.count < all.keeper.count * 0.6, `${some.keeper.count} of ${all.keeper.count}`);
  assert.equal(some.space.cells.messageKinds(), all.space.cells.messageKinds());
  assert.equal(some.space.panels.situations(), all.space.panels.situations());
});

test('what is ever stated is stated in states up to exchange as well', () => {
  const kinds = [false, true].map((symmetry) => {
    const seen = new Set<string>();
    for (const { facts } of explore(symmetry, 2).space.cells.factLists) {
      for (const fact of facts) seen.add(fact.kind === 'replied' ? `${fact.kind} ${fact.err}` : fact.kind);
    }
    return [...seen].sort((one, other) => (one < other ? -1 : 1));
  });
  assert.equal(kinds[1], kinds[0]);
  assert.ok(kinds[0]?.includes('replied -110'), 'one of the two is refused');
});

const nobodyRefused: Property = {
  name: 'nobody-refused', codes: [], kind: 'safety', promise: 'nobody is refused', source: 'made up', reads: ['replied'],
  exemptions: [], mutants: [], create: () => new Refusals(),
};

class Refusals extends Judge {
  see(fact: JudgedFact, at: At): void {
    if (fact.kind === 'replied' && fact.err !== 0) this.violate('a client was refused', at);
  }
}

test('a breach that either client may meet is found at the same depth', () => {
  const [all, some] = [explore(false, 2, [nobodyRefused]), explore(true, 2, [nobodyRefused])];
  assert.equal([all.status, some.status], ['found', 'found']);
  assert.is(some.found?.path.length, all.found?.path.length);
});

test('names are found alone and in the numbers of connections, and nowhere else', () => {
  const [names] = renamingsOf([1001, 1002], PER_PEER);
  assert.equal([1001, 1002, 1003, 7, 0].map((each) => names?.of(each)), [1002, 1001, 1003, 7, 0]);
  assert.is(names?.of(connectionId(1001, 0, true, 3)), connectionId(1002, 0, true, 3));
  assert.is(names?.of(connectionId(2, 1, false, 0)), connectionId(2, 1, false, 0));
  assert.is(renamingsOf([1001, 1002, 1003], PER_PEER).length, 5);
});

test('clients that differ are not taken for one another', () => {
  assert.match(whyAsymmetric(zabSmall.plan({ servers: 3, clients: 2, operations: 1 })) ?? '', /do not all do the same/);
  assert.match(whyAsymmetric(sameSmall.plan({ servers: 3, clients: 1, operations: 1 })) ?? '', /not two/);
  assert.is(whyAsymmetric(sameSmall.plan({ servers: 3, clients: 3, operations: 1 })), null);
});

test.run();
