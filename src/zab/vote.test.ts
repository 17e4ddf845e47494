/** The order of votes and their agreement, as tables; with the bug that a missing parenthesis once was. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import { agree, beats } from './vote.ts';
import type { Vote } from './vote.ts';

const test = suite('vote');

function vote(leader: number, counter: number, peerEpoch: number, electionEpoch = 1, state: Vote['state'] = 'LOOKING'): Vote {
  return { leader, zxid: makeZxid(1, counter), peerEpoch, electionEpoch, state };
}

test('26 FLEPredicateTest: a newer epoch wins whatever the zxid, then the longer history, then the larger id', () => {
  assert.ok(beats(vote(1, 1, 2), vote(3, 9, 1)));
  assert.ok(beats(vote(1, 2, 1), vote(3, 1, 1)));
  assert.ok(beats(vote(3, 1, 1), vote(1, 1, 1)));
  assert.not.ok(beats(vote(1, 1, 1), vote(1, 1, 1)));
});

test('no two votes beat each other (ZOOKEEPER-1419)', () => {
  const votes = [1, 2, 3].flatMap((leader) => [1, 2].flatMap((counter) => [1, 2].map((epoch) => vote(leader, counter, epoch))));
  for (const a of votes) for (const b of votes) if (a !== b) assert.is.not(beats(a, b), beats(b, a));
});

test('27 FLEOutOfElectionTest: while looking every field counts; once established only leader and epoch', () => {
  assert.not.ok(agree(vote(1, 1, 1, 1), vote(1, 1, 1, 2)));
  assert.not.ok(agree(vote(1, 1, 1, 1), vote(1, 2, 1, 1, 'FOLLOWING')));
  assert.ok(agree(vote(1, 1, 1, 1, 'LEADING'), vote(1, 2, 1, 7, 'FOLLOWING')));
  assert.not.ok(agree(vote(1, 1, 1, 1, 'LEADING'), vote(1, 1, 2, 1, 'FOLLOWING')));
});

test.run();
