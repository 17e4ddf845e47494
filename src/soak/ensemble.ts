/**
 * The servers of a soak: each a process of its own on loopback, with a directory of its own, reached by clients and by its peers
 * through links that can be cut. Whoever starts it stops it: `stop` kills every process by its id and removes every file.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../host/endpoint.ts';
import { Link } from '../host/link.ts';
import type { LinkState } from '../host/link.ts';
import { Listeners } from '../host/listeners.ts';
import { temporaryFolder } from '../host/temporary-folder.ts';
import type { TemporaryFolder } from '../host/temporary-folder.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { loopbackMember } from '../serve/loopback-member.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import type { ServerConfig } from '../server/config.ts';
import { readTurns, sharedNs } from './facts.ts';
import type { Turn } from './facts.ts';
import type { SoakServerPlan } from './server.ts';

const LOOPBACK = '127.0.0.1';
const PORTS = ['client', 'quorum', 'election'] as const;
/** Quick, so that a minute sees many elections; small, so that snapshots and logs take turns. */
const QUICK: Partial<ServerConfig> = {
  tickTimeMs: 200, initLimit: 20, syncLimit: 10, minSessionTimeoutMs: 400, finalizeWaitMs: 20, preAllocSizeKb: 64, snapCount: 500,
  commitLogCount: 50, extendedTypesEnabled: true, maxClientCnxns: 0,
};

/** The facts of one node. */
export interface NodeTurns {
  readonly node: NodeId;
  readonly turns: readonly Turn[];
}

/** One life of a server: a process, and the file in which it says what it did. */
interface Life {
  readonly child: ChildProcess;
  readonly factsFile: string;
  /** When it was killed; 0: it was not. */
  killedNs: number;
  hasEnded: boolean;
}

interface Place {
  readonly config: ServerConfig;
  readonly ports: readonly Endpoint[];
  readonly directory: string;
  /** From clients to here. */
  readonly front: Link;
  /** From here to each port of each other server, by `id port`. */
  readonly links: ReadonlyMap<string, Link>;
  readonly lives: Life[];
  isPaused: boolean;
}

/** What to start. */
export interface SoakEnsembleOptions {
  readonly servers: number;
  /** The bundled entry `server.ts`. */
  readonly script: string;
  /** A server ended that nobody had killed; what it said last. */
  readonly onDeath: (id: NodeId, sentence: string) => void;
}

/** See the head of the file. */
export class SoakEnsemble {
  readonly sinceNs: bigint = sharedNs();
  readonly ids: readonly NodeId[];
  private readonly root: TemporaryFolder;
  private readonly options: SoakEnsembleOptions;
  private readonly places: ReadonlyMap<NodeId, Place>;

  private constructor(root: TemporaryFolder, options: SoakEnsembleOptions, places: ReadonlyMap<NodeId, Place>) {
    this.root = root;
    this.options = options;
    this.places = places;
    this.ids = [...places.keys()];
  }

  /** Chooses ports, opens the links and starts every server. */
  static async start(options: SoakEnsembleOptions): Promise<SoakEnsemble> {
    const root = temporaryFolder('vivarium-soak-');
    const ports = await freePorts(options.servers);
    const members = ports.map((own, index) => loopbackMember(index + 1, own));
    const places = new Map<NodeId, Place>();
    for (const [index, own] of ports.entries()) {
      const id = index + 1;
      const directory = join(root.path, String(id));
      mkdirSync(directory);
      const config: ServerConfig = { ...DEFAULT_CONFIG, ...QUICK, id, members };
      const front = await Link.open(own[0] ?? { host: LOOPBACK, port: 0 });
      places.set(id, { config, ports: own, directory, front, links: await linksFrom(id, ports), lives: [], isPaused: false });
    }
    const ensemble = new SoakEnsemble(root, options, places);
    for (const id of ensemble.ids) ensemble.restart(id);
    return ensemble;
  }

  /** Nanoseconds since it began. */
  get nowNs(): number {
    return Number(sharedNs() - this.sinceNs);
  }

  config(id: NodeId): ServerConfig {
    return this.place(id).config;
  }

  /** Where clients find it. */
  front(id: NodeId): Endpoint {
    return { host: LOOPBACK, port: this.place(id).front.port };
  }

  isUp(id: NodeId): boolean {
    return this.place(id).lives.at(-1)?.hasEnded === false;
  }

  isPaused(id: NodeId): boolean {
    return this.place(id).isPaused;
  }

  /** Starts a server that does not run, on whatever is in its directory. */
  restart(id: NodeId): void {
    if (this.isUp(id)) return;
    const place = this.place(id);
    const factsFile = join(this.root.path, `facts-${id}-${place.lives.length}`);
    const child = fork(this.options.script, [], {
      execArgv: ['--enable-source-maps'], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const life: Life = { child, factsFile, killedNs: 0, hasEnded: false };
    place.lives.push(life);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-2000); });
    child.on('error', () => undefined);
    child.on('exit', (code) => {
      life.hasEnded = true;
      if (life.killedNs > 0) return;
      life.killedNs = this.nowNs;
      this.options.onDeath(id, `server ${id} ended by itself (exit code ${code ?? 'none'}): ${said.trim()}`);
    });
    const links = new Map([...place.links].map(([key, link]) => [key, { host: LOOPBACK, port: link.port }]));
    const plan: SoakServerPlan = {
      config: place.config, directory: place.directory, ports: place.ports, links, factsFile, sinceNs: this.sinceNs,
    };
    child.send(plan);
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(id: NodeId): Promise<void> {
    const place = this.place(id);
    const life = place.lives.at(-1);
    if (life === undefined || life.hasEnded) return;
    const gone = once(life.child, 'exit');
    if (life.killedNs === 0) life.killedNs = this.nowNs;
    life.child.kill('SIGKILL');
    await gone;
    place.isPaused = false;
  }

  /** SIGSTOP. */
  pause(id: NodeId): void {
    const place = this.place(id);
    if (this.isUp(id)) place.isPaused = place.lives.at(-1)?.child.kill('SIGSTOP') === true;
  }

  /** SIGCONT. */
  wake(id: NodeId): void {
    const place = this.place(id);
    if (place.isPaused) place.lives.at(-1)?.child.kill('SIGCONT');
    place.isPaused = false;
  }

  /** Between clients and a server. */
  setFront(id: NodeId, state: LinkState): void {
    this.place(id).front.state = state;
  }

  /** Between two servers, whoever dialled. */
  setBetween(one: NodeId, other: NodeId, state: LinkState): void {
    for (const [from, to] of [[one, other], [other, one]] as const) {
      for (const port of PORTS) {
        const link = this.place(from).links.get(`${to} ${port}`);
        if (link !== undefined) link.state = state;
      }
    }
  }

  /** Everything is up, awake and connected. */
  heal(): void {
    for (const id of this.ids) {
      this.wake(id);
      this.setFront(id, 'open');
      for (const other of this.ids) if (other !== id) this.setBetween(id, other, 'open');
      this.restart(id);
    }
  }

  /** What the servers stated; each life that was ended before `endNs` closes with its crash. Call it when all have ended. */
  turns(endNs: number): NodeTurns[] {
    return [...this.places].map(([node, { lives }]) => {
      const turns: Turn[] = [];
      for (const { factsFile, killedNs } of lives) {
        const own = readSafely(factsFile);
        for (const turn of own) turns.push(turn);
        // A signal takes a moment to arrive: what was still done, was done before the crash.
        const ns = Math.max(killedNs, own.at(-1)?.ns ?? 0);
        const fact: Fact = { kind: 'crashed', node, cause: 'fault', detail: 'killed' };
        if (killedNs < endNs) turns.push({ ns, facts: [fact] });
      }
      return { node, turns };
    });
  }

  /** Ends every process and every link. */
  async stop(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.kill(id)));
    for (const { front, links } of this.places.values()) {
      await front.close();
      for (const link of links.values()) await link.close();
    }
  }

  /** Removes what it kept on disk. */
  remove(): void {
    this.root.remove();
  }

  private place(id: NodeId): Place {
    const place = this.places.get(id);
    if (place === undefined) throw new RangeError(`there is no server ${id}`);
    return place;
  }
}

/** A life that ended before it began has left no file. */
function readSafely(file: string): Turn[] {
  try {
    return readTurns(file);
  } catch {
    return [];
  }
}

/** All are held until each is known, so that no two are the same. */
async function freePorts(servers: number): Promise<Endpoint[][]> {
  const held = await Promise.all(Array.from({ length: servers }, () => {
    return Listeners.bind(PORTS.map((port) => ({ port, at: { host: LOOPBACK, port: 0 } })));
  }));
  const ports = held.map(({ bound }) => bound.map(({ port }) => ({ host: LOOPBACK, port })));
  for (const listeners of held) await listeners.close();
  return ports;
}

async function linksFrom(id: number, ports: readonly (readonly Endpoint[])[]): Promise<Map<string, Link>> {
  const links = new Map<string, Link>();
  for (const [index, own] of ports.entries()) {
    if (index + 1 === id) continue;
    for (const [at, port] of PORTS.entries()) {
      const target = own[at];
      if (port !== 'client' && target !== undefined) links.set(`${index + 1} ${port}`, await Link.open(target));
    }
  }
  return links;
}
