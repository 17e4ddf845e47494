/**
 * What is under way between two processes, without time: the connections of one pair, each with two queues, interned as small
 * numbers. The rules are those of `world/network.ts` (whoever changes one changes both; a test steers a `World` along random
 * walks of this and compares every fact): ordered and loss-free while a connection lives, and when a process dies or a
 * connection is reset, a suffix of what it sent may be lost. Here the loss is decided as late as it can be: whenever the rest
 * might still arrive, the end of the connection may come instead.
 */
import { invariant, present } from '../base/invariant.ts';
import type { ConnectionId, NodeId } from '../io/event.ts';
import type { Port } from '../wire/message.ts';
import { type Print, printOf, printRenamed } from './print.ts';
import type { OtherNames } from './symmetry.ts';

/** The ports, by the number that stands for them here. */
export const PORTS: readonly Port[] = ['client', 'quorum', 'election'];

/** What stands in a queue; a message is the number it is interned under, from 0 on. */
export const Item = { opening: -1, opened: -2, closing: -3 } as const;
const State = { opening: 0, open: 1, gone: 2 } as const;

/** Connections of one kind, between the same two, that stand at the same time. */
export const TWINS_MAX = 8;

/** Numbers of connections with one peer. */
export const PER_PEER: number = 8 * TWINS_MAX;

/** The number of a connection at one of its ends, made of all that tells it apart there. */
export function connectionId(peer: NodeId, port: number, isInitiator: boolean, twin: number): ConnectionId {
  return ((peer * 4 + port) * 2 + (isInitiator ? 1 : 0)) * TWINS_MAX + twin;
}

/** The number of a connection that is about to begin, or to be accepted: the lowest that is not among those that are open. */
export function freeId(open: readonly ConnectionId[], peer: NodeId, port: number, isInitiator: boolean): ConnectionId {
  for (let twin = 0; twin < TWINS_MAX; twin++) {
    const id = connectionId(peer, port, isInitiator, twin);
    if (!open.includes(id)) return id;
  }
  invariant(false, 'too many connections of one kind between two processes');
}

/** The process at the other end. */
export function peerOf(id: ConnectionId): NodeId {
  return Math.floor(id / PER_PEER);
}

/** Who may have connections with whom, by their indices: a server with anybody. */
export function pairsOf(nodes: readonly { readonly kind: string }[]): (readonly [number, number])[] {
  return nodes.flatMap((one, i) => nodes.flatMap((other, j): (readonly [number, number])[] => {
    return j > i && (one.kind === 'server' || other.kind === 'server') ? [[i, j]] : [];
  }));
}

function portOf(id: ConnectionId): number {
  return Math.floor(id / (2 * TWINS_MAX)) % 4;
}

function isInitiatorOf(id: ConnectionId): boolean {
  return Math.floor(id / TWINS_MAX) % 2 === 1;
}

/** One end of a connection, and the queue that goes out of it. */
interface End {
  readonly node: NodeId;
  /** 0 until its process hears of it. */
  id: ConnectionId;
  state: number;
  /** The end of the connection is on its way to the peer. */
  closingSent: boolean;
  /** What is in the queue may be lost, but for the end of the connection. */
  isLossy: boolean;
  queue: number[];
}

/** A connection. */
interface Wire {
  readonly port: number;
  readonly initiator: End;
  readonly acceptor: End;
}

/** What a process did to its connections, in order. */
export interface WireEffect {
  readonly kind: 'connect' | 'send' | 'close';
  readonly connection: ConnectionId;
  /** Of a send. */
  readonly message: number;
}

/** One thing that may happen next on a pair's connections. */
export interface Move {
  /** Tells it from the others of the pair, below 2¹⁶; stays the same while the two processes do nothing. */
  readonly code: number;
  /** The pair afterwards (of an opening: if its process is down). */
  readonly pair: number;
  /** Who hears of it; 0: nobody. */
  readonly node: NodeId;
  readonly kind: 'accepted' | 'connected' | 'received' | 'closed';
  readonly connection: ConnectionId;
  readonly message: number;
  /** Of an opening: who comes, where to, and which of the pair's wires it is. */
  readonly peer: NodeId;
  readonly port: number;
  readonly wire: number;
}

interface Pair {
  readonly wires: readonly Wire[];
  moves: readonly Move[] | null;
}

const STRIDE = 0x400_0000;

/** All states that any pair was seen in. */
export class Wires {
  readonly pairs: Pair[] = [{ wires: [], moves: null }];
  readonly prints: Print[] = [printOf('no wires')];
  private readonly byKey: Map<string, number> = new Map([['', 0]]);
  private readonly effects: (readonly WireEffect[])[] = [];
  private readonly effectsByKey: Map<string, number> = new Map();
  private readonly applied: Map<number, number> = new Map();
  private readonly accepted: Map<number, number> = new Map();
  private readonly died: Map<number, number> = new Map();
  private readonly wasReset: Map<number, number> = new Map();
  private readonly messagePrint: (message: number) => Print;
  readonly others: OtherNames;

  constructor(messagePrint: (message: number) => Print, others: OtherNames) {
    this.messagePrint = messagePrint;
    this.others = others;
    others.add(() => printOf('no wires'));
  }

  /** A number for what `node` did to its connections with one peer. */
  effectsOf(node: NodeId, effects: readonly WireEffect[]): number {
    const key = `${node}:${effects.map(({ kind, connection, message }) => `${kind}${connection},${message}`).join(';')}`;
    let id = this.effectsByKey.get(key);
    if (id === undefined) {
      id = this.effects.length * 0x800 + node;
      this.effects.push(effects);
      this.effectsByKey.set(key, id);
    }
    return id;
  }

  /** The pair after what one of its processes did. */
  apply(pair: number, effects: number): number {
    const key = pair * STRIDE + Math.floor(effects / 0x800);
    let after = this.applied.get(key);
    if (after === undefined) {
      const list = present(this.effects[Math.floor(effects / 0x800)], 'effects are interned');
      const wires = this.copy(pair);
      for (const effect of list) perform(wires, effects % 0x800, effect);
      after = this.intern(wires);
      this.applied.set(key, after);
    }
    return after;
  }

  /** The pair after an opening was accepted under a number. */
  accept(pair: number, wire: number, id: ConnectionId): number {
    const key = (pair * 64 + wire) * 0x4_0000 + id;
    let after = this.accepted.get(key);
    if (after === undefined) {
      const wires = this.copy(pair);
      const { acceptor, initiator } = present(wires[wire], 'a pair knows its wires');
      initiator.queue.shift();
      acceptor.id = id;
      acceptor.state = State.open;
      acceptor.queue.push(Item.opened);
      after = this.intern(wires);
      this.accepted.set(key, after);
    }
    return after;
  }

  /** The pair after `node` died. */
  crash(pair: number, node: NodeId): number {
    const key = pair * 0x800 + node;
    let after = this.died.get(key);
    if (after === undefined) {
      const wires = this.copy(pair);
      for (const wire of wires) {
        const [end, peer] = endsOf(wire, node);
        if (end.id === 0 || end.state === State.gone) continue;
        end.state = State.gone;
        if (peer.state !== State.gone) lose(end);
      }
      after = this.intern(wires);
      this.died.set(key, after);
    }
    return after;
  }

  /** The pair after all its connections, as `node` knows them, were reset. */
  reset(pair: number, node: NodeId): number {
    const key = pair * 0x800 + node;
    let after = this.wasReset.get(key);
    if (after === undefined) {
      const wires = this.copy(pair);
      for (const wire of wires) {
        const [end, peer] = endsOf(wire, node);
        if (end.id === 0 || end.state === State.gone) continue;
        lose(end);
        lose(peer);
      }
      after = this.intern(wires);
      this.wasReset.set(key, after);
    }
    return after;
  }

  /** How many connections `node` knows of in this pair. */
  known(pair: number, node: NodeId): number {
    return this.wiresOf(pair).filter((wire) => {
      const [end] = endsOf(wire, node);
      return end.id !== 0 && end.state !== State.gone;
    }).length;
  }

  /** Everything that may happen next. */
  moves(pair: number): readonly Move[] {
    const state = present(this.pairs[pair], 'pairs are interned');
    state.moves ??= this.findMoves(pair);
    return state.moves;
  }

  /** Where the end stands that a move comes from. */
  senderState(pair: number, move: Move): 'opening' | 'open' | 'gone' {
    const { initiator, acceptor } = present(this.wiresOf(pair)[move.wire], 'a pair knows its wires');
    const end = initiator.node === move.peer ? initiator : acceptor;
    return end.state === State.gone ? 'gone' : end.state === State.open ? 'open' : 'opening';
  }

  /** A line for people about what is under way. */
  describe(pair: number): string[] {
    return this.wiresOf(pair).map(({ port, initiator, acceptor }) => {
      const side = ({ node, state, queue }: End): string => `${node}${['?', '', '†'][state]}[${queue.join(' ')}]`;
      return `${PORTS[port]} ${side(initiator)} ${side(acceptor)}`;
    });
  }

  private wiresOf(pair: number): readonly Wire[] {
    return present(this.pairs[pair], 'pairs are interned').wires;
  }

  private findMoves(pair: number): Move[] {
    const found: Move[] = [];
    const codes = new Set<number>();
    this.wiresOf(pair).forEach((wire, index) => {
      for (const isOut of [true, false]) {
        const end = isOut ? wire.initiator : wire.acceptor;
        if (end.queue.length === 0) continue;
        let code = codeOf(wire, isOut);
        while (codes.has(code)) code += 2;
        codes.add(code);
        found.push(this.move(pair, index, isOut, false, code));
        if (end.isLossy && end.queue[0] !== Item.closing) found.push(this.move(pair, index, isOut, true, code + 1));
      }
    });
    return found;
  }

  /** What is first in a queue arrives or, if all before it is lost, the end of the connection. */
  private move(pair: number, index: number, isOut: boolean, isLoss: boolean, code: number): Move {
    const wires = this.copy(pair);
    const wire = present(wires[index], 'a pair knows its wires');
    const [end, peer] = isOut ? [wire.initiator, wire.acceptor] : [wire.acceptor, wire.initiator];
    if (isLoss) end.queue = [];
    const item = isLoss ? Item.closing : end.queue.shift();
    const move = { code, node: 0, connection: peer.id, message: 0, peer: end.node, port: wire.port, wire: index };
    if (item === Item.closing) {
      const isKnown = peer.id !== 0 && peer.state !== State.gone;
      peer.state = State.gone;
      return { ...move, kind: 'closed', node: isKnown ? peer.node : 0, pair: this.intern(wires) };
    }
    if (item === Item.opening) {
      peer.state = State.gone;
      sendClosing(peer);
      return { ...move, kind: 'accepted', node: peer.node, pair: this.intern(wires) };
    }
    if (item === Item.opened) {
      peer.state = State.open;
      return { ...move, kind: 'connected', node: peer.node, pair: this.intern(wires) };
    }
    return { ...move, kind: 'received', node: peer.node, message: item ?? 0, pair: this.intern(wires) };
  }

  private copy(pair: number): Wire[] {
    const end = (each: End): End => ({ ...each, queue: each.queue.slice() });
    return this.wiresOf(pair).map(({ port, initiator, acceptor }) => {
      return { port, initiator: end(initiator), acceptor: end(acceptor) };
    });
  }

  /** Drops what nobody will hear of, puts the rest in order, and gives it a number. */
  private intern(wires: readonly Wire[]): number {
    const kept: { readonly wire: Wire; readonly key: string }[] = [];
    for (const wire of wires) {
      const { initiator, acceptor } = wire;
      if (acceptor.state === State.gone) initiator.queue = [];
      if (initiator.state === State.gone) acceptor.queue = [];
      if (initiator.state !== State.gone || acceptor.state !== State.gone) kept.push({ wire, key: keyOfWire(wire) });
    }
    if (kept.length > 1) this.order(kept);
    const key = kept.map((each) => each.key).join('|');
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.pairs.length;
      this.pairs.push({ wires: kept.map(({ wire }) => wire), moves: null });
      const parts = this.partsOf(kept.map(({ wire }) => wire));
      this.prints.push(printOf(parts));
      this.others.add((names) => printRenamed(parts, names));
      this.byKey.set(key, id);
    }
    return id;
  }

  /** An order that does not depend on which numbers messages were given: codes of moves mean the same to every worker. */
  private order(kept: { readonly wire: Wire; readonly key: string }[]): void {
    const nameOf = (item: number): string => {
      if (item < 0) return String(item);
      const { a, b, c } = this.messagePrint(item);
      return `${a}.${b}.${c}`;
    };
    const keys = new Map(kept.map((each) => [each, keyOfWire(each.wire, nameOf)]));
    const keyFor = (each: { readonly wire: Wire; readonly key: string }): string => keys.get(each) ?? '';
    kept.sort((one, other) => (keyFor(one) < keyFor(other) ? -1 : keyFor(one) > keyFor(other) ? 1 : 0));
  }

  private partsOf(wires: readonly Wire[]): unknown {
    const queue = (items: readonly number[]): unknown[] => items.map((item) => (item < 0 ? item : this.messagePrint(item)));
    const end = (each: End): unknown => ({ ...each, queue: queue(each.queue) });
    // Not as a list: twins may stand in either order.
    return new Set(wires.map(({ port, initiator, acceptor }) => [port, end(initiator), end(acceptor)]));
  }
}

function endsOf({ initiator, acceptor }: Wire, node: NodeId): [End, End] {
  return initiator.node === node ? [initiator, acceptor] : [acceptor, initiator];
}

function makeEnd(node: NodeId, id: ConnectionId): End {
  return { node, id, state: State.opening, closingSent: false, isLossy: false, queue: [] };
}

function perform(wires: Wire[], node: NodeId, { kind, connection, message }: WireEffect): void {
  if (kind === 'connect') {
    const initiator = makeEnd(node, connection);
    initiator.queue.push(Item.opening);
    wires.push({ port: portOf(connection), initiator, acceptor: makeEnd(peerOf(connection), 0) });
    return;
  }
  const isInitiator = isInitiatorOf(connection);
  for (const { initiator, acceptor } of wires) {
    const end = isInitiator ? initiator : acceptor;
    if (end.node !== node || end.id !== connection || end.state === State.gone) continue;
    if (kind === 'send') {
      if (!end.closingSent) end.queue.push(message);
    } else {
      end.state = State.gone;
      sendClosing(end);
    }
    return;
  }
}

function sendClosing(end: End): void {
  if (end.closingSent) return;
  end.closingSent = true;
  end.queue.push(Item.closing);
}

function lose(end: End): void {
  if (end.closingSent) return;
  end.isLossy = true;
  sendClosing(end);
}

function keyOfWire({ port, initiator, acceptor }: Wire, nameOf: (item: number) => string = String): string {
  return `${port}~${keyOfEnd(initiator, nameOf)}~${keyOfEnd(acceptor, nameOf)}`;
}

function keyOfEnd({ node, id, state, closingSent, isLossy, queue }: End, nameOf: (item: number) => string): string {
  return `${node},${id},${state}${closingSent ? 'c' : ''}${isLossy ? 'l' : ''},${queue.map(nameOf).join(' ')}`;
}

function codeOf({ port, initiator, acceptor }: Wire, isOut: boolean): number {
  const side = initiator.node < acceptor.node ? 0 : 1;
  const twins = (initiator.id % TWINS_MAX) * (TWINS_MAX + 1) + (acceptor.id === 0 ? TWINS_MAX : acceptor.id % TWINS_MAX);
  return (((twins * 4 + port) * 2 + side) * 2 + (isOut ? 1 : 0)) * 4;
}
