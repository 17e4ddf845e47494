import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import { ClientCore, PING_TIMER, RECEIVE_TIMER, RETRY_TIMER } from './client-core.ts';
import { FakeIo, fired, granted, PASSWORD, reply, SESSION } from './fake-io.ts';

const test = suite('client core');

function opened(): { core: ClientCore; io: FakeIo } {
  const io = new FakeIo();
  // Each place keeps its server: Fisher-Yates draws the last index itself.
  io.luck.push(2, 1);
  const core = new ClientCore({ servers: [1, 2, 3], sessionTimeoutMs: 6000 });
  core.open(io);
  return { core, io };
}

function standing(): { core: ClientCore; io: FakeIo } {
  const both = opened();
  both.io.establish(both.core);
  both.io.take();
  both.core.drain();
  return both;
}

function read(kind: 'exists' | 'getData' | 'getChildren', path: string, watch = false): Request {
  return { kind, path, watch };
}

/** Only its presence matters here. */
const SUCCESS = { kind: 'delete' } as const;

function outcomes(core: ClientCore): string[] {
  return core.drain().map((one) => ('cxid' in one ? `${one.kind} ${one.cxid}` : one.kind));
}

test('connects, shakes hands, then sends what was queued, each observed as it is handed over', () => {
  const { core, io } = opened();
  core.submit(read('getData', '/a'), io);
  core.submit(read('getData', '/b'), io);
  assert.equal(io.take(), ['connect 1']);
  io.establish(core, 4000);
  assert.equal(io.take(), [
    '> connect session 0x0 password 0 seen 0',
    '! connected to 1, timeout 4000, seen 0',
    '! invoked 1',
    '> 1 getData /a',
    '! invoked 2',
    '> 2 getData /b',
  ]);
  io.receive(core, reply(1, 5, null, ErrorCode.NONODE));
  assert.equal(io.take(), ['! replied 1 err -101']);
  assert.equal(outcomes(core), ['connected', 'reply 1']);
  assert.equal(core.drain(), []);
});

test('the shuffled order decides who is tried first, and every attempt is somebody else', () => {
  const io = new FakeIo();
  io.luck.push(0, 0);
  const core = new ClientCore({ servers: [1, 2, 3], sessionTimeoutMs: 6000 });
  core.open(io);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    io.hangUp(core);
    io.advance(core, 0);
  }
  assert.equal(io.take(), ['connect 2', 'connect 3', 'connect 1', 'connect 2']);
});

test('an attempt that hangs is given up after timeout / servers, while connecting and while shaking hands', () => {
  const { core, io } = opened();
  io.take();
  io.advance(core, 1999);
  assert.equal(io.take(), []);
  io.advance(core, 1);
  assert.equal(io.take(), ['close', 'connect 2']);
  core.handle({ kind: 'connected', connection: io.connection }, io);
  io.take();
  io.advance(core, 2000);
  assert.equal(io.take(), ['close', 'connect 3']);
  assert.equal(core.drain(), [], 'a session that never stood is never said to be disconnected');
});

test('a failed attempt is followed by a drawn pause', () => {
  const { core, io } = opened();
  io.take();
  io.luck.push(700);
  io.hangUp(core);
  io.advance(core, 699);
  assert.equal(io.take(), []);
  io.advance(core, 1);
  assert.equal(io.take(), ['connect 2']);
});

test('a lost connection loses what is under way and resumes the session elsewhere with the latest zxid seen', () => {
  const { core, io } = standing();
  core.submit(read('getData', '/a'), io);
  core.submit(read('getData', '/b'), io);
  core.submit(read('getData', '/c'), io);
  io.receive(core, reply(1, 9, null, ErrorCode.NONODE));
  io.take();
  io.hangUp(core);
  assert.equal(io.take(), ['! sessionDisconnected', '! lost 2', '! lost 3']);
  core.submit(read('getData', '/d'), io);
  io.advance(core, 0);
  io.establish(core);
  assert.equal(io.take(), [
    'connect 2',
    '> connect session 0x100000000000001 password 7 seen 9',
    '! connected to 2 again, timeout 6000, seen 9',
    '! invoked 4',
    '> 4 getData /d',
  ]);
  assert.equal(outcomes(core), ['reply 1', 'disconnected', 'lost 2', 'lost 3', 'connected']);
});

test('a server that is behind closes without an answer: the next one is tried, and the session stays', () => {
  const { core, io } = standing();
  io.hangUp(core);
  io.advance(core, 0);
  core.handle({ kind: 'connected', connection: io.connection }, io);
  io.take();
  io.hangUp(core);
  io.advance(core, 0);
  assert.equal(io.take(), ['connect 3']);
  assert.is(core.sessionId, SESSION);
});

test('zxids of events and those below one do not count as seen', () => {
  const { core, io } = standing();
  io.receive(core, fired(EventType.NodeCreated, '/a', 50));
  core.submit(read('getData', '/a'), io);
  io.receive(core, { ...reply(1, 0, null, ErrorCode.UNIMPLEMENTED), zxid: reply(1, 0, null).zxid });
  const before = core.lastZxidSeen;
  core.submit(read('getData', '/a'), io);
  io.receive(core, reply(2, 4, null, ErrorCode.NONODE));
  core.submit(read('getData', '/a'), io);
  io.receive(core, reply(3, 3, null, ErrorCode.NONODE));
  assert.is(before, 2 ** 32);
  assert.is(core.lastZxidSeen, 2 ** 32 + 4);
});

test('a refused session is expired: what is queued never happened, and the next session knows nothing of it', () => {
  const { core, io } = standing();
  core.submit(read('exists', '/w', true), io);
  io.receive(core, reply(1, 8, null, ErrorCode.NONODE));
  io.hangUp(core);
  core.submit(read('getData', '/a'), io);
  io.advance(core, 0);
  core.drain();
  core.handle({ kind: 'connected', connection: io.connection }, io);
  io.take();
  io.receive(core, granted(0, NO_SESSION));
  assert.equal(io.take(), ['! sessionExpired', 'close']);
  assert.equal(outcomes(core), ['expired', 'unsent 2']);
  assert.is(core.submit(read('getData', '/b'), io), 3);
  assert.equal(outcomes(core), ['unsent 3']);
  assert.is(io.timers.size, 0);
  io.luck.push(2, 1);
  core.open(io);
  io.establish(core);
  const [connect, ...rest] = io.take().slice(1);
  assert.is(connect, '> connect session 0x0 password 0 seen 0');
  assert.equal(rest, ['! connected to 1, timeout 6000, seen 0'], 'and registers no watch of the old one');
});

test('a reply out of order ends the connection, not the session', () => {
  const { core, io } = standing();
  core.submit(read('getData', '/a'), io);
  core.submit(read('getData', '/b'), io);
  io.take();
  io.receive(core, reply(2, 3, null, ErrorCode.NONODE));
  assert.equal(io.take(), ['! replied 2 err -101', 'close', '! sessionDisconnected', '! lost 1', '! lost 2']);
  io.advance(core, 0);
  io.establish(core);
  assert.is(core.phase, 'connected');
});

test('nothing that an older connection still says is heard on the new one', () => {
  const { core, io } = standing();
  const old = io.connection;
  core.reconnect(io);
  io.establish(core);
  core.submit(read('getData', '/a'), io);
  io.take();
  core.handle({ kind: 'received', connection: old, message: reply(1, 3, null, ErrorCode.NONODE) }, io);
  core.handle({ kind: 'closed', connection: old }, io);
  assert.equal(io.take(), []);
  assert.is(core.phase, 'connected');
});

test('pings after a third of the timeout without sending, and gives up after two thirds without hearing', () => {
  const { core, io } = standing();
  io.advance(core, 1000);
  core.submit(read('getData', '/a'), io);
  io.receive(core, reply(1, 3, null, ErrorCode.NONODE));
  io.take();
  io.advance(core, 1999);
  assert.equal(io.take(), []);
  io.advance(core, 1);
  assert.equal(io.take(), ['> -2 ping']);
  io.advance(core, 1999);
  assert.equal(io.take(), []);
  assert.is(core.phase, 'connected');
  // Last heard at 1000; two thirds of 6000 later is 5000, the moment of the second ping.
  io.advance(core, 1);
  assert.ok(io.take().includes('! sessionDisconnected'));
});

test('pings that are answered keep an idle session for ever', () => {
  const { core, io } = standing();
  for (let round = 0; round < 20; round += 1) {
    io.advance(core, 2000);
    assert.equal(io.take(), ['> -2 ping']);
    io.receive(core, reply(-2, round, { kind: 'ping' }));
  }
  assert.is(core.phase, 'connected');
  assert.equal([...io.timers.keys()].sort((a, b) => a - b), [RECEIVE_TIMER, PING_TIMER]);
});

test('watches are registered again before anything else, by type, until they have fired', () => {
  const { core, io } = standing();
  const script: [Request, number][] = [
    [read('getData', '/data', true), 0],
    [read('getData', '/none', true), ErrorCode.NONODE],
    [read('exists', '/there', true), 0],
    [read('exists', '/missing', true), ErrorCode.NONODE],
    [read('getChildren', '/parent', true), 0],
    [read('getData', '/unwatched'), 0],
    [read('getData', '/fires', true), 0],
  ];
  for (const [index, [request, err]] of script.entries()) {
    core.submit(request, io);
    io.receive(core, reply(index + 1, 10 + index, err === 0 ? SUCCESS : null, err));
  }
  io.take();
  io.receive(core, fired(EventType.NodeDataChanged, '/fires', 30));
  assert.equal(io.take(), ['! watchFired 3 /fires']);
  core.submit(read('getData', '/cut', true), io);
  io.hangUp(core);
  core.submit(read('getData', '/later'), io);
  io.advance(core, 0);
  io.take();
  io.establish(core);
  assert.equal(io.take().slice(2), [
    '! invoked -8',
    '> -8 setWatches 16 [/data /there] [/missing] [/parent]',
    '! invoked 9',
    '> 9 getData /later',
  ]);
  io.receive(core, fired(EventType.NodeCreated, '/missing', 0));
  io.receive(core, reply(-8, 31, { kind: 'setWatches' }));
  io.receive(core, reply(9, 31, null, ErrorCode.NONODE));
  assert.equal(io.take(), ['! watchFired 1 /missing', '! replied -8 err 0', '! replied 9 err -101']);
});

test('a setWatches that dies with its connection is not a lost request', () => {
  const { core, io } = standing();
  core.submit(read('exists', '/w', true), io);
  io.receive(core, reply(1, 8, null, ErrorCode.NONODE));
  for (let round = 0; round < 2; round += 1) {
    io.hangUp(core);
    io.advance(core, 0);
    io.take();
    io.establish(core);
    assert.is(io.take().at(-1), '> -8 setWatches 8 [] [/w] []');
  }
  assert.not.ok(outcomes(core).some((one) => one.startsWith('lost')));
});

test('credentials travel first on every connection; a refusal ends the session', () => {
  const { core, io } = standing();
  core.addAuth('digest', PASSWORD, io);
  assert.equal(io.take(), ['! invoked -4', '> -4 auth']);
  io.hangUp(core);
  io.advance(core, 0);
  io.take();
  io.establish(core);
  assert.is(io.take().at(-1), '> -4 auth');
  core.drain();
  io.receive(core, reply(-4, 0, null, ErrorCode.AUTHFAILED));
  assert.equal(outcomes(core), ['disconnected', 'authFailed']);
  assert.is(core.phase, 'over');
});

test('closing: answered under its own xid, with nothing after it', () => {
  const { core, io } = standing();
  core.submit(read('getData', '/a'), io);
  assert.is(core.close(io), 2);
  core.submit(read('getData', '/late'), io);
  assert.equal(outcomes(core), ['unsent 3']);
  io.receive(core, reply(1, 3, null, ErrorCode.NONODE));
  io.take();
  io.receive(core, reply(2, 4, { kind: 'closeSession' }));
  assert.equal(io.take(), ['! replied 2 err 0', '! sessionClosed', 'close']);
  assert.equal(core.drain().at(-1), { kind: 'closed', isConfirmed: true });
  assert.is(io.timers.size, 0);
});

test('closing: a connection that dies first leaves it unknown, and nobody reconnects', () => {
  const { core, io } = standing();
  core.close(io);
  io.take();
  io.hangUp(core);
  io.advance(core, 10_000);
  assert.equal(io.take(), ['! sessionDisconnected', '! lost 1']);
  assert.equal(core.drain().at(-1), { kind: 'closed', isConfirmed: false });
});

test('closing while disconnected waits for a connection', () => {
  const { core, io } = standing();
  io.hangUp(core);
  core.close(io);
  io.advance(core, 0);
  io.take();
  io.establish(core);
  assert.is(io.take().at(-1), '> 1 closeSession');
});

test('reconnecting on purpose goes to the next server at once', () => {
  const { core, io } = standing();
  core.submit(read('getData', '/a'), io);
  io.take();
  core.reconnect(io);
  assert.equal(io.take(), ['close', '! sessionDisconnected', '! lost 1', 'connect 2']);
  io.luck.push(500);
  io.hangUp(core);
  assert.ok(io.timers.has(RETRY_TIMER));
  core.reconnect(io);
  assert.equal(io.take(), ['connect 3']);
  assert.not.ok(io.timers.has(RETRY_TIMER));
});

test.run();
