/**
 * Makes a run of the ordinary world out of a path of the explorer: a plan with the path's faults and a tape under which its
 * steps happen in its order. So a counterexample is a failure file like any other, and the explorer's own way of carrying
 * messages is held against the world's: whatever the path claims must happen there too.
 */
import { invariant, present } from '../base/invariant.ts';
import { Act, actionOf } from '../explore/action.ts';
import { answerTo, type CrashLuck, DISK_FAULTS } from '../explore/cell.ts';
import { answerToDecay, type RottenPlace, rottenPlaces } from '../explore/rot.ts';
import type { Space } from '../explore/space.ts';
import { WALL_JUMPS_MS } from '../explore/wall-jump.ts';
import { connectionId, type Move, PORTS, TWINS_MAX } from '../explore/wires.ts';
import type { ConnectionId, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan, PlannedFault } from '../plan/plan.ts';
import { nodesOf } from '../run/run.ts';
import type { Tape } from '../world/chooser.ts';
import type { Fault } from '../world/fault.ts';
import { Due, type Scheduled } from '../world/heap.ts';
import type { End } from '../world/link.ts';
import { sealed } from '../world/seal.ts';
import { World } from '../world/world.ts';
import { bringForward, type Drawn, SteeredChooser, SteeredIo } from './steering.ts';

/** Steps that fit into one millisecond; no path may be longer. */
export const PATH_MAX = 990;
const NEVER_MS = 1_000_000;
/** What travels on a connection. */
const CARRIED: ReadonlySet<number> = new Set([Due.message, Due.opening, Due.opened, Due.closing]);

/** What is drawn about a disk when its process dies, but for whether the page cache survives. */
const CRASH_DRAWS: ReadonlySet<string> = new Set([
  'crashOutcome', 'keptWrites', 'tornWrite', 'tornAt', 'writeLost', 'directoryOutcome', 'syncedNameLost', 'nameLost',
]);

/** A run that takes a path. */
export interface Realized {
  readonly plan: Plan;
  readonly tape: Tape;
  /** What was stated on the way. */
  readonly facts: readonly { readonly node: NodeId; readonly fact: Fact }[];
}

/** Takes `steps`, one by one and from nothing, in a world of the plan. Throws if the world does not do as the explorer does. */
export function realize(plan: Plan, space: Space, steps: readonly number[]): Realized {
  invariant(steps.length <= PATH_MAX, 'a path that is realised has no more steps than a millisecond has microseconds');
  const pilot = new Pilot(plan, space);
  return sealed(() => {
    for (const [index, code] of steps.entries()) pilot.take(code, index + 1);
    return pilot.result();
  });
}

/** Takes a step in the space and in the world. */
class Pilot {
  readonly plan: Plan;
  readonly space: Space;
  readonly row: Int32Array;
  readonly world: World;
  readonly chooser: SteeredChooser;
  readonly facts: { readonly node: NodeId; readonly fact: Fact }[] = [];
  readonly faults: { readonly atMs: number; fault: Fault }[] = [];
  /** The explorer's names of connections, by process. */
  readonly ends: Map<NodeId, Map<ConnectionId, End>> = new Map();
  readonly ios: Map<NodeId, SteeredIo> = new Map();
  /** What was drawn about the loss of an end's suffix, and when of its items. */
  readonly losses: Map<End, Drawn> = new Map();
  private luck: CrashLuck = 'keep';
  /** The same while nothing dies: what a sync that fails takes. */
  private resting: 'keep' | 'lose' = 'keep';
  /** Draws of a listed luck that were answered. */
  private drawn = 0;
  private resetIndex = 0;
  /** Where a bit flips. */
  private rotten: RottenPlace | null = null;

  constructor(plan: Plan, space: Space) {
    this.plan = plan;
    this.space = space;
    this.chooser = new SteeredChooser((name, bound) => {
      if (name === 'resetConnection') return this.resetIndex;
      const decayed = this.rotten === null ? undefined : answerToDecay(name, this.rotten);
      if (decayed !== undefined) return decayed;
      if (!CRASH_DRAWS.has(name)) return 0;
      return typeof this.luck === 'string' ? answerTo(name, bound, this.luck) : (this.luck[this.drawn++] ?? 0);
    });
    const onFact = (fact: Fact, node: NodeId): void => {
      this.facts.push({ node, fact });
    };
    this.world = new World({ settings: plan.settings, chooser: this.chooser, nodes: nodesOf(plan), onFact });
    this.chooser.core = this.world.core;
    for (const { node } of space.subject.nodes) this.instrument(node);
    this.row = space.begin();
    this.world.run(0);
    this.world.core.schedule.nowUs = 0;
  }

  result(): Realized {
    const nowMs = this.row[this.space.nowAt] ?? 0;
    this.letGo((nowMs + 1) * 1000);
    const faults: PlannedFault[] = this.faults.map(({ atMs, fault }) => ({ atMs, fault }));
    return { plan: { ...this.plan, faults, safetyMs: nowMs + 1 }, tape: this.chooser.tape(), facts: this.facts };
  }

  /**
   * What is still under way when the last step is taken was given the longest delay, and would hold up the world that goes on by
   * itself: it happens from then on, in the order in which it was begun.
   */
  private letGo(fromUs: number): void {
    const { schedule } = this.world.core;
    const left = schedule.heap.filter(({ kind, end }) => kind === Due.disk || (end !== null && CARRIED.has(kind)));
    left.sort((one, other) => one.seq - other.seq);
    for (const [index, { seq, time }] of left.entries()) {
      const drawn = this.chooser.bySeq.get(seq);
      if (drawn !== undefined && time >= fromUs) drawn.value = fromUs + index - drawn.atUs;
    }
    for (const { timers } of this.ios.values()) {
      for (const { drawn, atUs, afterMs } of timers.values()) {
        const dueUs = atUs + afterMs * 1000;
        if (dueUs + drawn.value >= fromUs) drawn.value = Math.max(0, fromUs - dueUs);
      }
    }
  }

  take(code: number, offsetUs: number): void {
    const { kind, index, sub } = actionOf(code);
    const { space, row, world } = this;
    const node = space.nodes[index] ?? 0;
    const move = kind === Act.deliver ? space.moveOf(row, index, sub) : null;
    const entry = move === null ? null : this.entryOf(index, move);
    const accepted = move?.kind === 'accepted' ? present(entry?.end?.peer, 'an opening has two ends') : null;
    if (kind === Act.rot) this.rotten = rottenPlaces(space.cells.get(row[index] ?? 0))[sub] ?? null;
    space.fire(row, code);
    const nowMs = row[space.nowAt] ?? 0;
    const timeUs = nowMs * 1000 + offsetUs;
    if (move !== null && entry !== null) this.arrive(move, entry, timeUs);
    else if (kind === Act.disk) this.delay(this.diskEntry(node, sub), timeUs);
    else if (kind === Act.prompt || kind === Act.timeout) this.ring(node, sub, timeUs);
    else if (kind === Act.crash) this.crash(node, space.lucks[sub] ?? 'keep', timeUs);
    else if (kind === Act.restart) this.restart(node, timeUs);
    else if (kind === Act.reset) this.reset(index, timeUs);
    else if (kind === Act.diskFault) this.harm(node, sub, timeUs);
    else if (kind === Act.rot) this.rot(node, timeUs);
    else if (kind === Act.wallJump) this.inject({ kind: 'wallJump', target: { node }, byMs: WALL_JUMPS_MS[sub] ?? 0 }, timeUs);
    this.go(move?.node ?? node, nowMs);
    world.core.schedule.nowUs = timeUs;
    if (accepted !== null && accepted.id !== 0 && move !== null) {
      this.name(move.node, move.peer, move.port, false, accepted);
    }
  }

  /** Lets happen what is due. A process that stops itself loses what others do that are killed. */
  private go(node: NodeId, nowMs: number): void {
    const host = this.world.hosts.get(node);
    const ends = host === undefined ? [] : [...host.connections.values()].filter(({ inFlight }) => inFlight > 0);
    const wasUp = (host?.process ?? null) !== null;
    this.chooser.losses = [];
    this.world.run(nowMs + 1, 1);
    if (wasUp && host?.process === null) this.noteLosses(ends);
  }

  private instrument(node: NodeId): void {
    const { core, network, device, hosts } = this.world;
    const host = present(hosts.get(node), 'a world has its processes');
    const io = new SteeredIo(host, core, network, device, this.world, this.chooser, (peer, port, connection) => {
      const end = present(host.connections.get(connection), 'a connection that was begun is known');
      this.name(node, peer, PORTS.indexOf(port), true, end);
    });
    this.ios.set(node, io);
    this.world.ios.set(node, io);
    this.ends.set(node, new Map());
  }

  /** Gives an end the name that the explorer gives it. */
  private name(node: NodeId, peer: NodeId, port: number, isInitiator: boolean, end: End): void {
    const names = present(this.ends.get(node), 'a world has its processes');
    for (let twin = 0; twin < TWINS_MAX; twin++) {
      const id = connectionId(peer, port, isInitiator, twin);
      const other = names.get(id);
      if (other !== undefined && other.state !== 'gone') continue;
      names.set(id, end);
      return;
    }
  }

  /** The entry of the schedule that a move is about. */
  private entryOf(pair: number, move: Move): Scheduled {
    const receiver = this.ends.get(move.node)?.get(move.connection);
    const isLoss = move.kind === 'closed';
    const pending = this.world.core.schedule.heap.filter(({ kind, end }) => {
      if (end === null || !CARRIED.has(kind)) return false;
      if (move.connection !== 0) return end === receiver?.peer;
      if (end.host.node !== move.peer || end.port !== PORTS[move.port]) return false;
      return this.isOtherSide(pair, end) && this.fits(pair, move, end);
    });
    const wanted = isLoss ? pending.filter(({ kind }) => kind === Due.closing) : pending;
    wanted.sort((one, other) => one.index - other.index || one.seq - other.seq);
    return present(wanted[0], 'what arrives in the explorer is under way in the world');
  }

  private isOtherSide(pair: number, end: End): boolean {
    const nodes = (this.space.pairs[pair] ?? []).map((index) => this.space.nodes[index]);
    return nodes.includes(end.link.to.node) && nodes.includes(end.host.node);
  }

  /** An end that nobody at the other side has heard of: as alive as the explorer says. */
  private fits(pair: number, move: Move, end: End): boolean {
    return end.peer?.id === 0 && end.state === this.space.wires.senderState(this.row[this.space.nodes.length + pair] ?? 0, move);
  }

  private arrive(move: Move, entry: Scheduled, timeUs: number): void {
    const end = present(entry.end, 'what arrives was sent');
    if (move.kind === 'closed') {
      const before = this.world.core.schedule.heap.filter((other) => {
        return other.end === end && CARRIED.has(other.kind) && other !== entry && other.index < entry.index;
      });
      if (before.length > 0) {
        present(this.losses.get(end), 'a loss was drawn for').value = before.length;
        end.limit = Math.min(...before.map(({ index }) => index));
        for (const lost of before) this.delay(lost, timeUs);
      }
    }
    this.delay(entry, timeUs);
  }

  /** An entry that is due at this time because of the delay that was drawn for it. */
  private delay(entry: Scheduled, timeUs: number): void {
    const drawn = present(this.chooser.bySeq.get(entry.seq), 'a delay was drawn');
    drawn.value = timeUs - drawn.atUs;
    bringForward(this.world.core, entry, timeUs);
  }

  private diskEntry(node: NodeId, index: number): Scheduled {
    const requests = this.world.core.schedule.heap.filter(({ kind, host, number }) => {
      return kind === Due.disk && host?.node === node && host.life === number;
    });
    requests.sort((one, other) => one.seq - other.seq);
    return present(requests[index], 'what the disk does in the explorer is under way in the world');
  }

  private ring(node: NodeId, timer: number, timeUs: number): void {
    const { core } = this.world;
    const set = present(this.ios.get(node)?.timers.get(timer), 'a timer was set');
    const slot = present(this.world.host(node).timers.get(timer), 'a timer was set');
    set.drawn.value = timeUs - set.atUs - set.afterMs * 1000;
    slot.dueLocalUs = timeUs;
    slot.queuedUs = timeUs;
    const entry = core.schedule.add(timeUs, Due.timer);
    entry.timer = slot;
    entry.number = ++slot.queuedNumber;
  }

  private crash(node: NodeId, luck: CrashLuck, timeUs: number): void {
    const fault: Fault = { kind: 'crash', target: { node }, downMs: NEVER_MS };
    const ends = [...this.world.host(node).connections.values()].filter(({ inFlight }) => inFlight > 0);
    this.luck = luck;
    this.drawn = 0;
    this.inject(fault, timeUs);
    this.luck = this.resting;
    this.noteLosses(ends);
  }

  private harm(node: NodeId, sub: number, timeUs: number): void {
    const { call, error, forgets } = present(DISK_FAULTS[sub], 'a disk fails in ways that are known');
    if (call === 'sync') this.resting = forgets ? 'lose' : 'keep';
    this.inject({ kind: 'diskError', target: { node }, call, error, times: 1 }, timeUs);
    this.luck = this.resting;
  }

  private rot(node: NodeId, timeUs: number): void {
    // The disk is at rest: it was kept busy only by the delays that were drawn before they were shortened.
    this.world.host(node).diskBusyUntilUs.clear();
    this.inject({ kind: 'bitRot', target: { node }, decay: 'bit', file: this.rotten?.file ?? '' }, timeUs);
  }

  private restart(node: NodeId, timeUs: number): void {
    const { core } = this.world;
    const host = this.world.host(node);
    const entry = present(
      core.schedule.heap.find(({ kind, host: whose, number }) => kind === Due.restart && whose === host && number === host.life),
      'a process that is down will start again',
    );
    const drawn = this.chooser.bySeq.get(entry.seq);
    if (drawn?.name === 'afterHalt') {
      // Only whole milliseconds are drawn there: it starts again when the next one has come, or at once.
      drawn.value = Math.max(0, Math.floor((timeUs - drawn.atUs) / 1000));
      bringForward(core, entry, timeUs);
      return;
    }
    const planned = this.faults.findLast(({ fault }) => {
      return fault.kind === 'crash' && 'node' in fault.target && fault.target.node === node;
    });
    if (planned?.fault.kind === 'crash') planned.fault = { ...planned.fault, downMs: timeUs / 1000 - planned.atMs };
    bringForward(core, entry, timeUs);
  }

  private reset(pair: number, timeUs: number): void {
    const [one = 0, other = 0] = (this.space.pairs[pair] ?? []).map((index) => this.space.nodes[index] ?? 0);
    const all = [...this.world.host(one).connections.values()];
    for (const [index, end] of all.entries()) {
      if (end.link.to.node !== other) continue;
      const ends = [end, ...(end.peer === null ? [] : [end.peer])].filter(({ inFlight }) => inFlight > 0);
      this.resetIndex = index;
      this.inject({ kind: 'reset', target: { node: one } }, timeUs);
      this.noteLosses(ends);
    }
  }

  private inject(fault: Fault, timeUs: number): void {
    this.chooser.losses = [];
    this.world.core.schedule.nowUs = timeUs;
    this.faults.push({ atMs: timeUs / 1000, fault });
    this.world.inject(fault);
  }

  private noteLosses(ends: readonly End[]): void {
    for (const [index, end] of ends.entries()) {
      const drawn = this.chooser.losses[index];
      if (drawn !== undefined && !this.losses.has(end)) this.losses.set(end, drawn);
    }
  }
}
