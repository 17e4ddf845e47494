/**
 * Load: many requests at a time, over a few sessions, for a while or for a number of them. Frames are made beforehand, and
 * only what differs is filled in. A request that is refused ends it: what is measured must have been done.
 */
import type { Endpoint } from '../host/endpoint.ts';
import { encodeClientFrame } from '../wire/client-codec.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { processorMs } from './bars.ts';
import { resultOf } from './load-job.ts';
import type { LoadResult, ThroughputJob } from './load-job.ts';
import { LoadSession } from './load-session.ts';
import type { LoadOwner } from './load-session.ts';

/** Requests that a session sends ahead while nodes are made or removed. */
const AHEAD = 200;
/** Names of nodes are numbers of so many digits. */
const DIGITS = 8;
const ZERO = 0x30;
/** Of so many operations of 'mixed', the first are gets; taken in steps that visit all of them. */
const MIX = 10;
const GETS_OF_MIX = 7;
const MIX_STEP = 3;

/** The whole frame of a request; its xid is filled in when it is sent. */
export function frameOf(request: Request): Uint8Array {
  return encodeClientFrame({ kind: 'request', xid: 0, request });
}

/** Makes a node, perhaps at the end of a path with a number in it. */
export function createFrame(path: string, size: number): Uint8Array {
  return frameOf({ kind: 'create', path, data: dataOf(size), acl: OPEN_ACL_UNSAFE, flags: 0 });
}

/** Where the `index`-th node is. */
export function nodePath(root: string, index: number): string {
  return `${root}/${String(index).padStart(DIGITS, '0')}`;
}

function dataOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => 0x61 + (index % 26));
}

/** A frame with the path of a numbered node in it, for any number. */
class NumberedFrame {
  private readonly bytes: Uint8Array;
  private readonly digitsAt: number;

  constructor(root: string, frame: (path: string) => Uint8Array) {
    this.bytes = frame(nodePath(root, 0));
    const name = Buffer.from(nodePath(root, 0));
    this.digitsAt = Buffer.from(this.bytes).indexOf(name) + name.length - DIGITS;
  }

  /** Good until the next call. */
  of(index: number): Uint8Array {
    let left = index;
    for (let digit = DIGITS - 1; digit >= 0; digit--) {
      this.bytes[this.digitsAt + digit] = ZERO + (left % 10);
      left = Math.floor(left / 10);
    }
    return this.bytes;
  }
}

/** Sends a fixed number of requests over one session. */
class Errand implements LoadOwner {
  private readonly count: number;
  private readonly frame: (index: number) => Uint8Array;
  private readonly settle: (error: Error | null) => void;
  private next = 0;
  private answered = 0;

  private constructor(count: number, frame: (index: number) => Uint8Array, settle: (error: Error | null) => void) {
    this.count = count;
    this.frame = frame;
    this.settle = settle;
  }

  /** `frame(i)` is the i-th request; it is copied. */
  static async run(at: Endpoint, count: number, frame: (index: number) => Uint8Array): Promise<void> {
    let settle: (error: Error | null) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = (error) => {
        if (error === null) resolve();
        else reject(error);
      };
    });
    const errand = new Errand(count, frame, settle);
    const session = await LoadSession.open(at, errand);
    try {
      errand.goOn(session);
      session.flush();
      await done;
      close(session);
    } finally {
      session.end();
    }
  }

  onReply(session: LoadSession, err: number): void {
    this.answered += 1;
    if (err !== ErrorCode.OK) this.settle(refusal(err));
    else if (this.answered === this.count) this.settle(null);
    else this.goOn(session);
  }

  onEvent(): void {
    return;
  }

  onBroken(_session: LoadSession, reason: string): void {
    this.settle(new Error(reason));
  }

  private goOn(session: LoadSession): void {
    for (; this.next < this.count && session.unanswered < AHEAD; this.next++) session.send(this.frame(this.next));
  }
}

/** Makes `root` and `count` nodes below it. */
export async function fill(servers: readonly Endpoint[], root: string, count: number, size: number): Promise<void> {
  const at = firstOf(servers);
  const frame = new NumberedFrame(root, (path) => createFrame(path, size));
  await Errand.run(at, 1, () => createFrame(root, 0));
  if (count > 0) await Errand.run(at, count, (index) => frame.of(index));
}

/** Removes `count` nodes below `root`, and `root`. */
export async function clear(servers: readonly Endpoint[], root: string, count: number): Promise<void> {
  const at = firstOf(servers);
  const frame = new NumberedFrame(root, (path) => frameOf({ kind: 'delete', path, version: -1 }));
  if (count > 0) await Errand.run(at, count, (index) => frame.of(index));
  await Errand.run(at, 1, () => frameOf({ kind: 'delete', path: root, version: -1 }));
}

/** Says farewell; the answer is not waited for. */
export function close(session: LoadSession): void {
  session.send(frameOf({ kind: 'closeSession' }));
  session.flush();
}

/** Requests without end, each session's next one when one of its is answered. */
class Throughput implements LoadOwner {
  /** Numbers of 'create' that were used. */
  created = 0;
  private readonly job: ThroughputJob;
  private readonly read: NumberedFrame;
  private readonly write: NumberedFrame;
  private readonly create: NumberedFrame;
  private readonly times: Float64Array;
  private counted = 0;
  private isCounting = false;
  private isEnding = false;
  private asked = 0;
  private unanswered = 0;
  private failure: Error | null = null;
  private wake: () => void = () => undefined;

  constructor(job: ThroughputJob) {
    const { root, size, forMs } = job;
    this.job = job;
    this.read = new NumberedFrame(root, (path) => frameOf({ kind: 'getData', path, watch: false }));
    this.write = new NumberedFrame(root, (path) => frameOf({ kind: 'setData', path, data: dataOf(size), version: -1 }));
    this.create = new NumberedFrame(root, (path) => createFrame(path, size));
    this.times = new Float64Array(Math.ceil(forMs * MOST_PER_MS));
  }

  /** Counts what is answered between `warmMs` and `forMs` after that, then waits for what is under way. */
  async run(sessions: readonly LoadSession[]): Promise<LoadResult> {
    const { inFlight, warmMs, forMs } = this.job;
    for (let i = 0; i < inFlight; i++) this.next(sessions[i % sessions.length]);
    for (const session of sessions) session.flush();
    await this.pass(warmMs);
    const [sinceMs, busySinceMs] = [performance.now(), processorMs()];
    this.isCounting = true;
    await this.pass(forMs);
    const [elapsedMs, busyMs] = [performance.now() - sinceMs, processorMs() - busySinceMs];
    this.isCounting = false;
    this.isEnding = true;
    while (this.unanswered > 0) await this.pass(PATIENCE_MS);
    return resultOf(this.times.subarray(0, this.counted), elapsedMs, busyMs);
  }

  onReply(session: LoadSession, err: number, tookMs: number): void {
    this.unanswered -= 1;
    if (err !== ErrorCode.OK) this.fail(refusal(err));
    if (this.isCounting && this.counted < this.times.length) {
      this.times[this.counted] = tookMs;
      this.counted += 1;
    }
    if (!this.isEnding) this.next(session);
    else if (this.unanswered === 0) this.wake();
  }

  onEvent(): void {
    return;
  }

  onBroken(_session: LoadSession, reason: string): void {
    this.fail(new Error(reason));
  }

  private next(session: LoadSession | undefined): void {
    if (session === undefined) return;
    const { operation, count } = this.job;
    const turn = this.asked;
    this.asked += 1;
    this.unanswered += 1;
    if (operation === 'create') {
      session.send(this.create.of(this.created));
      this.created += 1;
    } else {
      const isRead = operation === 'get' || (operation === 'mixed' && (turn * MIX_STEP) % MIX < GETS_OF_MIX);
      session.send((isRead ? this.read : this.write).of(turn % count));
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.isEnding = true;
    this.wake();
  }

  private async pass(ms: number): Promise<void> {
    if (this.failure === null) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.failure !== null) throw this.failure;
  }
}

/** Room for times is made for so many answers a millisecond; more are not looked at. */
const MOST_PER_MS = 1000;
const PATIENCE_MS = 1000;

/** Does a job of throughput, and leaves nothing behind. */
export async function throughput(job: ThroughputJob): Promise<LoadResult> {
  const { servers, operation, root, sessions: count } = job;
  if (operation === 'create') await fill(servers, root, 0, 0);
  const work = new Throughput(job);
  const sessions: LoadSession[] = [];
  try {
    for (let i = 0; i < count; i++) sessions.push(await LoadSession.open(servers[i % servers.length] ?? firstOf(servers), work));
    const result = await work.run(sessions);
    for (const session of sessions) close(session);
    if (operation === 'create') await clear(servers, root, work.created);
    return result;
  } finally {
    for (const session of sessions) session.end();
  }
}

/** There is always one. */
export function firstOf(servers: readonly Endpoint[]): Endpoint {
  const [first] = servers;
  if (first === undefined) throw new RangeError('no server is given');
  return first;
}

/** Why a measurement came to nothing. */
export function refusal(err: number): Error {
  return new Error(`a request was refused with the code ${err}`);
}
