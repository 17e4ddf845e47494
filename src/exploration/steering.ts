/**
 * A world that is steered: every draw is answered with the longest delay there is, so that nothing ever happens by itself, and
 * whoever steers makes one thing happen at a time and puts the delay that it would have needed in the place of that answer. What
 * remains is the tape of an ordinary run in which exactly these things happen.
 */
import { present } from '../base/invariant.ts';
import type { ConnectionId, NodeId, TimerId } from '../io/event.ts';
import type { Port } from '../wire/message.ts';
import { seedStream } from '../base/random.ts';
import { type Chooser, Stream, type Tape, type TapeEntry, TapeStream } from '../world/chooser.ts';
import type { Core } from '../world/core.ts';
import type { Device } from '../world/device.ts';
import type { Scheduled } from '../world/heap.ts';
import type { Host } from '../world/host.ts';
import type { Network } from '../world/network.ts';
import { NodeIo, type Observer } from '../world/node-io.ts';

/** One draw: its answer can still be changed. */
export interface Drawn {
  readonly name: string;
  readonly atUs: number;
  /** The number of the entry that the schedule is given next. */
  readonly seq: number;
  value: number;
}

/** Draws whose answer is a delay. */
const DELAYS: ReadonlySet<string> = new Set(['latency', 'diskLatency', 'timerLate', 'afterHalt']);

class SteeredStream extends Stream {
  readonly chooser: SteeredChooser;
  readonly draws: Drawn[] = [];

  constructor(chooser: SteeredChooser) {
    super();
    this.chooser = chooser;
  }

  override below(bound: number, name: string): number {
    const { schedule } = present(this.chooser.core, 'a steered world is there before it draws');
    const value = DELAYS.has(name) ? bound - 1 : Math.min(bound - 1, this.chooser.answer(name, bound));
    const drawn = { name, atUs: schedule.nowUs, seq: schedule.seq + 1, value };
    this.draws.push(drawn);
    this.chooser.last = drawn;
    this.chooser.bySeq.set(drawn.seq, drawn);
    if (name === 'lostSuffix') this.chooser.losses.push(drawn);
    return value;
  }
}

/** See the head of the file. `answer` says what is drawn that is no delay; `core` is set once the world is made. */
export class SteeredChooser implements Chooser {
  readonly streams: Map<string, SteeredStream> = new Map();
  readonly bySeq: Map<number, Drawn> = new Map();
  readonly answer: (name: string, bound: number) => number;
  /** Draws about lost suffixes since somebody last took them. */
  losses: Drawn[] = [];
  last: Drawn | null = null;
  core: { readonly schedule: { readonly nowUs: number; readonly seq: number } } | null = { schedule: { nowUs: 0, seq: 0 } };

  constructor(answer: (name: string, bound: number) => number) {
    this.answer = answer;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new SteeredStream(this);
      this.streams.set(label, stream);
    }
    return stream;
  }

  tape(): Tape {
    return [...this.streams].map(([label, { draws }]): TapeEntry => [label, draws.map(({ value }) => value)]);
  }
}

/** What a delay is once nobody steers: microseconds, and milliseconds after a halt. Timers are not late. */
const CALM: ReadonlyMap<string, number> = new Map([['latency', 1000], ['diskLatency', 1000], ['afterHalt', 100]]);

/** Reads a tape; past its end nothing takes long and nothing goes wrong. */
class CalmStream extends TapeStream {
  override below(bound: number, name: string): number {
    if (this.at < this.draws.length) return super.below(bound, name);
    return Math.min(bound - 1, CALM.get(name) ?? 0);
  }
}

/**
 * The tape of a path, and calm behind it. The ranges of delays are those of the explorer, where anything may take an hour: drawn
 * from them, luck would keep any ensemble from coming to serve.
 */
export class CalmAfter implements Chooser {
  private readonly draws: Map<string, readonly number[]>;
  private readonly streams: Map<string, CalmStream> = new Map();

  constructor(tape: Tape) {
    this.draws = new Map(tape);
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new CalmStream(this.draws.get(label) ?? [], seedStream('', label));
      this.streams.set(label, stream);
    }
    return stream;
  }
}

/** A timer as it was last set. */
export interface SetTimer {
  readonly drawn: Drawn;
  readonly atUs: number;
  readonly afterMs: number;
}

/** Sees what a process sets and whom it calls. */
export class SteeredIo extends NodeIo {
  readonly chooser: SteeredChooser;
  readonly timers: Map<TimerId, SetTimer> = new Map();
  readonly onConnect: (node: NodeId, port: Port, connection: ConnectionId) => void;

  constructor(
    host: Host, core: Core, network: Network, device: Device, observer: Observer, chooser: SteeredChooser,
    onConnect: (node: NodeId, port: Port, connection: ConnectionId) => void,
  ) {
    super(host, core, network, device, observer);
    this.chooser = chooser;
    this.onConnect = onConnect;
  }

  override setTimer(timer: TimerId, afterMs: number): void {
    super.setTimer(timer, afterMs);
    const drawn = present(this.chooser.last, 'a timer is drawn for');
    this.timers.set(timer, { drawn, atUs: this.core.schedule.nowUs, afterMs });
  }

  override connect(node: NodeId, port: Port): ConnectionId {
    const connection = super.connect(node, port);
    this.onConnect(node, port, connection);
    return connection;
  }
}

/** Lets an entry of the schedule be the next, at a time. */
export function bringForward(core: Core, entry: Scheduled, timeUs: number): void {
  const { schedule } = core;
  entry.time = timeUs;
  schedule.heap.sort((one, other) => one.time - other.time || one.seq - other.seq);
}
