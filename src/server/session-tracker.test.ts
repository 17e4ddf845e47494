/** Deadlines, closing and moving, as the leader counts them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { parseSessionId } from '../base/session-id.ts';
import { ErrorCode } from '../wire/words.ts';
import { passwordOf } from './password.ts';
import { roundToNextTick, SessionTracker } from './session-tracker.ts';

const test = suite('session tracker');
const A = present(parseSessionId('0100000000000001'), 'a session id');
const B = present(parseSessionId('0100000000000002'), 'a session id');

test('buckets end at whole ticks, never at the moment itself', () => {
  assert.is(roundToNextTick(0, 100), 100);
  assert.is(roundToNextTick(99, 100), 100);
  assert.is(roundToNextTick(100, 100), 200);
});

test('a session expires late rather than early, and once', () => {
  const tracker = new SessionTracker(100, 0);
  tracker.add(A, 250, 1, 0);
  assert.equal(tracker.expire(250), []);
  assert.equal(tracker.expire(300), [{ sessionId: A, idleMs: 300, timeoutMs: 250 }]);
  assert.equal(tracker.expire(1000), []);
});

test('a touch moves the deadline; buckets that were skipped are not forgotten', () => {
  const tracker = new SessionTracker(100, 0);
  tracker.add(A, 250, 1, 0);
  tracker.add(B, 150, 1, 0);
  assert.ok(tracker.touch(A, 200));
  assert.equal(tracker.expire(450).map((expired) => expired.sessionId), [B]);
  assert.equal(tracker.expire(5000).map((expired) => expired.sessionId), [A]);
});

test('a closing session is closed once and accepts nothing (ZOOKEEPER-1208)', () => {
  const tracker = new SessionTracker(100, 0);
  tracker.add(A, 250, 1, 0);
  assert.ok(tracker.beginClosing(A));
  assert.not.ok(tracker.beginClosing(A));
  assert.is(tracker.check(A, 1), ErrorCode.SESSIONEXPIRED);
  assert.not.ok(tracker.touch(A, 10));
  assert.not.ok(tracker.setOwner(A, 2));
  assert.equal(tracker.expire(5000), []);
});

test('a request through the server that the session left is refused (ZOOKEEPER-417)', () => {
  const tracker = new SessionTracker(100, 0);
  tracker.add(A, 250, 0, 0);
  assert.is(tracker.check(A, 3), ErrorCode.OK);
  assert.is(tracker.check(A, 2), ErrorCode.SESSIONMOVED);
  assert.ok(tracker.setOwner(A, 2));
  assert.is(tracker.check(A, 3), ErrorCode.SESSIONMOVED);
  assert.is(tracker.check(A, 2), ErrorCode.OK);
  assert.is(tracker.check(B, 2), ErrorCode.SESSIONEXPIRED);
});

test('a password is the one that ZooKeeper would give', () => {
  const id = present(parseSessionId('01000015af710003'), 'a session id');
  const hex = [...passwordOf(id, null)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  assert.is(hex, 'e28882c73e61589c66974547847a381e');
});

test.run();
