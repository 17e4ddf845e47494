/** Turns of the real machine: what comes in together is one, and ends as one. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { ConnectionId, Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { encodeClientFrame } from '../wire/client-codec.ts';
import { flatLayout } from './layout.ts';
import { Listeners } from './listeners.ts';
import { Machine } from './machine.ts';

const test = suite('host/turns');

const HELLO = encodeClientFrame({
  kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: 10_000, sessionId: NO_SESSION,
  password: new Uint8Array(16), readOnly: false,
});

function get(xid: number): Uint8Array {
  return encodeClientFrame({ kind: 'request', xid, request: { kind: 'getData', path: '/a', watch: false } });
}

/** Notes what it is told; logs every request, and puts the sync off to the end of the turn. */
class Noting implements Process {
  readonly notes: string[] = [];
  /** Told of every note. */
  heard: () => void = () => undefined;
  private isSyncDue = false;

  handle(event: Event, io: Io): void {
    if (event.kind === 'received') this.received(event.connection, io);
    else if (event.kind === 'diskDone') this.note(`done ${event.token}`);
    else if (event.kind === 'timer') this.note('timer');
    else if (event.kind === 'start') io.setTimer(1, 0);
  }

  afterTurn(io: Io): void {
    if (this.isSyncDue) io.sync('log', 7);
    this.isSyncDue = false;
    this.note('turn');
  }

  private received(connection: ConnectionId, io: Io): void {
    io.append('log', Uint8Array.of(1), 0);
    this.isSyncDue = true;
    this.note(`received ${connection}`);
  }

  private note(what: string): void {
    this.notes.push(what);
    this.heard();
  }
}

async function served(act: (process: Noting, dial: () => Promise<Socket>) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  const listeners = await Listeners.bind([{ port: 'client', at: { host: '127.0.0.1', port: 0 } }]);
  const process = new Noting();
  const machine = new Machine({
    self: 1, process, network: { locate: () => undefined, listeners }, disk: { layout: flatLayout(directory) },
  });
  const sockets: Socket[] = [];
  const dial = async (): Promise<Socket> => {
    const socket = connect(listeners.bound[0]?.port ?? 0, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  try {
    machine.start();
    await act(process, dial);
  } finally {
    for (const socket of sockets) socket.destroy();
    await machine.kill();
    rmSync(directory, { recursive: true });
  }
}

async function until(process: Noting, isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise<void>((resolve) => { process.heard = resolve; });
}

function count(notes: readonly string[], what: string): number {
  return notes.filter((note) => note === what).length;
}

test('requests that one socket brings at a time are one turn, with one sync', () => served(async (process, dial) => {
  await until(process, () => process.notes.includes('turn'));
  process.notes.length = 0;
  const socket = await dial();
  // Small enough to come in one piece.
  socket.write(Buffer.concat([HELLO, get(1), get(2), get(3)]));
  await until(process, () => process.notes.includes('done 7'));
  await until(process, () => process.notes.at(-1) === 'turn');
  const first = process.notes.indexOf('received 1');
  assert.equal(process.notes.slice(first, first + 5), ['received 1', 'received 1', 'received 1', 'received 1', 'turn']);
  assert.is(count(process.notes, 'done 7'), 1);
}));

test('a timer is a turn by itself', () => served(async (process) => {
  await until(process, () => process.notes.includes('timer'));
  await until(process, () => process.notes.at(-1) === 'turn');
  assert.equal(process.notes, ['turn', 'timer', 'turn']);
}));

test.run();
