/**
 * Breaking a simulated ensemble on purpose, in a program's own words and at its own time. A server is its id, a client is itself.
 * Whatever goes on is mended when the program is over.
 */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { NodeId } from '../io/event.ts';
import { DecodeError } from '../plan/decode.ts';
import { decodeFault } from '../plan/fault-decoder.ts';
import type { Fault } from '../world/fault.ts';
import { checkTime, OptionError } from './options.ts';
import type { SimulatedEnsemble } from './simulated-ensemble.ts';

/** A machine of the world: a server's id, or a client. */
export type Machine = NodeId | ZooKeeper;

/** See the head of the file. */
export class SimulatedChaos {
  private readonly ensemble: SimulatedEnsemble;

  constructor(ensemble: SimulatedEnsemble) {
    this.ensemble = ensemble;
  }

  /** The process is gone, as with SIGKILL. Of a client: what waits for it waits for ever. */
  kill(machine: Machine): void {
    this.ensemble.world.crash(this.node(machine));
  }

  /** Starts a server that was killed; one that runs goes on. */
  restart(server: NodeId): void {
    this.ensemble.world.restart(this.server(server));
  }

  /** It hears nothing until `resume`, as with SIGSTOP. */
  pause(machine: Machine): void {
    this.ensemble.world.pause(this.node(machine));
  }

  resume(machine: Machine): void {
    this.ensemble.world.resume(this.node(machine));
  }

  /** Nothing passes between two machines until `mend`. */
  cut(one: Machine, other: Machine): void {
    if (one === other) throw new OptionError('a machine cannot be cut off from itself: name two');
    const { world } = this.ensemble;
    world.cut(this.node(one), this.node(other));
    world.cut(this.node(other), this.node(one));
  }

  mend(one: Machine, other: Machine): void {
    const { world } = this.ensemble;
    world.mend(this.node(one), this.node(other));
    world.mend(this.node(other), this.node(one));
  }

  /** Nothing passes between a machine and any server until `rejoin`. */
  isolate(machine: Machine): void {
    for (const server of this.serversBut(machine)) this.cut(machine, server);
  }

  rejoin(machine: Machine): void {
    for (const server of this.serversBut(machine)) this.mend(machine, server);
  }

  /** Any fault of the house, now. */
  inject(fault: Fault): void {
    try {
      decodeFault(fault, 'the fault');
    } catch (error) {
      throw error instanceof DecodeError ? new OptionError(error.message) : error;
    }
    this.ensemble.world.inject(fault);
  }

  /** A server's disk takes `factor` times as long to sync for a while. */
  slowDisk(server: NodeId, factor: number, forMs: number): void {
    checkTime('forMs', forMs);
    this.inject({ kind: 'slowSync', target: { node: this.server(server) }, factor, forMs });
  }

  private node(machine: Machine): NodeId {
    return typeof machine === 'object' ? this.ensemble.nodeOf(machine) : this.server(machine);
  }

  private server(id: NodeId): NodeId {
    if (this.servers.includes(id)) return id;
    if (typeof id === 'object') throw new OptionError('only a server can be this; what was given is a client: connect another');
    throw new OptionError(`there is no server ${String(id)} here; there are ${this.servers.join(', ')}`);
  }

  private get servers(): NodeId[] {
    const { voters, observers } = this.ensemble.setup;
    return Array.from({ length: voters + observers }, (_, index) => index + 1);
  }

  private serversBut(machine: Machine): NodeId[] {
    return this.servers.filter((id) => id !== machine);
  }
}
