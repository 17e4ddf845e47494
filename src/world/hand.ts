/**
 * A client that a test leads by the hand: it opens connections, sends whatever it is told to, also what no client would, and
 * keeps what comes back. And an ensemble of servers around such hands, in an exact world. Like the probe, it is for tests and
 * not for worlds that are judged.
 */
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { present } from '../base/invariant.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { ConnectionId, Event, NodeId } from '../io/event.ts';
import type { Fact, FactKind, FactOf } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { ConnectResponse, EventMessage, ReplyMessage, Request } from '../wire/client-messages.ts';
import { recode } from '../wire/recode.ts';
import { Xid } from '../wire/words.ts';
import { SeedChooser } from './chooser.ts';
import { EXACT } from './probe.ts';
import { World } from './world.ts';

const BEAT_TIMER = 1;
const BEAT_MS = 1;

/** What a connection asks for when it asks for a session. */
export interface Asking {
  readonly sessionId?: SessionId;
  readonly password?: Uint8Array;
  readonly timeoutMs?: number;
  readonly readOnly?: boolean;
  readonly lastZxidSeen?: Zxid;
}

/** One connection, as its client knows it. */
export class Line {
  connection: ConnectionId = 0;
  isOpen = false;
  isClosed = false;
  /** The answer to the handshake. */
  granted: ConnectResponse | null = null;
  readonly replies: ReplyMessage[] = [];
  readonly events: EventMessage[] = [];
  /** What arrived, in order: `reply 3 0`, `event /a`, `granted`, `refused`, `closed`. */
  readonly log: string[] = [];
  private xid = 0;

  get sessionId(): SessionId {
    return this.granted?.sessionId ?? NO_SESSION;
  }

  /** What is needed to come back to the session. */
  get ticket(): Asking {
    const granted = present(this.granted, 'no session was granted');
    return { sessionId: granted.sessionId, password: granted.password };
  }

  nextXid(): number {
    this.xid += 1;
    return this.xid;
  }

  /** The reply to the request that was sent under `xid`. */
  replyTo(xid: number): ReplyMessage | undefined {
    return this.replies.find((reply) => reply.xid === xid);
  }
}

/** Does what is asked of it, within a millisecond. */
export class Hand implements Process {
  private readonly todo: ((io: Io) => void)[] = [];
  private readonly lines: Line[] = [];

  handle(event: Event, io: Io): void {
    if (event.kind === 'start' || event.kind === 'timer') {
      for (let next = this.todo.shift(); next !== undefined; next = this.todo.shift()) next(io);
      io.setTimer(BEAT_TIMER, BEAT_MS);
      return;
    }
    if (!('connection' in event)) return;
    const line = this.lines.find(({ connection }) => connection === event.connection);
    if (line !== undefined) this.hear(line, event);
  }

  /** Opens a connection and asks for a session, unless `asking` is null. */
  connect(server: NodeId, asking: Asking | null = {}): Line {
    const line = new Line();
    this.lines.push(line);
    this.todo.push((io) => {
      line.connection = io.connect(server, 'client');
      if (asking === null) return;
      io.send(line.connection, {
        kind: 'connectRequest',
        protocolVersion: 0,
        lastZxidSeen: asking.lastZxidSeen ?? ZXID_ZERO,
        timeoutMs: asking.timeoutMs ?? 6000,
        sessionId: asking.sessionId ?? NO_SESSION,
        password: asking.password ?? new Uint8Array(16),
        readOnly: asking.readOnly ?? false,
      });
    });
    return line;
  }

  /** Sends a request; answers the xid that it travels under. */
  send(line: Line, request: Request): number {
    const xid = request.kind === 'auth' ? Xid.AUTH : request.kind === 'ping' ? Xid.PING : line.nextXid();
    this.todo.push((io) => { io.send(line.connection, { kind: 'request', xid, request }); });
    return xid;
  }

  hangUp(line: Line): void {
    this.todo.push((io) => { io.close(line.connection); });
  }

  private hear(line: Line, event: Event): void {
    if (event.kind === 'connected') line.isOpen = true;
    if (event.kind === 'closed') {
      line.isClosed = true;
      line.log.push('closed');
    }
    if (event.kind !== 'received') return;
    const { message } = event;
    if (message.kind === 'connectResponse') {
      line.granted = message;
      line.log.push(message.timeoutMs > 0 ? 'granted' : 'refused');
    } else if (message.kind === 'reply') {
      line.replies.push(message);
      line.log.push(`reply ${message.xid} ${message.err}`);
    } else if (message.kind === 'event') {
      line.events.push(message);
      line.log.push(`event ${message.path}`);
    }
  }
}

/** Servers 1 to n and some hands, as nodes 1001 and on. */
export class Ensemble {
  readonly world: World;
  readonly hands: readonly Hand[];
  readonly facts: { readonly fact: Fact; readonly node: NodeId; readonly timeMs: number }[] = [];

  constructor(servers: number, hands: number, boot: (id: NodeId) => Process) {
    this.hands = Array.from({ length: hands }, () => new Hand());
    const ids = Array.from({ length: servers }, (_, index) => index + 1);
    this.world = new World({
      settings: { ...EXACT, encode: true },
      chooser: new SeedChooser('ensemble'),
      recode,
      nodes: [
        ...ids.map((node) => ({ node, kind: 'server' as const, disk: true, boot: () => boot(node) })),
        ...this.hands.map((hand, index) => ({ node: 1001 + index, kind: 'client' as const, disk: false, boot: () => hand })),
      ],
      onFact: (fact, node, timeMs) => this.facts.push({ fact, node, timeMs }),
    });
  }

  /** Lets time pass; a process that breaks an invariant fails the test. */
  run(ms: number): void {
    this.world.run(this.world.now + ms);
    const { failure } = this.world;
    if (failure !== null) throw new Error(`process ${failure.node}: ${failure.message}\n${failure.stack}`);
  }

  /** The server that leads. */
  get leader(): NodeId {
    const last = this.of('role').findLast(({ fact }) => fact.role === 'LEADING');
    return present(last, 'nobody leads').node;
  }

  /** The facts of one kind, in order. */
  of<K extends FactKind>(kind: K): { readonly fact: FactOf<K>; readonly node: NodeId }[] {
    const found: { readonly fact: FactOf<K>; readonly node: NodeId }[] = [];
    for (const { fact, node } of this.facts) if (isOf(fact, kind)) found.push({ fact, node });
    return found;
  }

  /** The kinds of the transactions committed, with their sessions where one is asked for. */
  committed(sessionId?: SessionId): string[] {
    return this.of('committed').flatMap(({ fact: { txn } }) => {
      return sessionId === undefined || txn.clientId === sessionId ? [txn.body.kind] : [];
    });
  }
}

function isOf<K extends FactKind>(fact: Fact, kind: K): fact is FactOf<K> {
  return fact.kind === kind;
}
