/** The admin commands snapshot and restore: who may, how often, and that what was backed up is what comes back. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClientOutcome } from '../client/outcome.ts';
import { isLocked } from '../host/lock-file.ts';
import { digestId } from '../tree/acl.ts';
import type { Request } from '../wire/client-messages.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import { OPEN_ACL_UNSAFE, Permission } from '../wire/words.ts';
import { startEnsemble } from './ensemble.ts';
import type { StartedEnsemble } from './ensemble.ts';
import { TestClient, until } from './serve-testing.ts';
import type { StartedServer } from './start.ts';

const test = suite('snapshot and restore');
const utf8 = new TextEncoder();
const ALICE = 'digest alice:secret';
const FREELY = 'admin.rateLimiterIntervalInMS=0';

/** Runs `work` on an ensemble, and stops it; what it logged as warnings or worse is in `said`. */
async function withServers(
  servers: number, keys: string, work: (ensemble: StartedEnsemble, said: readonly string[]) => Promise<void> | void,
  directory: string | null = null,
): Promise<void> {
  const said: string[] = [];
  const ensemble = await startEnsemble({
    servers, observers: 0, host: '127.0.0.1', firstPort: 0, directory, keys: `tickTime=500\n${keys}`,
    log: pino({ level: 'warn' }, { write: (line) => said.push(line) }),
    onStop: (id, stop) => { throw new Error(`${id} ${JSON.stringify(stop)}`); },
  });
  try {
    await Promise.all(ensemble.servers.map(({ ready }) => ready));
    await work(ensemble, said);
  } finally {
    await ensemble.stop();
  }
}

function only({ servers: [server] }: StartedEnsemble): StartedServer {
  if (server === undefined) throw new Error('no server');
  return server;
}

function call(
  { admin }: StartedServer, command: string, authorization: string | null, init: RequestInit = {},
): Promise<Response> {
  const headers = authorization === null ? {} : { authorization };
  return fetch(`http://127.0.0.1:${admin?.port ?? 0}/commands/${command}`, { headers, ...init });
}

async function backup(server: StartedServer): Promise<Uint8Array<ArrayBuffer>> {
  const response = await call(server, 'snapshot', ALICE);
  assert.is(response.status, 200);
  return new Uint8Array(await response.arrayBuffer());
}

async function restored(server: StartedServer, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const response = await call(server, 'restore', ALICE, { method: 'POST', body });
  const text = await response.text();
  assert.is(response.status, 200, text);
  assert.match(text, /^{\n  "last_zxid" : "0x[0-9a-f]+",\n  "command" : "restore",\n  "error" : null\n}$/);
}

async function asked(server: StartedServer, requests: readonly Request[]): Promise<ClientOutcome[]> {
  const client = new TestClient(server.client === null ? [] : [server.client], 30_000);
  await client.connected();
  const outcomes: ClientOutcome[] = [];
  for (const request of requests) outcomes.push(await client.ask(request));
  await client.stop();
  return outcomes;
}

function creation(path: string): Request {
  return { kind: 'create', path, data: utf8.encode(path), acl: OPEN_ACL_UNSAFE, flags: 0 };
}

function nodes({ real }: StartedServer, ...paths: readonly string[]): string[] {
  return paths.filter((path) => real.server.database.tree.node(path) !== undefined);
}

test('who asks must say who it is and be allowed everything; what is switched off or asked too often is refused', async () => {
  await withServers(1, 'admin.rateLimiterIntervalInMS=600000', async (ensemble) => {
    const server = only(ensemble);
    const post = { method: 'POST', body: 'this is no snapshot' };
    const rows: readonly (readonly [string, string | null, RequestInit, number, RegExp])[] = [
      ['snapshot', null, {}, 401, /say who you are/],
      ['snap', 'digest', {}, 401, /say who you are/],
      ['snapshot', 'magic alice:secret', {}, 401, /say who you are/],
      ['snapshot', ALICE, { method: 'POST' }, 405, /asked for by GET/],
      ['restore', ALICE, {}, 405, /asked for by POST/],
      ['ruok', ALICE, post, 405, /only GET/],
      ['restore', null, post, 401, /say who you are/],
      ['restore', ALICE, { method: 'POST' }, 400, /send the snapshot/],
      ['rest', ALICE, post, 500, /no whole snapshot/],
      ['snapshot?streaming=false', ALICE, {}, 200, /"command" : "snapshot",\n  "error" : null/],
      ['snapshot', 'ip 127.0.0.1', {}, 429, /wait \d+ s/],
    ];
    for (const [command, authorization, init, status, expected] of rows) {
      const response = await call(server, command, authorization, init);
      const text = await response.text();
      assert.is(response.status, status, `${command}: ${text}`);
      assert.match(text, expected);
    }
    const setAcl: Request = {
      kind: 'setACL', path: '/', version: -1, acl: [
        { perms: Permission.ALL, id: { scheme: 'digest', id: digestId(utf8.encode('alice:secret')) } },
        { perms: Permission.READ, id: { scheme: 'world', id: 'anyone' } },
      ],
    };
    await asked(server, [setAcl]);
    assert.is((await call(server, 'snapshot', 'digest bob:secret')).status, 403, 'who may only read is not let in');
    assert.is((await call(server, 'snapshot', ALICE)).status, 429, 'who may do everything is');
  });
  await withServers(1, 'admin.snapshot.enabled=false\nadmin.restore.enabled=false', async (ensemble) => {
    assert.is((await call(only(ensemble), 'snapshot', ALICE)).status, 503);
    assert.is((await call(only(ensemble), 'restore', ALICE, { method: 'POST', body: 'x' })).status, 503);
  });
});

test('what was backed up comes back, for good, and what is damaged changes nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-backup-'));
  try {
    await withServers(1, FREELY, async (ensemble) => {
      const server = only(ensemble);
      await asked(server, [creation('/kept'), creation('/kept/child')]);
      const response = await call(server, 'snapshot', ALICE);
      const bytes = new Uint8Array(await response.arrayBuffer());
      assert.is(response.headers.get('content-type'), 'application/octet-stream');
      assert.is(response.headers.get('snapshot_size'), String(bytes.length));
      assert.is(response.headers.get('last_zxid'), `0x${decodeSnapshot(bytes).zxid.toString(16)}`);
      const deletion: Request = { kind: 'delete', path: '/kept/child', version: -1 };
      await asked(server, [deletion, creation('/later')]);
      const seen = server.real.server.database.lastProcessedZxid;
      const damaged = Uint8Array.from(bytes);
      damaged[bytes.length >> 1] = (damaged[bytes.length >> 1] ?? 0) ^ 1;
      for (const body of [damaged, bytes.slice(0, -1)]) {
        const refused = await call(server, 'restore', ALICE, { method: 'POST', body });
        assert.is(refused.status, 500);
        assert.equal(nodes(server, '/kept/child', '/later'), ['/later']);
      }
      await restored(server, bytes);
      await until(() => server.real.server.isServing, 'service');
      assert.ok(server.real.server.database.lastProcessedZxid > seen, 'clients that have seen more are not refused');
      assert.equal(nodes(server, '/kept', '/kept/child', '/later'), ['/kept', '/kept/child']);
      const outcomes = await asked(server, [creation('/after')]);
      assert.equal(outcomes.map(({ kind }) => kind), ['reply']);
    }, directory);
    await withServers(1, FREELY, (ensemble) => {
      assert.equal(nodes(only(ensemble), '/kept', '/kept/child', '/later', '/after'), ['/kept', '/kept/child', '/after']);
    }, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a server that is stopped while it is restored has come to an end when it is stopped', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-backup-'));
  try {
    await withServers(1, FREELY, async (ensemble, said) => {
      const server = only(ensemble);
      await asked(server, [creation('/kept')]);
      const body = await backup(server);
      await asked(server, [creation('/later')]);
      const restoring = call(server, 'restore', ALICE, { method: 'POST', body }).catch(() => null);
      await until(() => said.some((line) => line.includes('a snapshot is restored')), 'the beginning of it');
      await server.stop();
      assert.is(isLocked(join(directory, '1')), false);
      const epochs = readFileSync(join(directory, '1', 'version-2', 'currentEpoch'), 'utf8');
      await restoring;
      assert.is(server.real.machine.isRunning, false);
      assert.ok(Number.parseInt(epochs, 10) >= 2, 'what is restored begins an epoch, which is written last');
    }, directory);
    await withServers(1, FREELY, (ensemble) => {
      assert.equal(nodes(only(ensemble), '/kept', '/later'), ['/kept']);
    }, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('an ensemble with a past of its own is what was restored on most of it, to the last server', async () => {
  let bytes = new Uint8Array(0);
  await withServers(1, FREELY, async (ensemble) => {
    await asked(only(ensemble), [creation('/from'), creation('/from/elsewhere')]);
    bytes = await backup(only(ensemble));
  });
  await withServers(3, FREELY, async ({ servers }) => {
    const [one, two, three] = servers;
    if (one === undefined || two === undefined || three === undefined) throw new Error('unreachable');
    await asked(one, [creation('/own'), creation('/own/past')]);
    await restored(one, bytes);
    await restored(two, bytes);
    await until(() => {
      return servers.every((server) => server.real.server.isServing && nodes(server, '/own').length === 0);
    }, 'agreement');
    assert.equal((await asked(three, [creation('/from/here')])).map(({ kind }) => kind), ['reply']);
    const { config } = three.real.server;
    assert.is(config.members.length, 3);
    for (const server of servers) {
      await until(() => nodes(server, '/from/here').length === 1, 'the write');
      assert.equal(nodes(server, '/from', '/from/elsewhere', '/own', '/own/past'), ['/from', '/from/elsewhere']);
    }
  });
});

test('a snapshot that finds no room is said and given up, and the server goes on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-backup-'));
  try {
    await withServers(1, FREELY, async (ensemble, said) => {
      const server = only(ensemble);
      await asked(server, [creation('/one')]);
      const zxid = server.real.server.database.lastProcessedZxid.toString(16);
      const file = `snapshot.${zxid}.tmp`;
      // Where the snapshot would be written, there is a device that is always full.
      symlinkSync('/dev/full', join(directory, '1', 'version-2', file));
      const response = await call(server, 'snapshot', ALICE);
      assert.is(response.status, 500);
      assert.match(await response.text(), /snapshot\.[0-9a-f]+\.tmp cannot be written \(ENOSPC\): make room on its disk/);
      assert.match(said.join(''), /"file":"snapshot[^"]*","error":"ENOSPC","msg":"the disk refused: the snapshot is given up/);
      assert.equal((await asked(server, [creation('/two')])).map(({ kind }) => kind), ['reply']);
      assert.ok((await backup(server)).length > 0, 'there is room again');
      const metrics = await (await fetch(`http://127.0.0.1:${server.metrics?.port ?? 0}/metrics`)).text();
      assert.match(metrics, /^snapshot_error_count [1-9]/m);
    }, directory);
    await withServers(1, FREELY, (ensemble) => {
      assert.equal(nodes(only(ensemble), '/one', '/two'), ['/one', '/two']);
    }, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
