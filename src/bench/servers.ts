/**
 * Servers to be measured, ours or Apache ZooKeeper's: each a process of its own, all with the same zoo.cfg but for
 * directories and ports, on loopback, with their logs synced. Ours is the built program. Whoever starts them stops
 * them; they are killed by their process ids, and their directories go with them. Should that one be killed, the client of
 * the bench knows what there was (`LoadClient.guard`).
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import type { Endpoint } from '../host/endpoint.ts';
import { Listeners } from '../host/listeners.ts';
import { temporaryFolder } from '../host/temporary-folder.ts';
import type { TemporaryFolder } from '../host/temporary-folder.ts';
import { buildProgram } from '../package/package-build.ts';

/** Whose server. */
export type ServerKind = 'apache' | 'ours';

/** Where Debian's package puts it; `APACHE_ZOOKEEPER_CLASSPATH` says otherwise. */
const DEBIAN_JAR = '/usr/share/java/zookeeper.jar';
/** What ZooKeeper's own start script gives it. */
const JAVA_HEAP = '-Xmx1000m';
const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
const LOOPBACK = '127.0.0.1';
const WORD_PATIENCE_MS = 2000;

/** How servers of either kind are started. */
export interface Programs {
  /** The built `viv`. */
  readonly viv: string;
  /** Null: Apache ZooKeeper is not here, for this reason. */
  readonly classpath: string | null;
  readonly whyNot: string;
  /** Where it was built; null: it was there. */
  readonly directory: string | null;
  remove(): void;
}

/** Looks for Apache's program, and builds ours, unless it is the built one that runs. */
export async function findPrograms(root: string): Promise<Programs> {
  const given = process.env['APACHE_ZOOKEEPER_CLASSPATH'];
  const jar = given ?? DEBIAN_JAR;
  const hasJava = spawnSync('java', ['-version']).status === 0;
  const hasJar = given !== undefined || existsSync(DEBIAN_JAR);
  const whyNot = hasJava ? 'Apache ZooKeeper is not installed: Debian’s package zookeeper has it' : 'there is no java';
  const classpath = hasJava && hasJar ? jar : null;
  const own = process.argv[1];
  if (own !== undefined && own.endsWith('.js') && import.meta.url.endsWith('.js')) {
    return { viv: resolve(own), classpath, whyNot, directory: null, remove: () => undefined };
  }
  const { path: directory, remove } = temporaryFolder('vivarium-built-');
  try {
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    return { viv: await buildProgram(root, join(directory, 'bin')), classpath, whyNot, directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

interface Place {
  readonly directory: string;
  readonly file: string;
  readonly client: Endpoint;
  child: ChildProcess | null;
}

/** See the head of the file. */
export class BenchServers {
  readonly kind: ServerKind;
  private readonly programs: Programs;
  /** What all of them write is in it. */
  readonly root: string;
  private readonly places: Place[] = [];
  private readonly folder: TemporaryFolder = temporaryFolder('vivarium-bench-');

  constructor(kind: ServerKind, programs: Programs) {
    this.kind = kind;
    this.root = this.folder.path;
    this.programs = programs;
  }

  /** Chooses ports and writes configurations; `start` starts all. One server is standalone. */
  async prepare(count: number): Promise<void> {
    const ports = await freePorts(count);
    const members = ports.map(([client = 0, quorum = 0, election = 0], index) => {
      return `server.${index + 1}=${LOOPBACK}:${quorum}:${election}:participant;${LOOPBACK}:${client}`;
    });
    for (const [index, [client = 0]] of ports.entries()) {
      const directory = join(this.root, String(index + 1));
      mkdirSync(directory);
      writeFileSync(join(directory, 'myid'), `${index + 1}\n`);
      const own = count === 1 ? [`clientPort=${client}`, `clientPortAddress=${LOOPBACK}`] : members;
      const file = join(directory, 'zoo.cfg');
      writeFileSync(file, [
        `dataDir=${directory}`, 'tickTime=2000', 'initLimit=10', 'syncLimit=5', 'maxClientCnxns=0', '4lw.commands.whitelist=*',
        'admin.enableServer=false', ...own, '',
      ].join('\n'));
      this.places.push({ directory, file, client: { host: LOOPBACK, port: client }, child: null });
    }
  }

  /** Where clients connect. */
  get clients(): readonly Endpoint[] {
    return this.places.map(({ client }) => client);
  }

  /** Starts every server that does not run. */
  start(): void {
    for (const place of this.places) place.child ??= this.spawnAt(place);
  }

  /** The index of the server that leads, or is alone; −1: nobody does. */
  async leader(): Promise<number> {
    const modes = await Promise.all(this.places.map(({ client }) => modeOf(client)));
    return modes.findIndex((mode) => mode === 'leader' || mode === 'standalone');
  }

  /** Whether all serve. */
  async areServing(): Promise<boolean> {
    return (await Promise.all(this.places.map(({ client }) => modeOf(client)))).every((mode) => mode !== '');
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(index: number): Promise<void> {
    const place = this.places[index];
    if (place?.child === null || place === undefined) return;
    const { child } = place;
    place.child = null;
    if (hasEnded(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Resident memory of all of them, in bytes. */
  residentBytes(): number {
    const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', this.pids.join(',')], { encoding: 'utf8' });
    return stdout.split('\n').reduce((sum, line) => sum + Number(line.trim()) * 1024, 0);
  }

  /** Process ids of those that run. */
  get pids(): readonly number[] {
    return this.places.flatMap(({ child }) => (child?.pid === undefined || hasEnded(child) ? [] : [child.pid]));
  }

  /** What went wrong, if a server has ended that nobody killed; its last lines. */
  get death(): string | null {
    for (const { child, directory } of this.places) {
      if (child === null || !hasEnded(child)) continue;
      return `a server of ${this.kind} ended by itself: ${readFileSync(join(directory, 'out.log'), 'utf8').slice(-1000).trim()}`;
    }
    return null;
  }

  /** Kills all and removes what they wrote, whether they were prepared or not. */
  async stop(): Promise<void> {
    await Promise.all(this.places.map((_, index) => this.kill(index)));
    this.folder.remove();
  }

  private spawnAt({ directory, file }: Place): ChildProcess {
    const { viv, classpath } = this.programs;
    const log = openSync(join(directory, 'out.log'), 'a');
    const [command, args] = this.kind === 'ours'
      ? [process.execPath, [viv, 'serve', file, '--log', 'warn']]
      : ['java', [JAVA_HEAP, '-cp', classpath ?? '', MAIN, file]];
    // In a group of its own: Ctrl-C is for the bench, which ends it.
    const child = spawn(command, args, { stdio: ['ignore', log, log], cwd: directory, detached: true });
    child.on('error', () => undefined);
    closeSync(log);
    return child;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** leader, follower or standalone; empty while it serves nobody. */
async function modeOf(at: Endpoint): Promise<string> {
  return /^Mode: (\w+)$/m.exec(await word(at, 'srvr'))?.[1] ?? '';
}

function word(at: Endpoint, text: string): Promise<string> {
  return new Promise((resolveWord) => {
    const socket = connect(at);
    const chunks: Buffer[] = [];
    socket.setTimeout(WORD_PATIENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => { resolveWord(Buffer.concat(chunks).toString('utf8')); });
    socket.write(text);
  });
}

/** All are held until each is known, so that no two are the same. */
async function freePorts(servers: number): Promise<number[][]> {
  const at = { host: LOOPBACK, port: 0 };
  const held = await Promise.all(Array.from({ length: servers }, () => {
    return Listeners.bind([{ port: 'client', at }, { port: 'quorum', at }, { port: 'election', at }]);
  }));
  for (const listeners of held) await listeners.close();
  return held.map(({ bound }) => bound.map(({ port }) => port));
}
