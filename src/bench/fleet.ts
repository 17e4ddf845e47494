/**
 * The servers of a bench, all that there are at a time. The client of the bench is told of every process and every directory as
 * soon as there is one: it ends and removes them should this process be killed, which nothing here would live to see.
 */
import type { LoadClient } from './load-client.ts';
import { BenchServers } from './servers.ts';
import type { Programs, ServerKind } from './servers.ts';

/** See the head of the file. */
export class Fleet {
  private readonly programs: Programs;
  private readonly client: LoadClient;
  private readonly all: Set<BenchServers> = new Set();

  constructor(programs: Programs, client: LoadClient) {
    this.programs = programs;
    this.client = client;
    this.guard();
  }

  /** Servers that are not started yet. */
  async prepare(kind: ServerKind, count: number): Promise<BenchServers> {
    const servers = new BenchServers(kind, this.programs);
    this.all.add(servers);
    this.guard();
    await servers.prepare(count);
    return servers;
  }

  /** Starts every one of them that does not run. */
  start(servers: BenchServers): void {
    servers.start();
    this.guard();
  }

  /** Ends these, and removes what they wrote. */
  async end(servers: BenchServers): Promise<void> {
    await servers.stop();
    this.all.delete(servers);
    this.guard();
  }

  /** Ends all. */
  async stop(): Promise<void> {
    await Promise.all([...this.all].map((servers) => this.end(servers)));
  }

  private guard(): void {
    const all = [...this.all];
    const built = this.programs.directory === null ? [] : [this.programs.directory];
    this.client.guard(all.flatMap(({ pids }) => pids), [...all.map(({ root }) => root), ...built]);
  }
}
