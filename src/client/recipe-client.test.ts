import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import { fired, granted, reply } from './fake-io.ts';
import { RecipeClient } from './recipe-client.ts';
import { bySequence } from './recipe.ts';
import { begun, sent } from './turn-testing.ts';

const test = suite('recipe client');

const children = (...names: string[]): { kind: 'getChildren'; children: string[] } => ({ kind: 'getChildren', children: names });

test('sequence numbers order names, whatever stands before them', () => {
  const names = ['z-0000000001', 'a-0000000010', 'other', 'm-0000000002'];
  assert.equal(bySequence(names), ['z-0000000001', 'm-0000000002', 'a-0000000010']);
});

test('a lock: a node of its own, a watch on the one before, the lock when it is the first, and away with it', () => {
  const { client, io } = begun(RecipeClient, 'lock', '/r');
  assert.equal(sent(io), ['> 1 create /r/_c_a.0-n-']);
  io.receive(client, reply(1, 2, { kind: 'create', path: '/r/_c_a.0-n-0000000001' }));
  assert.equal(sent(io), ['> 2 getChildren /r']);
  io.receive(client, reply(2, 2, children('_c_a.0-n-0000000001', '_c_b.0-n-0000000000')));
  assert.equal(sent(io), ['> 3 exists /r/_c_b.0-n-0000000000']);
  io.receive(client, reply(3, 2, null, ErrorCode.OK));
  assert.equal(sent(io), []);
  io.receive(client, fired(EventType.NodeDeleted, '/r/_c_b.0-n-0000000000', 3));
  assert.equal(sent(io), ['> 4 getChildren /r']);
  assert.equal(io.claims, []);
  io.receive(client, reply(4, 3, children('_c_a.0-n-0000000001')));
  assert.equal(io.claims, ['recipeHeld /r/_c_a.0-n-0000000001']);
  io.advance(client, 50);
  assert.equal(sent(io), ['> 5 getChildren /r']);
  io.receive(client, reply(5, 3, children('_c_a.0-n-0000000001')));
  assert.equal(sent(io), ['> 6 delete /r/_c_a.0-n-0000000001']);
});

test('a create whose answer is lost is looked for behind a sync, and not made twice', () => {
  const { client, io } = begun(RecipeClient, 'lock', '/r');
  io.hangUp(client);
  io.advance(client, 2000);
  io.establish(client);
  assert.equal(sent(io), ['> 1 create /r/_c_a.0-n-', '> 2 sync /r', '> 3 getChildren /r']);
  io.receive(client, reply(2, 2, { kind: 'sync', path: '/r' }));
  io.receive(client, reply(3, 2, children('_c_a.0-n-0000000000')));
  assert.equal(io.claims, ['recipeHeld /r/_c_a.0-n-0000000000']);
});

test('a missing parent is made; an election ends with the session, and goes on in the next', () => {
  const { client, io } = begun(RecipeClient, 'election', '/r', 2);
  io.receive(client, reply(1, 1, null, ErrorCode.NONODE));
  assert.equal(sent(io), ['> 1 create /r/_c_a.0-n-', '> 2 create /r']);
  io.receive(client, reply(2, 2, { kind: 'create', path: '/r' }));
  io.receive(client, reply(3, 3, { kind: 'create', path: '/r/_c_a.0-n-0000000000' }));
  io.receive(client, reply(4, 3, children('_c_a.0-n-0000000000')));
  io.advance(client, 50);
  assert.is(sent(io).at(-1), '> 5 closeSession');
  io.receive(client, reply(5, 4, { kind: 'closeSession' }));
  io.establish(client);
  io.advance(client, 10);
  assert.equal(sent(io), ['> 6 create /r/_c_a.1-n-']);
});

test('a queue: the first element is taken by its deletion; who is too late tries the next; what is lost is not claimed', () => {
  const { client, io } = begun(RecipeClient, 'consumer', '/r', 2);
  io.receive(client, reply(1, 2, children('qn-0000000001', 'qn-0000000000')));
  assert.is(sent(io).at(-1), '> 2 delete /r/qn-0000000000');
  io.receive(client, reply(2, 3, null, ErrorCode.NONODE));
  io.receive(client, reply(3, 3, children('qn-0000000001')));
  io.receive(client, reply(4, 4, { kind: 'delete' }));
  assert.equal(io.claims, ['recipeTaken /r/qn-0000000001']);
  io.advance(client, 10);
  io.receive(client, reply(5, 4, children('qn-0000000002')));
  io.hangUp(client);
  io.advance(client, 2000);
  assert.equal(io.claims.length, 1);
});

test('a reader waits for the last writer before it, and for no reader', () => {
  const { client, io } = begun(RecipeClient, 'reader', '/r');
  assert.equal(sent(io), ['> 1 create /r/_c_a.0-read-']);
  io.receive(client, reply(1, 2, { kind: 'create', path: '/r/_c_a.0-read-0000000003' }));
  const ahead = ['_c_w.0-write-0000000000', '_c_v.0-write-0000000001', '_c_b.0-read-0000000002'];
  io.receive(client, reply(2, 2, children(...ahead, '_c_a.0-read-0000000003')));
  assert.equal(sent(io), ['> 2 getChildren /r', '> 3 exists /r/_c_v.0-write-0000000001']);
  io.receive(client, reply(3, 3, null, ErrorCode.NONODE));
  assert.equal(io.claims, []);
  io.receive(client, reply(4, 3, children('_c_b.0-read-0000000002', '_c_a.0-read-0000000003')));
  assert.equal(io.claims, ['recipeShared /r/_c_a.0-read-0000000003']);
});

test('a lease: one of two, and whoever goes first makes room', () => {
  const { client, io } = begun(RecipeClient, 'lease', '/r');
  io.receive(client, reply(1, 2, { kind: 'create', path: '/r/_c_a.0-n-0000000002' }));
  io.receive(client, reply(2, 2, children('_c_b.0-n-0000000000', '_c_c.0-n-0000000001', '_c_a.0-n-0000000002')));
  assert.equal(sent(io), ['> 1 create /r/_c_a.0-n-', '> 2 getChildren /r']);
  io.receive(client, fired(EventType.NodeChildrenChanged, '/r', 3));
  assert.equal(sent(io), ['> 3 getChildren /r']);
  assert.equal(io.claims, []);
  io.receive(client, reply(3, 3, children('_c_b.0-n-0000000000', '_c_a.0-n-0000000002')));
  assert.equal(io.claims, ['recipeShared /r/_c_a.0-n-0000000002']);
});

test('when the session expires, all is begun anew', () => {
  const { client, io } = begun(RecipeClient, 'lock', '/r', 2);
  io.hangUp(client);
  io.advance(client, 2000);
  client.handle({ kind: 'connected', connection: io.connection }, io);
  io.receive(client, granted(0, NO_SESSION));
  io.take();
  io.establish(client);
  io.advance(client, 10);
  assert.equal(sent(io), ['> 4 create /r/_c_a.1-n-']);
});

test.run();
