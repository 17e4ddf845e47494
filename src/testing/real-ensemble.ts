/**
 * A real ensemble on loopback for tests, in this process: servers with sockets and files, and a controller that breaks them on
 * purpose, from code or, for clients in other languages, over HTTP. Every connection, of a client or between two servers, goes
 * through a `Link`. Nothing of it outlives `stop`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../host/endpoint.ts';
import { makeDirectories, zooKeeperLayout } from '../host/layout.ts';
import { Link, type LinkState } from '../host/link.ts';
import { Listeners } from '../host/listeners.ts';
import { loopbackMember } from '../serve/loopback-member.ts';
import { RealServer } from '../serve/server.ts';
import { DEFAULT_CONFIG, type ServerConfig } from '../server/config.ts';
import type { Port } from '../wire/message.ts';
import { ChaosServer } from './chaos-http.ts';

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
  /** For any ZooKeeper client. */
  readonly connectString: string;
  readonly ids: readonly number[];
  /** Where the controller listens, as `http://127.0.0.1:PORT`; null without one. */
  controlUrl: string | null = null;
  private readonly root: string;
  private readonly places: Map<number, Place>;
  private control: ChaosServer | null = null;

  private constructor(root: string, places: Map<number, Place>) {
    this.root = root;
    this.places = places;
    this.ids = [...places.keys()];
    this.connectString = [...places.values()].map(({ client }) => `${LOOPBACK}:${client.port}`).join(',');
  }

  /** Starts it; resolves when every server serves. */
  static async start(options: RealEnsembleOptions = {}): Promise<RealEnsemble> {
    const { servers = 3, config = {}, http = false } = options;
    const root = await mkdtemp(join(tmpdir(), 'vivarium-'));
    const bound: Listeners[] = [];
    for (let id = 1; id <= servers; id += 1) bound.push(await bind(PORTS.map(() => ({ host: LOOPBACK, port: 0 }))));
    const members = bound.map((listeners, index) => loopbackMember(index + 1, listeners.bound));
    const places = new Map<number, Place>();
    for (const [index, { bound: ports }] of bound.entries()) {
      const id = index + 1;
      const client = await Link.open(ports[0] ?? { host: LOOPBACK, port: 0 });
      const whole: ServerConfig = { ...DEFAULT_CONFIG, ...QUICK, ...config, id, members };
      places.set(id, { id, config: whole, ports, client, links: await linksFrom(id, bound), server: null, syncDelayMs: 0 });
    }
    const ensemble = new RealEnsemble(root, places);
    for (const place of places.values()) ensemble.run(place, bound[place.id - 1]);
    if (http) {
      ensemble.control = await ChaosServer.start(ensemble);
      ensemble.controlUrl = ensemble.control.url;
    }
    await ensemble.serving();
    return ensemble;
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
    const place = this.place(id);
    const { server } = place;
    place.server = null;
    await server?.kill();
  }

  async restart(id: number): Promise<void> {
    const place = this.place(id);
    if (place.server === null) this.run(place, await bind(place.ports));
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
  async stop(): Promise<void> {
    await this.control?.stop();
    for (const place of this.places.values()) {
      await this.kill(place.id);
      await place.client.close();
      for (const link of place.links.values()) await link.close();
    }
    await rm(this.root, { recursive: true, force: true });
  }

  private run(place: Place, listeners: Listeners | undefined): void {
    if (listeners === undefined) return;
    const directory = join(this.root, String(place.id));
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
    if (place === undefined) throw new RangeError(`there is no server ${id}; there are ${this.ids.join(', ')}`);
    return place;
  }
}

function bind(ports: readonly Endpoint[]): Promise<Listeners> {
  return Listeners.bind(PORTS.map((port, index) => ({ port, at: ports[index] ?? { host: LOOPBACK, port: 0 } })));
}

async function linksFrom(id: number, bound: readonly Listeners[]): Promise<Map<string, Link>> {
  const links = new Map<string, Link>();
  for (const [index, { bound: ports }] of bound.entries()) {
    if (index + 1 === id) continue;
    for (const [at, port] of PORTS.entries()) {
      const target = ports[at];
      if (isPeerPort(port) && target !== undefined) links.set(`${index + 1} ${port}`, await Link.open(target));
    }
  }
  return links;
}

function isPeerPort(port: Port): boolean {
  return port !== 'client';
}
