import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { FakeIo, granted, reply } from './fake-io.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { type BuildableRequest, buildRequest, type ScriptedOperation, type ScriptedRequest } from './script.ts';
import { ScriptedClient } from './scripted-client.ts';

const test = suite('scripted client');

function op(request: ScriptedRequest, afterMs = 0, waitForReply = false): ScriptedOperation {
  return { afterMs, waitForReply, request };
}

function get(path: string): ScriptedRequest {
  return { kind: 'getData', path };
}

function started(operations: ScriptedOperation[], closeAtEnd = false): { client: ScriptedClient; io: FakeIo } {
  const io = new FakeIo();
  io.luck.push(1);
  const client = new ScriptedClient({ servers: [1, 2], sessionTimeoutMs: 6000, operations, closeAtEnd });
  client.handle({ kind: 'start' }, io);
  return { client, io };
}

function standing(operations: ScriptedOperation[], closeAtEnd = false): { client: ScriptedClient; io: FakeIo } {
  const both = started(operations, closeAtEnd);
  both.io.establish(both.client);
  return both;
}

/** The requests that were handed to the network since the last call, handshakes and pings left out. */
function sent(io: FakeIo): string[] {
  return io.take().filter((line) => line.startsWith('> ') && !line.startsWith('> connect') && !line.startsWith('> -'));
}

test('think time counts from the issuing of the previous operation; waiting is for all before', () => {
  const { client, io } = standing([op(get('/a'), 10), op(get('/b'), 5), op(get('/c'), 0, true)]);
  assert.equal(sent(io), []);
  io.advance(client, 10);
  assert.equal(sent(io), ['> 1 getData /a']);
  io.advance(client, 5);
  assert.equal(sent(io), ['> 2 getData /b']);
  io.receive(client, reply(1, 1, null, -101));
  assert.equal(sent(io), []);
  io.receive(client, reply(2, 1, null, -101));
  assert.equal(sent(io), ['> 3 getData /c']);
  assert.not.ok(client.isDone);
  io.receive(client, reply(3, 1, null, -101));
  assert.ok(client.isDone);
});

test('what is due while disconnected is queued and sent once; what was lost is not sent again', () => {
  const { client, io } = standing([op(get('/a')), op(get('/b'), 5), op(get('/c'), 0)]);
  io.luck.push(100);
  io.hangUp(client);
  io.advance(client, 50);
  assert.equal(sent(io), ['> 1 getData /a']);
  io.advance(client, 50);
  io.establish(client);
  assert.equal(sent(io), ['> 2 getData /b', '> 3 getData /c']);
  io.hangUp(client);
  assert.ok(client.isDone);
});

test('$k is the path that operation k returned: waited for, and skipped when there will be none', () => {
  const { client, io } = standing([
    op({ kind: 'create', path: '/q/n-', flags: 2, data: 'x' }),
    op({ kind: 'create', path: '/q/n-', flags: 2, data: 'y' }),
    op(get('$0')),
    op({ kind: 'multi', ops: [{ kind: 'delete', path: '$1' }] }),
    op({ kind: 'delete', path: '$0/child' }),
  ]);
  assert.equal(sent(io), ['> 1 create /q/n-', '> 2 create /q/n-']);
  io.receive(client, reply(1, 1, { kind: 'create', path: '/q/n-0000000007' }));
  assert.equal(sent(io), ['> 3 getData /q/n-0000000007']);
  io.receive(client, reply(2, 2, null, -110));
  assert.equal(sent(io), ['> 4 delete /q/n-0000000007/child']);
  assert.is(client.skipped, 1);
});

test('an operation that names itself or a later one is skipped, not waited for', () => {
  const { client } = standing([op(get('$0')), op(get('$5'))]);
  assert.ok(client.isDone);
  assert.is(client.skipped, 2);
});

test('after an expiry it goes on in a new session with what was never sent, in order', () => {
  const { client, io } = standing([
    op(get('/a')),
    op(get('/b'), 5),
    op({ kind: 'setData', path: '/c', data: 'v' }),
    op(get('/d'), 0, true),
  ]);
  io.luck.push(100);
  io.hangUp(client);
  io.advance(client, 100);
  io.take();
  client.handle({ kind: 'connected', connection: io.connection }, io);
  io.luck.push(1);
  io.receive(client, granted(0, NO_SESSION));
  io.establish(client);
  assert.equal(sent(io), ['> 4 getData /b', '> 5 setData /c']);
  io.receive(client, reply(4, 1, null, -101));
  io.receive(client, reply(5, 1, null, -101));
  assert.equal(sent(io), ['> 6 getData /d']);
});

test('closing a session in the middle opens the next, and operations wait for it', () => {
  const { client, io } = standing([op(get('/a')), op({ kind: 'closeSession' }), op(get('/b'))]);
  assert.equal(sent(io), ['> 1 getData /a', '> 2 closeSession']);
  io.receive(client, reply(1, 1, null, -101));
  io.luck.push(1);
  io.receive(client, reply(2, 2, { kind: 'closeSession' }));
  assert.is(io.take().at(-1), 'connect 1');
  io.establish(client);
  assert.equal(sent(io), ['> 3 getData /b']);
});

test('a closing whose connection dies, or whose session expires first, does not stop the script', () => {
  const dying = standing([op({ kind: 'closeSession' }), op(get('/b'))]);
  dying.io.hangUp(dying.client);
  dying.io.take();
  dying.io.establish(dying.client);
  assert.equal(sent(dying.io), ['> 2 getData /b']);

  const expiring = standing([op({ kind: 'closeSession' }, 10), op(get('/b'))]);
  expiring.io.luck.push(50);
  expiring.io.hangUp(expiring.client);
  expiring.io.advance(expiring.client, 50);
  expiring.client.handle({ kind: 'connected', connection: expiring.io.connection }, expiring.io);
  expiring.io.receive(expiring.client, granted(0, NO_SESSION));
  expiring.io.take();
  expiring.io.establish(expiring.client);
  assert.equal(sent(expiring.io), ['> 2 getData /b']);
});

test('reconnect moves to the other server and loses what is under way', () => {
  const { client, io } = standing([op(get('/a')), op({ kind: 'reconnect' }, 10), op(get('/b'))]);
  io.advance(client, 10);
  assert.ok(io.lines.includes('! lost 1'));
  assert.is(io.take().at(-1), 'connect 2');
  io.establish(client);
  assert.equal(sent(io), ['> 2 getData /b']);
});

test('the end: the session is closed once everything is settled, or kept alive', () => {
  const { client, io } = standing([op(get('/a'))], true);
  assert.equal(sent(io), ['> 1 getData /a']);
  io.receive(client, reply(1, 1, null, -101));
  assert.equal(sent(io), ['> 2 closeSession']);
  assert.not.ok(client.isDone);
  io.receive(client, reply(2, 2, { kind: 'closeSession' }));
  assert.ok(client.isDone);
  io.take();
  io.advance(client, 60_000);
  assert.equal(io.take(), []);

  const kept = standing([op(get('/a'))]);
  kept.io.receive(kept.client, reply(1, 1, null, -101));
  kept.io.take();
  kept.io.advance(kept.client, 2000);
  assert.equal(kept.io.take(), ['> -2 ping']);
});

test('compact requests become whole ones', () => {
  const none = new Map<number, string>([[0, '/s/x1']]);
  const bytes = new TextEncoder().encode('é1');
  const create = buildRequest({ kind: 'create', path: '$0/$a', data: 'é1' }, 1, none);
  if (typeof create === 'string' || create.kind !== 'create') throw new Error('a create');
  assert.equal([create.path, create.data, create.flags, create.acl?.length], ['/s/x1/$a', bytes, 0, 1]);
  assert.equal(buildRequest({ kind: 'setData', path: '/a' }, 1, none), { kind: 'setData', path: '/a', data: null, version: -1 });
  assert.equal(buildRequest({ kind: 'multi', ops: [{ kind: 'check', path: '/a', version: 3 }] }, 1, none), {
    kind: 'multi',
    ops: [{ kind: 'check', path: '/a', version: 3 }],
  });
  assert.is(buildRequest({ kind: 'sync', path: '$1' }, 3, none), 'waiting');
  assert.is(buildRequest({ kind: 'sync', path: '$3' }, 3, none), 'skipped');
});

test('every kind of request is built with its defaults', () => {
  const paths = new Map<number, string>([[0, '/q']]);
  const table: [scripted: BuildableRequest, due: object][] = [
    [{ kind: 'createTTL', path: '$0/t', ttlMs: 5 }, {
      kind: 'createTTL', path: '/q/t', data: null, acl: OPEN_ACL_UNSAFE, flags: 5, ttl: 5,
    }],
    [{ kind: 'createContainer', path: '/k' }, {
      kind: 'createContainer', path: '/k', data: null, acl: OPEN_ACL_UNSAFE, flags: 4,
    }],
    [{ kind: 'addWatch', path: '$0' }, { kind: 'addWatch', path: '/q', mode: 0 }],
    [{ kind: 'addWatch', path: '/a', mode: 1 }, { kind: 'addWatch', path: '/a', mode: 1 }],
    [{ kind: 'removeWatches', path: '$0', watcherType: 3 }, { kind: 'removeWatches', path: '/q', watcherType: 3 }],
    [{ kind: 'checkWatches', path: '/a', watcherType: 1 }, { kind: 'checkWatches', path: '/a', watcherType: 1 }],
    [{ kind: 'getEphemerals', path: '/' }, { kind: 'getEphemerals', path: '/' }],
    [{ kind: 'getAllChildrenNumber', path: '$0' }, { kind: 'getAllChildrenNumber', path: '/q' }],
    [{ kind: 'whoAmI' }, { kind: 'whoAmI' }],
    [{ kind: 'multiRead', ops: [{ kind: 'getChildren', path: '$0' }] }, {
      kind: 'multiRead', ops: [{ kind: 'getChildren', path: '/q', watch: false }],
    }],
  ];
  for (const [scripted, due] of table) assert.equal(buildRequest(scripted, 1, paths), due);
  assert.is(buildRequest({ kind: 'multiRead', ops: [{ kind: 'getData', path: '$1' }] }, 2, paths), 'waiting');
});

test('credentials are presented now and on every later connection, until they are refused', () => {
  const auths = (io: FakeIo): number => io.take().filter((line) => line === '> -4 auth').length;
  const { client, io } = standing([op({ kind: 'addAuth', scheme: 'digest', auth: 'u:p' }), op(get('/a'), 5)]);
  assert.is(auths(io), 1);
  io.hangUp(client);
  io.advance(client, 2000);
  io.establish(client);
  assert.is(auths(io), 1);
  io.luck.push(1);
  io.receive(client, reply(-4, 0, null, ErrorCode.AUTHFAILED));
  io.establish(client);
  assert.is(auths(io), 0);
});

test.run();
