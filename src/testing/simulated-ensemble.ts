/**
 * An ensemble in a simulated world, with seats for promise-based clients, and the loop that runs both: one event, then all the
 * code that waits for its outcome, then the calls which that code made, and so on. Nothing else runs in between, so a run is a
 * function of its seed and of the code under test. Every judge of the house watches.
 */
import { allProperties } from '../../properties/index.ts';
import type { SessionId } from '../base/session-id.ts';
import { SessionProcess } from '../client/session-face.ts';
import { isEnd } from '../client/watched-event.ts';
import { ZooKeeper } from '../client/zookeeper-face.ts';
import type { ZooKeeperOptions } from '../client/zookeeper-face.ts';
import type { Expectations } from '../history/expectations.ts';
import { Panel } from '../history/panel.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { PlannedFault } from '../plan/plan.ts';
import { DEFAULT_CONFIG, type Member, type ServerConfig } from '../server/config.ts';
import { Server } from '../server/server.ts';
import { fingerprintMessage } from '../wire/message-fingerprint.ts';
import { recode } from '../wire/recode.ts';
import type { Stream } from '../world/chooser.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { NodeSpec } from '../world/host.ts';
import { seal } from '../world/seal.ts';
import type { WorldSettings } from '../world/settings.ts';
import { World } from '../world/world.ts';
import { replaceBuiltins } from './builtins.ts';
import { breathe, drain } from './drain.ts';
import { checkNumber } from './options.ts';
import { Seats } from './seats.ts';
import { standsFor } from './stands.ts';

/** What to put into the world. */
export interface EnsembleSetup {
  readonly seed: string;
  readonly voters: number;
  readonly observers: number;
  /** Seats for clients. */
  readonly clients: number;
  readonly config: Partial<ServerConfig>;
  readonly settings: WorldSettings;
  readonly faults: readonly PlannedFault[];
  /** When the faults end and everything is mended. */
  readonly faultsEndMs: number;
  readonly onFact?: (fact: Fact, node: NodeId, timeMs: number) => void;
}

/** How a stretch of a run ended: its program is over, or the time was up. */
export type Ending = 'over' | 'timeout';

/** Short ticks, so that what waits for them does not take long to simulate. */
const TICK_MS = 200;
const SETTLE_MS = 15_000;
/** The rest of the program gets a turn after so many events. */
const BREATH_STEPS = 100_000;
/** See `SimulatedEnsemble.isRunning`; one runs at a time. */
let isRunning = false;
const DISK_FAULTS: readonly string[] = ['diskError', 'diskFull', 'bitRot'];

/** See the head of the file. */
export class SimulatedEnsemble {
  readonly world: World;
  readonly panel: Panel;
  readonly seats: Seats;
  /** For the program's own draws. */
  readonly luck: Stream;
  readonly connectString: string;
  readonly setup: EnsembleSetup;
  private readonly clock: SessionProcess;
  private readonly stands: ReadonlyMap<string, unknown>;
  private readonly seatOf: Map<ZooKeeper, NodeId> = new Map();
  private isHealed = false;
  private readonly connectedAt: Map<NodeId, SessionId> = new Map();
  /** Whom the judge of liveness asks about at the end: the clients that still want to be served. */
  private readonly judged: NodeId[] = [];

  constructor(setup: EnsembleSetup) {
    this.setup = setup;
    const members = membersOf(setup);
    const ids = members.map(({ id }) => id);
    const chooser = new SeedChooser(setup.seed);
    this.seats = new Seats(setup.clients + 1, ids);
    this.panel = new Panel(allProperties, expectationsOf(setup, members, this.judged));
    this.world = new World({
      settings: setup.settings, chooser, recode, fingerprintMessage,
      nodes: [...members.map((member) => serverSpec(member, members, setup.config)), ...this.seats.specs()],
      onFact: (fact, node, timeMs, step) => {
        this.panel.see(fact, node, timeMs, step);
        const left = this.sessionLeft(fact, node);
        if (left !== undefined) this.panel.see({ kind: 'sessionDisconnected', sessionId: left }, node, timeMs, step);
        setup.onFact?.(fact, node, timeMs);
      },
    });
    this.connectString = ids.map((id) => `server${id}:2181`).join(',');
    this.luck = chooser.stream('program');
    for (const { atMs, fault } of setup.faults) this.world.schedule(atMs, fault);
    // A session that is never opened is a clock and nothing more.
    this.clock = new SessionProcess({ servers: ids, sessionTimeoutMs: 1000 }, () => undefined);
    this.clock.sit(this.seats.seat(this.clock));
    this.stands = standsFor({
      luck: this.luck, wallEpochMs: setup.settings.clock.wallEpochMs,
      now: () => this.world.now, sleep: (ms) => this.sleep(ms), report: (error) => { this.seats.report(error); },
    });
  }

  /** A client on a machine of its own. */
  connect(options: ZooKeeperOptions = {}, chroot: string = ''): ZooKeeper {
    const client = new ZooKeeper(this.seats, this.connectString + chroot, options);
    this.seatOf.set(client, this.seats.latest);
    return client;
  }

  /** The number of a client's machine in the world. */
  nodeOf(client: ZooKeeper): NodeId {
    const node = this.seatOf.get(client);
    if (node === undefined) throw new Error('this client was not made by this simulation; use its `connect`');
    return node;
  }

  /** Simulated milliseconds, by the program's own clock. */
  sleep(ms: number): Promise<void> {
    checkNumber('a sleep', ms);
    return this.clock.sleep(Math.max(0, ms));
  }

  /**
   * Runs until `isOver` says so, which is asked whenever the program has done all that it can, or until a time. Throws what a
   * callback of the program threw, and when a process of the world broke or a judge found something.
   */
  async run(isOver: () => boolean, untilMs: number): Promise<Ending> {
    let nextBreath = this.world.step + BREATH_STEPS;
    let open = this.shut();
    try {
      for (;;) {
        await drain();
        this.seats.rest();
        this.check();
        if (isOver()) return 'over';
        this.seats.answerCalls(this.world);
        if (!this.seats.isTouched && this.step(untilMs) === 'until') return 'timeout';
        if (this.world.step < nextBreath) continue;
        nextBreath = this.world.step + BREATH_STEPS;
        open();
        await breathe();
        open = this.shut();
      }
    } finally {
      open();
    }
  }

  /** Whether a program of a simulation is running at this moment, and so whoever asks belongs to it. */
  static get isRunning(): boolean {
    return isRunning;
  }

  /** Shuts the doors to the real machine until what it returns is called. */
  private shut(): () => void {
    const unseal = seal(this.stands);
    const putBack = replaceBuiltins(this.stands);
    isRunning = true;
    return () => {
      isRunning = false;
      putBack();
      unseal();
    };
  }

  /** Heals everything, and lets it all settle for the judges of liveness; whatever the program left behind goes on. */
  async finish(): Promise<void> {
    this.heal();
    await this.run(() => false, this.world.now + 2 * SETTLE_MS);
    for (const [client, node] of this.seatOf) if (!isEnd(client.state) && this.seats.isTaken(node)) this.judged.push(node);
    this.panel.finish(this.world.now);
    this.check();
  }

  /** Ends the faults of the plan, and those that the program made. */
  heal(): void {
    if (this.isHealed) return;
    this.isHealed = true;
    this.world.heal();
  }

  /** Events until one concerns a client. */
  private step(untilMs: number): 'until' | 'touched' {
    while (!this.seats.isTouched) {
      const faultsEndMs = this.isHealed ? Infinity : this.setup.faultsEndMs;
      const ended = this.world.run(Math.min(untilMs, faultsEndMs), 1);
      if (ended === 'stopped') return 'touched';
      if (ended === 'steps') continue;
      if (this.world.now >= untilMs) return 'until';
      this.heal();
    }
    return 'touched';
  }

  /** The session of a machine that is no more: nobody is left to state that its connection is gone. */
  private sessionLeft(fact: Fact, node: NodeId): SessionId | undefined {
    if (fact.kind === 'sessionConnected') this.connectedAt.set(node, fact.sessionId);
    if (fact.kind === 'sessionDisconnected' || fact.kind === 'sessionClosed') this.connectedAt.delete(node);
    if (fact.kind !== 'crashed') return undefined;
    const session = this.connectedAt.get(node);
    this.connectedAt.delete(node);
    return session;
  }

  private check(): void {
    const { fault } = this.seats;
    if (fault !== undefined) throw fault.error;
    const { failure } = this.world;
    if (failure !== null) throw new Error(`process ${failure.node} failed: ${failure.message}\n${failure.stack}`);
    const { violation } = this.panel;
    if (violation !== null) throw new Error(`${violation.property}: ${violation.sentence}`);
  }
}

function membersOf({ voters, observers }: EnsembleSetup): Member[] {
  return Array.from({ length: voters + observers }, (_, index): Member => {
    return { id: index + 1, role: index < voters ? 'participant' : 'observer' };
  });
}

function serverSpec(member: Member, members: readonly Member[], config: Partial<ServerConfig>): NodeSpec {
  const quick = { tickTimeMs: TICK_MS, minSessionTimeoutMs: 2 * TICK_MS, preAllocSizeKb: 0, extendedTypesEnabled: true };
  const whole: ServerConfig = { ...DEFAULT_CONFIG, ...quick, ...config, id: member.id, members };
  const isVoter = member.role === 'participant';
  return { node: member.id, kind: 'server', disk: true, isVoter, boot: () => new Server(whole) };
}

function expectationsOf(setup: EnsembleSetup, members: readonly Member[], clients: readonly NodeId[]): Expectations {
  const ids = (role: Member['role']): number[] => members.filter((member) => member.role === role).map(({ id }) => id);
  const drifts = setup.faults.map(({ fault }) => (fault.kind === 'drift' ? Math.abs(fault.ppm) : 0));
  const { extendedTypesEnabled = true, enforceQuota = false, skipACL = false, superDigest = null } = setup.config;
  return {
    rules: {
      extendedTypesEnabled, enforceQuota, skipAcl: skipACL, superDigest,
      maxNeverUsedIntervalMs: setup.config.containerMaxNeverUsedIntervalMs ?? DEFAULT_CONFIG.containerMaxNeverUsedIntervalMs,
    },
    voters: ids('participant'),
    observers: ids('observer'),
    spares: [],
    clients,
    tickTimeMs: setup.config.tickTimeMs ?? TICK_MS,
    heals: true,
    settleMs: SETTLE_MS,
    answerMs: SETTLE_MS,
    timelyMs: SETTLE_MS,
    clockDriftPerMille: Math.ceil(Math.max(setup.settings.clock.driftPpmMax, ...drifts) / 1000) + 1,
    mayHalt: setup.faults.some(({ fault }) => DISK_FAULTS.includes(fault.kind)),
  };
}
