/** How a learner gets hold of its leader. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZXID_ZERO } from '../base/zxid.ts';
import { FakeIo } from '../client/fake-io.ts';
import { DEFAULT_CONFIG, zabSettings } from '../server/config.ts';
import { makeConfig } from './config-text.ts';
import { Timer } from './host.ts';
import { Learner } from './learner.ts';
import { Membership } from './membership.ts';

const test = suite('learner');

/** The pauses between attempts at a leader that never answers, until it is given up. */
function pauses(learnerRetryMs: number): number[] {
  const io = new FakeIo();
  const reasons: string[] = [];
  const host = {
    settings: zabSettings({ ...DEFAULT_CONFIG, id: 1, members: [], learnerRetryMs }),
    membership: new Membership(1, makeConfig([], null, ZXID_ZERO)),
    lookForLeader: (reason: string) => { reasons.push(reason); },
  };
  const learner = new Learner(2, host);
  learner.start(host, io);
  const found: number[] = [];
  for (;;) {
    assert.ok(found.length < 20, 'it gives up');
    assert.is(io.connection, found.length + 1, 'each pause ends with an attempt');
    io.timers.clear();
    learner.onClosed(host, io);
    const pauseMs = io.timers.get(Timer.learnerRetry);
    assert.equal(reasons, pauseMs === undefined ? ['the leader cannot be reached'] : []);
    if (pauseMs === undefined) return found;
    found.push(pauseMs);
    learner.onRetry(io);
  }
}

test('a leader that does not answer is tried again soon, then at the pace that is given, five times', () => {
  assert.equal(pauses(100), [10, 20, 40, 80, 100, 100, 100, 100]);
  assert.equal(pauses(15), [10, 15, 15, 15, 15]);
});

test('a pace that is quicker than that is kept from the beginning', () => {
  assert.equal(pauses(10), [10, 10, 10, 10]);
  assert.equal(pauses(0), [0, 0, 0, 0]);
});

test.run();
