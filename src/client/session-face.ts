/**
 * The process under a promise-based client: a client core, the calls that wait to be handed to it, and what is to be told when
 * they are settled. Its state holds promises, so it cannot be forked; scripted clients are for that. It never calls user code
 * from within an event: promises are resolved here, and whoever waits goes on after the event, in the order of the outcomes, so
 * that a simulated run with such clients depends on its seed alone.
 */
import { invariant } from '../base/invariant.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, type Bytes } from '../wire/words.ts';
import { ClientCore } from './client-core.ts';
import { CALL_TIMER, SLEEP_TIMER, type ClientSeat } from './client-host.ts';
import type { ClientSettings } from './client-settings.ts';
import { Deferred } from './deferred-face.ts';
import { ZooKeeperError } from './errors.ts';
import type { ClientOutcome, ReplyOutcome } from './outcome.ts';

interface Asked {
  readonly request: Request;
  readonly path: string;
  readonly answer: Deferred<ReplyOutcome>;
  /** Seen as the outcome is, before anybody's code goes on: registers watches in their order. */
  readonly onReply: ((reply: ReplyOutcome) => void) | undefined;
  /** When whoever asked waits no longer. */
  patience?: Sleeper;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

interface Call {
  readonly work: (io: Io) => void;
  /** There is nobody any more who would do it. */
  readonly drop: () => void;
}

/** What happened to the session, other than to a request. */
export type SessionNews = Exclude<ClientOutcome, { readonly kind: 'reply' | 'lost' | 'unsent' }>;

/** What a request comes with. */
export interface AskOptions {
  /** For the message of an error. */
  readonly path: string;
  readonly onReply?: (reply: ReplyOutcome) => void;
  /** Milliseconds after which the caller no longer wants to wait; 0: never. */
  readonly timeoutMs?: number;
}

/** See the head of the file. */
export class SessionProcess implements Process {
  readonly core: ClientCore;
  private readonly onNews: (news: SessionNews) => void;
  private seat: ClientSeat | undefined;
  private isStopped = false;
  private calls: Call[] = [];
  private readonly asked: Map<number, Asked> = new Map();
  /** Those asked and not settled, handed over or not. */
  private readonly unsettled: Set<Asked> = new Set();
  private readonly sleepers: Set<Sleeper> = new Set();
  /** When the timer that they share will ring; Infinity: it is not set. */
  private ringsAtMs = Infinity;

  constructor(settings: ClientSettings, onNews: (news: SessionNews) => void) {
    this.core = new ClientCore(settings);
    this.onNews = onNews;
  }

  /** The host has given it a seat. */
  sit(seat: ClientSeat): void {
    this.seat = seat;
  }

  handle(event: Event, io: Io): void {
    if (event.kind === 'timer' && event.timer === CALL_TIMER) this.takeCalls(io);
    else if (event.kind === 'timer' && event.timer === SLEEP_TIMER) this.wake(io);
    else if (event.kind !== 'start') this.core.handle(event, io);
    this.settle();
  }

  open(): void {
    this.call((io) => {
      if (this.core.phase === 'idle' || this.core.phase === 'over') this.core.open(io);
    });
  }

  /** The answer, whatever its code; rejects when there will be none. */
  async ask(request: Request, options: AskOptions): Promise<ReplyOutcome> {
    const { path, onReply, timeoutMs = 0 } = options;
    const asked: Asked = { request, path, answer: new Deferred(), onReply };
    this.call((io) => {
      if (this.core.phase === 'idle') {
        asked.answer.reject(new ZooKeeperError(ErrorCode.SESSIONEXPIRED, request.kind, path, 'the client is not open'));
        return;
      }
      const cxid = this.core.submit(request, io);
      this.asked.set(cxid, asked);
      if (timeoutMs > 0) asked.patience = this.sleepUntil(io.now() + timeoutMs, () => { this.giveUp(cxid); }, io);
    });
    this.unsettled.add(asked);
    try {
      return await asked.answer.promise;
    } finally {
      this.unsettled.delete(asked);
    }
  }

  addAuth(scheme: string, auth: Bytes): Promise<void> {
    return this.callFor((io) => { this.core.addAuth(scheme, auth, io); });
  }

  reconnect(): Promise<void> {
    return this.callFor((io) => { this.core.reconnect(io); });
  }

  /** Resolves when so many milliseconds have passed by this process's own clock. */
  async sleep(ms: number): Promise<void> {
    const slept = new Deferred<undefined>();
    const wake = (): void => { slept.resolve(undefined); };
    this.call((io) => { this.sleepUntil(io.now() + (ms > 0 ? Math.ceil(ms) : 0), wake, io); }, wake);
    await slept.promise;
  }

  /** Milliseconds of this process's monotonic clock. */
  now(): Promise<number> {
    return this.callFor((io) => io.now());
  }

  /** It is over: nothing more can be asked, what was asked is lost, and whoever sleeps is woken. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.seat?.stop();
    const { calls } = this;
    this.calls = [];
    for (const { drop } of calls) drop();
    for (const { request, path, answer } of this.unsettled) {
      answer.reject(new ZooKeeperError(ErrorCode.CONNECTIONLOSS, request.kind, path));
    }
    for (const { wake } of this.sleepers) wake();
    this.sleepers.clear();
  }

  private async callFor<T>(work: (io: Io) => T): Promise<T> {
    const done = new Deferred<T>();
    this.call((io) => { done.resolve(work(io)); }, () => { done.reject(closed()); });
    return done.promise;
  }

  private call(work: (io: Io) => void, drop: () => void = () => undefined): void {
    invariant(this.seat !== undefined, 'a client is called only once it has a seat');
    if (this.isStopped) throw closed();
    if (this.seat.isOver?.() === true) throw closed('what it ran in is over, as a simulation is when its program is');
    this.calls.push({ work, drop });
    if (this.calls.length === 1) this.seat.call();
  }

  private takeCalls(io: Io): void {
    const { calls } = this;
    this.calls = [];
    for (const { work } of calls) {
      work(io);
      this.settle();
    }
  }

  private giveUp(cxid: number): void {
    const asked = this.asked.get(cxid);
    if (asked === undefined) return;
    asked.answer.reject(new ZooKeeperError(ErrorCode.REQUESTTIMEOUT, asked.request.kind, asked.path));
  }

  private sleepUntil(atMs: number, wake: () => void, io: Io): Sleeper {
    const sleeper = { atMs, wake };
    this.sleepers.add(sleeper);
    if (atMs < this.ringsAtMs) this.ringAt(atMs, io);
    return sleeper;
  }

  private ringAt(atMs: number, io: Io): void {
    this.ringsAtMs = atMs;
    if (atMs !== Infinity) io.setTimer(SLEEP_TIMER, Math.max(0, atMs - io.now()));
  }

  /** In the order of their times; of one time, in the order in which they went to sleep. */
  private wake(io: Io): void {
    const now = io.now();
    const due: Sleeper[] = [];
    let nextMs = Infinity;
    for (const sleeper of this.sleepers) {
      if (sleeper.atMs <= now) due.push(sleeper);
      else nextMs = Math.min(nextMs, sleeper.atMs);
    }
    for (const sleeper of due.sort((one, other) => one.atMs - other.atMs)) {
      this.sleepers.delete(sleeper);
      sleeper.wake();
    }
    this.ringAt(nextMs, io);
  }

  private settle(): void {
    for (const outcome of this.core.drain()) {
      switch (outcome.kind) {
        case 'reply':
          this.answered(outcome);
          break;
        case 'lost':
          this.failed(outcome.cxid, ErrorCode.CONNECTIONLOSS);
          break;
        case 'unsent':
          this.failed(outcome.cxid, ErrorCode.SESSIONEXPIRED);
          break;
        default:
          this.onNews(outcome);
      }
    }
  }

  private answered(reply: ReplyOutcome): void {
    const asked = this.take(reply.cxid);
    asked?.onReply?.(reply);
    asked?.answer.resolve(reply);
  }

  private failed(cxid: number, code: number): void {
    const asked = this.take(cxid);
    asked?.answer.reject(new ZooKeeperError(code, asked.request.kind, asked.path));
  }

  private take(cxid: number): Asked | undefined {
    const asked = this.asked.get(cxid);
    this.asked.delete(cxid);
    if (asked?.patience !== undefined) this.sleepers.delete(asked.patience);
    return asked;
  }
}

function closed(why: string = 'the client is closed'): ZooKeeperError {
  return new ZooKeeperError(ErrorCode.SESSIONEXPIRED, 'call', '', why);
}
