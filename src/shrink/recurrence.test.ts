/** Which return of a state closes a loop. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fact } from '../io/fact.ts';
import { Recurrence } from './recurrence.ts';

const test = suite('recurrence');
const looks: Fact = { kind: 'role', role: 'LOOKING', epoch: 1 };
const follows: Fact = { kind: 'elected', leader: 3, round: 1 };
const fault: Fact = { kind: 'faultBegan', fault: 'pause', node: 3, detail: '' };

/** Facts of servers, one an event; returns the event that closes a loop. */
function closedBy(...facts: readonly (readonly [node: number, fact: Fact])[]): number {
  const recurrence = new Recurrence();
  for (const [index, [node, fact]] of facts.entries()) recurrence.fact(fact, node, index + 1);
  return recurrence.step;
}

test('a loop is closed when every server is where it was', () => {
  assert.is(closedBy([1, follows], [2, follows], [1, looks], [2, looks], [1, follows], [2, follows]), 6);
  assert.is(closedBy([1, follows], [2, follows], [1, looks], [1, follows]), 4);
});

test('to stay where one is, or to come to another place, closes none', () => {
  assert.is(closedBy([1, follows], [1, follows], [2, looks]), 0);
  assert.is(closedBy([1, follows], [1, looks], [1, { kind: 'elected', leader: 2, round: 2 }]), 0);
});

test('what was before the last fault is forgotten', () => {
  assert.is(closedBy([1, follows], [1, looks], [3, fault], [1, follows], [1, looks], [1, follows]), 6);
  assert.is(closedBy([1, follows], [1, looks], [1, follows], [3, fault], [1, looks]), 0);
  const over: Fact = { kind: 'faultEnded', fault: 'pause', node: 3 };
  assert.is(closedBy([3, fault], [1, follows], [1, looks], [1, follows], [3, over], [1, looks], [1, follows], [1, looks]), 8);
});

test('what a crash brings about is no loop before it, but may be one after it', () => {
  const down = (cause: 'fault' | 'invariant'): Fact => ({ kind: 'crashed', node: 3, cause, detail: '' });
  assert.is(closedBy([1, follows], [1, looks], [1, follows], [3, down('fault')]), 0);
  assert.is(closedBy([1, follows], [3, down('fault')], [1, looks], [1, follows]), 4);
  assert.is(closedBy([1, follows], [1, looks], [1, follows], [3, down('invariant')]), 3);
});

test.run();
