/**
 * The `io` of one process: checks that the process may still have effects, and passes them on to the parts of the world. One
 * object serves all events of a process; it is valid only while an event is handled, which it checks.
 */
import { invariant } from '../base/invariant.ts';
import type { ConnectionId, DiskToken, NodeId, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Message, Port } from '../wire/message.ts';
import type { Core } from './core.ts';
import type { Device } from './device.ts';
import { type Host, TimerSlot } from './host.ts';
import type { Network } from './network.ts';
import { queueTimer } from './timers.ts';

/** Leaves a handler because the process is dying between two effects. */
export class CrashSignal extends Error {
  override readonly name = 'CrashSignal';
}

/** Leaves a handler because the process stops itself. */
export class HaltSignal extends Error {
  override readonly name = 'HaltSignal';
}

/** Carries what a judge threw past the process that stated the fact. */
export class ObserverFailure extends Error {
  override readonly name = 'ObserverFailure';
}

/** Thrown again and again, since making an error costs much and this one's stack says nothing. */
const CRASH: CrashSignal = new CrashSignal('a simulated crash');

/** What is told of the facts that processes state. */
export interface Observer {
  observed(host: Host, fact: Fact): void;
}

/** What a process is handed with every event. */
export class NodeIo implements Io {
  readonly self: NodeId;
  readonly host: Host;
  readonly core: Core;
  readonly network: Network;
  readonly device: Device;
  readonly observer: Observer;
  /** An event is being handled. */
  live = false;

  constructor(host: Host, core: Core, network: Network, device: Device, observer: Observer) {
    this.self = host.node;
    this.host = host;
    this.core = core;
    this.network = network;
    this.device = device;
    this.observer = observer;
  }

  now(): number {
    return Math.floor(this.host.clock.localUs(this.core.schedule.nowUs) / 1000);
  }

  wallTime(): number {
    const { jumped } = this.host.ailments;
    if (jumped !== null) this.core.counters.touched(jumped);
    return this.now() + this.host.clock.wallOffsetMs;
  }

  setTimer(timer: TimerId, afterMs: number): void {
    this.effect();
    invariant(afterMs >= 0 && Math.floor(afterMs) === afterMs, 'a timer takes whole milliseconds');
    const { host, core } = this;
    let slot = host.timers.get(timer);
    if (slot === undefined) {
      slot = new TimerSlot(host, timer);
      host.timers.set(timer, slot);
    }
    const late = host.clockLuck.below(core.settings.clock.timerLateUs + 1, 'timerLate');
    slot.armed = true;
    slot.dueLocalUs = host.clock.localUs(core.schedule.nowUs) + afterMs * 1000 + late;
    queueTimer(core, slot);
  }

  cancelTimer(timer: TimerId): void {
    this.effect();
    const slot = this.host.timers.get(timer);
    if (slot !== undefined) slot.armed = false;
  }

  connect(node: NodeId, port: Port): ConnectionId {
    this.effect();
    return this.network.connect(this.host, node, port);
  }

  send(connection: ConnectionId, message: Message): void {
    this.effect();
    this.network.send(this.host, connection, message);
  }

  close(connection: ConnectionId): void {
    this.effect();
    this.network.close(this.host, connection);
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    this.effect();
    this.device.append(this.host, file, bytes, token);
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    this.effect();
    this.device.write(this.host, file, offset, bytes, token);
  }

  sync(file: string, token: DiskToken): void {
    this.effect();
    this.device.sync(this.host, file, token);
  }

  syncDirectory(token: DiskToken): void {
    this.effect();
    this.device.syncDirectory(this.host, token);
  }

  read(file: string, token: DiskToken): void {
    this.effect();
    this.device.read(this.host, file, token);
  }

  list(token: DiskToken): void {
    this.effect();
    this.device.list(this.host, token);
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.effect();
    this.device.rename(this.host, from, to, token);
  }

  remove(file: string, token: DiskToken): void {
    this.effect();
    this.device.remove(this.host, file, token);
  }

  truncate(file: string, size: number, token: DiskToken): void {
    this.effect();
    this.device.truncate(this.host, file, size, token);
  }

  random(bound: number): number {
    invariant(this.live, 'a process may use its io only while it handles an event');
    return this.host.luck.below(bound, 'process');
  }

  observe(fact: Fact): void {
    this.observer.observed(this.host, fact);
  }

  halt(reason: string): never {
    throw new HaltSignal(reason);
  }

  /** One more effect of the event at hand, unless the process dies before it. */
  private effect(): void {
    invariant(this.live, 'a process may use its io only while it handles an event');
    if (this.host.effectsLeft-- <= 0) throw CRASH;
  }
}
