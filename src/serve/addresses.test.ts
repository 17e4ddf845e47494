/** Servers that a reconfiguration gives other addresses: they listen there, and an ensemble goes on by them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { ListenError, Listeners } from '../host/listeners.ts';
import type { PortPlan } from '../host/listeners.ts';
import { parseConfigFile } from '../server/config-file.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { ServerSpec } from '../zab/quorum.ts';
import { Addresses } from './addresses.ts';
import { TestClient, until } from './serve-testing.ts';
import { startServer } from './start.ts';
import type { StartedServer } from './start.ts';

const test = suite('serve/addresses');
const HOST = '127.0.0.1';
const IDS = [1, 2, 3];
const SILENT = pino({ level: 'silent' });

/** Below those that operating systems give out by themselves, so that nobody gets one of them meanwhile. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** Ports that are free. Two such tests at a time begin to look at different places. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let i = 0; ports.length < count && i < PORTS; i++) {
    const port = FIRST_PORT + ((process.pid * 97 + i) % PORTS);
    try {
      const listeners = await Listeners.bind([{ port: 'client', at: { host: HOST, port } }]);
      await listeners.close();
      ports.push(port);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
    }
  }
  return ports;
}

function create(path: string): Request {
  return { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags: 0 };
}

/** An ensemble whose servers have two sets of addresses each. */
class Movers {
  readonly servers: StartedServer[] = [];
  private readonly root: string = mkdtempSync(join(tmpdir(), 'vivarium-addresses-'));
  private readonly ports: readonly number[];
  private readonly clients: TestClient[] = [];

  private constructor(ports: readonly number[]) {
    this.ports = ports;
  }

  static async start(): Promise<Movers> {
    const movers = new Movers(await freePorts(6 * IDS.length));
    const members = IDS.map((id) => movers.line(id, false));
    for (const id of IDS) {
      const directory = join(movers.root, String(id));
      mkdirSync(directory);
      const settings = ['tickTime=200', 'initLimit=50', 'syncLimit=50', 'preAllocSize=64', 'skipACL=yes', 'reconfigEnabled=true'];
      const text = [`dataDir=${directory}`, ...settings, 'admin.enableServer=false', ...members, ''].join('\n');
      const configFile = join(directory, 'zoo.cfg');
      writeFileSync(configFile, text);
      const { config, host, isStandalone, errors } = parseConfigFile({ text, dynamic: null, myid: String(id) });
      if (config === null) throw new Error(errors.join('; '));
      movers.servers.push(await startServer({ config, host, isStandalone, log: SILENT, configFile, onStop: () => undefined }));
    }
    await Promise.all(movers.servers.map(({ ready }) => ready));
    return movers;
  }

  /** The client's port, the quorum's and the election's. */
  portsOf(id: number, isLater: boolean): readonly number[] {
    const first = ((isLater ? IDS.length : 0) + id - 1) * 3;
    return this.ports.slice(first, first + 3);
  }

  line(id: number, isLater: boolean): string {
    const [client = 0, quorum = 0, election = 0] = this.portsOf(id, isLater);
    return `server.${id}=${HOST}:${quorum}:${election}:participant;${HOST}:${client}`;
  }

  async client(ids: readonly number[], isLater: boolean): Promise<TestClient> {
    const client = new TestClient(ids.map((id): Endpoint => ({ host: HOST, port: this.portsOf(id, isLater)[0] ?? 0 })), 30_000);
    this.clients.push(client);
    await client.connected();
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.stop();
    for (const server of this.servers) await server.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}

test('servers that get other addresses, the leader too, elect and serve there', async () => {
  const movers = await Movers.start();
  try {
    const before = await movers.client(IDS, false);
    await before.ask(create('/before'));
    const joiningServers = IDS.map((id) => movers.line(id, true)).join(',');
    void before.ask({
      kind: 'reconfig', joiningServers, leavingServers: null, newMembers: null, configVersion: ZXID_UNINITIALIZED,
    });
    const isThere = ({ id, client }: StartedServer): boolean => client?.port === movers.portsOf(id, true)[0];
    await until(() => movers.servers.every(isThere), 'all to listen elsewhere');
    // Only by the new addresses can the others elect one of them, and follow it.
    const leader = movers.servers.findIndex(({ monitoring }) => monitoring.view().status.mode === 'leader');
    const [stopped] = movers.servers.splice(Math.max(0, leader), 1);
    await stopped?.stop();
    const after = await movers.client(movers.servers.map(({ id }) => id), true);
    const made = await after.ask(create('/after'));
    assert.is(made.kind === 'reply' ? made.err : made.kind, ErrorCode.OK);
    const kept = await after.ask({ kind: 'exists', path: '/before', watch: false });
    assert.is(kept.kind === 'reply' ? kept.err : kept.kind, ErrorCode.OK);
  } finally {
    await movers.stop();
  }
});

test('what the first members say moves nobody, and an address that is taken is left alone', async () => {
  const [here = 0, there = 0] = await freePorts(2);
  const at = (port: number): Endpoint => ({ host: HOST, port });
  const listeners = await Listeners.bind([{ port: 'quorum', at: at(here) }]);
  const other = await Listeners.bind([{ port: 'quorum', at: at(0) }]);
  const said: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => { said.push(line); } });
  const plansOf = ({ quorumPort }: ServerSpec): readonly PortPlan[] => [{ port: 'quorum', at: at(quorumPort) }];
  const spec = (quorumPort: number): ServerSpec => ({
    id: 1, role: 'participant', host: HOST, quorumPort, electionPort: 1, client: null, secureClient: null,
  });
  const addresses = new Addresses(listeners, plansOf, log);
  try {
    await addresses.follow(spec(1));
    assert.equal(listeners.bound, [at(here)], 'an operator may know it by another name than the others');
    await addresses.follow(spec(there));
    assert.equal(listeners.bound, [at(there)]);
    await addresses.follow(spec(other.bound[0]?.port ?? 0));
    assert.equal(listeners.bound, [at(there)]);
    assert.match(said.at(-1) ?? '', /another program listens there.*until it is started again, this server listens where it did/);
  } finally {
    await listeners.close();
    await other.close();
  }
});

test('a server may get another name at the same port, and keeps its own where that one is nobody’s', async () => {
  const [port = 0] = await freePorts(1);
  const here = { port: 'client', at: { host: HOST, port } } as const;
  const listeners = await Listeners.bind([here]);
  try {
    await listeners.move(0, { port: 'client', at: { host: '0.0.0.0', port } });
    assert.equal(listeners.bound, [{ host: '0.0.0.0', port }]);
    await listeners.move(0, here);
    // Addresses for documentation: no machine has one.
    const nobodys = { port: 'client', at: { host: '192.0.2.1', port } } as const;
    const refused = await listeners.move(0, nobodys).then(() => null, (error: unknown) => error);
    assert.instance(refused, ListenError);
    assert.equal(listeners.bound, [{ host: HOST, port }]);
    const taken = await Listeners.bind([here]).then(() => null, (error: unknown) => error);
    assert.instance(taken, ListenError, 'it listens there again');
  } finally {
    await listeners.close();
  }
});

test.run();
