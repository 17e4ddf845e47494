/** Locks and queues on small histories, kept and broken. */
import { suite } from 'uvu';
import type { SessionId } from '../src/base/session-id.ts';
import { makeZxid, type Zxid } from '../src/base/zxid.ts';
import { ALICE, BOB, created, judgeCases, type Script, txn } from '../src/history/testing.ts';
import { recipes } from './recipes.ts';

const test = suite('recipes');
const z = (counter: number): Zxid => makeZxid(1, counter);

/** The parent at 1:3; Alice's node 0 at 1:4, Bob's node 1 at 1:5. */
function queued(s: Script): Script {
  return s
    .begin()
    .write(txn(1, 3, created('/r', 1), ALICE, 1))
    .write(txn(1, 4, created('/r/n-0000000000', 1, { ephemeral: true }), ALICE, 2))
    .write(txn(1, 5, created('/r/n-0000000001', 2, { ephemeral: true }), BOB, 1));
}

const alice = (s: Script, at: number): Script =>
  s.say(1001, { kind: 'recipeHeld', sessionId: ALICE, path: '/r/n-0000000000', zxid: z(at) });
const bob = (s: Script, at: number): Script =>
  s.say(1002, { kind: 'recipeHeld', sessionId: BOB, path: '/r/n-0000000001', zxid: z(at) });
const released = (s: Script, at: number): Script =>
  s.write(txn(1, at, { kind: 'delete', path: '/r/n-0000000000' }, ALICE, 3));
const took = (s: Script, at: number): Script =>
  s.say(1001, { kind: 'recipeTaken', sessionId: ALICE, path: '/r/n-0000000000', zxid: z(at) });

/** Alice's ephemeral node /r/n-0000000000 is a member; said by her or by Bob. */
const joined = (s: Script, sessionId: SessionId, at: number): Script =>
  s.say(1001, { kind: 'recipeJoined', sessionId, path: '/r/n-0000000000', zxid: z(at) });
const found = (s: Script, at: number): Script =>
  s.say(1002, { kind: 'recipeFound', sessionId: BOB, path: '/r/n-0000000000', zxid: z(at) });

/** Elements of a queue by priority: the older one at 1:4, the more urgent one at 1:5. */
function ranked(s: Script): Script {
  return s
    .begin()
    .write(txn(1, 3, created('/r', 1), ALICE, 1))
    .write(txn(1, 4, created('/r/p3-0000000000', 1), ALICE, 2))
    .write(txn(1, 5, created('/r/p1-0000000001', 2), BOB, 1));
}
const foremost = (s: Script, name: string, at: number): Script =>
  s.say(1001, { kind: 'recipeForemost', sessionId: ALICE, path: `/r/${name}`, zxid: z(at) });

/** A reader, or whoever else shares, by one of the nodes of `queued`. */
const shares = (s: Script, sessionId: SessionId, name: string, at: number, limit: number | null): Script =>
  s.say(1001, { kind: 'recipeShared', sessionId, path: `/r/${name}`, zxid: z(at), limit });

/** Leases: two nodes of Alice's, one of Bob's between them. */
const leased = (s: Script): Script =>
  queued(s).write(txn(1, 6, created('/r/n-0000000002', 3, { ephemeral: true }), ALICE, 4));
const lease = (s: Script, index: number, at: number): Script =>
  shares(s, index === 1 ? BOB : ALICE, `n-000000000${index}`, at, 2);

/** A counter at 1:3; Alice takes 0 to 2 at 1:4, Bob at 1:5 the three from `first` on. */
function numbered(s: Script, first: number): Script {
  const numbers = (script: Script, sessionId: SessionId, from: number, at: number): Script =>
    script.say(1001, { kind: 'recipeNumbered', sessionId, path: '/r', zxid: z(at), first: from, count: 3 });
  const counted = s
    .begin()
    .write(txn(1, 3, created('/r', 1), ALICE, 1))
    .write(txn(1, 4, { kind: 'setData', path: '/r', data: null, version: 1 }, ALICE, 2))
    .write(txn(1, 5, { kind: 'setData', path: '/r', data: null, version: 2 }, BOB, 1));
  return numbers(numbers(counted, BOB, first, 5), ALICE, 0, 4);
}

/** A transaction of two sites: what is written below /r from 1:4 on, and the data of it all. */
function voted(s: Script, names: readonly string[], decision: string): Script {
  const begun = s.begin().write(txn(1, 3, created('/r', 1), ALICE, 1));
  return names.reduce((script, name, index) => {
    return script.write(txn(1, 4 + index, created(`/r/t0-${name}`, 1 + index, { data: decision }), ALICE, 2 + index));
  }, begun);
}
const told = (s: Script, decision: 'commit' | 'abort', at: number): Script =>
  s.say(1002, { kind: 'recipeDecided', sessionId: BOB, path: '/r/t0-decision', zxid: z(at), decision, sites: 2 });

judgeCases(test, recipes, {}, [
  ['the most urgent is taken', null, (s) => foremost(ranked(s), 'p1-0000000001', 5)],
  ['the most urgent when it was looked for', null, (s) => foremost(ranked(s), 'p3-0000000000', 4)],
  ['an older one is taken before it', /and there was p1-0000000001/, (s) => foremost(ranked(s), 'p3-0000000000', 5)],
  ['a member by its own node', null, (s) => joined(queued(s), ALICE, 4)],
  ['a member by the node of another', /which is of session/, (s) => joined(queued(s), BOB, 5)],
  ['a member by a node that is gone', /which is not there then/, (s) => joined(released(queued(s), 6), ALICE, 6)],
  ['who is found was there', null, (s) => found(released(queued(s), 6), 5)],
  ['who is found was gone', /when it was gone/, (s) => found(released(queued(s), 6), 6)],
  ['one after the other', null, (s) => bob(released(alice(queued(s), 4), 6), 6)],
  ['news of the first holder come late', null, (s) => alice(bob(released(queued(s), 6), 6), 4)],
  ['both at once', /both hold at 1:5/, (s) => bob(alice(queued(s), 4), 5)],
  ['both at once, told the other way round', /both hold at 1:5/, (s) => alice(bob(queued(s), 5), 4)],
  ['by a node that is gone', /had no such node then/, (s) => alice(released(queued(s), 6), 6)],
  ['by the node of another', /had no such node then/, (s) =>
    queued(s).say(1001, { kind: 'recipeHeld', sessionId: ALICE, path: '/r/n-0000000001', zxid: z(5) })],
  ['an element is taken', null, (s) => took(released(queued(s), 6), 6)],
  ['it is taken twice', /is taken twice/, (s) => took(took(released(queued(s), 6), 6), 6)],
  ['two readers', null, (s) => shares(shares(queued(s), ALICE, 'n-0000000000', 5, null), BOB, 'n-0000000001', 5, null)],
  ['a reader beside a writer', /both hold at 1:5/, (s) => shares(alice(queued(s), 4), BOB, 'n-0000000001', 5, null)],
  ['a writer beside a reader', /both hold at 1:5/, (s) => bob(shares(queued(s), ALICE, 'n-0000000000', 4, null), 5)],
  ['a writer after a reader', null, (s) => bob(released(shares(queued(s), ALICE, 'n-0000000000', 4, null), 6), 6)],
  ['two leases of two', null, (s) => lease(lease(leased(s), 0, 4), 1, 5)],
  ['a third lease of two', /3 hold at 1:6 what 2 may/, (s) => lease(lease(lease(leased(s), 0, 4), 1, 5), 2, 6)],
  ['the same, told the other way round', /3 hold at 1:6 what 2 may/, (s) => lease(lease(lease(leased(s), 2, 6), 1, 5), 0, 4)],
  ['a third lease when one is back', null, (s) =>
    lease(lease(lease(leased(s), 0, 4), 1, 5).write(txn(1, 7, { kind: 'delete', path: '/r/n-0000000000' }, ALICE, 5)), 2, 7)],
  ['numbers that follow each other', null, (s) => numbered(s, 3)],
  ['a number that is given twice', /2 of \/r is given twice/, (s) => numbered(s, 2)],
  ['numbers by the change of another', /not its change/, (s) =>
    numbered(s, 3).say(1001, { kind: 'recipeNumbered', sessionId: BOB, path: '/r', zxid: z(4), first: 9, count: 3 })],
  ['all are for it, and it is committed', null, (s) =>
    told(voted(s, ['commit-a', 'commit-b', 'decision'], 'commit'), 'commit', 6)],
  ['one is against it, and it is aborted', null, (s) =>
    told(voted(s, ['commit-a', 'abort-b', 'decision'], 'abort'), 'abort', 6)],
  ['one is waited for in vain', null, (s) => told(voted(s, ['commit-a', 'decision', 'commit-b'], 'abort'), 'abort', 6)],
  ['committed before all have voted', /commit since 1:5, with 1 of 2/, (s) =>
    told(voted(s, ['commit-a', 'decision', 'commit-b'], 'commit'), 'commit', 6)],
  ['committed against a vote', /1 of 2 votes for it, and one against/, (s) =>
    told(voted(s, ['commit-a', 'abort-b', 'decision'], 'commit'), 'commit', 6)],
  ['told what is not written', /which does not say so/, (s) =>
    told(voted(s, ['commit-a', 'commit-b', 'decision'], 'abort'), 'commit', 6)],
  ['told before it is written', /which does not say so/, (s) =>
    told(voted(s, ['commit-a', 'commit-b', 'decision'], 'commit'), 'commit', 5)],
  ['by a transaction that is none', /not its deletion/, (s) => took(released(queued(s), 6), 5)],
]);

test.run();
