/** Read-only mode: behaviour 19 of ZooKeeper's own test suite, at the server, at the client, and the two together. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import type { ClientScript, ScriptedOperation } from '../client/script.ts';
import { ScriptedClient } from '../client/scripted-client.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { Ensemble } from '../world/hand.ts';
import type { Hand } from '../world/hand.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { Server } from './server.ts';

const test = suite('read-only mode');

const QUICK = { tickTimeMs: 200, minSessionTimeoutMs: 400, maxSessionTimeoutMs: 4000, readOnlyModeEnabled: true };
const CREATE: Request = { kind: 'create', path: '/a', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 };
const EXISTS: Request = { kind: 'exists', path: '/a', watch: false };

/** Three servers with a leader, a node `/a`, and two hands. */
function serving(config: Partial<ServerConfig> = {}): { ensemble: Ensemble; hand: Hand } {
  const members = [1, 2, 3].map((id): Member => ({ id, role: 'participant' }));
  const ensemble = new Ensemble(3, 1, (id) => new Server({ ...DEFAULT_CONFIG, ...QUICK, ...config, id, members }));
  const hand = present(ensemble.hands[0], 'a hand');
  ensemble.run(1500);
  const line = hand.connect(1);
  ensemble.run(50);
  hand.send(line, CREATE);
  hand.send(line, { kind: 'closeSession' });
  ensemble.run(50);
  return { ensemble, hand };
}

/** Leaves server 1 alone, long enough for it to notice. */
function leaveAlone(ensemble: Ensemble, ms = 5000): void {
  ensemble.world.crash(2);
  ensemble.world.crash(3);
  ensemble.run(ms);
}

test('19 a server without a leader serves reads to those who asked for no more, and refuses writes, sync and multi', () => {
  const { ensemble, hand } = serving();
  leaveAlone(ensemble);
  const line = hand.connect(1, { readOnly: true });
  ensemble.run(50);
  assert.is(line.granted?.readOnly, true);
  hand.send(line, EXISTS);
  hand.send(line, CREATE);
  hand.send(line, { kind: 'sync', path: '/' });
  hand.send(line, { kind: 'multi', ops: [] });
  hand.send(line, { kind: 'closeSession' });
  ensemble.run(50);
  const refused = ErrorCode.NOTREADONLY;
  const refusals = [2, 3, 4].map((xid) => `reply ${xid} ${refused}`);
  assert.equal(line.log, ['granted', 'reply 1 0', ...refusals, 'reply 5 0', 'closed']);
});

test('19 others are closed without an answer, and so is a session that only a leader could renew', () => {
  const { ensemble, hand } = serving();
  const global = hand.connect(1, { readOnly: true, timeoutMs: 4000 });
  ensemble.run(50);
  leaveAlone(ensemble);
  assert.equal(global.log, ['granted', 'closed']);
  const writer = hand.connect(1);
  const back = hand.connect(1, { ...global.ticket, readOnly: true });
  ensemble.run(50);
  assert.equal([writer.log, back.log], [['closed'], ['closed']]);
});

test('19 nobody is served in the first two seconds, nor where the mode is off', () => {
  const { ensemble, hand } = serving();
  ensemble.world.crash(2);
  ensemble.world.crash(3);
  for (let i = 0; i < 30 && ensemble.of('role').at(-1)?.fact.role !== 'LOOKING'; i += 1) ensemble.run(100);
  const early = hand.connect(1, { readOnly: true });
  ensemble.run(1900);
  assert.equal(early.log, ['closed']);
  const off = serving({ readOnlyModeEnabled: false });
  leaveAlone(off.ensemble);
  const never = off.hand.connect(1, { readOnly: true });
  off.ensemble.run(50);
  assert.equal(never.log, ['closed']);
});

test('19 a read-only session is resumed at its server, and ends when a leader is found; no zxid was used up', () => {
  const { ensemble, hand } = serving();
  leaveAlone(ensemble);
  const first = hand.connect(1, { readOnly: true });
  ensemble.run(50);
  const again = hand.connect(1, { ...first.ticket, readOnly: true });
  ensemble.run(50);
  assert.is(again.sessionId, first.sessionId);
  const before = ensemble.of('proposed').length;
  ensemble.world.restart(2);
  ensemble.run(5000);
  assert.equal(again.log, ['granted', 'closed']);
  assert.is(ensemble.of('proposed').length, before);
});

/** An ensemble with one scripted client that may be served read-only. */
function scripted(operations: readonly ScriptedOperation[]): { ensemble: Ensemble; client: ScriptedClient } {
  const members = [1, 2, 3].map((id): Member => ({ id, role: 'participant' }));
  const script: ClientScript = { servers: [1, 2, 3], sessionTimeoutMs: 4000, operations, closeAtEnd: false, canBeReadOnly: true };
  const client = new ScriptedClient(script);
  const config = { ...DEFAULT_CONFIG, ...QUICK };
  const ensemble = new Ensemble(4, 0, (id) => (id === 4 ? client : new Server({ ...config, id, members })));
  return { ensemble, client };
}

test('19 the client reads what there is, goes on looking for a server that writes, and begins a new session there', () => {
  const read: ScriptedOperation = { afterMs: 6000, waitForReply: true, request: { kind: 'exists', path: '/' } };
  const write: ScriptedOperation = { afterMs: 10, waitForReply: true, request: { kind: 'create', path: '/b' } };
  const later: ScriptedOperation = { ...write, afterMs: 8000, request: { kind: 'create', path: '/c' } };
  const { ensemble, client } = scripted([read, write, later]);
  ensemble.run(1);
  ensemble.world.crash(2);
  ensemble.world.crash(3);
  ensemble.run(7000);
  assert.ok(client.core.isReadOnly);
  const alone = client.core.sessionId;
  ensemble.world.restart(2);
  ensemble.world.restart(3);
  ensemble.run(12_000);
  assert.not.ok(client.core.isReadOnly);
  assert.is.not(client.core.sessionId, alone);
  assert.equal(ensemble.of('replied').map(({ fact }) => fact.err), [0, ErrorCode.NOTREADONLY, 0]);
  assert.equal(ensemble.of('sessionExpired'), []);
  assert.equal(ensemble.of('sessionConnected').map(({ fact }) => fact.resumed), [false, false]);
});

test('19 a session that may write is not given up for being served read-only', () => {
  const { ensemble, client } = scripted([]);
  ensemble.run(2000);
  const { sessionId } = client.core;
  ensemble.world.crash(2);
  ensemble.world.crash(3);
  ensemble.run(6000);
  assert.is(client.core.sessionId, sessionId);
  ensemble.world.restart(2);
  ensemble.run(5000);
  assert.is(client.core.sessionId, sessionId);
  assert.is(ensemble.of('sessionConnected').at(-1)?.fact.resumed, true);
});

test.run();
