/**
 * The seeded world: the only scheduler there is. It hands one event at a time to one process, in simulated time, and draws
 * everything that a real world leaves to luck from one chooser. It knows processes by their one door and never looks inside.
 * Same nodes, same settings, same faults, same draws: same trace, same hash.
 */
import { invariant, InvariantViolation, present } from '../base/invariant.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact, WorldFact } from '../io/fact.ts';
import type { Message } from '../wire/message.ts';
import { Atlas } from './atlas.ts';
import type { Chooser } from './chooser.ts';
import { Core, type Dispatcher } from './core.ts';
import { complete, Device } from './device.ts';
import type { SimulatedDisk } from './disk.ts';
import { mixEvent } from './event-hash.ts';
import { mixFact } from './fact-hash.ts';
import { FaultDriver } from './fault-driver.ts';
import { ActiveFault, type Fault, type FaultCounter } from './fault.ts';
import { Due, type Scheduled } from './heap.ts';
import { type ArmedCrash, type Host, type NodeSpec, UNLIMITED_EFFECTS } from './host.ts';
import { crashDisk, endLife, makeHost } from './life.ts';
import type { End } from './link.ts';
import { Network } from './network.ts';
import { CrashSignal, HaltSignal, NodeIo, type Observer, ObserverFailure } from './node-io.ts';
import { type SchedulerPlan, type SchedulerReport, TIMED } from './scheduler.ts';
import type { WorldSettings } from './settings.ts';
import type { Stage } from './stage.ts';
import { isTimerDue, queueTimer } from './timers.ts';
import type { TraceSink } from './trace.ts';

/** What a world is made of. */
export interface WorldOptions {
  readonly settings: WorldSettings;
  readonly chooser: Chooser;
  readonly nodes: readonly NodeSpec[];
  /** Takes a message through its encoding and back; used if `settings.encode`. */
  readonly recode?: (message: Message) => Message;
  /** A 32-bit word for a message, mixed into the trace hash. */
  readonly fingerprintMessage?: (message: Message) => number;
  /** Hears every fact when it is stated. What it throws leaves `run`. */
  readonly onFact?: (fact: Fact, node: NodeId, timeMs: number, step: number) => void;
  readonly trace?: TraceSink;
  /** In which order events are handled; left out: in that of their times. */
  readonly scheduler?: SchedulerPlan;
}

/** A process broke: it threw something, or one of its invariants did not hold. */
export interface ProcessFailure {
  readonly node: NodeId;
  readonly step: number;
  readonly timeMs: number;
  readonly message: string;
  readonly stack: string;
  /** An invariant was broken, rather than anything else thrown. */
  readonly invariant: boolean;
}

/** until: the time came; steps: so many events were handled; stopped: by `stop` or because a process broke. */
export type RunOutcome = 'until' | 'steps' | 'stopped';

/** Processes, their surroundings and the faults that befall them, in simulated time. */
export class World implements Dispatcher, Observer, Stage {
  readonly options: WorldOptions;
  readonly core: Core;
  readonly hosts: Map<NodeId, Host> = new Map();
  readonly ios: Map<NodeId, NodeIo> = new Map();
  readonly network: Network;
  readonly device: Device;
  readonly driver: FaultDriver;
  readonly atlas: Atlas = new Atlas();
  failure: ProcessFailure | null = null;
  private stopped = false;
  private roles = 0;
  /** The event being handled is of this host's process. */
  private handling: Host | null = null;

  constructor(options: WorldOptions) {
    this.options = options;
    const { settings, chooser, recode = null, trace = null, scheduler = TIMED } = options;
    this.core = new Core(settings, chooser, recode, trace, scheduler);
    this.network = new Network(this.core, this, this.hosts);
    this.device = new Device(this.core);
    this.driver = new FaultDriver(this, this.core.stream('faults'));
    for (const spec of options.nodes) this.addHost(spec);
  }

  /** Simulated milliseconds since the beginning. */
  get now(): number {
    return Math.floor(this.core.schedule.nowUs / 1000);
  }

  /** Events handled so far. */
  get step(): number {
    return this.core.step;
  }

  /** The rolling hash of the trace so far. */
  get hash(): string {
    return this.core.hash.hex();
  }

  /** What happened of each fault, whether or not anything did. */
  get faults(): FaultCounter[] {
    let drifting = 0;
    let deviating = 0;
    for (const host of this.hosts.values()) {
      if (host.ownPpm !== 0) drifting++;
      if (host.ownPpm !== 0 && host.clock.deviationUs(this.core.schedule.nowUs) >= 1000) deviating++;
    }
    return this.core.counters.list().map((row) => {
      return row.name === 'clockDrift' ? { ...row, fired: row.fired + drifting, effective: row.effective + deviating } : row;
    });
  }

  /** What the scheduler did. */
  get scheduling(): SchedulerReport {
    return this.core.schedule.report;
  }

  /** Lets a fault happen at a time. */
  schedule(atMs: number, fault: Fault): void {
    this.core.schedule.add(Math.round(atMs * 1000), Due.fault).fault = fault;
  }

  /** Goes on until a time, or as far beyond as its scheduler went, for at most so many events. Can be called again. */
  run(untilMs: number, maxSteps: number = Infinity): RunOutcome {
    const { schedule } = this.core;
    const untilUs = untilMs * 1000;
    const lastStep = this.core.step + maxSteps;
    while (!this.stopped) {
      if (this.core.step >= lastStep) return 'steps';
      if (schedule.nextTime() > untilUs) {
        schedule.nowUs = Math.max(schedule.nowUs, untilUs);
        return 'until';
      }
      const entry = schedule.take();
      if (entry !== undefined && this.perform(entry)) schedule.recycle(entry);
    }
    return 'stopped';
  }

  /** Ends the run after the event at hand. */
  stop(): void {
    this.stopped = true;
  }

  /** Kills a process as a loss of power does. */
  crash(node: NodeId): void {
    invariant(this.handling === null, 'a world is not changed from within an event');
    this.kill(this.host(node), 'fault', 'crash');
  }

  /** Starts a process that is down, as the next thing that happens. */
  restart(node: NodeId): void {
    this.restartLater(this.host(node), 0);
  }

  /** Stops a process from hearing anything until `resume`. */
  pause(node: NodeId): void {
    this.suspend(this.host(node), new ActiveFault('pause', node));
  }

  resume(node: NodeId): void {
    this.wake(this.host(node));
  }

  /** Cuts one direction between two processes until `mend`. Cuts add up. */
  cut(from: NodeId, to: NodeId): void {
    this.network.block(this.host(from), this.host(to), new ActiveFault('partition:pair', from));
  }

  mend(from: NodeId, to: NodeId): void {
    this.network.unblock(this.host(from), this.host(to));
  }

  /** Lets a fault happen now. */
  inject(fault: Fault): void {
    this.driver.inject(fault);
  }

  /**
   * Ends all faults, drops those still to come, starts whatever is down: the quiet tail begins. With a `core` of servers, those
   * alone are healed, and all others are lost for good.
   */
  heal(core: readonly NodeId[] | null = null): void {
    this.driver.endAll();
    this.network.heal();
    this.core.schedule.isCalm = true;
    for (const host of this.hosts.values()) {
      if (core !== null && host.spec.kind === 'server' && !core.includes(host.node)) {
        host.isLost = true;
        this.kill(host, 'fault', 'lost for good');
        continue;
      }
      host.armedCrash = null;
      if (host.pausedBy !== null) this.wake(host);
      if (!host.isUp) this.restartLater(host, host.luck.below(this.core.settings.restart.healMaxMs + 1, 'healDelay') * 1000);
    }
    this.announce({ kind: 'healed' });
  }

  /** The process of a node knows this disk; undefined if it has none. For tests and for scenarios that prepare one. */
  diskOf(node: NodeId): SimulatedDisk | undefined {
    return this.host(node).disk ?? undefined;
  }

  /** Whether the process of a node is up. */
  isUp(node: NodeId): boolean {
    return this.host(node).isUp;
  }

  // For the parts of the world.

  host(node: NodeId): Host {
    return present(this.hosts.get(node), 'there is no such process in this world');
  }

  dispatch(host: Host, event: Event, end: End | null): void {
    if (host.process === null) return;
    if (host.pausedBy !== null || host.waiting.length > 0) {
      if (host.pausedBy !== null) this.core.counters.touched(host.pausedBy);
      host.waiting.push({ event, end });
    } else {
      this.handle(host, event, end);
    }
  }

  observed(host: Host, fact: Fact): void {
    if (fact.kind === 'role') {
      host.role = fact.role;
      host.roleNumber = ++this.roles;
    }
    if (host.impairedBy !== null && (fact.kind === 'synchronized' || fact.kind === 'established')) this.recovered(host);
    this.tell(fact, host.node);
  }

  announce(fact: WorldFact): void {
    this.tell(fact, 'node' in fact ? fact.node : 0);
  }

  kill(host: Host, cause: 'fault' | 'power' | 'halt' | 'invariant', detail: string): boolean {
    if (host.process === null) return false;
    this.network.crash(host);
    endLife(host);
    crashDisk(this.core, host, cause);
    this.announce({ kind: 'crashed', node: host.node, cause, detail });
    return true;
  }

  restartLater(host: Host, delayUs: number): void {
    const entry = this.core.schedule.add(this.core.schedule.nowUs + delayUs, Due.restart);
    entry.host = host;
    entry.number = host.life;
  }

  suspend(host: Host, cause: ActiveFault): boolean {
    if (host.process === null || host.pausedBy !== null) return false;
    host.pausedBy = cause;
    return true;
  }

  wake(host: Host): void {
    if (host.pausedBy === null) return;
    host.pausedBy = null;
    if (host.waiting.length > 0) this.core.schedule.add(this.core.schedule.nowUs, Due.backlog).host = host;
  }

  setDrift(host: Host, ppm: number): void {
    host.clock.setDrift(this.core.schedule.nowUs, ppm);
    for (const slot of host.timers.values()) if (slot.armed) queueTimer(this.core, slot);
  }

  /** A process serves: if its disk is whole, it may be damaged again. */
  private recovered(host: Host): void {
    if (host.disk?.isRotten === true || host.diskErrors.some(({ call }) => call === 'read')) return;
    // What it has lied about may be missing as long as it is there.
    if (host.impairedBy?.name === 'diskError:lie') return;
    host.impairedBy = null;
  }

  private addHost(spec: NodeSpec): void {
    const host = makeHost(this.core, spec);
    this.hosts.set(spec.node, host);
    if (spec.isVoter === true) this.atlas.add(spec.node);
    this.ios.set(spec.node, new NodeIo(host, this.core, this.network, this.device, this));
  }

  /** Does what is due. Returns whether the entry may be used again. */
  private perform(entry: Scheduled): boolean {
    const { end, host, timer } = entry;
    switch (entry.kind) {
      case Due.message:
      case Due.opening:
      case Due.opened:
      case Due.closing:
        return this.network.arrive(entry);
      case Due.timer:
        if (timer !== null && isTimerDue(this.core, timer, entry.number)) {
          this.dispatch(timer.host, { kind: 'timer', timer: timer.id }, null);
        }
        return true;
      case Due.disk:
        this.diskDone(entry);
        return true;
      case Due.release:
        if (end !== null) this.network.release(end);
        return true;
      case Due.breaking:
        if (end !== null) this.network.break(end, entry.number);
        return true;
      case Due.hangUp:
        if (end !== null) this.network.hangUp(end);
        return true;
      case Due.connectTimeout:
        if (end !== null) this.network.connectTimeout(end);
        return true;
      case Due.backlog:
        if (host !== null) this.catchUp(host);
        return true;
      case Due.start:
      case Due.restart:
        if (host !== null && host.life === entry.number && !host.isUp) this.boot(host, entry.kind === Due.restart);
        return true;
      default:
        if (entry.fault !== null) this.driver.inject(entry.fault);
        else if (entry.active !== null) this.driver.end(entry.active);
        return true;
    }
  }

  private boot(host: Host, again: boolean): void {
    if (host.isLost) return;
    host.process = host.spec.boot();
    this.core.trace?.booted?.(host.node, host.process);
    if (again) this.announce({ kind: 'restarted', node: host.node });
    this.dispatch(host, { kind: 'start' }, null);
  }

  private diskDone(entry: Scheduled): void {
    const { host, request } = entry;
    if (host === null || request === null || host.life !== entry.number) return;
    const event = complete(host, request);
    if (event === undefined) return;
    host.isSyncDone = request.kind === 'sync' || request.kind === 'syncDirectory';
    this.dispatch(host, event, null);
    host.isSyncDone = false;
  }

  /** One of the events that came while the process was paused; the rest in turn. */
  private catchUp(host: Host): void {
    if (host.process === null || host.pausedBy !== null) return;
    const next = host.waiting.shift();
    if (next === undefined) return;
    if (host.waiting.length > 0) this.core.schedule.add(this.core.schedule.nowUs, Due.backlog).host = host;
    this.handle(host, next.event, next.end);
  }

  /** The one place where a process runs. */
  private handle(host: Host, event: Event, end: End | null): void {
    const { core } = this;
    const process = host.process;
    if (process === null || (end !== null && end.closedByOwner)) return;
    core.step++;
    mixEvent(core.hash, core.schedule.nowUs, host.node, event, this.options.fingerprintMessage);
    if (core.trace !== null) {
      core.trace.event(core.step, core.schedule.nowUs, host.node, event, end?.link.to.node ?? 0, end?.peer?.id ?? 0);
    }
    const armed = host.armedFor(event);
    host.effectsLeft = armed === null ? UNLIMITED_EFFECTS : armed.afterEffects;
    const io = present(this.ios.get(host.node), 'every process has its io');
    this.handling = host;
    io.live = true;
    try {
      process.handle(event, io);
      if (armed !== null) this.crashArmed(host, armed);
    } catch (error) {
      this.leave(host, armed, error);
    } finally {
      io.live = false;
      this.handling = null;
    }
  }

  /** A handler was left in the midst of an event. */
  private leave(host: Host, armed: ArmedCrash | null, error: unknown): void {
    if (error instanceof ObserverFailure) throw error.cause;
    if (error instanceof CrashSignal && armed !== null) {
      this.crashArmed(host, armed);
    } else if (error instanceof HaltSignal) {
      const { afterHaltMinMs, afterHaltMaxMs } = this.core.settings.restart;
      this.core.counters.hit('halt');
      this.kill(host, 'halt', error.message);
      this.restartLater(host, (afterHaltMinMs + host.luck.below(afterHaltMaxMs - afterHaltMinMs + 1, 'afterHalt')) * 1000);
    } else {
      const message = error instanceof Error ? error.message : String(error);
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      const invariant = error instanceof InvariantViolation;
      this.failure = { node: host.node, step: this.core.step, timeMs: this.now, message, stack, invariant };
      this.stopped = true;
      this.kill(host, 'invariant', message);
    }
  }

  private crashArmed(host: Host, armed: ArmedCrash): void {
    this.core.counters.effective(armed.name);
    this.kill(host, 'fault', armed.isAfterSync ? 'crash after a sync' : 'crash between two effects');
    this.restartLater(host, armed.downMs * 1000);
  }

  private tell(fact: Fact, node: NodeId): void {
    mixFact(this.core.hash, fact);
    this.atlas.see(fact, node);
    const onFact = this.options.onFact;
    if (onFact === undefined) return;
    try {
      onFact(fact, node, this.now, this.core.step);
    } catch (error) {
      if (this.handling === null) throw error;
      throw new ObserverFailure('a judge failed', { cause: error });
    }
  }
}
