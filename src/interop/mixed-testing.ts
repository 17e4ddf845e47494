/**
 * Ensembles of our servers and Apache's, for tests: the same ports and directories for either kind, so that one can take the
 * other's place. Apache's jar and java are looked for by `.ci/interop-ensemble.sh`. Not part of the program.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Test } from 'uvu';
import type { Endpoint } from '../host/endpoint.ts';
import { Listeners } from '../host/listeners.ts';
import { until } from '../serve/serve-testing.ts';
import { startServer } from '../serve/start.ts';
import { parseConfigFile } from '../server/config-file.ts';

/** Apache's jars, as `.ci/interop-ensemble.sh` finds them; empty: there are none. */
export const CLASSPATH: string = process.env['APACHE_ZOOKEEPER_CLASSPATH'] ?? '';

/** What says a test of `test` that needs Apache's servers: it is skipped where there are none, and the reason is printed. */
export function apacheTestsOf(test: Test): (name: string, work: () => Promise<void>) => void {
  if (CLASSPATH !== '') return test;
  console.log('skipped: APACHE_ZOOKEEPER_CLASSPATH names no Apache ZooKeeper (.ci/interop-ensemble.sh does)');
  return (name, work) => { test.skip(name, work); };
}

/** Whose server. */
export type Kind = 'ours' | 'apache';

interface Running {
  readonly kind: Kind;
  /** Where admin commands are answered; 0: nowhere. */
  readonly adminPort: number;
  kill(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** The key that has every server of an ensemble answer admin commands. */
export const ADMIN = 'admin.enableServer=true';
const USUAL: readonly string[] = [
  'tickTime=500', 'initLimit=20', 'syncLimit=10', '4lw.commands.whitelist=*', 'admin.enableServer=false', 'preAllocSize=64',
  'snapCount=1000', 'snapshotSizeFactor=-1',
];

/** See the head of the file. */
export class MixedEnsemble {
  /** Reasons for which servers of ours stopped of themselves. */
  readonly stops: string[] = [];
  /** What servers of ours logged, as JSON, a line each. */
  readonly said: string[] = [];
  private readonly root: string = mkdtempSync(join(tmpdir(), 'vivarium-mixed-'));
  private readonly classpath: string;
  /** Of the servers, the last so many only observe. */
  private readonly observers: number;
  /** What is in each configuration besides; Apache's get it as system properties too, for some keys are nothing else. */
  private readonly keys: readonly string[];
  private readonly ports: (readonly number[])[] = [];
  private readonly running: Map<number, Running> = new Map();
  /** Ports that were bound for servers of ours which have not begun: nobody else can take them. */
  private readonly held: Map<number, Listeners> = new Map();

  private constructor(classpath: string, observers: number, keys: readonly string[]) {
    this.classpath = classpath;
    this.observers = observers;
    this.keys = keys;
  }

  /** Chooses the ports of `kinds.length` servers, the last `observers` of which only observe, and starts them. */
  static async start(
    kinds: readonly Kind[], classpath: string, observers: number = 0, keys: readonly string[] = [],
  ): Promise<MixedEnsemble> {
    const ensemble = new MixedEnsemble(classpath, observers, keys);
    const held = await Promise.all(kinds.map(() => {
      const at = { host: LOOPBACK, port: 0 };
      return Listeners.bind([{ port: 'client', at }, { port: 'quorum', at }, { port: 'election', at }]);
    }));
    for (const [index, listeners] of held.entries()) {
      ensemble.ports.push(listeners.bound.map(({ port }) => port));
      if (kinds[index] === 'ours') ensemble.held.set(index + 1, listeners);
      else await listeners.close();
    }
    for (const [index, kind] of kinds.entries()) await ensemble.run(index + 1, kind);
    return ensemble;
  }

  client(id: number): Endpoint {
    return { host: LOOPBACK, port: this.ports[id - 1]?.[0] ?? 0 };
  }

  get ids(): number[] {
    return this.ports.map((_, index) => index + 1);
  }

  /** Starts server `id` as one of that kind, on whatever its directory holds. */
  async run(id: number, kind: Kind): Promise<void> {
    const directory = join(this.root, String(id));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'myid'), `${id}\n`);
    // Ours says which port it was given; Apache's would say 0.
    const adminPort = kind === 'apache' && this.keys.includes(ADMIN) ? await freePort() : 0;
    const text = this.config(directory, adminPort);
    this.running.set(id, kind === 'ours' ? await this.runOurs(id, text) : this.runApache(directory, text, adminPort));
  }

  /** Server `id`, which does not run, forgets everything. */
  wipe(id: number): void {
    rmSync(join(this.root, String(id)), { recursive: true, force: true });
  }

  async kill(id: number): Promise<void> {
    await this.running.get(id)?.kill();
    this.running.delete(id);
  }

  /** The answer to a four-letter word; empty where nobody answers. */
  async word(id: number, word: string): Promise<string> {
    const socket = connect(this.client(id));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.write(word);
    await new Promise<void>((resolve) => {
      socket.on('close', () => {
        resolve();
      });
    });
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The answer to an admin command, with its status; for ensembles that have the key `ADMIN`. */
  async admin(id: number, command: string): Promise<string> {
    const response = await fetch(`http://${LOOPBACK}:${this.running.get(id)?.adminPort ?? 0}/commands/${command}`);
    return `${response.status} ${await response.text()}`;
  }

  /** leader, follower, or empty while it serves nobody. */
  async mode(id: number): Promise<string> {
    return this.running.has(id) ? /^Mode: (\w+)$/m.exec(await this.word(id, 'srvr'))?.[1] ?? '' : '';
  }

  /** Everybody who runs serves, one of them as leader; its id. */
  async serving(): Promise<number> {
    let leader = 0;
    for (let attempts = 0; leader === 0; attempts++) {
      if (attempts > 300) throw new Error(`no ensemble: ${(await this.modes()).join(' ')} ${this.stops.join('; ')}`);
      const modes = await this.modes();
      if (modes.every((mode, index) => mode !== '' || !this.running.has(index + 1))) leader = modes.indexOf('leader') + 1;
      if (leader === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return leader;
  }

  kindOf(id: number): Kind | undefined {
    return this.running.get(id)?.kind;
  }

  async stop(): Promise<void> {
    for (const id of this.ids) await this.kill(id);
    rmSync(this.root, { recursive: true, force: true });
  }

  private modes(): Promise<string[]> {
    return Promise.all(this.ids.map((id) => this.mode(id)));
  }

  private config(directory: string, adminPort: number): string {
    const servers = this.ports.map(([client = 0, quorum = 0, election = 0], index) => {
      const role = index < this.ports.length - this.observers ? 'participant' : 'observer';
      return `server.${index + 1}=${LOOPBACK}:${quorum}:${election}:${role};${LOOPBACK}:${client}`;
    });
    return [
      `dataDir=${directory}`, ...USUAL.filter((key) => !this.keys.some((other) => other.startsWith(nameOf(key)))), ...this.keys,
      `admin.serverAddress=${LOOPBACK}`, `admin.serverPort=${adminPort}`, ...servers, '',
    ].join('\n');
  }

  private async runOurs(id: number, text: string): Promise<Running> {
    const { config, host, isStandalone, errors } = parseConfigFile({ text, dynamic: null, myid: String(id) });
    if (config === null) throw new Error(errors.join('; '));
    const write = (line: string): void => {
      this.said.push(line);
      if (process.env['VIV_LOG'] !== undefined) process.stdout.write(line);
    };
    const log = pino({ level: process.env['VIV_LOG'] ?? 'info' }, { write }).child({ server: id });
    const onStop = (stop: object): void => void this.stops.push(`${id}: ${JSON.stringify(stop)}`);
    const listeners = this.held.get(id);
    this.held.delete(id);
    const given = listeners === undefined ? {} : { listeners };
    const started = await startServer({ config, host, isStandalone, log, onStop, ...given });
    return {
      kind: 'ours',
      adminPort: started.admin?.port ?? 0,
      async kill() {
        await started.real.kill();
        await started.stop();
      },
    };
  }

  private runApache(directory: string, text: string, adminPort: number): Running {
    const file = join(directory, 'zoo.cfg');
    // Once members have changed, it names the file in which they are.
    if (!existsSync(file) || !readFileSync(file, 'utf8').includes('dynamicConfigFile')) writeFileSync(file, text);
    const log = openSync(join(directory, 'apache.log'), 'a');
    const properties = this.keys.flatMap((key) => [`-D${key}`, `-Dzookeeper.${key}`]);
    const main = ['-cp', this.classpath, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', file];
    const java = spawn('java', ['-Xmx256m', ...properties, ...main], {
      stdio: ['ignore', log, log], cwd: directory,
    });
    return { kind: 'apache', adminPort, kill: () => killed(java) };
  }
}

/** With its `=`. */
function nameOf(key: string): string {
  return key.slice(0, key.indexOf('=') + 1);
}

/** Free at the moment. */
async function freePort(): Promise<number> {
  const listeners = await Listeners.bind([{ port: 'client', at: { host: LOOPBACK, port: 0 } }]);
  await listeners.close();
  return listeners.bound[0]?.port ?? 0;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await until(() => child.exitCode !== null || child.signalCode !== null, 'the end of a process');
}
