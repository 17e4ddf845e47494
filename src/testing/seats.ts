/**
 * The places of a simulated world at which promise-based clients sit: each is a machine of its own, which can be cut off, paused
 * and killed without the others. A seat without a client does nothing.
 */
import type { ClientHost, ClientSeat } from '../client/client-host.ts';
import { CALL_TIMER } from '../client/client-host.ts';
import { ConnectStringError, type ServerAddress } from '../client/connect-string.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import type { NodeSpec } from '../world/host.ts';
import type { World } from '../world/world.ts';

/** See the head of the file. */
export class Seats implements ClientHost {
  /** Somebody may have something to go on with. */
  isTouched = false;
  /** The world has come to its end: no call is answered any more. */
  isOver = false;
  /** What a callback of the user's threw first. */
  fault: { readonly error: unknown } | undefined;
  private readonly count: number;
  private readonly servers: readonly NodeId[];
  private readonly sitting: Map<NodeId, Process> = new Map();
  private readonly booted: Set<NodeId> = new Set();
  private calling: Set<NodeId> = new Set();
  /** Those whose machines are to be switched off. */
  private leaving: NodeId[] = [];
  private next: NodeId = FIRST_CLIENT;

  constructor(count: number, servers: readonly NodeId[]) {
    this.count = count;
    this.servers = servers;
  }

  /** Everybody who was touched has gone on. */
  rest(): void {
    this.isTouched = false;
  }

  specs(): NodeSpec[] {
    return Array.from({ length: this.count }, (_, index): NodeSpec => {
      const node = FIRST_CLIENT + index;
      return { node, kind: 'client', disk: false, boot: () => this.boot(node) };
    });
  }

  /** The address `server2:2181` is the server of id 2. */
  resolve(addresses: readonly ServerAddress[]): readonly NodeId[] {
    return addresses.map(({ host }) => {
      const id = Number(/^server(\d+)$/.exec(host)?.[1] ?? Number.NaN);
      if (!this.servers.includes(id)) {
        const last = this.servers.length;
        throw new ConnectStringError(`there is no ${host} in this world, which has server1 to server${last}`);
      }
      return id;
    });
  }

  seat(process: Process): ClientSeat {
    const node = this.next;
    if (node >= FIRST_CLIENT + this.count) {
      throw new Error(`this world has seats for ${this.count} clients; ask for more with \`clients\``);
    }
    this.next += 1;
    this.sitting.set(node, process);
    return {
      call: () => { if (this.sitting.get(node) === process) this.calling.add(node); },
      stop: () => {
        this.sitting.delete(node);
        this.leaving.push(node);
      },
      isOver: () => this.isOver,
    };
  }

  report(error: unknown): void {
    this.fault ??= { error };
  }

  /** Whether somebody sits there, who has neither left nor died. */
  isTaken(node: NodeId): boolean {
    return this.sitting.has(node);
  }

  /** The seat that was taken last. */
  get latest(): NodeId {
    return this.next - 1;
  }

  /** Lets those who called have their call, in the order of calling; one whose machine is not up yet waits. */
  answerCalls(world: World): void {
    for (const node of this.leaving) world.crash(node);
    this.leaving = [];
    if (this.calling.size === 0) return;
    const { calling } = this;
    this.calling = new Set();
    for (const node of calling) {
      if (world.isUp(node)) world.dispatch(world.host(node), { kind: 'timer', timer: CALL_TIMER }, null);
      else this.calling.add(node);
    }
  }

  /** A machine starts: the first time for whoever sits there, later for nobody, as its process died with it. */
  private boot(node: NodeId): Process {
    if (this.booted.has(node)) this.sitting.delete(node);
    this.booted.add(node);
    return {
      handle: (event: Event, io: Io): void => {
        const process = this.sitting.get(node);
        if (process === undefined) return;
        this.isTouched = true;
        process.handle(event, io);
      },
    };
  }
}
