/**
 * A real ensemble on loopback for tests, in this process: servers with sockets and files, and a controller that breaks them on
 * purpose, from code or, for clients in other languages, over HTTP. Every connection, of a client or between two servers, goes
 * through a `Link`. Nothing of it outlives `stop`.
 */
import { join } from 'node:path';
import type { Endpoint } from '../host/endpoint.ts';
import { makeDirectories, zooKeeperLayout } from '../host/layout.ts';
import { Link, type LinkState } from '../host/link.ts';
import { Listeners } from '../host/listeners.ts';
import { temporaryFolder, type TemporaryFolder } from '../host/temporary-folder.ts';
import { loopbackMember } from '../serve/loopback-member.ts';
import { RealServer } from '../serve/server.ts';
import { DEFAULT_CONFIG, type ServerConfig } from '../server/config.ts';
import type { Port } from '../wire/message.ts';
import { ChaosServer } from './chaos-http.ts';
import { checkEnsemble, checkTime, OptionError } from './options.ts';

/** What to start. */
export interface RealEnsembleOptions {
  /** 3 if left out. */
  readonly servers?: number;
  /** What differs from ZooKeeper's defaults; the tick is 200 ms here unless it says otherwise. */
  readonly config?: Partial<ServerConfig>;
  /** Offer the controller over HTTP on a free port of loopback. */
  readonly http?: boolean;
}

interface Place {
  readonly id: number;
  readonly config: ServerConfig;
  readonly ports: readonly Endpoint[];
  readonly client: Link;
  /** From here to each other server, by `id port`. */
  readonly links: Map<string, Link>;
  server: RealServer | null;
  /** Its ports are being bound once more. */
  starting: Promise<void> | null;
  syncDelayMs: number;
}

const LOOPBACK = '127.0.0.1';
const PORTS = ['client', 'quorum', 'election'] as const;
const QUICK: Partial<ServerConfig> = {
  tickTimeMs: 200, minSessionTimeoutMs: 400, finalizeWaitMs: 20, preAllocSizeKb: 64, extendedTypesEnabled: true,
  maxClientCnxns: 0,
};
const PATIENCE_MS = 30_000;

/** See the head of the file. */
export class RealEnsemble {
  private readonly root: TemporaryFolder;
  private readonly places: Map<number, Place>;
  private control: ChaosServer | null = null;
  private stopping: Promise<void> | null = null;

  private constructor(root: TemporaryFolder, places: Map<number, Place>) {
    this.root = root;
    this.places = places;
  }

  /** For any ZooKeeper client. */
  get connectString(): string {
    return [...this.places.values()].map(({ client }) => `${LOOPBACK}:${client.port}`).join(',');
  }

  get ids(): readonly number[] {
    return [...this.places.keys()];
  }

  /** Where the controller listens, as `http://127.0.0.1:PORT`; null without one. */
  get controlUrl(): string | null {
    return this.control?.url ?? null;
  }

  /** Starts it; resolves when every server serves. Nothing is left of one that cannot be started. Throws `OptionError`. */
  static async start(options: RealEnsembleOptions = {}): Promise<RealEnsemble> {
    checkEnsemble(options);
    const { servers = 3, config = {}, http = false } = options;
    const bound: Listeners[] = [];
    const places = new Map<number, Place>();
    const ensemble = new RealEnsemble(temporaryFolder('vivarium-'), places);
    try {
      for (let id = 1; id <= servers; id += 1) bound.push(await bind(PORTS.map(() => ({ host: LOOPBACK, port: 0 }))));
      const members = bound.map((listeners, index) => loopbackMember(index + 1, listeners.bound));
      for (const [index, { bound: ports }] of bound.entries()) {
        const id = index + 1;
        const client = await Link.open(ports[0] ?? { host: LOOPBACK, port: 0 });
        const whole: ServerConfig = { ...DEFAULT_CONFIG, ...QUICK, ...config, id, members };
        const links = new Map<string, Link>();
        const place = { id, config: whole, ports, client, links, server: null, starting: null, syncDelayMs: 0 };
        places.set(id, place);
        await addLinks(place, bound);
      }
      for (const place of places.values()) ensemble.run(place, bound[place.id - 1]);
      if (http) ensemble.control = await ChaosServer.start(ensemble);
      await ensemble.serving();
      return ensemble;
    } catch (error) {
      await ensemble.stop();
      for (const listeners of bound) await listeners.close();
      throw error;
    }
  }

  /** Resolves when every server that is up serves. */
  async serving(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (![...this.places.values()].every(({ server }) => server === null || server.server.isServing)) {
      if (Date.now() > deadline) throw new Error(`the ensemble does not serve after ${PATIENCE_MS} ms`);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
  }

  /** Each server: whether it is up, and whether it serves. */
  status(): { readonly id: number; readonly isUp: boolean; readonly isServing: boolean }[] {
    return [...this.places.values()].map(({ id, server }) => {
      return { id, isUp: server !== null, isServing: server?.server.isServing ?? false };
    });
  }

  /** As SIGKILL: what was not durable is the disk's affair. */
  async kill(id: number): Promise<void> {
    await kill(this.place(id));
  }

  async restart(id: number): Promise<void> {
    const place = this.place(id);
    if (place.server !== null) return;
    place.starting ??= this.startAgain(place).finally(() => { place.starting = null; });
    await place.starting;
  }

  /** Nothing passes between two servers, and their connections end. */
  cut(one: number, other: number): void {
    this.setBetween(one, other, 'cut');
  }

  /** Nothing passes between two servers, though their connections stay. */
  stall(one: number, other: number): void {
    this.setBetween(one, other, 'stalled');
  }

  /** Undoes `cut` and `stall`. */
  mend(one: number, other: number): void {
    this.setBetween(one, other, 'open');
  }

  /** Ends the connections of a server's clients, and refuses new ones until `admitClients`. */
  cutClients(id: number): void {
    this.place(id).client.state = 'cut';
  }

  admitClients(id: number): void {
    this.place(id).client.state = 'open';
  }

  /** Nobody hears from a server nor it from anybody, as when it is stopped; its own clock goes on, in this process. */
  pause(id: number): void {
    this.setAround(id, 'stalled');
  }

  resume(id: number): void {
    this.setAround(id, 'open');
  }

  /** Every sync of a server's disk takes so much longer; 0: as long as it does. */
  slowDisk(id: number, delayMs: number): void {
    checkTime('the delay of a disk', delayMs);
    this.place(id).syncDelayMs = delayMs;
  }

  /** Mends whatever was broken, and starts whoever was killed. */
  async heal(): Promise<void> {
    for (const id of this.ids) {
      this.setAround(id, 'open');
      this.slowDisk(id, 0);
      await this.restart(id);
    }
  }

  /** Ends everything and removes its files; clients lose their connections. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    await this.control?.stop();
    for (const place of this.places.values()) {
      await kill(place);
      await place.client.close();
      for (const link of place.links.values()) await link.close();
    }
    this.root.remove();
  }

  private async startAgain(place: Place): Promise<void> {
    const listeners = await bind(place.ports);
    if (this.stopping === null) this.run(place, listeners);
    else await listeners.close();
  }

  private run(place: Place, listeners: Listeners | undefined): void {
    if (listeners === undefined) return;
    const directory = join(this.root.path, String(place.id));
    const layout = zooKeeperLayout(directory, directory);
    makeDirectories(layout);
    place.server = new RealServer({
      config: place.config, disk: { layout, syncDelayMs: () => place.syncDelayMs }, listeners,
      network: {
        locate: (node, port) => {
          const link = place.links.get(`${node} ${port}`);
          return link === undefined ? undefined : { host: LOOPBACK, port: link.port };
        },
      },
      onStop: () => { place.server = null; },
    });
    place.server.start();
  }

  private setBetween(one: number, other: number, state: LinkState): void {
    if (one === other) throw new OptionError('a server cannot be cut off from itself: name two');
    for (const [from, to] of [[one, other], [other, one]] as const) {
      const { links } = this.place(from);
      this.place(to);
      for (const port of PORTS) {
        const link = links.get(`${to} ${port}`);
        if (link !== undefined) link.state = state;
      }
    }
  }

  private setAround(id: number, state: LinkState): void {
    this.place(id).client.state = state;
    for (const other of this.ids) if (other !== id) this.setBetween(id, other, state);
  }

  private place(id: number): Place {
    const place = this.places.get(id);
    if (this.stopping !== null) throw new OptionError('this ensemble is stopped: start another');
    if (place === undefined) throw new OptionError(`there is no server ${id}; there are ${this.ids.join(', ')}`);
    return place;
  }
}

/** One that is being started is killed as soon as it is; what hinders its start is told to whoever asked for that. */
async function kill(place: Place): Promise<void> {
  if (place.starting !== null) await place.starting.catch(() => undefined);
  const { server } = place;
  place.server = null;
  await server?.kill();
}

function bind(ports: readonly Endpoint[]): Promise<Listeners> {
  return Listeners.bind(PORTS.map((port, index) => ({ port, at: ports[index] ?? { host: LOOPBACK, port: 0 } })));
}

/** One by one, so that those that were opened are known when the next one cannot be. */
async function addLinks({ id, links }: Place, bound: readonly Listeners[]): Promise<void> {
  for (const [index, { bound: ports }] of bound.entries()) {
    if (index + 1 === id) continue;
    for (const [at, port] of PORTS.entries()) {
      const target = ports[at];
      if (isPeerPort(port) && target !== undefined) links.set(`${index + 1} ${port}`, await Link.open(target));
    }
  }
}

function isPeerPort(port: Port): boolean {
  return port !== 'client';
}
