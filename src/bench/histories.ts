/**
 * Histories for the bench of judges: clients that set, set on a version, and read behind a sync, each one thing at a time, on a
 * perfect service. The same history comes in two forms: facts, as clients and the leader state them, and black-box operations,
 * without zxids. Drawn from a seed.
 */
import { present } from '../base/invariant.ts';
import { seedStream, type Xoshiro } from '../base/random.ts';
import { NO_SESSION, parseSessionId, type SessionId } from '../base/session-id.ts';
import { makeZxid, type Zxid, ZXID_ZERO } from '../base/zxid.ts';
import { NEVER, type Operation } from '../history/linearizability/model.ts';
import type { PathCall, PathStep } from '../history/linearizability/path-register.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Txn, TxnBody } from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE, type Stat } from '../wire/words.ts';

/** What kind of history. */
export interface BenchShape {
  readonly operations: number;
  readonly clients: number;
  readonly paths: number;
}

/** The history, both ways. */
export interface BenchHistory {
  readonly facts: readonly (readonly [node: NodeId, fact: Fact])[];
  readonly operations: readonly Operation<PathCall>[];
}

/** A history of that shape. */
export function benchHistory(shape: BenchShape, seed: string): BenchHistory {
  return new Author(shape, seed).write();
}

const LEADER: NodeId = 1;
const FIRST_CLIENT: NodeId = 1001;
const EPOCH = 1;
const UTF8 = new TextEncoder();

interface Node {
  readonly path: string;
  text: string;
  data: Uint8Array;
  stat: Stat;
}

/** What a client has asked for. */
interface Flight {
  readonly cxid: number;
  readonly begin: number;
  readonly node: Node;
  readonly kind: 'set' | 'read';
  readonly text: string;
  readonly expected: number;
  /** What it came to, once it has. */
  reply: { readonly fact: Fact; readonly step: PathStep } | null;
}

class Author {
  private readonly shape: BenchShape;
  private readonly luck: Xoshiro;
  private readonly facts: (readonly [NodeId, Fact])[] = [];
  private readonly operations: Operation<PathCall>[] = [];
  private readonly sessions: SessionId[];
  private readonly cxids: number[];
  private readonly flights: (Flight | null)[];
  private readonly nodes: Node[] = [];
  private counter = 0;
  private asked = 0;

  constructor(shape: BenchShape, seed: string) {
    this.shape = shape;
    this.luck = seedStream(seed, 'bench');
    this.sessions = Array.from({ length: shape.clients }, (_, i) =>
      present(parseSessionId((i + 1).toString(16).padStart(16, '0')), 'a session id'));
    this.cxids = Array.from({ length: shape.clients }, () => 0);
    this.flights = Array.from({ length: shape.clients }, () => null);
  }

  write(): BenchHistory {
    const { clients, paths, operations } = this.shape;
    for (const [i, sessionId] of this.sessions.entries()) {
      this.commit({ kind: 'createSession', timeoutMs: 4000 }, sessionId, 0);
      this.say(FIRST_CLIENT + i, {
        kind: 'sessionConnected', sessionId, server: LEADER, timeoutMs: 4000, resumed: false, lastZxidSeen: ZXID_ZERO,
      });
    }
    for (let i = 0; i < paths; i++) this.create(`/b${i}`, i);
    while (this.asked < operations || this.flights.some((flight) => flight !== null)) this.turn(this.luck.below(clients));
    return { facts: this.facts, operations: this.operations };
  }

  /** The client asks, or the service does what it asked, or the client hears of it. */
  private turn(client: number): void {
    const flight = this.flights[client];
    if (flight === undefined || flight === null) this.ask(client);
    else if (flight.reply === null) this.execute(client, flight);
    else {
      this.say(FIRST_CLIENT + client, flight.reply.fact);
      const call: PathCall = { path: flight.node.path, steps: [flight.reply.step] };
      this.operations.push({ call, begin: flight.begin, end: this.facts.length });
      this.flights[client] = null;
    }
  }

  private ask(client: number): void {
    const node = this.nodes[this.luck.below(this.nodes.length)];
    const sessionId = this.sessions[client];
    if (this.asked >= this.shape.operations || node === undefined || sessionId === undefined) return;
    this.asked++;
    const begin = this.facts.length;
    const draw = this.luck.below(10);
    const text = `c${client}#${this.asked}`;
    const kind = draw < 6 ? 'set' : 'read';
    const expected = draw < 2 ? node.stat.version : -1;
    if (kind === 'read')
      this.say(FIRST_CLIENT + client, {
        kind: 'invoked', sessionId, cxid: this.cxid(client), request: { kind: 'sync', path: node.path },
      });
    const cxid = this.cxid(client);
    this.say(FIRST_CLIENT + client, {
      kind: 'invoked', sessionId, cxid,
      request: kind === 'read'
        ? { kind: 'getData', path: node.path, watch: false }
        : { kind: 'setData', path: node.path, data: UTF8.encode(text), version: expected },
    });
    this.flights[client] = { cxid, begin, node, kind, text, expected, reply: null };
  }

  private execute(client: number, flight: Flight): void {
    const { cxid, node, kind, text, expected } = flight;
    const sessionId = this.sessions[client] ?? NO_SESSION;
    const { version } = node.stat;
    if (kind === 'read') {
      const zxid = makeZxid(EPOCH, this.counter);
      this.say(FIRST_CLIENT + client, {
        kind: 'replied', sessionId, cxid: cxid - 1, zxid, err: 0, response: { kind: 'sync', path: node.path },
      });
      flight.reply = {
        fact: { kind: 'replied', sessionId, cxid, zxid, err: 0, response: { kind: 'getData', data: node.data, stat: node.stat } },
        step: { kind: 'see', data: node.text, expected: -1, result: 'ok', version },
      };
      return;
    }
    const asked: PathStep = { kind: 'set', data: text, expected, result: 'ok', version: -1 };
    if (expected >= 0 && expected !== version) {
      const err = -103;
      const zxid = this.commit({ kind: 'error', err }, sessionId, cxid);
      flight.reply = {
        fact: { kind: 'replied', sessionId, cxid, zxid, err, response: null }, step: { ...asked, result: 'version' },
      };
      return;
    }
    const data = UTF8.encode(text);
    const zxid = this.commit({ kind: 'setData', path: node.path, data, version: version + 1 }, sessionId, cxid);
    const stat = { ...node.stat, mzxid: zxid, mtime: this.counter, version: version + 1, dataLength: data.length };
    node.stat = stat;
    node.data = data;
    node.text = text;
    flight.reply = {
      fact: { kind: 'replied', sessionId, cxid, zxid, err: 0, response: { kind: 'setData', stat } },
      step: { ...asked, version: stat.version },
    };
  }

  private create(path: string, index: number): void {
    const sessionId = this.sessions[0] ?? NO_SESSION;
    const cxid = this.cxid(0);
    const begin = this.facts.length;
    const data = UTF8.encode('');
    this.say(FIRST_CLIENT, {
      kind: 'invoked', sessionId, cxid, request: { kind: 'create', path, data, acl: OPEN_ACL_UNSAFE, flags: 0 },
    });
    const body: TxnBody = { kind: 'create', path, data, acl: OPEN_ACL_UNSAFE, ephemeral: false, parentCVersion: index + 1 };
    const zxid = this.commit(body, sessionId, cxid);
    this.say(FIRST_CLIENT, { kind: 'replied', sessionId, cxid, zxid, err: 0, response: { kind: 'create', path } });
    const step: PathStep = { kind: 'create', data: '', expected: -1, result: 'ok', version: -1 };
    this.operations.push({ call: { path, steps: [step] }, begin, end: this.facts.length });
    const stat: Stat = {
      czxid: zxid, mzxid: zxid, ctime: this.counter, mtime: this.counter, version: 0, cversion: 0, aversion: 0,
      ephemeralOwner: NO_SESSION, dataLength: 0, numChildren: 0, pzxid: zxid,
    };
    this.nodes.push({ path, text: '', data, stat });
  }

  private commit(body: TxnBody, clientId: SessionId, cxid: number): Zxid {
    this.counter++;
    const zxid = makeZxid(EPOCH, this.counter);
    const bytes = new Uint8Array(new Int32Array([this.counter]).buffer);
    const txn: Txn = { clientId, cxid, zxid, time: this.counter, body, digest: null, bytes };
    this.say(LEADER, { kind: 'proposed', txn });
    this.say(LEADER, { kind: 'committed', txn });
    return zxid;
  }

  private cxid(client: number): number {
    const next = (this.cxids[client] ?? 0) + 1;
    this.cxids[client] = next;
    return next;
  }

  private say(node: NodeId, fact: Fact): void {
    this.facts.push([node, fact]);
  }
}

/** The same operations, all answers of one operation in so many forgotten. */
export function withUnknown(operations: readonly Operation<PathCall>[], oneIn: number): Operation<PathCall>[] {
  return operations.map((operation, i) => {
    const isSet = operation.call.steps.every(({ kind, result }) => kind === 'set' && result === 'ok');
    if (i % oneIn !== 0 || !isSet) return operation;
    const steps = operation.call.steps.map((step) => ({ ...step, version: -1 }));
    return { call: { path: operation.call.path, steps }, begin: operation.begin, end: NEVER };
  });
}
