import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PathTable, applyChange, changesBetween } from './page-changes.ts';
import type { Change, View } from './page-model.ts';

const test = suite('page changes');

/** Views with few names and few values, so that two of them have much in common. */
const views: fc.Arbitrary<View> = fc.letrec<{ view: View }>((tie) => ({
  view: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<View[]>(null, 0, 1, true, '', 'a'),
    fc.array(tie('view'), { maxLength: 6 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('view'), { noNullPrototype: true }),
  ),
})).view;

function changed(before: View, after: View): { changes: Change[]; result: View } {
  const table = new PathTable();
  const changes = changesBetween(before, after, table);
  return { changes, result: changes.reduce((view, change) => applyChange(view, change, table.paths), before) };
}

test('the changes between two views make one of the other', () => {
  fc.assert(fc.property(views, views, (before, after) => {
    assert.equal(changed(before, after).result, after);
  }), { numRuns: 2000 });
});

test('nothing is said of what did not change, and little of a list that moves on', () => {
  const cases: [View, View, number][] = [
    [{ a: 1, b: [1, 2] }, { a: 1, b: [1, 2] }, 0],
    [{ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }, 1],
    [{ a: [1, 2, 3] }, { a: [2, 3, 4] }, 3],
    [{ a: ['x', 'y', 'z'] }, { a: ['y', 'z'] }, 1],
    [{ a: ['x'] }, { a: ['x', 'y', 'z'] }, 1],
    [{ a: 1 }, { b: 1 }, 2],
    [null, { a: 1 }, 1],
  ];
  for (const [before, after, count] of cases) {
    const { changes, result } = changed(before, after);
    assert.equal(result, after);
    assert.is(changes.length, count, `${JSON.stringify(before)} to ${JSON.stringify(after)}: ${JSON.stringify(changes)}`);
  }
});

test('views are left as they were', () => {
  const before: View = Object.freeze({ a: Object.freeze([1, 2]), b: Object.freeze({ c: 1 }) });
  assert.equal(changed(before, { a: [2], b: { c: 2, d: 3 } }).result, { a: [2], b: { c: 2, d: 3 } });
  assert.equal(before, { a: [1, 2], b: { c: 1 } });
});

test.run();
