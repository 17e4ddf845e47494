/**
 * Makes faults happen: finds whom a fault is about, does it, ends it in time, and states both as facts. What it decides, it
 * draws from the stream `faults`. After `endAll` nothing more happens.
 */
import { assertNever } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import type { Stream } from './chooser.ts';
import { ail, type Ailment, ailmentName, cure } from './ailments.ts';
import { harmDisk, putDisk, replaceDisk } from './disk-harm.ts';
import { flapping, type Part, rolling, swizzle } from './fault-series.ts';
import { ActiveFault, type Fault, type Target, type TargetRole } from './fault.ts';
import { Due } from './heap.ts';
import type { Host } from './host.ts';
import type { End } from './link.ts';
import type { Stage } from './stage.ts';
import { type Cuts, cutBridge, cutRing, cutSides, sidesOf } from './topology.ts';

type Crash = Extract<Fault, { readonly kind: 'crash' }>;
type Partition = Extract<Fault, { readonly kind: 'partition' }>;
/** Faults of one process that last a while. */
type Affliction = Extract<Fault, { readonly kind: 'pause' | 'clientCut' | 'stall' | 'slowSync' | 'drift' | 'diskFull' }>;

const ROLES = { leader: 'LEADING', follower: 'FOLLOWING', observer: 'OBSERVING', looking: 'LOOKING' } as const;

/** The faults of one world: makes them happen, knows which go on, ends them. */
export class FaultDriver {
  readonly stage: Stage;
  readonly luck: Stream;
  active: ActiveFault[] = [];
  /** Disk images made so far. */
  images = 0;
  over = false;

  constructor(stage: Stage, luck: Stream) {
    this.stage = stage;
    this.luck = luck;
  }

  inject(fault: Fault): void {
    if (this.over) return;
    switch (fault.kind) {
      case 'crash':
        this.crash(fault);
        break;
      case 'power':
        this.power(fault.downMs);
        break;
      case 'partition':
        this.partition(fault);
        break;
      case 'reset':
        this.reset(fault.target);
        break;
      case 'delay':
        this.delay(fault.factor, fault.forMs);
        break;
      case 'pause':
      case 'clientCut':
      case 'stall':
      case 'slowSync':
      case 'drift':
      case 'diskFull':
        this.afflict(fault);
        break;
      case 'diskError':
      case 'bitRot':
        harmDisk(this, fault);
        break;
      case 'hold':
      case 'drip':
      case 'slowReader':
      case 'refuse':
      case 'wallJump':
      case 'lateTimers':
        this.ail(fault);
        break;
      case 'swizzle':
        this.series(swizzle(this.shuffledServers(undefined), fault.forMs, (bound) => this.luck.below(bound, 'swizzle')));
        break;
      case 'rolling':
        this.series(rolling(this.shuffledServers(undefined), fault.eachMs));
        break;
      case 'flapping':
        this.flap(fault);
        break;
      case 'lateData':
        this.lateData(fault.target, fault.delayMs);
        break;
      case 'wipe':
      case 'oldImage':
      case 'clone':
        replaceDisk(this, fault);
        break;
      default:
        assertNever(fault);
    }
  }

  end(active: ActiveFault): void {
    if (active.over) return;
    active.over = true;
    this.active = this.active.filter((each) => each !== active);
    const { hosts, network } = this.stage;
    for (let i = 0; i < active.cuts.length; i += 2) {
      const from = hosts.get(active.cuts[i] ?? 0);
      const to = hosts.get(active.cuts[i + 1] ?? 0);
      if (from !== undefined && to !== undefined) network.unblock(from, to);
    }
    if (network.delay === active) {
      network.delay = null;
      network.delayFactor = 1;
    }
    if (active.lingering !== null) network.unstick(active.lingering);
    const host = hosts.get(active.node);
    if (host !== undefined) this.relieve(host, active);
    if (host !== undefined && active.restoration !== null && !this.over) {
      putDisk(this, host, active.name, active.restoration.image, active.restoration.downMs);
    }
    this.stage.announce({ kind: 'faultEnded', fault: active.name, node: active.node });
  }

  /** Ends whatever goes on; from now on nothing happens. */
  endAll(): void {
    this.over = true;
    for (const active of this.active.slice()) this.end(active);
  }

  private crash({ target, afterEffects, after, downMs }: Crash): void {
    const { counters } = this.stage.core;
    const isAfterSync = after === 'sync';
    const name = isAfterSync ? 'crashAfterSync' : afterEffects === undefined ? 'crash' : 'crashBetweenEffects';
    counters.fired(name);
    const host = this.find(target);
    if (host === undefined || !host.isUp) return;
    if (isAfterSync || afterEffects !== undefined) {
      host.armedCrash = { name, isAfterSync, afterEffects: afterEffects ?? 0, downMs };
    } else if (this.stage.kill(host, 'fault', 'crash')) {
      counters.effective(name);
      this.stage.restartLater(host, Math.round(downMs * 1000));
    }
  }

  private power(downMs: number): void {
    const { core } = this.stage;
    core.counters.fired('power');
    let killed = 0;
    for (const host of this.stage.hosts.values()) {
      if (host.spec.kind !== 'server' || !this.stage.kill(host, 'power', 'loss of power')) continue;
      killed++;
      this.stage.restartLater(host, (downMs + this.luck.below(downMs + 1, 'powerBack')) * 1000);
    }
    if (killed > 0) core.counters.effective('power');
  }

  private partition(fault: Partition): void {
    const name = fault.series ?? (fault.oneWay === undefined ? `partition:${fault.shape}` : 'partition:oneWay');
    const target: Target | undefined = fault.shape === 'isolate-leader' ? { role: 'leader' } : fault.target;
    const first = target === undefined ? undefined : this.find(target);
    if (first === undefined && fault.shape === 'isolate-leader') {
      this.stage.core.counters.fired(name);
      return;
    }
    const drawn = this.shuffledServers(first);
    const { peer } = fault;
    const servers = peer === undefined ? drawn : [...drawn.slice(0, 1), peer, ...drawn.slice(1).filter((node) => node !== peer)];
    const cuts = this.cutsOf(fault, servers);
    const active = this.begin(name, first?.node ?? 0, fault.forMs, `${fault.shape} ${servers.join(' ')}`);
    this.cut(active, cuts);
  }

  private cutsOf(fault: Partition, servers: NodeId[]): Cuts {
    if (fault.shape === 'ring') return cutRing(servers);
    if (fault.shape === 'bridge') return cutBridge(servers);
    const [first, second] = sidesOf(fault.shape, servers, (bound) => this.luck.below(bound, 'side'));
    if (fault.clientsToo === true) {
      for (const host of this.stage.hosts.values()) {
        if (host.spec.kind === 'client') (this.luck.chance(1, 2, 'clientSide') ? first : second).push(host.node);
      }
    }
    return cutSides(first, second, fault.oneWay);
  }

  private reset(target: Target): void {
    const { counters } = this.stage.core;
    counters.fired('reset');
    const host = this.find(target);
    if (host === undefined || host.connections.size === 0) return;
    const ends: End[] = [...host.connections.values()];
    const end = ends[this.luck.below(ends.length, 'resetConnection')];
    if (end === undefined) return;
    this.stage.network.reset(end);
    counters.effective('reset');
  }

  private series(parts: readonly Part[]): void {
    const { schedule } = this.stage.core;
    for (const { afterMs, fault } of parts) schedule.add(schedule.nowUs + afterMs * 1000, Due.fault).fault = fault;
  }

  private flap({ target, periodMs, forMs }: Extract<Fault, { readonly kind: 'flapping' }>): void {
    const host = this.find(target);
    const peers = this.nodes('server').filter((node) => node !== host?.node);
    const peer = peers[this.luck.below(Math.max(1, peers.length), 'flappingPeer')];
    if (host === undefined || peer === undefined) this.stage.core.counters.fired('flapping');
    else this.series(flapping(host.node, peer, periodMs, forMs));
  }

  private lateData(target: Target, delayMs: number): void {
    const host = this.find(target);
    const ends = [...(host?.connections.values() ?? [])].filter((end) => end.state === 'open');
    const end = ends[this.luck.below(Math.max(1, ends.length), 'lateConnection')];
    if (host === undefined || end === undefined) {
      this.stage.core.counters.fired('lateData');
      return;
    }
    const active = this.begin('lateData', host.node, delayMs, `to ${end.link.to.node}`);
    active.lingering = end;
    this.stage.network.linger(end, delayMs * 1000, active);
  }

  private ail(fault: Ailment): void {
    const { core, network } = this.stage;
    const name = ailmentName(fault);
    const host = this.find(fault.target);
    if (host === undefined || !host.isUp) {
      core.counters.fired(name);
      return;
    }
    const forMs = fault.kind === 'wallJump' ? 0 : fault.forMs;
    ail(host, fault, this.begin(name, host.node, forMs, fault.kind === 'hold' ? fault.message : ''), core, network);
  }

  private delay(factor: number, forMs: number): void {
    const { network } = this.stage;
    network.delay = this.begin('delay', 0, forMs, `times ${factor}`);
    network.delayFactor = factor;
  }

  private afflict(fault: Affliction): void {
    const name = fault.kind === 'drift' ? 'clockDrift' : fault.kind;
    const host = this.find(fault.target);
    if (host === undefined || !host.isUp) {
      this.stage.core.counters.fired(name);
      return;
    }
    const active = this.begin(name, host.node, fault.forMs, '');
    if (fault.kind === 'pause') {
      this.stage.suspend(host, active);
    } else if (fault.kind === 'clientCut') {
      this.cut(active, cutSides([host.node], this.nodes('client'), undefined));
    } else if (fault.kind === 'stall') {
      const peers = this.nodes('server').filter((node) => node !== host.node);
      const peer = peers[this.luck.below(Math.max(1, peers.length), 'stalledPeer')];
      if (peer !== undefined) this.cut(active, [host.node, peer]);
    } else if (fault.kind === 'diskFull') {
      host.diskFull = active;
    } else if (fault.kind === 'slowSync') {
      host.slowSync = active;
      host.syncFactor = fault.factor;
      host.slowUntilUs = this.stage.core.schedule.nowUs + fault.forMs * 1000;
    } else {
      host.driftedBy = active;
      this.stage.setDrift(host, fault.ppm);
      if (fault.ppm !== host.ownPpm && fault.forMs > 0) this.stage.core.counters.touched(active);
    }
  }

  private relieve(host: Host, active: ActiveFault): void {
    if (host.pausedBy === active) this.stage.wake(host);
    cure(host, active, this.stage.core, this.stage.network);
    if (host.slowSync === active) {
      host.slowSync = null;
      host.syncFactor = 1;
    }
    if (host.diskFull === active) host.diskFull = null;
    host.diskErrors = host.diskErrors.filter((armed) => armed.fault !== active);
    if (host.driftedBy === active) {
      host.driftedBy = null;
      this.stage.setDrift(host, host.ownPpm);
    }
  }

  /** Counts it, states it, and lets it end in `forMs`. */
  begin(name: string, node: NodeId, forMs: number, detail: string): ActiveFault {
    const { core } = this.stage;
    const active = new ActiveFault(name, node);
    core.counters.fired(name);
    this.active.push(active);
    core.schedule.add(core.schedule.nowUs + forMs * 1000, Due.faultEnd).active = active;
    this.stage.announce({ kind: 'faultBegan', fault: name, node, detail });
    return active;
  }

  private cut(active: ActiveFault, cuts: Cuts): void {
    const { hosts, network } = this.stage;
    for (let i = 0; i < cuts.length; i += 2) {
      const from = hosts.get(cuts[i] ?? 0);
      const to = hosts.get(cuts[i + 1] ?? 0);
      if (from === undefined || to === undefined) continue;
      network.block(from, to, active);
      active.cuts.push(from.node, to.node);
    }
  }

  /** Whom a target names at this moment. */
  find(target: Target): Host | undefined {
    const hosts = [...this.stage.hosts.values()];
    if ('node' in target) return hosts.find((host) => host.node === target.node);
    const up = hosts.filter((host) => host.isUp && matches(host, target.role));
    if (target.role === 'leader') return up.sort((a, b) => b.roleNumber - a.roleNumber)[0];
    return up.length === 0 ? undefined : up[this.luck.below(up.length, 'target')];
  }

  private nodes(kind: 'server' | 'client'): NodeId[] {
    const nodes: NodeId[] = [];
    for (const host of this.stage.hosts.values()) if (host.spec.kind === kind) nodes.push(host.node);
    return nodes;
  }

  /** The servers in a drawn order, with one of them first. */
  private shuffledServers(first: Host | undefined): NodeId[] {
    const nodes = this.nodes('server').filter((node) => node !== first?.node);
    for (let i = nodes.length - 1; i > 0; i--) {
      const j = i - this.luck.below(i + 1, 'shuffle');
      const swapped = nodes[i];
      const other = nodes[j];
      if (swapped === undefined || other === undefined) continue;
      nodes[i] = other;
      nodes[j] = swapped;
    }
    return first === undefined ? nodes : [first.node, ...nodes];
  }
}

function matches(host: Host, role: TargetRole): boolean {
  if (role === 'client') return host.spec.kind === 'client';
  if (host.spec.kind !== 'server') return false;
  return role === 'any' || host.role === ROLES[role];
}
