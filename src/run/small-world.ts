/**
 * A small world for tests of behaviour: real servers, and clients that do at once what a test says and remember what they
 * were told. Every such test is judged like any other run: what a judge finds fails it. Not part of the service.
 */
import { allProperties } from '../../properties/index.ts';
import { present } from '../base/invariant.ts';
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import { ClientCore } from '../client/client-core.ts';
import type { ClientOutcome, ReplyOutcome } from '../client/outcome.ts';
import type { Expectations } from '../history/expectations.ts';
import { Panel } from '../history/panel.ts';
import type { ConnectionId, Event, NodeId } from '../io/event.ts';
import type { Fact, FactKind, FactOf } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { DEFAULT_CONFIG, type Member, type ServerConfig } from '../server/config.ts';
import { Server } from '../server/server.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Message, Port } from '../wire/message.ts';
import { recode } from '../wire/recode.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { NodeSpec } from '../world/host.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { World } from '../world/world.ts';
import { rulesOf } from './service-rules.ts';

const POLL_TIMER = 1;
const POLL_MS = 1;
const SETTLE_MS = 15_000;
const FIRST_CLIENT = 1001;

/** Short ticks, so that what waits for them does not take long to simulate; and every type of node. */
const QUICK = { extendedTypesEnabled: true, tickTimeMs: 200, minSessionTimeoutMs: 400 };

/** What a test wants done with the process's own `io`, at its next event. */
type Wish = (io: Io) => void;

/** Wakes up every millisecond to do what it is told. */
abstract class Told implements Process {
  readonly node: NodeId;
  pollMs: number = POLL_MS;
  private wishes: Wish[] = [];

  constructor(node: NodeId) {
    this.node = node;
  }

  wish(wish: Wish): void {
    this.wishes.push(wish);
  }

  handle(event: Event, io: Io): void {
    if (event.kind === 'start' || (event.kind === 'timer' && event.timer === POLL_TIMER))
      io.setTimer(POLL_TIMER, this.pollMs);
    else this.take(event, io);
    const { wishes } = this;
    this.wishes = [];
    for (const wish of wishes) wish(io);
    this.settle();
  }

  protected abstract take(event: Event, io: Io): void;
  protected settle(): void {}
}

/** A client with a session; `events` and `turns` are all that ever happened to it, in order. */
export class Puppet extends Told {
  readonly core: ClientCore;
  readonly replies: Map<number, ReplyOutcome> = new Map();
  readonly lost: Set<number> = new Set();
  /** Watch events as `type path`, and what became of the session by its name. */
  readonly events: { readonly type: number; readonly path: string; readonly zxid: Zxid }[] = [];
  readonly turns: ClientOutcome['kind'][] = [];
  /** Every outcome in its order: `reply <cxid>`, `event <type> <path>`, or the name of the turn. */
  readonly diary: string[] = [];

  constructor(node: NodeId, servers: readonly NodeId[], sessionTimeoutMs: number) {
    super(node);
    this.core = new ClientCore({ servers, sessionTimeoutMs });
    this.wish((io) => {
      this.core.open(io);
    });
  }

  protected take(event: Event, io: Io): void {
    this.core.handle(event, io);
  }

  protected override settle(): void {
    for (const outcome of this.core.drain()) this.note(outcome);
  }

  private note(outcome: ClientOutcome): void {
    switch (outcome.kind) {
      case 'reply':
        this.replies.set(outcome.cxid, outcome);
        this.diary.push(`reply ${outcome.cxid}`);
        return;
      case 'event':
        this.events.push(outcome);
        this.diary.push(`event ${outcome.type} ${outcome.path}`);
        return;
      case 'lost':
      case 'unsent':
        this.lost.add(outcome.cxid);
        return;
      default:
        this.turns.push(outcome.kind);
        this.diary.push(outcome.kind);
    }
  }
}

/** A bare connection: says what it is told to, byte for byte if need be, and keeps what it hears. */
export class BareClient extends Told {
  readonly heard: Message[] = [];
  isConnected = false;
  isClosed = false;
  private connection: ConnectionId = 0;

  /** To a port of a server; what was there before is left behind, open. */
  connect(server: NodeId, port: Port = 'client'): void {
    this.isConnected = false;
    this.isClosed = false;
    this.wish((io) => {
      this.connection = io.connect(server, port);
    });
  }

  say(message: Message): void {
    this.wish((io) => {
      io.send(this.connection, message);
    });
  }

  hangUp(): void {
    this.wish((io) => {
      io.close(this.connection);
    });
  }

  protected take(event: Event): void {
    if (!('connection' in event) || event.connection !== this.connection) return;
    if (event.kind === 'connected') this.isConnected = true;
    else if (event.kind === 'received') this.heard.push(event.message);
    else if (event.kind === 'closed') this.isClosed = true;
  }
}

/** Who there is. Left out: three voters, defaults, one seed. */
export interface SmallWorldOptions {
  readonly voters?: number;
  readonly observers?: number;
  readonly config?: Partial<ServerConfig>;
  readonly seed?: string;
  /** How many clients of each kind there may be. */
  readonly clients?: number;
}

/** A message on its way. */
export interface SentMessage {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  readonly step: number;
}

/** A fact with its place and time. */
export interface StatedFact {
  readonly fact: Fact;
  readonly node: NodeId;
  readonly timeMs: number;
  readonly step: number;
}

/** See the head of the file. */
export class SmallWorld {
  readonly world: World;
  readonly panel: Panel;
  readonly members: readonly Member[];
  readonly servers: Map<NodeId, Server> = new Map();
  readonly facts: StatedFact[] = [];
  /** Everything that was sent, and everything but timers that anybody heard; `peer` is the other end of the connection, or 0. */
  readonly sent: SentMessage[] = [];
  readonly heard: { readonly node: NodeId; readonly peer: NodeId; readonly event: Event }[] = [];
  /** The session id of those who have none. */
  readonly none: SessionId = NO_SESSION;
  private readonly seats: Map<NodeId, Told> = new Map();
  private nextClient: NodeId = FIRST_CLIENT;

  constructor(options: SmallWorldOptions = {}) {
    const { voters = 3, observers = 0, clients = 6 } = options;
    const role = (id: number): Member['role'] => (id <= voters ? 'participant' : 'observer');
    this.members = Array.from({ length: voters + observers }, (_, index) => ({
      id: index + 1,
      role: role(index + 1),
    }));
    const ids = Array.from({ length: clients }, (_, index) => FIRST_CLIENT + index);
    this.panel = new Panel(allProperties, this.expectations({ ...DEFAULT_CONFIG, ...QUICK, ...options.config }));
    this.world = new World({
      settings: { ...DEFAULT_SETTINGS, encode: true },
      chooser: new SeedChooser(options.seed ?? 'small world'),
      nodes: [
        ...this.members.map(({ id }) => this.serverSpec(id, options.config ?? {})),
        ...ids.map((id) => this.seat(id)),
      ],
      recode,
      onFact: (fact, node, timeMs, step) => {
        this.facts.push({ fact, node, timeMs, step });
        this.panel.see(fact, node, timeMs, step);
      },
      trace: {
        event: (_step, _timeUs, node, event, peer) => {
          if (event.kind !== 'timer') this.heard.push({ node, peer, event });
        },
        sent: (step, _timeUs, from, to, message) => {
          this.sent.push({ from, to, message, step });
        },
      },
    });
  }

  /** A client with a session at one of `servers`, once it stands. */
  client(servers: readonly NodeId[] = this.members.map(({ id }) => id), sessionTimeoutMs: number = 30_000): Puppet {
    const puppet = new Puppet(this.nextClient++, servers, sessionTimeoutMs);
    this.seatNow(puppet);
    this.until(() => puppet.core.phase === 'connected', 'a client connects');
    return puppet;
  }

  /** A bare connection to `server`, once it stands. */
  bare(server: NodeId): BareClient {
    const bare = new BareClient(this.nextClient++);
    this.seatNow(bare);
    bare.connect(server);
    this.until(() => bare.isConnected, 'a bare client connects');
    return bare;
  }

  /** Hands a request over without waiting; the function that is returned looks up its xid afterwards. */
  post(client: Puppet, request: Request): () => number {
    let cxid = 0;
    client.wish((io) => {
      cxid = client.core.submit(request, io);
    });
    return () => cxid;
  }

  /** Nothing passes between two processes, either way. */
  part(one: NodeId, other: NodeId): void {
    this.world.cut(one, other);
    this.world.cut(other, one);
  }

  /** Undoes one `part`. */
  join(one: NodeId, other: NodeId): void {
    this.world.mend(one, other);
    this.world.mend(other, one);
  }

  /** Parts a server from all other servers. */
  isolate(id: NodeId): void {
    for (const member of this.members) if (member.id !== id) this.part(id, member.id);
  }

  /** Undoes one `isolate`. */
  reunite(id: NodeId): void {
    for (const member of this.members) if (member.id !== id) this.join(id, member.id);
  }

  /** The answer to a request. */
  ask(client: Puppet, request: Request): ReplyOutcome {
    const cxid = this.post(client, request);
    this.until(
      () => cxid() > 0 && (client.replies.has(cxid()) || client.lost.has(cxid())),
      `${request.kind} is answered`,
    );
    return present(client.replies.get(cxid()), 'the connection died before the answer');
  }

  /** Some time passes. */
  pass(ms: number): void {
    this.world.run(this.world.now + ms);
    if (this.world.failure !== null) throw new Error(this.world.failure.stack);
  }

  /** Time passes until something is so, for two simulated minutes at most. */
  until(isSo: () => boolean, what: string): void {
    for (let waited = 0; waited < 120_000; waited += 2) {
      if (isSo()) return;
      this.pass(2);
    }
    throw new Error(`it never happens that ${what}`);
  }

  /** The one that leads, once there is one that a quorum follows. */
  leader(): NodeId {
    const leading = (): NodeId | undefined => this.roles('LEADING')[0];
    this.until(
      () => leading() !== undefined && this.roles('FOLLOWING').length * 2 + 2 > this.voters.length,
      'somebody leads',
    );
    return present(leading(), 'a leader');
  }

  followers(): readonly NodeId[] {
    this.until(() => this.roles('FOLLOWING').length === this.voters.length - 1, 'everybody else follows');
    return this.roles('FOLLOWING');
  }

  /** The facts of a kind so far. */
  of<K extends FactKind>(kind: K, node?: NodeId): FactOf<K>[] {
    const found: FactOf<K>[] = [];
    for (const each of this.facts)
      if (isOf(each.fact, kind) && (node === undefined || each.node === node)) found.push(each.fact);
    return found;
  }

  server(id: NodeId): Server {
    return present(this.servers.get(id), 'a server');
  }

  /** Heals everything, lets things settle, and fails if any judge found anything. */
  end(): void {
    for (const told of this.seats.values()) told.pollMs = 1000;
    this.world.heal();
    this.pass(2 * SETTLE_MS);
    this.panel.finish(this.world.now);
    const { violation } = this.panel;
    if (violation !== null) throw new Error(`${violation.property}: ${violation.sentence}`);
  }

  private seatNow(told: Told): void {
    this.seats.set(told.node, told);
    this.world.crash(told.node);
    this.world.restart(told.node);
  }

  private get voters(): readonly Member[] {
    return this.members.filter((member) => member.role === 'participant');
  }

  private roles(role: string): NodeId[] {
    return this.members
      .map(({ id }) => id)
      .filter((id) => this.world.isUp(id) && this.of('role', id).at(-1)?.role === role);
  }

  private expectations(config: Omit<ServerConfig, 'id' | 'members'>): Expectations {
    const ids = (role: Member['role']): NodeId[] =>
      this.members.filter((member) => member.role === role).map(({ id }) => id);
    return {
      voters: ids('participant'),
      observers: ids('observer'),
      spares: [],
      clients: [],
      tickTimeMs: QUICK.tickTimeMs,
      heals: true,
      settleMs: SETTLE_MS,
      answerMs: SETTLE_MS,
      timelyMs: SETTLE_MS,
      clockDriftPerMille: 2,
      mayHalt: false,
      rules: rulesOf(config),
    };
  }

  private serverSpec(id: NodeId, config: Partial<ServerConfig>): NodeSpec {
    const boot = (): Server => {
      const server = new Server({ ...DEFAULT_CONFIG, preAllocSizeKb: 0, ...QUICK, ...config, id, members: this.members });
      this.servers.set(id, server);
      return server;
    };
    return { node: id, kind: 'server', disk: true, boot };
  }

  /** A client's place: empty until somebody is seated there and it is restarted. */
  private seat(id: NodeId): NodeSpec {
    return {
      node: id,
      kind: 'client',
      disk: false,
      boot: () => this.seats.get(id) ?? { handle: (): void => undefined },
    };
  }
}

function isOf<K extends FactKind>(fact: Fact, kind: K): fact is FactOf<K> {
  return fact.kind === kind;
}
