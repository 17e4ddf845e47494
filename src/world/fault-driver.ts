/**
 * Makes faults happen: finds whom a fault is about, does it, ends it in time, and states both as facts. What it decides, it
 * draws from the stream `faults`. After `endAll` nothing more happens.
 */
import { assertNever } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import type { WorldFact } from '../io/fact.ts';
import type { Stream } from './chooser.ts';
import type { Core } from './core.ts';
import { damageDisk } from './decay.ts';
import { ActiveFault, type Fault, type Target, type TargetRole } from './fault.ts';
import { Due } from './heap.ts';
import type { Host } from './host.ts';
import type { End } from './link.ts';
import type { Network } from './network.ts';
import { type Cuts, cutBridge, cutRing, cutSides, sidesOf } from './topology.ts';

/** What the driver needs of the world that it works on. */
export interface Stage {
  readonly core: Core;
  readonly hosts: Map<NodeId, Host>;
  readonly network: Network;
  announce(fact: WorldFact): void;
  kill(host: Host, cause: 'fault' | 'power', detail: string): boolean;
  restartLater(host: Host, delayUs: number): void;
  suspend(host: Host, cause: ActiveFault): boolean;
  wake(host: Host): void;
  setDrift(host: Host, ppm: number): void;
}

type Partition = Extract<Fault, { readonly kind: 'partition' }>;
/** Faults of one process that last a while. */
type Affliction = Extract<Fault, { readonly kind: 'pause' | 'clientCut' | 'stall' | 'slowSync' | 'drift' | 'diskFull' }>;
type DiskFault = Extract<Fault, { readonly kind: 'diskError' | 'bitRot' }>;

const ROLES = { leader: 'LEADING', follower: 'FOLLOWING', observer: 'OBSERVING', looking: 'LOOKING' } as const;

/** The faults of one world: makes them happen, knows which go on, ends them. */
export class FaultDriver {
  readonly stage: Stage;
  readonly luck: Stream;
  active: ActiveFault[] = [];
  over = false;

  constructor(stage: Stage, luck: Stream) {
    this.stage = stage;
    this.luck = luck;
  }

  inject(fault: Fault): void {
    if (this.over) return;
    switch (fault.kind) {
      case 'crash':
        this.crash(fault.target, fault.afterEffects, fault.downMs);
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
        this.harmDisk(fault);
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
    const host = hosts.get(active.node);
    if (host !== undefined) this.relieve(host, active);
    this.stage.announce({ kind: 'faultEnded', fault: active.name, node: active.node });
  }

  /** Ends whatever goes on; from now on nothing happens. */
  endAll(): void {
    this.over = true;
    for (const active of this.active.slice()) this.end(active);
  }

  private crash(target: Target, afterEffects: number | undefined, downMs: number): void {
    const { counters } = this.stage.core;
    const name = afterEffects === undefined ? 'crash' : 'crashBetweenEffects';
    counters.fired(name);
    const host = this.find(target);
    if (host === undefined || !host.isUp) return;
    if (afterEffects !== undefined) {
      host.armedCrash = { afterEffects, downMs };
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
    const name = fault.oneWay === undefined ? `partition:${fault.shape}` : 'partition:oneWay';
    const target: Target | undefined = fault.shape === 'isolate-leader' ? { role: 'leader' } : fault.target;
    const first = target === undefined ? undefined : this.find(target);
    if (first === undefined && fault.shape === 'isolate-leader') {
      this.stage.core.counters.fired(name);
      return;
    }
    const servers = this.shuffledServers(first);
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
    } else {
      host.driftedBy = active;
      this.stage.setDrift(host, fault.ppm);
      if (fault.ppm !== host.ownPpm && fault.forMs > 0) this.stage.core.counters.touched(active);
    }
  }

  private harmDisk(fault: DiskFault): void {
    const { core } = this.stage;
    const name = fault.kind === 'bitRot' ? `bitRot:${fault.decay}` : `diskError:${fault.error}`;
    core.counters.fired(name);
    const host = this.find(fault.target);
    if (host === undefined || host.disk === null) return;
    const isUnreadable = fault.kind === 'bitRot' || fault.call === 'read';
    if (isUnreadable && !this.mayImpair(host)) return;
    const active = new ActiveFault(name, host.node);
    if (fault.kind === 'bitRot') {
      if (!host.isAtRest(core.schedule.nowUs)) return;
      const harmed = damageDisk(host.disk, fault.decay, fault.file ?? '', this.luck);
      if (harmed === '') return;
      this.stage.announce({ kind: 'faultBegan', fault: name, node: host.node, detail: harmed });
    } else {
      this.active.push(active);
      host.diskErrors.push({ call: fault.call, error: fault.error, times: fault.times, fault: active });
      this.stage.announce({ kind: 'faultBegan', fault: name, node: host.node, detail: `${fault.call}, ${fault.times} times` });
    }
    if (isUnreadable) host.impairedBy = active;
  }

  /**
   * The atlas: whatever decays, a majority of the voters keeps disks that are whole, so that every transaction that was committed
   * is still on one of any majority of those.
   */
  private mayImpair(host: Host): boolean {
    if (host.impairedBy !== null) return false;
    if (host.spec.isVoter !== true) return true;
    const voters = [...this.stage.hosts.values()].filter((other) => other.spec.isVoter === true);
    const impaired = voters.filter((other) => other.impairedBy !== null);
    return (impaired.length + 1) * 2 < voters.length;
  }

  private relieve(host: Host, active: ActiveFault): void {
    if (host.pausedBy === active) this.stage.wake(host);
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

  private begin(name: string, node: NodeId, forMs: number, detail: string): ActiveFault {
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
  private find(target: Target): Host | undefined {
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
