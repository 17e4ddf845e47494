/**
 * Directories that go back and forth between us and Apache ZooKeeper: it loads what we write and tells the same tree through its
 * client protocol; we load what it wrote. Needs Apache's jar and java: `.ci/interop-storage.sh` looks for them, and says why
 * where it finds none. Without the variable that it sets, only our own half is tested.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calm } from '../../scenarios/calm.ts';
import { present } from '../../src/base/invariant.ts';
import { NO_SESSION } from '../../src/base/session-id.ts';
import { ZXID_ZERO, zxidToHex } from '../../src/base/zxid.ts';
import type { Zxid } from '../../src/base/zxid.ts';
import { ScriptedClient } from '../../src/client/scripted-client.ts';
import { FIRST_CLIENT, serverConfig } from '../../src/plan/plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { storageSettings } from '../../src/server/config.ts';
import { Database } from '../../src/server/database.ts';
import { Server } from '../../src/server/server.ts';
import { FakeIo } from '../../src/storage/fake-io.ts';
import type { StorageOutcome } from '../../src/storage/outcome.ts';
import { Storage } from '../../src/storage/storage.ts';
import { decodeConnectResponse, decodeReply, encodeClientFrame, peekXid } from '../../src/wire/client-codec.ts';
import type { MultiOp, ReplyMessage, Request } from '../../src/wire/client-messages.ts';
import { FrameSplitter } from '../../src/wire/framing.ts';
import { toHex } from '../../src/wire/hex.ts';
import { ErrorCode, OPEN_ACL_UNSAFE, Xid } from '../../src/wire/words.ts';
import type { Acl, Stat } from '../../src/wire/words.ts';
import { SeedChooser } from '../../src/world/chooser.ts';
import { SimulatedDisk } from '../../src/world/disk.ts';
import type { SyncMark } from '../../src/world/disk.ts';
import { World } from '../../src/world/world.ts';

const CLASSPATH = process.env['APACHE_ZOOKEEPER_CLASSPATH'] ?? '';
const test = suite('directories of Apache ZooKeeper');
const CONFIG = '/zookeeper/config';
const SEEDS = ['1', '2', '3'];

function apacheTest(name: string, work: () => Promise<void>): void {
  if (CLASSPATH !== '') test(name, work);
}

/** Files by name, as one directory holds them. */
type Files = ReadonlyMap<string, Uint8Array>;
/** What clients see of every node, in words. */
type Told = Map<string, string>;

function tell(data: Uint8Array | null, acl: readonly Acl[], stat: Stat): string {
  const list = acl.map(({ perms, id }) => `${perms}:${id.scheme}:${id.id}`).sort((a, b) => (a < b ? -1 : 1));
  return `${data === null ? 'null' : toHex(data)} [${list.join()}] ${JSON.stringify(stat)}`;
}

/** A plan of the calm scenario for one server that takes snapshots and space all the time. */
function planOf(seed: string): Plan {
  const plan = calm.plan(`interop-${seed}`);
  const sizes = { preAllocSizeKb: seed === '1' ? 64 : 0, txnLogSizeLimitInKb: seed === '2' ? 4 : -1 };
  const knobs = { ...plan.knobs, ...sizes, snapCount: 20, maxSessionTimeoutMs: 60_000 };
  const clients = plan.clients.map((client) => ({ ...client, servers: [1], sessionTimeoutMs: 40_000, closeAtEnd: false }));
  return { ...plan, knobs, members: [{ id: 1, role: 'participant' }], clients, faults: [] };
}

/** Runs it; the directory as it lies there in the midst of the run. */
function writtenByUs(plan: Plan): Files {
  const config = serverConfig(plan, 1);
  const world: World = new World({
    settings: plan.settings,
    chooser: new SeedChooser(plan.seed),
    nodes: [
      { node: 1, kind: 'server', disk: true, boot: () => new Server(config) },
      ...plan.clients.map((script, index) => {
        return { node: FIRST_CLIENT + index, kind: 'client', disk: false, boot: () => new ScriptedClient(script) } as const;
      }),
    ],
  });
  world.run(plan.safetyMs);
  const disk = present(world.diskOf(1), 'a server has a disk');
  return new Map(disk.list().map((name) => [name, present(disk.read(name), 'listed')]));
}

/** Our recovery of a directory, and the tree that it amounts to. */
function recover(files: Files): { readonly outcome: StorageOutcome; readonly told: Told; readonly lastZxid: Zxid } {
  const database = new Database(100);
  const disk = new SimulatedDisk();
  for (const [name, bytes] of files) disk.append(name, bytes.slice());
  const io = new FakeIo<SyncMark>(disk);
  const storage = new Storage(storageSettings(serverConfig(planOf('0'), 1), database.image()));
  storage.recover(io);
  let outcome: StorageOutcome | null = null;
  for (let event = io.next(0); event !== undefined && outcome === null; event = io.next(0)) outcome = storage.handle(event, io);
  const found = present(outcome ?? undefined, 'recovery ends');
  if (found.kind === 'recovered') database.load(found.image, found.txns);
  return { outcome: found, told: told(database), lastZxid: database.lastProcessedZxid };
}

/** Stored cversions count creations, visible ones deletions too; the owner of a container or TTL node is not shown. */
function told(database: Database): Told {
  const { acls, nodes } = database.image();
  const children = new Map<string, number>();
  for (const { path } of nodes) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (path !== '') children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  return new Map([...nodes].map(({ path, data, aclId, stat }) => {
    const acl = aclId === -1 ? OPEN_ACL_UNSAFE : present(acls.find((one) => one.aclId === aclId), 'a list has its number').acl;
    const numChildren = children.get(path) ?? 0;
    const { czxid, mzxid, ctime, mtime, version, aversion, pzxid } = stat;
    const cversion = 2 * stat.cversion - numChildren;
    const ephemeralOwner = /^(80{15}|ff)/.test(stat.ephemeralOwner) ? NO_SESSION : stat.ephemeralOwner;
    const dataLength = data?.length ?? 0;
    const shown = { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, dataLength, numChildren, pzxid };
    return [path === '' ? '/' : path, tell(data, acl, shown)];
  }));
}

/** A session with a real server, one request at a time. */
class Session {
  readonly socket: Socket;
  readonly frames: FrameSplitter = new FrameSplitter();
  xid = 0;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => { this.frames.push(chunk); });
    socket.on('close', () => { this.isClosed = true; });
    socket.on('error', () => { this.isClosed = true; });
  }

  static async open(port: number): Promise<Session> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const session = new Session(socket);
    const password = new Uint8Array(16);
    socket.write(encodeClientFrame({
      kind: 'connectRequest',
      protocolVersion: 0,
      lastZxidSeen: ZXID_ZERO,
      timeoutMs: 30_000,
      sessionId: NO_SESSION,
      password,
      readOnly: false,
    }));
    assert.is.not(decodeConnectResponse(await session.next()).timeoutMs, 0);
    return session;
  }

  async next(): Promise<Uint8Array> {
    for (let tries = 0; tries < 2000; tries++) {
      const payload = this.frames.next();
      if (payload !== undefined) return payload;
      if (this.isClosed) break;
      await pause(5);
    }
    throw new Error('no answer');
  }

  async ask(request: Request): Promise<ReplyMessage> {
    this.xid++;
    this.socket.write(encodeClientFrame({ kind: 'request', xid: this.xid, request }));
    for (;;) {
      const payload = await this.next();
      if (peekXid(payload) !== Xid.NOTIFICATION) return decodeReply(payload, request.kind);
    }
  }

  /** Every node from `path` on. */
  async walk(path: string, into: Told): Promise<void> {
    const { response: read } = await this.ask({ kind: 'getData', path, watch: false });
    const { response: list } = await this.ask({ kind: 'getACL', path });
    const { response: below } = await this.ask({ kind: 'getChildren2', path, watch: false });
    const isRead = read?.kind === 'getData' && list?.kind === 'getACL' && below?.kind === 'getChildren2';
    if (!isRead) throw new Error(`${path} cannot be read`);
    into.set(path, tell(read.data, list.acl, read.stat));
    for (const child of below.children) await this.walk(`${path === '/' ? '' : path}/${child}`, into);
  }
}

/** A real server on a directory of its own. */
class Apache {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'apache-'));
  readonly files: string = join(this.directory, 'data', 'version-2');
  readonly port: number;
  process: ChildProcess | null = null;

  constructor(port: number, files: Files) {
    this.port = port;
    mkdirSync(this.files, { recursive: true });
    for (const [name, bytes] of files) writeFileSync(join(this.files, name), bytes);
  }

  /** `isEnsemble`: as an ensemble of one, which minds the files of epochs. */
  async start(isEnsemble: boolean): Promise<void> {
    const ports = `${await freePort()}:${await freePort()}`;
    const quorum = ['initLimit=5', 'syncLimit=5', 'standaloneEnabled=false', `server.1=127.0.0.1:${ports}`];
    const lines = ['tickTime=3000', `dataDir=${join(this.directory, 'data')}`, `clientPort=${this.port}`];
    writeFileSync(join(this.directory, 'data', 'myid'), '1');
    writeFileSync(join(this.directory, 'zoo.cfg'), `${[...lines, ...(isEnsemble ? quorum : [])].join('\n')}\n`);
    const log = openSync(join(this.directory, 'log.txt'), 'a');
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const options = ['-cp', CLASSPATH, '-Dzookeeper.extendedTypesEnabled=true', '-Dzookeeper.admin.enableServer=false'];
    this.process = spawn('java', [...options, main, join(this.directory, 'zoo.cfg')], { stdio: ['ignore', log, log] });
    for (let tries = 0; tries < 300; tries++) {
      if (this.process.exitCode !== null) break;
      if (await this.isServing()) return;
      await pause(100);
    }
    throw new Error(`Apache's server does not serve: ${readFileSync(join(this.directory, 'log.txt'), 'utf8').slice(-3000)}`);
  }

  async isServing(): Promise<boolean> {
    try {
      const session = await Session.open(this.port);
      session.socket.destroy();
      return true;
    } catch {
      return false;
    }
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    const { process: child } = this;
    this.process = null;
    if (child?.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  written(): Files {
    return new Map(readdirSync(this.files).map((name) => [name, new Uint8Array(readFileSync(join(this.files, name)))]));
  }

  async told(): Promise<Told> {
    const session = await Session.open(this.port);
    const told: Told = new Map();
    await session.walk('/', told);
    session.socket.destroy();
    return told;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function withApache(files: Files, work: (apache: Apache) => Promise<void>): Promise<void> {
  const apache = new Apache(await freePort(), files);
  try {
    await work(apache);
  } finally {
    await apache.kill();
    rmSync(apache.directory, { recursive: true, force: true });
  }
}

/** An ensemble tells its members in the config node. */
function withoutConfig(told: Told): [string, string][] {
  return [...told].filter(([path]) => path !== CONFIG).sort(([a], [b]) => (a < b ? -1 : 1));
}

for (const seed of SEEDS) {
  test(`what we write, we load: ${seed}`, () => {
    const files = writtenByUs(planOf(seed));
    const { outcome, told: ours } = recover(files);
    assert.is(outcome.kind, 'recovered');
    assert.ok(ours.size > 20, `a tree of ${ours.size} nodes`);
    assert.ok([...files.keys()].some((name) => name.startsWith('snapshot.') && name !== 'snapshot.0'));
  });

  apacheTest(`what we write, Apache's server loads: ${seed}`, async () => {
    const files = writtenByUs(planOf(seed));
    const { told: ours } = recover(files);
    await withApache(files, async (apache) => {
      await apache.start(seed !== '1');
      assert.equal(withoutConfig(await apache.told()), withoutConfig(ours));
    });
  });
}

test('a fuzzy snapshot, newer than its name says, is brought up by the log from its name on', () => {
  const files = writtenByUs(planOf('1'));
  const names = [...files.keys()].filter((name) => name.startsWith('snapshot.'));
  const zxids = names.map((name) => Number.parseInt(name.slice(9), 16));
  const [oldest, newest] = [Math.min(...zxids), Math.max(...zxids)];
  const fuzzy = new Map([...files].filter(([name]) => !name.startsWith('snapshot.')));
  const earlier = Math.max(oldest, newest - 9);
  fuzzy.set(`snapshot.${earlier.toString(16)}`, present(files.get(`snapshot.${newest.toString(16)}`), 'it was written'));
  assert.ok(earlier < newest);
  assert.equal(withoutConfig(recover(fuzzy).told), withoutConfig(recover(files).told));
});

async function use(session: Session, round: number): Promise<void> {
  const data = new TextEncoder().encode(`round ${round}`);
  const acl = OPEN_ACL_UNSAFE;
  const requests: Request[] = [];
  const local: Acl = { perms: 31, id: { scheme: 'ip', id: '127.0.0.1' } };
  for (let i = 0; i < 12; i++) {
    const made: MultiOp = { kind: 'create', path: `/m${round}-${i}`, data, acl, flags: 0 };
    const below: MultiOp = { kind: 'create', path: `/c${round}-${i}/x`, data, acl, flags: 0 };
    requests.push(
      { kind: 'create2', path: `/r${round}-${i}`, data: i % 3 === 0 ? null : data, acl, flags: i % 5 === 0 ? 1 : 0 },
      { kind: 'create', path: '/seq-', data, acl, flags: 2 },
      { kind: 'createContainer', path: `/c${round}-${i}`, data, acl, flags: 4 },
      { kind: 'createTTL', path: `/t${round}-${i}`, data, acl, flags: 5, ttl: 3_600_000 },
      { kind: 'setData', path: `/r${round}-${i}`, data, version: i % 2 === 0 ? -1 : 7 },
      { kind: 'setACL', path: `/c${round}-${i}`, acl: [local, ...acl], version: -1 },
      { kind: 'multi', ops: [made, { kind: 'check', path: '/none', version: i % 2 }] },
      { kind: 'multi', ops: [below, { kind: 'setData', path: '/zookeeper', data, version: -1 }] },
      { kind: 'delete', path: `/r${round}-${i - 2}`, version: -1 },
    );
  }
  const results = new Set<number>();
  for (const request of requests) results.add((await session.ask(request)).err);
  assert.ok(results.has(ErrorCode.OK) && results.has(ErrorCode.BADVERSION) && results.has(ErrorCode.NONODE), [...results].join());
}

for (const isEnsemble of [false, true]) {
  apacheTest(`what Apache's ${isEnsemble ? 'ensemble of one' : 'standalone server'} writes, we load`, async () => {
    await withApache(new Map(), async (apache) => {
      for (let round = 0; round < 3; round++) {
        await apache.start(isEnsemble);
        const session = await Session.open(apache.port);
        await use(session, round);
        const theirs = await apache.told();
        await apache.kill();
        session.socket.destroy();
        const { outcome, told: ours, lastZxid } = recover(apache.written());
        assert.is(outcome.kind, 'recovered', JSON.stringify(outcome));
        assert.equal(withoutConfig(ours), withoutConfig(theirs), `at ${zxidToHex(lastZxid)}`);
      }
    });
  });
}

test.run();
