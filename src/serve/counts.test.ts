/** What a server counts of itself is counted: syncs that take long, and credentials that are not believed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownVersion, versionLine } from '../command/version.ts';
import { RawSession } from '../interop/differential-client.ts';
import { parseConfigFile } from '../server/config-file.ts';
import { until } from './serve-testing.ts';
import { startServer } from './start.ts';
import type { StartedServer } from './start.ts';

const test = suite('what a server counts');

async function withServer(lines: readonly string[], work: (server: StartedServer) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vivarium-counts-'));
  const text = [
    `dataDir=${dataDir}`, 'clientPort=0', 'clientPortAddress=127.0.0.1', 'admin.enableServer=false', 'preAllocSize=64', ...lines,
  ].join('\n');
  const { config, host, isStandalone, errors } = parseConfigFile({ text, dynamic: null, myid: null });
  if (config === null) throw new Error(errors.join('; '));
  const server = await startServer({ config, host, isStandalone, log: pino({ level: 'silent' }), onStop: () => undefined });
  try {
    await server.ready;
    await work(server);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

test('credentials that are not believed', async () => {
  await withServer([], async ({ client, monitoring }) => {
    if (client === null) throw new Error('no port');
    const session = await RawSession.open(client, 10_000);
    await session.ask([{ kind: 'auth', authType: 0, scheme: 'digest', auth: new TextEncoder().encode('user:pw') }]);
    assert.is(monitoring.view().authFailures, 0);
    await session.ask([{ kind: 'auth', authType: 0, scheme: 'nobody-knows', auth: new Uint8Array(0) }]);
    session.end();
    assert.is(monitoring.view().authFailures, 1);
  });
});

test('syncs that take longer than the operator wants to hear of', async () => {
  await withServer(['fsync.warningthresholdms=0'], async ({ client, monitoring }) => {
    if (client === null) throw new Error('no port');
    const session = await RawSession.open(client, 10_000);
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted) await session.ask([{ kind: 'setData', path: '/', data: new Uint8Array(1), version: -1 }]);
    })();
    await until(() => monitoring.view().slowSyncs > 0, 'a sync of a millisecond');
    over.abort();
    await writing;
    session.end();
  });
});

test('what a connection did last', async () => {
  await withServer([], async ({ client, monitoring }) => {
    if (client === null) throw new Error('no port');
    const session = await RawSession.open(client, 10_000);
    const last = (): unknown => {
      const view = monitoring.view().connections[0]?.session;
      return [view?.lastOperation, view?.lastXid];
    };
    assert.equal(last(), ['SESS', 0]);
    await session.ask([{ kind: 'getData', path: '/', watch: false }]);
    assert.equal(last(), ['GETD', 1]);
    await session.ask([{ kind: 'auth', authType: 0, scheme: 'digest', auth: new TextEncoder().encode('user:pw') }]);
    assert.equal(last(), ['GETD', 1], 'credentials are no operation');
    await session.ask([{ kind: 'delete', path: '/none', version: -1 }]);
    assert.equal(last(), ['NA', 2], 'a change that was refused is none');
    await session.ask([{ kind: 'getData', path: '/none', watch: false }]);
    assert.equal(last(), ['GETD', 3]);
    session.end();
  });
});

test('a server says the release that it behaves as, and its own version', () => {
  assert.match(ownVersion(), /^\d+\.\d+\.\d+/);
  assert.match(versionLine(), /^3\.9\.5-vivarium-\d\S*, built on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
});

test.run();
