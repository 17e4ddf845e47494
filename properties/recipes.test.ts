/** Locks and queues on small histories, kept and broken. */
import { suite } from 'uvu';
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

judgeCases(test, recipes, {}, [
  ['one after the other', null, (s) => bob(released(alice(queued(s), 4), 6), 6)],
  ['news of the first holder come late', null, (s) => alice(bob(released(queued(s), 6), 6), 4)],
  ['both at once', /both hold at 1:5/, (s) => bob(alice(queued(s), 4), 5)],
  ['both at once, told the other way round', /both hold at 1:5/, (s) => alice(bob(queued(s), 5), 4)],
  ['by a node that is gone', /had no such node then/, (s) => alice(released(queued(s), 6), 6)],
  ['by the node of another', /had no such node then/, (s) =>
    queued(s).say(1001, { kind: 'recipeHeld', sessionId: ALICE, path: '/r/n-0000000001', zxid: z(5) })],
  ['an element is taken', null, (s) => took(released(queued(s), 6), 6)],
  ['it is taken twice', /is taken twice/, (s) => took(took(released(queued(s), 6), 6), 6)],
  ['by a transaction that is none', /not its deletion/, (s) => took(released(queued(s), 6), 5)],
]);

test.run();
