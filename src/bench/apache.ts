/**
 * `viv bench apache`: our servers beside Apache ZooKeeper's, on this machine, in one run, under the same client. Both ensembles
 * run at the same time and are asked in turn, so that whatever else the machine does meets both. Servers and client are processes
 * of their own. However it ends, no process and no file is left behind.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shell } from '../command/shell.ts';
import type { Load } from './apache-only.ts';
import { median, medianRate, nameOf } from './apache-report.ts';
import type { Comparison, CostRow, Rate, RateRow } from './apache-report.ts';
import { Fleet } from './fleet.ts';
import { LoadClient } from './load-client.ts';
import type { LoadOperation } from './load-job.ts';
import { findPrograms } from './servers.ts';
import type { BenchServers, Programs, ServerKind } from './servers.ts';

/** How much is measured. */
export interface Scale {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly forMs: number;
  readonly warmMs: number;
  /** Before anything is counted: a virtual machine compiles what it runs often. */
  readonly heatMs: number;
  readonly sizes: readonly number[];
  readonly starts: number;
  readonly failovers: number;
  readonly fanOutRounds: number;
  readonly filledNodes: number;
  readonly servers: readonly number[];
}

/** Everything; about ten minutes. */
export const FULL: Scale = {
  isQuick: false, rounds: 3, forMs: 800, warmMs: 200, heatMs: 4000, sizes: [100, 1024], starts: 7, failovers: 3,
  fanOutRounds: 100, filledNodes: 100_000, servers: [1, 3],
};
/** A glance; about a minute and a half. */
export const QUICK: Scale = {
  ...FULL, isQuick: true, rounds: 1, forMs: 500, warmMs: 200, heatMs: 1500, sizes: [100], starts: 1, failovers: 1,
  fanOutRounds: 20,
};

const OPERATIONS: readonly LoadOperation[] = ['get', 'set', 'create', 'mixed'];
const IN_FLIGHT = [1, 16, 256];
/** Sessions for so much in flight: one does one thing at a time, a few share what is more. */
const SESSIONS: ReadonlyMap<number, number> = new Map([[1, 1], [16, 4], [256, 8]]);
/** Nodes that are read and written. */
const WORKING_SET = 1000;
const WATCHERS = 200;
const NODE_BYTES = 100;
const BYTES_PER_MB = 1_000_000;
/** Between the last thing that a server did and the look at its memory. */
const SETTLE_MS = 1000;
const POLL_MS = 50;
const PATIENCE_MS = 60_000;
/** Of one load. */
const ATTEMPTS = 4;
/** The start must take a quarter, the filled memory half, the failover no more. */
const START_TARGET = 0.25;
const MEMORY_TARGET = 0.5;
const FAILOVER_TARGET = 1;

/** One comparison under way. */
class Bench {
  readonly rates: RateRow[] = [];
  readonly costs: CostRow[] = [];
  readonly anew: Record<ServerKind, number> = { apache: 0, ours: 0 };
  private readonly scale: Scale;
  private readonly fleet: Fleet;
  private readonly client: LoadClient;
  private readonly shell: Shell;
  private readonly kinds: readonly ServerKind[];
  private told = '';

  constructor(scale: Scale, programs: Programs, client: LoadClient, shell: Shell) {
    this.scale = scale;
    this.fleet = new Fleet(programs, client);
    this.client = client;
    this.shell = shell;
    this.kinds = programs.classpath === null ? ['ours'] : ['apache', 'ours'];
  }

  /** `only`: these loads and nothing else; null: everything. */
  async run(only: readonly Load[] | null): Promise<void> {
    const wanted = only ?? loadsOf(this.scale);
    for (const count of this.scale.servers) {
      const own = wanted.filter(({ servers }) => servers === count);
      if (own.length === 0) continue;
      if (only === null) {
        await this.starts(count);
        await this.lives(count);
      }
      await this.loads(count, own, only === null);
    }
  }

  async stop(): Promise<void> {
    await this.fleet.stop();
  }

  /** From the start of the processes to the first answer of one of them, on empty directories. */
  private async starts(count: number): Promise<void> {
    const tookMs = byKind<number[]>(() => []);
    for (let round = 0; round < this.scale.starts; round++) {
      for (const kind of this.inTurn(round)) {
        this.tell(`${count} of ${nameOf(kind)}: start`);
        const servers = await this.fleet.prepare(kind, count);
        const first = this.client.perform({ kind: 'first', servers: servers.clients });
        const sinceMs = performance.now();
        this.fleet.start(servers);
        await this.alive(servers, first);
        tookMs[kind].push(performance.now() - sinceMs);
        await this.fleet.end(servers);
      }
    }
    this.cost(count, 'start to the first answer', 'ms', START_TARGET, tookMs);
  }

  /** What a life costs: memory when idle, the death of a leader, memory when filled. */
  private async lives(count: number): Promise<void> {
    const [idle, filled, failover] = [byKind<number[]>(() => []), byKind<number[]>(() => []), byKind<number[]>(() => [])];
    for (const kind of this.kinds) {
      const servers = await this.serving(kind, count);
      this.tell(`${count} of ${nameOf(kind)}: memory`);
      await sleep(SETTLE_MS);
      idle[kind].push(servers.residentBytes() / count / BYTES_PER_MB);
      await this.client.perform({
        kind: 'fill', servers: servers.clients, root: '/filled', count: this.scale.filledNodes, size: NODE_BYTES,
      });
      await sleep(SETTLE_MS);
      filled[kind].push(servers.residentBytes() / count / BYTES_PER_MB);
      await this.fleet.end(servers);
    }
    if (count > 1) await this.failovers(count, failover);
    this.cost(count, 'resident memory of a server, idle', 'MB', null, idle);
    this.cost(count, `resident memory of a server, ${this.scale.filledNodes} nodes`, 'MB', MEMORY_TARGET, filled);
    if (count > 1) this.cost(count, 'leader’s SIGKILL to the next write', 'ms', FAILOVER_TARGET, failover);
  }

  private async failovers(count: number, tookMs: Record<ServerKind, number[]>): Promise<void> {
    for (const kind of this.kinds) {
      const servers = await this.serving(kind, count);
      for (let round = 0; round < this.scale.failovers; round++) {
        this.tell(`${count} of ${nameOf(kind)}: failover ${round + 1} of ${this.scale.failovers}`);
        const leader = await servers.leader();
        const others = servers.clients.filter((_, index) => index !== leader);
        await this.client.perform({ kind: 'probe', servers: others });
        await sleep(SETTLE_MS);
        const sinceNs = process.hrtime.bigint();
        await servers.kill(leader);
        const { elapsedMs } = await this.client.perform({ kind: 'probed', sinceNs });
        tookMs[kind].push(elapsedMs);
        this.fleet.start(servers);
        await this.untilServing(servers);
      }
      await this.fleet.end(servers);
    }
  }

  /** Each of these loads on every kind, in turn; then perhaps the watches. */
  private async loads(count: number, wanted: readonly Load[], isWithWatches: boolean): Promise<void> {
    const all: BenchServers[] = [];
    for (const kind of this.kinds) all.push(await this.serving(kind, count));
    for (const servers of all) {
      const { clients } = servers;
      for (const size of this.scale.sizes) {
        await this.client.perform({ kind: 'fill', servers: clients, root: `/of-${size}`, count: WORKING_SET, size });
      }
      this.tell(`${count} of ${nameOf(servers.kind)}: warming up`);
      for (const operation of OPERATIONS) {
        await this.load(servers, operation, this.scale.sizes[0] ?? NODE_BYTES, 256, this.scale.heatMs / OPERATIONS.length);
      }
    }
    for (const load of wanted) await this.row(load, all);
    if (isWithWatches) await this.fanOut(count, all);
    for (const servers of all) await this.fleet.end(servers);
  }

  private async row({ servers, operation, bytes, inFlight }: Load, all: readonly BenchServers[]): Promise<void> {
    const found = byKind<Rate[]>(() => []);
    for (let round = 0; round < this.scale.rounds; round++) {
      for (const kind of this.inTurn(round)) {
        this.tell(`${servers} of ${nameOf(kind)}: ${operation}, ${bytes} bytes, ${inFlight} in flight`);
        const subject = all.find((one) => one.kind === kind);
        if (subject !== undefined) found[kind].push(await this.load(subject, operation, bytes, inFlight, this.scale.forMs));
      }
    }
    const apache = found.apache.length === 0 ? null : medianRate(found.apache);
    this.rates.push({ servers, operation, bytes, inFlight, apache, ours: medianRate(found.ours) });
  }

  private async load(
    servers: BenchServers, operation: LoadOperation, size: number, inFlight: number, forMs: number,
  ): Promise<Rate> {
    const result = await this.surely(servers, () => this.client.perform({
      kind: 'throughput', servers: servers.clients, operation, root: operation === 'create' ? '/created' : `/of-${size}`,
      count: WORKING_SET, size, sessions: SESSIONS.get(inFlight) ?? 1, inFlight, warmMs: this.scale.warmMs, forMs,
    }));
    const opsPerSecond = (result.operations * 1000) / result.elapsedMs;
    return { opsPerSecond, p50Ms: result.p50Ms, p99Ms: result.p99Ms, clientBusy: result.busy };
  }

  private async fanOut(count: number, all: readonly BenchServers[]): Promise<void> {
    const [half, most] = [byKind<number[]>(() => []), byKind<number[]>(() => [])];
    for (let round = 0; round < this.scale.rounds; round++) {
      for (const kind of this.inTurn(round)) {
        const subject = all.find((one) => one.kind === kind);
        if (subject === undefined) continue;
        this.tell(`${count} of ${nameOf(kind)}: watches`);
        const result = await this.surely(subject, (attempt) => this.client.perform({
          kind: 'fanOut', servers: subject.clients, path: `/watched-${round}-${attempt}`, watchers: WATCHERS,
          rounds: this.scale.fanOutRounds,
        }));
        half[kind].push(result.p50Ms);
        most[kind].push(result.p99Ms);
      }
    }
    this.cost(count, `a change to the last of ${WATCHERS} watchers, p50`, 'ms', null, half);
    this.cost(count, `a change to the last of ${WATCHERS} watchers, p99`, 'ms', null, most);
  }

  private async serving(kind: ServerKind, count: number): Promise<BenchServers> {
    const servers = await this.fleet.prepare(kind, count);
    this.fleet.start(servers);
    await this.untilServing(servers);
    return servers;
  }

  private async untilServing(servers: BenchServers): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!await servers.areServing()) {
      this.shell.signal.throwIfAborted();
      const { death } = servers;
      if (death !== null) throw new Error(death);
      if (performance.now() > deadlineMs) throw new Error(`${nameOf(servers.kind)} does not serve after ${PATIENCE_MS} ms`);
      await sleep(POLL_MS);
    }
  }

  /**
   * A load; begun anew where it failed though no server died: servers that have too little of the processor give up their
   * leader, and every connection with it.
   */
  private async surely<T>(servers: BenchServers, job: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.alive(servers, job(attempt));
      } catch (error) {
        if (attempt === ATTEMPTS || servers.death !== null || this.shell.signal.aborted) throw error;
        this.anew[servers.kind] += 1;
        await this.untilServing(servers);
      }
    }
  }

  /** A job that failed because a server died says so. */
  private async alive<T>(servers: BenchServers, job: Promise<T>): Promise<T> {
    try {
      return await job;
    } catch (error) {
      throw servers.death === null ? error : new Error(servers.death, { cause: error });
    }
  }

  private inTurn(round: number): readonly ServerKind[] {
    this.shell.signal.throwIfAborted();
    return round % 2 === 0 ? this.kinds : [...this.kinds].reverse();
  }

  private cost(
    servers: number, what: string, unit: CostRow['unit'], target: number | null, found: Record<ServerKind, readonly number[]>,
  ): void {
    const apache = found.apache.length === 0 ? null : median(found.apache);
    this.costs.push({ servers, what, unit, apache, ours: median(found.ours), target });
  }

  private tell(line: string): void {
    this.shell.signal.throwIfAborted();
    if (this.shell.isTerminal) this.shell.status(line);
    else if (line !== this.told) this.shell.err(line);
    this.told = line;
  }
}

/** Every load of such a comparison, in the order of the table. */
export function loadsOf({ servers, sizes }: Scale): readonly Load[] {
  return servers.flatMap((count) => OPERATIONS.flatMap((operation) => sizes.flatMap((bytes) => {
    return IN_FLIGHT.map((inFlight) => ({ servers: count, operation, bytes, inFlight }));
  })));
}

function byKind<T>(make: () => T): Record<ServerKind, T> {
  return { apache: make(), ours: make() };
}

/** See the head of the file. Ended early, by Ctrl-C or because a server or the client broke down, it answers with what it has. */
export async function benchApache(scale: Scale, shell: Shell, only: readonly Load[] | null = null): Promise<Comparison> {
  const programs = await findPrograms(shell.root);
  const client = await LoadClient.start(shell.root);
  const bench = new Bench(scale, programs, client, shell);
  const interrupt = (): void => { client.stop(); };
  shell.signal.addEventListener('abort', interrupt, { once: true });
  let whyEnded: string | null = null;
  try {
    await bench.run(only);
  } catch (error) {
    whyEnded = shell.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error);
  } finally {
    shell.signal.removeEventListener('abort', interrupt);
    await bench.stop();
    client.stop();
    programs.remove();
    shell.status('');
  }
  return {
    machine: {
      processors: availableParallelism(), node: process.version, java: programs.classpath === null ? null : javaVersion(),
    },
    isQuick: scale.isQuick,
    whyEnded,
    anew: bench.anew,
    whyNoApache: programs.classpath === null ? programs.whyNot : null,
    rates: bench.rates,
    costs: bench.costs,
  };
}

function javaVersion(): string {
  return spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr.split('\n')[0] ?? '';
}
