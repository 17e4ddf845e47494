import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byCodeUnit } from '../base/strings.ts';
import { NO_CHILDREN, childrenOf, type Children } from './children.ts';

const test = suite('tree/children');

test('does what a sorted Set does, listed often or seldom, few or many; what was left behind stays as it was', () => {
  const steps = fc.array(fc.tuple(fc.nat(600), fc.boolean(), fc.integer({ min: 0, max: 30 })), { maxLength: 400, size: 'max' });
  fc.assert(fc.property(steps, fc.nat(500), (changes, atFirst) => {
    const model = new Set(Array.from({ length: atFirst }, (_, i) => `n${i}`));
    let children: Children = childrenOf([...model]);
    let stamp = 1;
    const left: { children: Children; names: string[] }[] = [];
    for (const [number, isAdded, draw] of changes) {
      const name = `n${number}`;
      if (draw === 0) {
        stamp++;
        left.push({ children, names: [...model].sort(byCodeUnit) });
      }
      if (isAdded && !model.has(name)) {
        model.add(name);
        children = children.with(stamp, name);
      } else if (!isAdded && model.delete(name)) {
        children = children.without(stamp, name);
      }
      assert.is(children.size, model.size);
      if (draw === 1) assert.equal([...children.sorted()], [...model].sort(byCodeUnit));
    }
    assert.equal([...children.sorted()], [...model].sort(byCodeUnit));
    for (const before of left) assert.equal([...before.children.sorted()], before.names);
  }), { seed: 9, numRuns: 200 });
});

test('a list that was handed out does not change', () => {
  const children = NO_CHILDREN.with(1, 'b');
  const listed = children.sorted();
  assert.is(children.with(1, 'a'), children, 'the owner changes it in place');
  assert.equal([...listed], ['b']);
  assert.equal([...children.sorted()], ['a', 'b']);
  assert.is(NO_CHILDREN.size, 0);
  assert.is(children.without(2, 'a').without(2, 'b'), NO_CHILDREN);
  assert.is(children.size, 2);
});

test.run();
