/**
 * Connections as TCP gives them: ordered and loss-free while they live, able to die at any moment with a suffix of what was
 * sent never delivered; nothing is ordered between two of them. A cut link delivers nothing and loses nothing: what is sent
 * waits for the link to heal, as TCP retransmits, until the connection breaks of it. Never delivers to an end that its
 * process closed, and never twice.
 */
import { invariant, present } from '../base/invariant.ts';
import type { ConnectionId, NodeId } from '../io/event.ts';
import type { Message, Port } from '../wire/message.ts';
import type { Core, Dispatcher } from './core.ts';
import type { ActiveFault } from './fault.ts';
import { Due, type DueKind, type Scheduled } from './heap.ts';
import type { Host } from './host.ts';
import { End, Link } from './link.ts';
import { breakage, drawDelay, isImpeded, loseSuffix } from './transit.ts';

const NODES = 0x1_0000;
/** Where connections are broken, so much later arrives what others overtake. */
const REORDERED_US = 5000;
/** How far behind a connection may be when the world heals: delays of a fault outlive it no longer than this. */
const PATIENCE_US = 1_000_000;

/** All links and connections of a world. */
export class Network {
  readonly core: Core;
  readonly dispatcher: Dispatcher;
  readonly hosts: Map<NodeId, Host>;
  readonly links: Map<number, Link> = new Map();
  /** Heavy tails happen. Over when the world has healed. */
  tails = true;
  delayFactor = 1;
  delay: ActiveFault | null = null;
  /** How many faults hold back what no cut holds back. */
  impediments = 0;

  constructor(core: Core, dispatcher: Dispatcher, hosts: Map<NodeId, Host>) {
    this.core = core;
    this.dispatcher = dispatcher;
    this.hosts = hosts;
  }

  // What a process asks for.

  connect(host: Host, node: NodeId, port: Port): ConnectionId {
    const target = present(this.hosts.get(node), 'connections are made to processes of this world');
    const end = new End(host, this.link(host, target), port);
    const peer = new End(target, this.link(target, host), port);
    end.peer = peer;
    peer.peer = end;
    end.register();
    this.transmit(end, Due.opening, null);
    const timeoutUs = this.core.settings.network.connectTimeoutMs * 1000;
    this.core.schedule.add(this.core.schedule.nowUs + timeoutUs, Due.connectTimeout).end = end;
    return end.id;
  }

  send(host: Host, connection: ConnectionId, message: Message): void {
    const end = host.connections.get(connection);
    if (end === undefined || end.closingSent) return;
    const recode = this.core.recode;
    this.transmit(end, Due.message, recode === null ? message : recode(message));
    const { step, schedule, trace } = this.core;
    trace?.sent?.(step, schedule.nowUs, host.node, end.link.to.node, message, connection);
  }

  close(host: Host, connection: ConnectionId): void {
    const end = host.connections.get(connection);
    if (end === undefined) return;
    end.closedByOwner = true;
    end.forget();
    this.sendClosing(end);
  }

  // What is due.

  /** Something arrives at the far side of a link. Returns whether the entry is done with. */
  arrive(entry: Scheduled): boolean {
    const end = entry.end;
    if (end === null) return true;
    if (entry.index >= end.limit && entry.kind !== Due.closing) {
      end.inFlight--;
      return true;
    }
    if (end.link.blocked > 0 || end.held.length > 0 || (this.impediments > 0 && isImpeded(this.core, end, entry))) {
      this.hold(end, entry);
      return false;
    }
    this.accept(end, entry);
    return true;
  }

  /** What a link held back goes on, one at a time, unless the link is cut again. */
  release(end: End): void {
    if (end.link.blocked > 0) {
      if (end.held.length > 0) this.waitForMending(end);
      return;
    }
    const next = end.held[0];
    if (next !== undefined && this.impediments > 0 && isImpeded(this.core, end, next)) {
      this.waitForRelief(end);
      return;
    }
    const entry = end.held.shift();
    if (entry === undefined) return;
    if (end.held.length > 0) this.releaseAt(end, this.core.schedule.nowUs);
    this.accept(end, entry);
    this.core.schedule.recycle(entry);
  }

  /** Retransmission was given up: both ends hear of it, each in its own time. */
  break(end: End, holdNumber: number): void {
    if (end.holdNumber !== holdNumber || end.held.length === 0) return;
    for (const entry of end.held) this.core.schedule.recycle(entry);
    end.inFlight -= end.held.length;
    end.held = [];
    end.holdNumber++;
    end.limit = 0;
    end.closingSent = true;
    const peer = end.peer;
    if (peer !== null && peer.state !== 'gone') this.hangUpLater(peer, this.core.settings.network.tcpTimeoutMaxMs);
    this.hangUp(end);
  }

  connectTimeout(end: End): void {
    if (end.state !== 'opening') return;
    this.hangUp(end);
    this.sendClosing(end);
  }

  /** The process hears that a connection is gone. */
  hangUp(end: End): void {
    if (end.state === 'gone') return;
    const known = end.id !== 0;
    end.forget();
    if (!known) return;
    if (end.halfOpen) this.core.counters.effective('halfOpen');
    this.dispatcher.dispatch(end.host, { kind: 'closed', connection: end.id }, end);
  }

  // What faults do.

  /** A process died: a drawn suffix of what it sent is lost, and what was on its way to it. */
  crash(host: Host): void {
    const settings = this.core.settings.network;
    const ends = [...host.connections.values()];
    for (const end of ends) {
      end.closedByOwner = true;
      end.forget();
      loseSuffix(this.core, end);
      const peer = end.peer;
      if (peer === null || peer.state === 'gone') continue;
      if (peer.state === 'open' && end.link.stream.chance(settings.halfOpenPercent, 100, 'halfOpen')) {
        this.core.counters.fired('halfOpen');
        peer.halfOpen = true;
        this.hangUpLater(peer, settings.halfOpenMaxMs);
      } else {
        this.sendClosing(end);
      }
    }
  }

  /** A connection dies now, with a lost suffix in both directions. */
  reset(end: End): void {
    const peer = end.peer;
    this.resetDirection(end);
    if (peer !== null) this.resetDirection(peer);
  }

  /** What `end` sends from now on is late by `delayUs`, and half way its process loses the connection; the peer does not know. */
  linger(end: End, delayUs: number, cause: ActiveFault): void {
    this.impediments++;
    end.stuckUntilUs = this.core.schedule.nowUs + delayUs;
    end.stuckBy = cause;
    this.core.schedule.add(this.core.schedule.nowUs + Math.floor(delayUs / 2), Due.hangUp).end = end;
  }

  /** What lingers goes on now. */
  unstick(end: End): void {
    end.stuckUntilUs = 0;
    if (end.state === 'gone') this.sendClosing(end);
    if (end.held.length > 0) this.releaseAt(end, this.core.schedule.nowUs);
    this.relieve();
  }

  /** One of the faults that hold back what no cut does is over. */
  relieve(): void {
    this.impediments--;
    for (const link of this.links.values()) if (link.blocked === 0 && link.holding.length > 0) this.resume(link);
  }

  /** Cuts one direction between two processes. */
  block(from: Host, to: Host, cause: ActiveFault): void {
    const link = this.link(from, to);
    link.blocked++;
    link.cause = cause;
  }

  unblock(from: Host, to: Host): void {
    const link = this.link(from, to);
    invariant(link.blocked > 0, 'only a cut link can be mended');
    if (--link.blocked === 0) this.resume(link);
  }

  /** Mends everything; ends whose peer is dead hear of it soon, and connections that are too far behind break. */
  heal(): void {
    this.tails = false;
    this.delayFactor = 1;
    this.delay = null;
    this.impediments = 0;
    for (const link of this.links.values()) {
      link.cause = null;
      link.blocked = 0;
      if (link.holding.length > 0) this.resume(link);
    }
    for (const host of this.hosts.values()) {
      for (const end of host.connections.values()) {
        if (end.halfOpen || end.peer?.state === 'gone') this.hangUpLater(end, 0);
        else if (end.lastArrivalUs > this.core.schedule.nowUs + PATIENCE_US) this.abandon(end);
      }
    }
  }

  // How it is done.

  link(from: Host, to: Host): Link {
    const key = from.node * NODES + to.node;
    let link = this.links.get(key);
    if (link === undefined) {
      link = new Link(from, to, this.core.stream(`network/${from.node}>${to.node}`));
      this.links.set(key, link);
    }
    return link;
  }

  /** Puts something on its way out of `end`, behind everything sent before. */
  private transmit(end: End, kind: DueKind, message: Message | null): void {
    const schedule = this.core.schedule;
    let arrival = schedule.nowUs + drawDelay(this.core, this, end.link);
    const { dripping, dripUs } = end.host.ailments;
    if (dripping !== null && arrival < end.lastArrivalUs + dripUs) {
      arrival = end.lastArrivalUs + dripUs;
      this.core.counters.touched(dripping);
    }
    const broke = kind === Due.message ? breakage(this.core, end) : undefined;
    if (broke === 'drop') return;
    if (broke === 'reorder') arrival += REORDERED_US;
    else if (arrival < end.lastArrivalUs) arrival = end.lastArrivalUs;
    if (broke !== 'reorder') end.lastArrivalUs = arrival;
    if (broke === 'duplicate') this.schedule(end, kind, message, arrival);
    this.schedule(end, kind, message, arrival);
  }

  private schedule(end: End, kind: DueKind, message: Message | null, arrival: number): void {
    end.inFlight++;
    const entry = this.core.schedule.add(arrival, kind);
    entry.end = end;
    entry.message = message;
    entry.index = end.sent++;
    entry.order = ++end.link.sent;
  }

  private sendClosing(end: End): void {
    if (end.closingSent) return;
    end.closingSent = true;
    this.transmit(end, Due.closing, null);
  }

  private hold(end: End, entry: Scheduled): void {
    const cause = end.link.cause;
    if (end.link.blocked > 0 && cause !== null) this.core.counters.touched(cause);
    end.held.push(entry);
    if (end.held.length > 1) return;
    if (end.link.blocked > 0) this.waitForMending(end);
    else this.waitForRelief(end);
  }

  /** Something is held back, but no cut is the reason: there is nothing to retransmit, and nothing breaks of it. */
  private waitForRelief(end: End): void {
    end.holdNumber++;
    if (end.stuckUntilUs > this.core.schedule.nowUs) this.releaseAt(end, end.stuckUntilUs);
    else end.link.holding.push(end);
  }

  /** Something is held back: it waits for the link to be mended, but not for ever. */
  private waitForMending(end: End): void {
    const settings = this.core.settings.network;
    end.holdNumber++;
    end.link.holding.push(end);
    const range = settings.tcpTimeoutMaxMs - settings.tcpTimeoutMinMs + 1;
    const timeoutMs = settings.tcpTimeoutMinMs + end.link.stream.below(range, 'tcpTimeout');
    const entry = this.core.schedule.add(this.core.schedule.nowUs + timeoutMs * 1000, Due.breaking);
    entry.end = end;
    entry.number = end.holdNumber;
  }

  private resume(link: Link): void {
    const holding = link.holding;
    link.holding = [];
    for (const end of holding) {
      if (end.held.length === 0) continue;
      end.holdNumber++;
      this.releaseAt(end, this.core.schedule.nowUs + this.drawPatience(link));
    }
  }

  /** How long something takes that must not outlive the healing of the world by much, whatever delays it. */
  private drawPatience(link: Link): number {
    return Math.min(drawDelay(this.core, this, link), PATIENCE_US);
  }

  private releaseAt(end: End, timeUs: number): void {
    this.core.schedule.add(timeUs, Due.release).end = end;
  }

  private accept(end: End, entry: Scheduled): void {
    end.inFlight--;
    const link = end.link;
    if (entry.order > link.arrived) link.arrived = entry.order;
    else if (entry.kind === Due.message) this.core.counters.hit('overtaking');
    const peer = end.peer;
    if (peer === null) return;
    if (entry.kind === Due.closing) {
      this.closed(peer);
    } else if (entry.index >= end.limit) {
      return;
    } else if (entry.kind === Due.message) {
      if (end.stuckBy !== null && end.state === 'gone' && peer.state === 'open') this.core.counters.touched(end.stuckBy);
      if (peer.state === 'open' && entry.message !== null) this.deliver(peer, entry.message);
      else if (peer.state === 'gone' && end.state !== 'gone') this.refuse(peer);
    } else if (entry.kind === Due.opening) {
      this.open(end, peer);
    } else if (peer.state === 'opening') {
      peer.state = 'open';
      this.dispatcher.dispatch(peer.host, { kind: 'connected', connection: peer.id }, peer);
    }
  }

  private deliver(end: End, message: Message): void {
    this.dispatcher.dispatch(end.host, { kind: 'received', connection: end.id, message }, end);
  }

  /** A request for a connection has arrived at `acceptor`'s process. */
  private open(initiator: End, acceptor: End): void {
    if (acceptor.state !== 'opening') return;
    const { refusing, refusalHangs } = acceptor.host.ailments;
    if (refusing !== null) {
      this.core.counters.touched(refusing);
      if (refusalHangs) return;
      acceptor.state = 'gone';
      this.sendClosing(acceptor);
      return;
    }
    if (!acceptor.host.isUp || acceptor.host.spec.kind !== 'server') {
      acceptor.state = 'gone';
      this.sendClosing(acceptor);
      return;
    }
    acceptor.state = 'open';
    acceptor.register();
    this.transmit(acceptor, Due.opened, null);
    const { id, port, host } = acceptor;
    this.dispatcher.dispatch(host, { kind: 'accepted', connection: id, port, address: initiator.host.address }, acceptor);
  }

  /** The end of the connection has arrived at `end`. One that its process never heard of stays unheard of. */
  private closed(end: End): void {
    if (end.id === 0) end.state = 'gone';
    else this.hangUp(end);
  }

  /** Something came to a dead end: whoever sent it hears so, at once from a machine that is up, late from one that is not. */
  private refuse(dead: End): void {
    if (dead.host.isUp) {
      this.sendClosing(dead);
    } else if (dead.peer !== null && !dead.closingSent) {
      dead.closingSent = true;
      this.hangUpLater(dead.peer, this.core.settings.network.tcpTimeoutMaxMs);
    }
  }

  private hangUpLater(end: End, withinMs: number): void {
    const { schedule } = this.core;
    const delayUs = end.link.stream.below(withinMs + 1, 'hangUp') * 1000;
    schedule.add(schedule.nowUs + delayUs + this.drawPatience(end.link), Due.hangUp).end = end;
  }

  /** What is under way from `end` was delayed beyond all measure: it never arrives, and both ends hear of it. */
  private abandon(end: End): void {
    end.limit = 0;
    end.closingSent = true;
    this.hangUpLater(end, 0);
    if (end.peer !== null && end.peer.state !== 'gone') this.hangUpLater(end.peer, 0);
  }

  private resetDirection(end: End): void {
    loseSuffix(this.core, end);
    this.sendClosing(end);
  }
}
