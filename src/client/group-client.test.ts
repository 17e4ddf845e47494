/** Members and seekers of a group, event by event. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { ErrorCode, EventType, type Stat } from '../wire/words.ts';
import { fired, reply } from './fake-io.ts';
import { GroupClient } from './group-client.ts';
import { byUrgency } from './recipe.ts';
import { begun, sent } from './turn-testing.ts';

const test = suite('group client');

function owned(ephemeralOwner: SessionId): { kind: 'exists'; stat: Stat } {
  const stat = {
    czxid: ZXID_ZERO, mzxid: ZXID_ZERO, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0, ephemeralOwner, dataLength: 0,
    numChildren: 0, pzxid: ZXID_ZERO,
  };
  return { kind: 'exists', stat };
}

test('a member: its node, for a while, and away with it', () => {
  const { client, io } = begun(GroupClient, 'member', '/g');
  assert.equal(sent(io), ['> 1 create /g/a']);
  io.receive(client, reply(1, 1, null, ErrorCode.NONODE));
  io.receive(client, reply(2, 2, { kind: 'create', path: '/g' }));
  assert.equal(sent(io), ['> 2 create /g', '> 3 create /g/a']);
  io.receive(client, reply(3, 3, { kind: 'create', path: '/g/a' }));
  assert.equal(io.claims, ['recipeJoined /g/a']);
  io.advance(client, 50);
  assert.equal(sent(io), ['> 4 delete /g/a']);
});

test('a name that is taken: by somebody else, who is waited for; by its own session, which is enough', () => {
  const { client, io } = begun(GroupClient, 'member', '/g');
  io.receive(client, reply(1, 2, null, ErrorCode.NODEEXISTS));
  io.receive(client, reply(2, 2, owned(NO_SESSION)));
  assert.equal(sent(io), ['> 1 create /g/a', '> 2 exists /g/a']);
  assert.equal(io.claims, []);
  io.receive(client, fired(EventType.NodeDeleted, '/g/a', 3));
  assert.equal(sent(io), ['> 3 create /g/a']);
  io.hangUp(client);
  io.advance(client, 2000);
  io.establish(client);
  assert.equal(sent(io).slice(-1), ['> 4 create /g/a'], 'the answer is lost');
  io.receive(client, reply(4, 4, null, ErrorCode.NODEEXISTS));
  io.receive(client, reply(5, 4, owned(client.core.sessionId)));
  assert.equal(io.claims, ['recipeJoined /g/a']);
});

test('a seeker: one after the other, and nobody who is gone', () => {
  const { client, io } = begun(GroupClient, 'seeker', '/g');
  io.receive(client, reply(1, 2, { kind: 'getChildren', children: ['a', 'b'] }));
  assert.equal(sent(io), ['> 1 getChildren /g', '> 2 getData /g/a']);
  io.receive(client, reply(2, 3, null, ErrorCode.NONODE));
  io.receive(client, reply(3, 3, { kind: 'getChildren', children: ['b'] }));
  assert.equal(io.claims, []);
  io.receive(client, reply(4, 3, { kind: 'getData', data: null, stat: owned(NO_SESSION).stat }));
  assert.equal(io.claims, ['recipeFound /g/b']);
});

test('urgency first, then age', () => {
  const names = ['p2-0000000001', 'p0-0000000009', 'p2-0000000000', 'p0-0000000010'];
  assert.equal(byUrgency(names), ['p0-0000000009', 'p0-0000000010', 'p2-0000000000', 'p2-0000000001']);
});

test.run();
