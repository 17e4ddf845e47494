/**
 * The real machine for one process. Any `Process` runs here as it runs in a simulated world: same door, same events, but the
 * clock, network and disk are those of the operating system.
 *
 *     const listeners = await Listeners.bind([{ port: 'client', at: { host: '127.0.0.1', port: 0 } }, ...]);   // servers only
 *     const machine = new Machine({
 *       self: 1,                                        // its number: 1..254 for a server, anything for a client
 *       process,                                        // the state machine
 *       network: { locate: (node, port) => ({ host, port }), listeners },
 *       disk: { layout: zooKeeperLayout(dataDir, dataLogDir) },      // left out: any use of the disk is a programmer's error
 *       onFact: (fact) => ...,                          // what the process observes
 *       onTurn: () => ...,                              // after each event: the place to take outcomes from the process
 *       onStop: (stop) => ...,                          // it halted, or broke an invariant: it is over, once
 *     });
 *     machine.start();                                  // 'start', then whatever happens
 *     machine.perform((io) => core.submit(request, io)) // something that its owner wants done, as if it were an event
 *     await machine.stop();                             // orderly; machine.kill(): at once, as SIGKILL would
 *
 * Events are handled one after the other, each to its end; nothing is ever handled from within a handler. An exception out of
 * `handle` stops the machine: a process whose state may be half changed must not go on.
 */
import { randomInt } from 'node:crypto';
import { InvariantViolation } from '../base/invariant.ts';
import type { ConnectionId, DiskToken, Event, NodeId, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Message, Port } from '../wire/message.ts';
import { monotonicMs, Timers } from './clock.ts';
import { RealDisk } from './disk.ts';
import type { DiskOptions } from './disk.ts';
import { RealNetwork } from './network.ts';
import type { NetworkOptions } from './network.ts';
import type { Receiver } from './receiver.ts';

/** Why a machine has stopped of itself: the process said so, or broke down. */
export type Stop =
  | { readonly kind: 'halt'; readonly reason: string }
  | { readonly kind: 'crash'; readonly error: unknown };

/** See the head of the file. */
export interface MachineOptions {
  readonly self: NodeId;
  readonly process: Process;
  readonly network: NetworkOptions;
  readonly disk?: DiskOptions;
  readonly onFact?: (fact: Fact) => void;
  readonly onTurn?: () => void;
  readonly onStop?: (stop: Stop) => void;
}

/** Leaves a handler because the process stops itself. */
class HaltSignal extends Error {
  override readonly name = 'HaltSignal';
}

/** See the head of the file. */
export class Machine implements Receiver {
  readonly network: RealNetwork;
  private readonly options: MachineOptions;
  private readonly io: MachineIo;
  /** What the process does at the end of a turn. */
  private readonly afterTurn: ((io: Io) => void) | null;
  private readonly timers: Timers;
  private readonly disk: RealDisk | null;
  /** What happened while something was handled; mostly nothing. */
  private queue: (Event | ((io: Io) => void))[] = [];
  private isHandling = false;
  /** How many of those that bring something in are not through with it. */
  private bringing = 0;
  private isOver = false;

  constructor(options: MachineOptions) {
    this.options = options;
    this.timers = new Timers((timer) => this.take({ kind: 'timer', timer }));
    this.network = new RealNetwork(options.network, this);
    this.disk = options.disk === undefined ? null : new RealDisk(options.disk, this);
    const hasTurns = options.process.afterTurn !== undefined;
    this.afterTurn = hasTurns ? (io) => options.process.afterTurn?.(io) : null;
    this.io = new MachineIo(options.self, hasTurns, this.timers, this.network, this.disk, options.onFact ?? null);
  }

  /** Whether it runs: it was not stopped and has not stopped of itself. */
  get isRunning(): boolean {
    return !this.isOver;
  }

  start(): void {
    this.take({ kind: 'start' });
    if (!this.isOver) this.network.start();
  }

  /** Does something with the process's own `io`, in turn with its events. */
  perform(act: (io: Io) => void): void {
    this.take(act);
  }

  /** Ends it in an orderly way: what was sent still travels. Resolves when its ports are free. */
  async stop(): Promise<void> {
    this.finish(true);
    await this.options.network.listeners?.close();
  }

  /** Ends it at once: connections break, nothing more is written. Resolves when its ports are free. */
  async kill(): Promise<void> {
    this.finish(false);
    await this.options.network.listeners?.close();
  }

  begin(): void {
    this.bringing += 1;
  }

  take(next: Event | ((io: Io) => void)): void {
    if (this.isOver) return;
    if (this.isHandling) {
      this.queue.push(next);
      return;
    }
    this.handleAll(next);
    if (this.bringing === 0) this.endTurn();
  }

  end(): void {
    this.bringing -= 1;
    if (this.bringing === 0 && !this.isHandling) this.endTurn();
  }

  private handleAll(next: Event | ((io: Io) => void)): void {
    this.isHandling = true;
    try {
      this.handle(next);
      for (let i = 0; i < this.queue.length && this.isRunning; i++) this.handle(this.queue[i]);
    } finally {
      if (this.queue.length > 0) this.queue = [];
      this.isHandling = false;
    }
  }

  private handle(next: Event | ((io: Io) => void) | undefined): void {
    if (next === undefined) return;
    try {
      if (typeof next === 'function') next(this.io);
      else this.options.process.handle(next, this.io);
      this.options.onTurn?.();
    } catch (error) {
      const stop: Stop = error instanceof HaltSignal ? { kind: 'halt', reason: error.message } : { kind: 'crash', error };
      this.finish(stop.kind === 'halt');
      void this.options.network.listeners?.close();
      this.options.onStop?.(stop);
    }
  }

  /**
   * A turn is what came in together: what a socket had, what the disk has done, a timer. Not what other sockets have, too: a log
   * that is idle is synced while they are read.
   */
  private endTurn(): void {
    if (this.isOver) return;
    if (this.afterTurn !== null) this.handleAll(this.afterTurn);
    this.disk?.endTurn();
    this.network.flush();
  }

  private finish(isOrderly: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.timers.stop();
    this.network.stop(isOrderly);
    this.disk?.stop(isOrderly);
  }
}

/** What the process is handed with each event. */
class MachineIo implements Io {
  readonly self: NodeId;
  readonly hasTurns: boolean;
  private readonly timers: Timers;
  private readonly network: RealNetwork;
  private readonly disk: RealDisk | null;
  private readonly onFact: ((fact: Fact) => void) | null;

  constructor(
    self: NodeId, hasTurns: boolean, timers: Timers, network: RealNetwork, disk: RealDisk | null,
    onFact: ((fact: Fact) => void) | null,
  ) {
    this.self = self;
    this.hasTurns = hasTurns;
    this.timers = timers;
    this.network = network;
    this.disk = disk;
    this.onFact = onFact;
  }

  now(): number {
    return monotonicMs();
  }

  wallTime(): number {
    return Date.now();
  }

  setTimer(timer: TimerId, afterMs: number): void {
    this.timers.set(timer, afterMs);
  }

  cancelTimer(timer: TimerId): void {
    this.timers.cancel(timer);
  }

  connect(node: NodeId, port: Port): ConnectionId {
    return this.network.connect(node, port);
  }

  send(connection: ConnectionId, message: Message): void {
    this.network.send(connection, message);
  }

  close(connection: ConnectionId): void {
    this.network.close(connection);
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    this.files.append(file, bytes, token);
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    this.files.write(file, offset, bytes, token);
  }

  sync(file: string, token: DiskToken): void {
    this.files.sync(file, token);
  }

  syncDirectory(token: DiskToken): void {
    this.files.syncDirectory(token);
  }

  read(file: string, token: DiskToken): void {
    this.files.read(file, token);
  }

  list(token: DiskToken): void {
    this.files.list(token);
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.files.rename(from, to, token);
  }

  remove(file: string, token: DiskToken): void {
    this.files.remove(file, token);
  }

  truncate(file: string, size: number, token: DiskToken): void {
    this.files.truncate(file, size, token);
  }

  random(bound: number): number {
    return randomInt(bound);
  }

  observe(fact: Fact): void {
    this.onFact?.(fact);
  }

  halt(reason: string): never {
    throw new HaltSignal(reason);
  }

  private get files(): RealDisk {
    if (this.disk === null) throw new InvariantViolation('this process has no disk');
    return this.disk;
  }
}
