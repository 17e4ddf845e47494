/**
 * Real servers and a client for tests: loopback, free ports, temporary directories. Whoever starts something here stops it in the
 * same test. Not part of the program.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientCore } from '../client/client-core.ts';
import type { ClientOutcome } from '../client/outcome.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { makeDirectories, zooKeeperLayout } from '../host/layout.ts';
import { Listeners } from '../host/listeners.ts';
import { Machine } from '../host/machine.ts';
import type { Stop } from '../host/machine.ts';
import type { Event } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import type { ServerConfig } from '../server/config.ts';
import type { Request } from '../wire/client-messages.ts';
import { loopbackMember } from './loopback-member.ts';
import { RealServer } from './server.ts';

const LOOPBACK = '127.0.0.1';
/** A hang guard, not a measure. */
const PATIENCE_MS = 30_000;

/** Quick ticks, so that tests need not wait. */
const QUICK: Partial<ServerConfig> = { tickTimeMs: 200, minSessionTimeoutMs: 400, finalizeWaitMs: 20, preAllocSizeKb: 64 };

/** What one server of a test ensemble is made of; it outlives the server. */
interface Place {
  readonly config: ServerConfig;
  readonly directory: string;
  readonly ports: readonly Endpoint[];
  server: RealServer | null;
}

/** An ensemble of servers, each of which can be killed and started again. */
export class TestEnsemble {
  readonly facts: { readonly id: number; readonly fact: Fact }[] = [];
  readonly stops: { readonly id: number; readonly stop: Stop }[] = [];
  private readonly root: string;
  private readonly places: Map<number, Place> = new Map();
  private readonly failing: Set<number> = new Set();

  private constructor(root: string) {
    this.root = root;
  }

  /** Starts `count` servers. */
  static async start(count: number, config: Partial<ServerConfig> = {}): Promise<TestEnsemble> {
    const ensemble = new TestEnsemble(await mkdtemp(join(tmpdir(), 'vivarium-')));
    const bound: Listeners[] = [];
    for (let id = 1; id <= count; id++) bound.push(await bind([0, 0, 0].map((port) => ({ host: LOOPBACK, port }))));
    const members = bound.map((listeners, index) => loopbackMember(index + 1, listeners.bound));
    for (const [index, listeners] of bound.entries()) {
      const id = index + 1;
      const directory = join(ensemble.root, String(id));
      const own: ServerConfig = { ...DEFAULT_CONFIG, ...QUICK, ...config, id, members };
      const place: Place = { config: own, directory, ports: listeners.bound, server: null };
      ensemble.places.set(id, place);
      ensemble.run(place, listeners);
    }
    return ensemble;
  }

  get ids(): number[] {
    return [...this.places.keys()];
  }

  server(id: number): RealServer {
    const { server } = this.place(id);
    if (server === null) throw new Error(`server ${id} is down`);
    return server;
  }

  directory(id: number): string {
    return this.place(id).directory;
  }

  clientPort(id: number): Endpoint {
    const port = this.place(id).ports[0];
    if (port === undefined) throw new Error('no client port');
    return port;
  }

  port(id: number, index: 0 | 1 | 2): number {
    return this.place(id).ports[index]?.port ?? 0;
  }

  /** Who leads, once somebody does. */
  async leader(): Promise<number> {
    let found = 0;
    await until(() => {
      for (const { config: { id }, server } of this.places.values()) {
        if (server !== null && server.server.isServing && this.isLeading(id)) found = id;
      }
      return found !== 0;
    }, 'a leader');
    return found;
  }

  /** Everybody who is up serves. */
  async serving(): Promise<void> {
    await until(() => [...this.places.values()].every(({ server }) => server === null || server.server.isServing), 'service');
  }

  /** Whether every sync of its disk fails. */
  failSyncs(id: number, isFailing: boolean): void {
    if (isFailing) this.failing.add(id);
    else this.failing.delete(id);
  }

  async kill(id: number): Promise<void> {
    const place = this.place(id);
    await place.server?.kill();
    place.server = null;
  }

  async restart(id: number): Promise<void> {
    const place = this.place(id);
    this.run(place, await bind(place.ports));
  }

  async stop(): Promise<void> {
    for (const place of this.places.values()) await place.server?.stop();
    await rm(this.root, { recursive: true, force: true });
  }

  private isLeading(id: number): boolean {
    for (let i = this.facts.length - 1; i >= 0; i--) {
      const entry = this.facts[i];
      if (entry?.id === id && entry.fact.kind === 'role') return entry.fact.role === 'LEADING';
    }
    return false;
  }

  private place(id: number): Place {
    const place = this.places.get(id);
    if (place === undefined) throw new Error(`there is no server ${id}`);
    return place;
  }

  private run(place: Place, listeners: Listeners): void {
    const { id } = place.config;
    const layout = zooKeeperLayout(place.directory, place.directory);
    makeDirectories(layout);
    place.server = new RealServer({
      config: place.config,
      disk: { layout, syncFailure: () => (this.failing.has(id) ? new Error('a sync that fails') : null) },
      listeners,
      onFact: (fact) => {
        if (fact.kind === 'role' || fact.kind === 'syncChosen') this.facts.push({ id, fact });
      },
      onStop: (stop) => this.stops.push({ id, stop }),
    });
    place.server.start();
  }
}

function bind(ports: readonly Endpoint[]): Promise<Listeners> {
  const names = ['client', 'quorum', 'election'] as const;
  return Listeners.bind(names.map((port, index) => ({ port, at: ports[index] ?? { host: LOOPBACK, port: 0 } })));
}

/** Waits for something that becomes true of itself. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadlineMs) throw new Error(`${what} did not come about in ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A session on the real network, for tests: every request is a promise. */
export class TestClient implements Process {
  readonly core: ClientCore;
  readonly machine: Machine;
  readonly outcomes: ClientOutcome[] = [];
  private readonly waiting: Map<number, (outcome: ClientOutcome) => void> = new Map();

  constructor(servers: readonly Endpoint[], sessionTimeoutMs: number = 10_000) {
    this.core = new ClientCore({ servers: servers.map((_, index) => index + 1), sessionTimeoutMs });
    this.machine = new Machine({
      self: 1001,
      process: this,
      network: { locate: (node) => servers[node - 1] },
      onTurn: () => this.settle(),
    });
    this.machine.start();
    this.machine.perform((io) => this.core.open(io));
  }

  handle(event: Event, io: Io): void {
    if (event.kind !== 'start') this.core.handle(event, io);
  }

  /** What came of it. */
  ask(request: Request): Promise<ClientOutcome> {
    return new Promise((resolve) => {
      this.machine.perform((io) => this.waiting.set(this.core.submit(request, io), resolve));
    });
  }

  /** A watch event, once there is one. */
  async event(path: string): Promise<Extract<ClientOutcome, { kind: 'event' }>> {
    const find = (): ClientOutcome | undefined => this.outcomes.find((one) => one.kind === 'event' && one.path === path);
    await until(() => find() !== undefined, `an event of ${path}`);
    const found = find();
    if (found?.kind !== 'event') throw new Error('unreachable');
    return found;
  }

  async connected(): Promise<void> {
    await until(() => this.core.phase === 'connected', 'a session');
  }

  async stop(): Promise<void> {
    await this.machine.stop();
  }

  private settle(): void {
    for (const outcome of this.core.drain()) {
      this.outcomes.push(outcome);
      if (!('cxid' in outcome)) continue;
      this.waiting.get(outcome.cxid)?.(outcome);
      this.waiting.delete(outcome.cxid);
    }
  }
}
