/**
 * Two standalone servers with empty directories that are asked the same: Apache's and ours, or ours twice. Apache's jar and java
 * are looked for by `.ci/interop-differential.sh`. Not part of the program.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Zxid } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { startServer } from '../serve/start.ts';
import { parseConfigFile } from '../server/config-file.ts';
import type { Request } from '../wire/client-messages.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { RawSession } from './differential-client.ts';
import type { Answers } from './differential-compare.ts';
import { place, SESSIONS } from './differential-steps.ts';
import type { Run } from './differential-steps.ts';
import type { Kind } from './mixed-testing.ts';

const LOOPBACK = '127.0.0.1';
const SESSION_TIMEOUT_MS = 40_000;
/** A hang guard, not a measure. */
const START_PATIENCE_MS = 30_000;

/** One standalone server. */
export class Subject {
  readonly kind: Kind;
  readonly at: Endpoint;
  private readonly stopServer: () => Promise<void>;
  private control: RawSession | null = null;

  private constructor(kind: Kind, at: Endpoint, stopServer: () => Promise<void>) {
    this.kind = kind;
    this.at = at;
    this.stopServer = stopServer;
  }

  /**
   * Starts one on an empty directory of its own, with `keys` more in its configuration. It does not sync its log: what it
   * answers is looked at, not what it keeps.
   */
  static async start(kind: Kind, classpath: string, keys: readonly string[] = []): Promise<Subject> {
    const root = mkdtempSync(join(tmpdir(), `vivarium-differential-${kind}-`));
    const dataDir = join(root, 'data');
    mkdirSync(dataDir);
    const at = { host: LOOPBACK, port: await freePort() };
    const text = [
      `dataDir=${dataDir}`, `clientPort=${at.port}`, `clientPortAddress=${LOOPBACK}`, 'tickTime=2000', 'maxClientCnxns=0',
      'admin.enableServer=false', 'preAllocSize=64', 'forceSync=no', 'extendedTypesEnabled=true',
      `znode.container.checkIntervalMs=${START_PATIENCE_MS * 100}`, ...keys, '',
    ].join('\n');
    const stop = kind === 'ours' ? await startOurs(text) : startApache(root, text, classpath);
    const subject = new Subject(kind, at, async () => {
      await stop();
      rmSync(root, { recursive: true, force: true });
    });
    await subject.begin(root);
    return subject;
  }

  /** What it answers to a sequence that works below `root`, a path that nobody used before. */
  async answers(runs: readonly Run[], root: string): Promise<Answers> {
    const base = await this.make(root);
    const sessions: RawSession[] = [];
    try {
      for (let i = 0; i < SESSIONS; i++) sessions.push(await RawSession.open(this.at, SESSION_TIMEOUT_MS));
      for (const { session, requests } of runs) {
        await sessions[session]?.ask(requests.map((request) => place(request, root, base)));
      }
      // Whatever events are still on their way come before this reply.
      for (const session of sessions) await session.ask([{ kind: 'getChildren2', path: root, watch: false }]);
      const closingFrom = sessions.map(({ received }) => received.length);
      for (const session of sessions) await session.ask([{ kind: 'closeSession' }]);
      const streams = sessions.map(({ received }) => received);
      return { base, sessionIds: sessions.map(({ id }) => id), streams, closingFrom };
    } finally {
      for (const session of sessions) session.end();
    }
  }

  async stop(): Promise<void> {
    this.control?.end();
    await this.stopServer();
  }

  /** Makes an empty node and answers with the transaction that did. */
  private async make(path: string): Promise<Zxid> {
    const request: Request = { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags: 0 };
    await this.control?.ask([request]);
    const last = this.control?.received.at(-1)?.message;
    if (last?.kind !== 'reply' || last.err !== 0) throw new Error(`${path} was not made`);
    return last.zxid;
  }

  private async begin(root: string): Promise<void> {
    const deadlineMs = Date.now() + START_PATIENCE_MS;
    while (this.control === null) {
      try {
        this.control = await RawSession.open(this.at, SESSION_TIMEOUT_MS);
      } catch (error) {
        if (Date.now() > deadlineMs) throw new Error(`no server: ${logOf(root)}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

async function startOurs(text: string): Promise<() => Promise<void>> {
  const { config, host, isStandalone, errors } = parseConfigFile({ text, dynamic: null, myid: null });
  if (config === null) throw new Error(errors.join('; '));
  const log = pino({ level: process.env['VIV_LOG'] ?? 'silent' });
  let reason = '';
  const started = await startServer({ config, host, isStandalone, log, onStop: (stop) => {
    reason = JSON.stringify(stop);
  } });
  return async () => {
    await started.stop();
    if (reason !== '') throw new Error(`our server stopped of itself: ${reason}`);
  };
}

function startApache(root: string, text: string, classpath: string): () => Promise<void> {
  const file = join(root, 'zoo.cfg');
  writeFileSync(file, text);
  const log = openSync(join(root, 'apache.log'), 'a');
  const java = spawn('java', ['-Xmx512m', '-cp', classpath, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', file], {
    stdio: ['ignore', log, log], cwd: root,
  });
  return () => killed(java);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function logOf(root: string): string {
  try {
    return readFileSync(join(root, 'apache.log'), 'utf8').slice(-2000);
  } catch {
    return 'it has no log';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
