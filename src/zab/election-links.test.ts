/** The connections between election ports: what was said into the void is said again to whoever appears. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import { FakeIo } from '../client/fake-io.ts';
import type { Notification } from '../wire/quorum-messages.ts';
import { ElectionLinks } from './election-links.ts';

const test = suite('election links');

const VISITOR = 77;

function vote(leader: number): Notification {
  return { kind: 'notification', state: 'LOOKING', leader, zxid: makeZxid(1, 0), electionEpoch: 1, peerEpoch: 1, config: '' };
}

/** Server `self`, which has told server 2 of two votes, of whom nobody was there to take either. */
function unheard(self: number): { links: ElectionLinks; io: FakeIo } {
  const io = new FakeIo();
  const links = new ElectionLinks(self, '10.0.0.1:3888', 5000);
  for (const leader of [self, 9]) {
    links.send(2, vote(leader), io);
    links.onClosed(io.connection);
  }
  assert.equal(io.sent, []);
  return { links, io };
}

test('a vote that found nobody is told when the peer knocks, and is called back', () => {
  const { links, io } = unheard(3);
  links.onAccepted(VISITOR);
  links.onMessage(VISITOR, { kind: 'electionHello', sid: 2, address: '10.0.0.2:3888' }, io);
  links.onConnected(io.connection, io);
  assert.equal(io.sent.slice(1), [vote(9)]);
});

test('and when the peer, which owns the connection, dials', () => {
  const { links, io } = unheard(1);
  links.onAccepted(VISITOR);
  links.onMessage(VISITOR, { kind: 'electionHello', sid: 2, address: '10.0.0.2:3888' }, io);
  assert.equal(io.sent, [vote(9)]);
});

test('the newest vote is told again over whatever connection is next', () => {
  const { links, io } = unheard(3);
  links.send(2, vote(3), io);
  links.onConnected(io.connection, io);
  links.onClosed(io.connection);
  links.onAccepted(VISITOR);
  links.onMessage(VISITOR, { kind: 'electionHello', sid: 2, address: '10.0.0.2:3888' }, io);
  links.onConnected(io.connection, io);
  assert.equal(io.sent.filter(({ kind }) => kind === 'notification'), [vote(3), vote(3)]);
});

test.run();
