/** Which return of a state closes a loop. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import type { Fact } from '../io/fact.ts';
import { Recurrence } from './recurrence.ts';

const test = suite('recurrence');
const looks: Fact = { kind: 'role', role: 'LOOKING', epoch: 1 };
const follows: Fact = { kind: 'elected', leader: 3, round: 1 };
const fault: Fact = { kind: 'faultBegan', fault: 'pause', node: 3, detail: '' };

/** Facts of servers, one an event and a millisecond, of which progress is owed after `SAFETY_MS` and half of the tail. */
type Facts = readonly (readonly [node: number, fact: Fact])[];

const SAFETY_MS = 4;
const TAIL_MS = 10;

/** The event that closes a loop among servers 1 to 3, or among so many. */
function closedBy(...facts: Facts): number {
  return closedAmong(3, facts);
}

function closedAmong(count: number, facts: Facts): number {
  const members = Array.from({ length: count }, (_, index) => ({ id: index + 1, role: 'participant' as const }));
  const recurrence = new Recurrence({ members, safetyMs: SAFETY_MS, tailMs: TAIL_MS });
  for (const [index, [node, fact]] of facts.entries()) recurrence.fact(fact, node, index + 1, index + 1);
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

test('servers that are left and are a quorum close a loop; those that are none do not, until there is one again', () => {
  const down = (node: number): readonly [number, Fact] => [node, { kind: 'crashed', node, cause: 'fault', detail: '' }];
  const round: Facts = [[1, follows], [1, looks], [1, follows]];
  assert.is(closedAmong(5, [down(4), down(5), ...round]), 5);
  assert.is(closedAmong(5, [down(3), down(4), down(5), ...round]), 0);
  assert.is(closedAmong(4, [down(3), down(4), ...round]), 0);
  assert.is(closedAmong(4, [down(3), down(4), ...round, [3, looks], [1, looks], [1, follows]]), 8);
});

test('what gets on is no loop: neither across a commit, nor before one that comes in time', () => {
  const body = { kind: 'createSession' as const, timeoutMs: 1000 };
  const txn = { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(1, 1), time: 0, body, bytes: new Uint8Array(0), digest: null };
  const commit: readonly [number, Fact] = [3, { kind: 'committed', txn }];
  assert.is(closedBy([1, follows], [1, looks], commit, [1, follows]), 0);
  assert.is(closedBy([1, follows], [1, looks], [1, follows], commit), 0);
  assert.is(closedBy([1, follows], [1, looks], [1, follows], commit, [1, looks], [1, follows], [1, looks]), 7);
  // A commit that comes when progress was owed long ago shows only that the loop was left too late.
  const stays: Facts = Array.from({ length: SAFETY_MS + TAIL_MS / 2 }, () => [1, follows]);
  assert.is(closedBy([1, follows], [1, looks], ...stays, commit), 3);
  assert.is(closedBy(...stays, [1, looks], commit, [1, follows]), 0);
});

test('nor is a circle after which everybody who is up is in line with a leader in time', () => {
  const established: readonly [number, Fact] = [3, { kind: 'established', epoch: 2, lastZxid: makeZxid(1, 0) }];
  const inLine = (node: number, leader = 3): readonly [number, Fact] => {
    return [node, { kind: 'synchronized', leader, epoch: 2, mode: 'DIFF' }];
  };
  const round: Facts = [[1, follows], [1, looks], [1, follows]];
  assert.is(closedBy(...round, established, inLine(1), inLine(2)), 0);
  assert.is(closedBy(...round, established, inLine(1)), 3);
  assert.is(closedBy(...round, established, inLine(1), inLine(2, 1)), 3);
  assert.is(closedBy(...round, established, inLine(1), [1, looks], inLine(2)), 3);
  assert.is(closedAmong(1, [[1, follows], [1, looks], [1, follows], [1, { ...established[1] }]]), 0);
  const dead: Fact = { kind: 'crashed', node: 2, cause: 'halt', detail: '' };
  assert.is(closedBy([2, dead], ...round, established, inLine(1)), 0);
  const late: Facts = Array.from({ length: SAFETY_MS + TAIL_MS / 2 }, () => [1, follows]);
  assert.is(closedBy(...round, ...late, established, inLine(1), inLine(2)), 3);
});

test.run();
