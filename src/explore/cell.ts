/**
 * One process and what belongs to it alone: its state, disk, requests under way, armed timers. Made of the world's own parts
 * (`Host`, `NodeIo`, `Device`, `SimulatedDisk`); only the schedule and the network are replaced, by lists. What it does to
 * others comes out as effects, what it states as facts. It must never know of any other process.
 */
import { fork, immutable } from '../base/fork.ts';
import { InvariantViolation, present } from '../base/invariant.ts';
import type { ConnectionId, Event, NodeId, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Message, Port } from '../wire/message.ts';
import { type Chooser, Stream } from '../world/chooser.ts';
import { DriftingClock } from '../world/clock.ts';
import { Core } from '../world/core.ts';
import { complete, Device, type DiskRequest } from '../world/device.ts';
import { noLosses } from '../world/disk-crash.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { ActiveFault } from '../world/fault.ts';
import { Due } from '../world/heap.ts';
import { Host, type NodeSpec } from '../world/host.ts';
import type { Inode } from '../world/inode.ts';
import { endLife } from '../world/life.ts';
import { Network } from '../world/network.ts';
import { CrashSignal, HaltSignal, NodeIo, type Observer } from '../world/node-io.ts';
import { TIMED } from '../world/scheduler.ts';
import { UNTIMED } from '../world/settings.ts';
import { freeId, PORTS } from './wires.ts';

/**
 * What a crash makes of what was not durable: all of it is kept, or none, or all but the second half of each file's last write,
 * or what these draws decide.
 */
export type CrashLuck = 'keep' | 'lose' | 'tear' | readonly number[];

/** Of which there is nothing to list. */
export type NamedLuck = Exclude<CrashLuck, readonly number[]>;

/** Which of the outcomes of `disk-crash.ts` this is. */
const TORN_AT_BYTE = 3;
/** Draws by which a crash takes all that it may. */
const LOSSES: ReadonlySet<string> = new Set(['crashOutcome', 'directoryOutcome', 'syncedNameLost']);

/** Answers zero, the benign answer. */
class Benign extends Stream {
  override below(): number {
    return 0;
  }
}

/** The answers under which a crash does what is named. */
export class Resolved extends Stream {
  readonly luck: NamedLuck;

  constructor(luck: NamedLuck) {
    super();
    this.luck = luck;
  }

  override below(bound: number, name: string): number {
    return answerTo(name, bound, this.luck);
  }
}

/** Answers from a list, then zero; knows what it was asked. */
class Listed extends Stream {
  readonly draws: readonly number[];
  readonly answers: { readonly value: number; readonly bound: number }[] = [];

  constructor(draws: readonly number[]) {
    super();
    this.draws = draws;
  }

  override below(bound: number): number {
    if (bound === 1) return 0;
    const value = this.draws[this.answers.length] ?? 0;
    this.answers.push({ value, bound });
    return value;
  }
}
immutable(Benign, Resolved);

/** How a disk may fail. */
export interface DiskFault {
  readonly call: 'append' | 'truncate' | 'sync';
  readonly error: 'EIO' | 'lie';
  /** Of a sync: what it was to save is dropped. */
  readonly forgets: boolean;
}

/**
 * The next append writes nothing; the next file that is to be cut stays as it is; the next sync fails, and what it was to save is
 * kept, or dropped; the last: the next sync is said to be done, and nothing is durable because of it.
 */
export const DISK_FAULTS: readonly DiskFault[] = [
  { call: 'append', error: 'EIO', forgets: false }, { call: 'truncate', error: 'EIO', forgets: false },
  { call: 'sync', error: 'EIO', forgets: false }, { call: 'sync', error: 'EIO', forgets: true },
  { call: 'sync', error: 'lie', forgets: false },
];
/** Which of them is the lie. */
export const LIE: number = DISK_FAULTS.length - 1;

/** Every way in which a crash may leave this disk, as draws; no more than `most` of them. */
export function crashDraws(disk: SimulatedDisk, most: number): number[][] {
  const ways: number[][] = [];
  for (let draws: number[] | null = []; draws !== null && ways.length < most;) {
    const luck: Listed = new Listed(draws);
    fork(disk).crash(luck, noLosses());
    ways.push(luck.answers.map(({ value }) => value));
    // The last draw that has another answer takes it; what comes behind it begins again.
    const last = luck.answers.findLastIndex(({ value, bound }) => value + 1 < bound);
    draws = last < 0 ? null : luck.answers.slice(0, last + 1).map(({ value }, index) => (index === last ? value + 1 : value));
  }
  return ways;
}

/** The answer to a draw about a crash, by its name, under which it does what is named. */
export function answerTo(name: string, bound: number, luck: NamedLuck): number {
  if (luck === 'lose') return LOSSES.has(name) ? (name === 'syncedNameLost' ? bound - 1 : 1) : 0;
  if (luck === 'keep') return 0;
  return name === 'crashOutcome' ? TORN_AT_BYTE : name === 'tornAt' ? Math.floor(bound / 2) : 0;
}

const BENIGN = new Benign();
const NO_LUCK: Chooser = { stream: () => BENIGN };

/** A disk request under way, and a second file that it must wait for. */
interface Pending {
  readonly request: DiskRequest;
  readonly behind: string | null;
}

/** What one step did to the outside, in order. */
export interface Sent {
  readonly kind: 'connect' | 'send' | 'close';
  readonly connection: ConnectionId;
  readonly message: Message | null;
}

/** A process broke. */
export interface Broken {
  readonly message: string;
  readonly stack: string;
  readonly invariant: boolean;
}

/** What came of one step, beside the changed cell. */
export interface Came {
  readonly sent: Sent[];
  readonly facts: Fact[];
  broken: Broken | null;
}

/** See the head of the file. Plain data; `fork` copies it. */
export class Cell {
  readonly host: Host;
  /** In the order asked. */
  requests: Pending[] = [];
  /** Connections that the process knows of. */
  open: ConnectionId[] = [];
  /** Timers that were set for at once: they are no timeouts. */
  prompt: TimerId[] = [];
  /** When a sync fails, what it was to save is gone. */
  forgets = false;
  /** Its disk has lied, or is about to, or bytes on it have decayed. */
  isImpaired = false;

  constructor(spec: NodeSpec) {
    const disk = spec.disk ? new SimulatedDisk() : null;
    const clock = new DriftingClock(0, 0, UNTIMED.clock.wallEpochMs);
    this.host = new Host(Object.freeze({ ...spec }), clock, disk, BENIGN, BENIGN, disk === null ? null : BENIGN);
  }

  /** A number for a connection that is about to begin, or to be accepted, here. */
  claim(peer: NodeId, port: number, isInitiator: boolean): ConnectionId {
    const id = freeId(this.open, peer, port, isInitiator);
    this.open.push(id);
    this.open.sort((a, b) => a - b);
    return id;
  }

  forget(connection: ConnectionId): void {
    this.open = this.open.filter((id) => id !== connection);
  }

  /** Indices of the requests that may be complete next: the first for each file. */
  completable(): number[] {
    const busy = new Set<string>();
    const found: number[] = [];
    this.requests.forEach(({ request, behind }, index) => {
      if (!busy.has(request.file) && (behind === null || !busy.has(behind))) found.push(index);
      busy.add(request.file);
    });
    return found;
  }

  /** Whether the request changes nothing. */
  isRead(index: number): boolean {
    const kind = this.requests[index]?.request.kind;
    return kind === 'read' || kind === 'list';
  }

  /** What a crash could take. */
  get hasUnsynced(): boolean {
    const { disk } = this.host;
    if (disk === null) return false;
    if (disk.pendingChanges.length > 0) return true;
    for (const inode of disk.files.values()) if (inode.pending.length > 0) return true;
    return false;
  }

  /** All that its future depends on, in a form that does not depend on how it came about. */
  view(): unknown {
    const { process, disk, timers, diskErrors: errors, clock: { wallOffsetMs } } = this.host;
    const inodes: Inode[] = [];
    const numberOf = (inode: Inode): number => {
      const at = inodes.indexOf(inode);
      return at >= 0 ? at : inodes.push(inode) - 1;
    };
    const names = (files: ReadonlyMap<string, Inode>): unknown => {
      return new Map([...files].map(([name, inode]) => [name, numberOf(inode)]));
    };
    const files = disk === null ? null : names(disk.files);
    const durable = disk === null ? null : names(disk.durableFiles);
    const changes = disk?.pendingChanges.map(({ kind, from, to, inode }) => [kind, from, to, numberOf(inode)]);
    const requests = this.requests.map(({ request, behind }) => {
      const { sync, mark, ...other } = request;
      const settledBy = sync === null ? null : [numberOf(sync.inode), sync.mark - sync.inode.settled];
      return [other, settledBy, disk === null ? 0 : mark - disk.settledChanges, behind];
    });
    return {
      process, files, durable, changes, requests,
      timers: new Map([...timers].map(([id, slot]) => [id, slot.dueLocalUs])),
      contents: inodes.map((inode) => [inode.contents(), inode.durable(), inode.pending, inode.everSynced]),
      open: new Set(this.open), prompt: new Set(this.prompt), errors, forgets: this.forgets, isImpaired: this.isImpaired,
      wallOffsetMs,
    };
  }
}

/** The lists that stand for the schedule and the network while a step is made. */
class CellNetwork extends Network {
  readonly cell: Cell;
  readonly sent: Sent[] = [];

  constructor(core: Core, cell: Cell) {
    super(core, { dispatch: () => undefined }, new Map());
    this.cell = cell;
  }

  override connect(_host: Host, node: NodeId, port: Port): ConnectionId {
    const connection = this.cell.claim(node, PORTS.indexOf(port), true);
    this.sent.push({ kind: 'connect', connection, message: null });
    return connection;
  }

  override send(_host: Host, connection: ConnectionId, message: Message): void {
    if (this.cell.open.includes(connection)) this.sent.push({ kind: 'send', connection, message });
  }

  override close(_host: Host, connection: ConnectionId): void {
    if (!this.cell.open.includes(connection)) return;
    this.cell.forget(connection);
    this.sent.push({ kind: 'close', connection, message: null });
  }
}

/** Knows of a rename what its request no longer says: which file it was asked of; and what a failed sync takes. */
class CellDevice extends Device {
  readonly behind: Map<DiskRequest, string> = new Map();
  readonly cell: Cell;

  constructor(core: Core, cell: Cell) {
    super(core);
    this.cell = cell;
  }

  override sync(host: Host, file: string, token: number): void {
    if (this.cell.forgets && host.diskErrors.some(({ call }) => call === 'sync')) {
      host.disk?.forget(file, new Resolved('lose'));
      this.cell.forgets = false;
    }
    super.sync(host, file, token);
  }

  override rename(host: Host, from: string, to: string, token: number): void {
    const before = this.core.schedule.seq;
    super.rename(host, from, to, token);
    for (const { seq, request } of this.core.schedule.heap) {
      if (seq > before && request !== null) this.behind.set(request, from);
    }
  }
}

/** Knows which timers are set for at once. */
class CellIo extends NodeIo {
  readonly cell: Cell;

  constructor(cell: Cell, core: Core, network: Network, device: Device, observer: Observer) {
    super(cell.host, core, network, device, observer);
    this.cell = cell;
  }

  override setTimer(timer: TimerId, afterMs: number): void {
    super.setTimer(timer, afterMs);
    this.cell.prompt = this.cell.prompt.filter((id) => id !== timer);
    if (afterMs === 0) this.cell.prompt.push(timer);
  }
}

/** Lets the process of a cell handle an event; changes the cell. */
export function step(cell: Cell, event: Event, nowMs: number): Came {
  const { host } = cell;
  const came: Came = { sent: [], facts: [], broken: null };
  const { process } = host;
  if (process === null) return came;
  const core = new Core(UNTIMED, NO_LUCK, null, null, TIMED);
  core.schedule.nowUs = nowMs * 1000;
  const network = new CellNetwork(core, cell);
  const device = new CellDevice(core, cell);
  const io = new CellIo(cell, core, network, device, { observed: (_host, fact) => { came.facts.push(fact); } });
  io.live = true;
  try {
    process.handle(event, io);
  } catch (error) {
    if (error instanceof HaltSignal) {
      came.sent.push(...network.sent);
      die(cell, 'halt');
      came.facts.push({ kind: 'crashed', node: host.node, cause: 'halt', detail: error.message });
      return came;
    }
    if (!(error instanceof CrashSignal)) came.broken = brokenBy(error);
  } finally {
    io.live = false;
  }
  came.sent.push(...network.sent);
  harvest(cell, core, device.behind);
  return came;
}

/** The next call of one kind will fail. What is stated of it is what the world states. */
export function armDisk(cell: Cell, fault: number): Came {
  const { host } = cell;
  const { call, error, forgets } = present(DISK_FAULTS[fault], 'a disk fails in ways that are known');
  const name = `diskError:${error}`;
  host.diskErrors = [...host.diskErrors, { call, error, times: 1, fault: new ActiveFault(name, host.node) }];
  if (call === 'sync') cell.forgets = forgets;
  if (error === 'lie') cell.isImpaired = true;
  const fact: Fact = { kind: 'faultBegan', fault: name, node: host.node, detail: `${call}, 1 times` };
  return { sent: [], facts: [fact], broken: null };
}

/** Completes the request with this index; the event that its process hears of, if it does. */
export function completeRequest(cell: Cell, index: number): Event | undefined {
  const [done] = cell.requests.splice(index, 1);
  return done === undefined ? undefined : complete(cell.host, done.request);
}

/** The process is gone, and of its disk what luck takes. */
export function die(cell: Cell, luck: CrashLuck | 'halt'): void {
  const { host } = cell;
  endLife(host);
  host.life = 0;
  cell.requests = [];
  cell.open = [];
  cell.prompt = [];
  if (luck === 'halt') host.disk?.flush();
  else host.disk?.crash(typeof luck === 'string' ? new Resolved(luck) : new Listed(luck), noLosses());
}

/** A cell that goes on by itself. */
export function forkCell(cell: Cell): Cell {
  return fork(cell);
}

/** What was asked of the disk, in its order; and everything that only a schedule has use for is put back. */
function harvest(cell: Cell, core: Core, behind: ReadonlyMap<DiskRequest, string>): void {
  const { host } = cell;
  const entries = core.schedule.heap.filter(({ kind }) => kind === Due.disk).sort((one, other) => one.seq - other.seq);
  for (const { request } of entries) {
    if (request !== null) cell.requests.push({ request, behind: behind.get(request) ?? null });
  }
  host.diskBusyUntilUs.clear();
  for (const slot of [...host.timers.values()]) {
    slot.queuedUs = Infinity;
    slot.queuedNumber = 0;
    if (!slot.armed) host.timers.delete(slot.id);
  }
  cell.prompt = cell.prompt.filter((id) => host.timers.has(id));
}

function brokenBy(error: unknown): Broken {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { message, stack, invariant: error instanceof InvariantViolation };
}
