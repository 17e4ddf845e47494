/**
 * What clients do: scripts of reads and writes with values that say who wrote them, so that a judge never has to guess which
 * write a read saw. A script is drawn per client, and its profile (which kinds of operation, how hot the paths, how much
 * pipelining) per run, so that some runs are all sequential creates and some never read.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { ClientScript, ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import { record } from './scenario.ts';
import type { Draw } from './scenario.ts';

/** The kinds of operation that a profile weighs; a weight of 0 leaves the kind out of the run. */
export interface OperationWeights {
  readonly read: number;
  readonly setData: number;
  readonly create: number;
  readonly delete: number;
  readonly sequential: number;
  readonly ephemeral: number;
  readonly multi: number;
  readonly syncRead: number;
  readonly reconnect: number;
  readonly closeSession: number;
  /** Watches on everything shared, and a change that fires them. */
  readonly watchStorm: number;
  /** Ephemeral nodes, a reconnect and the end of the session, one upon the other. */
  readonly sessionRace: number;
}

/** The character of one run's workload. */
export interface WorkloadProfile {
  readonly clients: number;
  /** Operations of each client, at most. */
  readonly operations: number;
  readonly weights: OperationWeights;
  /** Paths that all clients share. */
  readonly hotPaths: number;
  /** Of 100 operations, so many go to a shared path. */
  readonly hotPercent: number;
  /** Of 100 operations, so many wait for all replies before. */
  readonly waitPercent: number;
  /** Of 100 gaps between operations, so many are none at all: bursts. */
  readonly burstPercent: number;
  readonly sessionTimeoutMs: readonly [minimum: number, maximum: number];
  /** Over how long the operations are spread. */
  readonly spanMs: number;
  /** When faults happen. */
  readonly momentsMs: readonly number[];
  /**
   * Of 100 bursts, so many fall about such a moment, by up to `aboutMs` before and four times that after it: a fault hurts
   * most when there is work in flight.
   */
  readonly focusPercent: number;
  readonly aboutMs: number;
}

const KINDS = [
  'read', 'setData', 'create', 'delete', 'sequential', 'ephemeral', 'multi', 'syncRead', 'reconnect', 'closeSession',
  'watchStorm', 'sessionRace',
] as const;
type OperationKind = (typeof KINDS)[number];

/** Which kinds of operation a run has: each is left out of one run in five, and writing is never left out altogether. */
export function drawWeights(draw: Draw, usual: OperationWeights): OperationWeights {
  const left = new Map<OperationKind, number>();
  for (const kind of KINDS) left.set(kind, draw.percent(`weights/${kind}`, 20) ? 0 : usual[kind]);
  const weight = (kind: OperationKind): number => left.get(kind) ?? 0;
  return {
    read: weight('read'),
    setData: Math.max(1, weight('setData')),
    create: Math.max(1, weight('create')),
    delete: weight('delete'),
    sequential: weight('sequential'),
    ephemeral: weight('ephemeral'),
    multi: weight('multi'),
    syncRead: weight('syncRead'),
    reconnect: weight('reconnect'),
    closeSession: weight('closeSession'),
    watchStorm: weight('watchStorm'),
    sessionRace: weight('sessionRace'),
  };
}

/** One script a client. `servers` are those that clients may connect to; some clients know only a few of them. */
export function drawClients(draw: Draw, profile: WorkloadProfile, servers: readonly number[]): ClientScript[] {
  return Array.from({ length: profile.clients }, (_, index) => drawClient(draw, profile, servers, index));
}

function drawClient(draw: Draw, profile: WorkloadProfile, servers: readonly number[], index: number): ClientScript {
  const label = `client/${index}`;
  const known = draw.percent(`${label}/few`, 25) ? draw.of(
    `${label}/servers`, fc.shuffledSubarray([...servers], { minLength: 1 }),
  ) : servers;
  const [least, most] = profile.sessionTimeoutMs;
  const count = draw.integer(`${label}/count`, Math.max(1, Math.floor(profile.operations / 4)), profile.operations);
  const atoms = draw.of(label, fc.array(atom(profile), { minLength: count, maxLength: count }));
  return {
    servers: [...known],
    sessionTimeoutMs: draw.integer(`${label}/timeout`, least, most),
    operations: new ScriptWriter(profile, index, atoms).write(),
    closeAtEnd: draw.percent(`${label}/close`, 30),
  };
}

/** The raw luck of one operation; the writer turns it into a request. */
interface Atom {
  readonly kind: OperationKind;
  readonly hot: boolean;
  readonly wait: boolean;
  /** Whether it follows the one before at once. */
  readonly inBurst: boolean;
  /** Of a burst's first: whether it falls about a fault, and where in the span or about the fault it falls, in 1/65536. */
  readonly focused: boolean;
  readonly place: number;
  readonly pick: number;
  readonly variant: number;
}

function atom(profile: WorkloadProfile): Arbitrary<Atom> {
  const kinds = KINDS.filter((kind) => profile.weights[kind] > 0);
  return record({
    kind: fc.oneof(...kinds.map((kind) => ({ weight: profile.weights[kind], arbitrary: fc.constant(kind) }))),
    hot: chance(profile.hotPercent),
    wait: chance(profile.waitPercent),
    inBurst: chance(profile.burstPercent),
    focused: chance(profile.momentsMs.length === 0 ? 0 : profile.focusPercent),
    place: fc.nat({ max: PLACES - 1 }),
    pick: fc.nat({ max: 0xffff }),
    variant: fc.nat({ max: 99 }),
  });
}

function chance(percent: number): Arbitrary<boolean> {
  return fc.nat({ max: 99 }).map((draw) => draw < percent);
}

const PLACES = 0x1_0000;

/** Operations that are issued one upon the other. */
interface Burst {
  readonly atMs: number;
  readonly atoms: readonly Atom[];
}

/** The bursts of one client, in order of time. */
function burstsOf(profile: WorkloadProfile, atoms: readonly Atom[]): Burst[] {
  const bursts: { atMs: number; atoms: Atom[] }[] = [];
  for (const next of atoms) {
    const last = bursts.at(-1);
    if (last !== undefined && next.inBurst) last.atoms.push(next);
    else bursts.push({ atMs: burstTime(profile, next), atoms: [next] });
  }
  return bursts.sort((one, other) => one.atMs - other.atMs);
}

function burstTime(profile: WorkloadProfile, first: Atom): number {
  const moment = profile.momentsMs[first.pick % Math.max(1, profile.momentsMs.length)];
  if (!first.focused || moment === undefined) return Math.floor((profile.spanMs * first.place) / PLACES);
  return Math.max(0, moment - profile.aboutMs + Math.floor((5 * profile.aboutMs * first.place) / PLACES));
}

const FLAG_EPHEMERAL = 1;
const FLAG_SEQUENTIAL = 2;

/** Turns the atoms of one client into its script; remembers what it created, so that later operations find something there. */
class ScriptWriter {
  private readonly profile: WorkloadProfile;
  private readonly client: number;
  private readonly bursts: readonly Burst[];
  private readonly operations: ScriptedOperation[] = [];
  /** Indices of sequential creates, whose path is known only once they are answered. */
  private readonly sequentials: number[] = [];

  constructor(profile: WorkloadProfile, client: number, atoms: readonly Atom[]) {
    this.profile = profile;
    this.client = client;
    this.bursts = burstsOf(profile, atoms);
  }

  write(): ScriptedOperation[] {
    for (let hot = this.client % 2; hot < this.profile.hotPaths; hot += 2) this.create(0, false, `/h${hot}`, 0);
    for (let cold = 0; cold < 2; cold++) this.create(0, false, this.coldPath(cold), 0);
    let nowMs = 0;
    for (const { atMs, atoms } of this.bursts) {
      for (const next of atoms) {
        this.turn(next, atMs - nowMs);
        nowMs = atMs;
      }
    }
    return this.operations;
  }

  private turn(next: Atom, afterMs: number): void {
    const path = this.path(next);
    const { wait, variant } = next;
    switch (next.kind) {
      case 'read':
        return this.push(afterMs, wait, this.read(next, this.target(next)));
      case 'setData':
        return this.push(
          afterMs, wait, { kind: 'setData', path: this.target(next), data: this.value(), version: this.version(variant) },
        );
      case 'create':
        return this.create(afterMs, wait, variant < 50 ? path : `${path}/n${next.pick % 4}`, 0);
      case 'delete':
        return this.push(
          afterMs, wait, { kind: 'delete', path: variant < 40 ? path : this.target(next), version: this.version(variant) },
        );
      case 'sequential':
        this.sequentials.push(this.operations.length);
        return this.create(afterMs, wait, `${path}/s-`, variant < 25 ? FLAG_SEQUENTIAL + FLAG_EPHEMERAL : FLAG_SEQUENTIAL);
      case 'ephemeral':
        return this.create(afterMs, wait, variant < 50 ? `${path}/e${next.pick % 3}` : `/e${next.pick % 5}`, FLAG_EPHEMERAL);
      case 'multi':
        return this.push(afterMs, wait, this.multi(next, path));
      case 'syncRead':
        this.push(afterMs, wait, { kind: 'sync', path });
        return this.push(0, false, this.read(next, path));
      case 'reconnect':
        return this.push(afterMs, wait, { kind: 'reconnect' });
      case 'closeSession':
        return this.push(afterMs, wait, { kind: 'closeSession' });
      case 'watchStorm':
        return this.watchStorm(next, afterMs, wait);
      case 'sessionRace':
        return this.sessionRace(next, afterMs, wait);
    }
  }

  private watchStorm(next: Atom, afterMs: number, wait: boolean): void {
    this.push(afterMs, wait, { kind: 'exists', path: this.coldPath(next.pick), watch: true });
    for (let hot = 0; hot < this.profile.hotPaths; hot++) {
      this.push(0, false, { kind: 'getData', path: `/h${hot}`, watch: true });
      this.push(0, false, { kind: 'getChildren', path: `/h${hot}`, watch: true });
    }
    const path = this.path({ ...next, hot: true });
    if (next.variant < 50) this.push(0, next.variant < 10, { kind: 'setData', path, data: this.value(), version: -1 });
    else this.create(0, next.variant < 60, `${path}/w-`, FLAG_SEQUENTIAL);
  }

  private sessionRace(next: Atom, afterMs: number, wait: boolean): void {
    const { pick, variant } = next;
    this.create(afterMs, wait, `/r${pick % 3}`, FLAG_EPHEMERAL);
    if (variant < 60) this.push(0, false, { kind: 'reconnect' });
    this.create(0, false, `/r${(pick + 1) % 3}`, FLAG_EPHEMERAL);
    if (variant % 2 === 0) this.push(0, variant < 30, { kind: 'closeSession' });
    if (variant % 3 === 0) this.push(0, false, { kind: 'reconnect' });
    this.create(0, false, `/r${pick % 3}`, FLAG_EPHEMERAL);
  }

  private multi(next: Atom, path: string): ScriptedRequest {
    const data = this.value();
    const { variant, pick } = next;
    if (variant < 35) {
      return { kind: 'multi', ops: [
        { kind: 'check', path, version: this.version(variant) },
        { kind: 'setData', path, data, version: -1 },
      ] };
    }
    if (variant < 70) {
      return { kind: 'multi', ops: [
        { kind: 'create', path: `${path}/m-`, data, flags: FLAG_SEQUENTIAL },
        { kind: 'setData', path, data: `${data}'`, version: -1 },
      ] };
    }
    if (variant < 85) {
      return { kind: 'multi', ops: [
        { kind: 'create', path: `${path}/me-`, data, flags: FLAG_SEQUENTIAL + FLAG_EPHEMERAL },
        { kind: 'check', path, version: -1 },
      ] };
    }
    return { kind: 'multi', ops: [
      { kind: 'create', path: `${path}/m${pick % 3}`, data, flags: variant < 93 ? 0 : FLAG_EPHEMERAL },
      { kind: 'delete', path: `${path}/m${(pick + 1) % 3}`, version: -1 },
    ] };
  }

  private read(next: Atom, path: string): ScriptedRequest {
    const watch = next.pick % 4 === 0;
    if (next.variant < 45) return { kind: 'getData', path, watch };
    if (next.variant < 65) return { kind: 'exists', path, watch };
    return { kind: next.variant < 85 ? 'getChildren2' : 'getChildren', path, watch };
  }

  private create(afterMs: number, wait: boolean, path: string, flags: number): void {
    const kind = this.operations.length % 3 === 0 ? 'create2' : 'create';
    this.push(afterMs, wait, { kind, path, data: this.value(), flags });
  }

  private push(afterMs: number, waitForReply: boolean, request: ScriptedRequest): void {
    this.operations.push({ afterMs, waitForReply, request });
  }

  /** Unique: which client, and which of its operations. */
  private value(): string {
    return `c${this.client}#${this.operations.length}`;
  }

  private version(variant: number): number {
    return variant % 10 < 7 ? -1 : variant % 3;
  }

  private coldPath(pick: number): string {
    return `/c${this.client}-${pick % 2}`;
  }

  private path(next: Atom): string {
    return next.hot && this.profile.hotPaths > 0 ? `/h${next.pick % this.profile.hotPaths}` : this.coldPath(next.pick);
  }

  /** A path to read or write: now and then a sequential node made before. */
  private target(next: Atom): string {
    const made = this.sequentials[next.pick % Math.max(1, this.sequentials.length)];
    return made !== undefined && next.variant % 5 === 0 ? `$${made}` : this.path(next);
  }
}
