/**
 * A client of a simulated world: does what a script says, at the script's pace, whatever happens to its connections and
 * sessions. Every operation is issued once; it waits while there is no connection, and goes on in a new session when one has
 * expired. It sets a timer only when it has a time to wait for, so that an idle client costs its pings and nothing else.
 */
import type { Event, TimerId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import { ClientCore } from './client-core.ts';
import { buildRequest, encode, returnedPath, type ClientScript, type ScriptedOperation } from './script.ts';

const OPERATION_TIMER: TimerId = 1;

interface Issued {
  /** Which operation of the script. */
  readonly index: number;
  readonly request: Request;
}

/** A process that lives a `ClientScript`. */
export class ScriptedClient implements Process {
  readonly script: ClientScript;
  readonly core: ClientCore;
  /** Operations whose references cannot be resolved, because the operation that they name returned no path. */
  skipped = 0;
  private next = 0;
  private lastIssuedAt = 0;
  private isTimerSet = false;
  /** The session is being closed: in the middle of the script, to go on in a new one, or for good. */
  private closing: 'no' | 'session' | 'end' = 'no';
  private isClosedForGood = false;
  private readonly outstanding: Map<number, Issued> = new Map();
  private readonly paths: Map<number, string | null> = new Map();

  constructor(script: ClientScript) {
    this.script = Object.freeze({ ...script });
    this.core = new ClientCore(script);
  }

  /** Whether everything has been issued and settled, the closing of the session included if the script asks for it. */
  get isDone(): boolean {
    if (this.script.closeAtEnd) return this.isClosedForGood;
    return this.next >= this.script.operations.length && this.outstanding.size === 0;
  }

  handle(event: Event, io: Io): void {
    if (event.kind === 'start') {
      this.lastIssuedAt = io.now();
      this.core.open(io);
    } else if (event.kind === 'timer' && event.timer === OPERATION_TIMER) {
      this.isTimerSet = false;
    } else {
      this.core.handle(event, io);
      this.takeOutcomes(io);
    }
    this.advance(io);
  }

  private advance(io: Io): void {
    while (!this.isTimerSet && this.closing === 'no') {
      const operation = this.script.operations[this.next];
      if (operation === undefined) {
        this.finish(io);
        return;
      }
      const waitMs = this.lastIssuedAt + operation.afterMs - io.now();
      if (waitMs > 0) {
        this.isTimerSet = true;
        io.setTimer(OPERATION_TIMER, waitMs);
        return;
      }
      if (operation.waitForReply && this.outstanding.size > 0) return;
      if (!this.issue(operation, this.next, io)) return;
      this.next += 1;
      this.lastIssuedAt = io.now();
    }
  }

  /** False when it must wait for a path that an operation under way will return. */
  private issue(operation: ScriptedOperation, index: number, io: Io): boolean {
    const scripted = operation.request;
    if (scripted.kind === 'reconnect') {
      this.paths.set(index, null);
      this.core.reconnect(io);
      this.takeOutcomes(io);
      return true;
    }
    if (scripted.kind === 'addAuth') {
      this.paths.set(index, null);
      this.core.addAuth(scripted.scheme, encode(scripted.auth), io);
      return true;
    }
    if (scripted.kind === 'closeSession') {
      this.closing = 'session';
      this.submit({ index, request: { kind: 'closeSession' } }, io);
      return true;
    }
    const request = buildRequest(scripted, index, this.paths);
    if (request === 'waiting') return false;
    if (request === 'skipped') {
      this.skipped += 1;
      this.paths.set(index, null);
      return true;
    }
    this.submit({ index, request }, io);
    return true;
  }

  private submit(issued: Issued, io: Io): void {
    this.outstanding.set(this.core.submit(issued.request, io), issued);
  }

  private finish(io: Io): void {
    if (!this.script.closeAtEnd || this.isClosedForGood || this.outstanding.size > 0) return;
    this.closing = 'end';
    this.core.close(io);
  }

  private takeOutcomes(io: Io): void {
    let isOver = false;
    const unsent: Issued[] = [];
    for (const outcome of this.core.drain()) {
      switch (outcome.kind) {
        case 'reply':
          this.settle(outcome.cxid, outcome.response);
          break;
        case 'lost':
          this.settle(outcome.cxid, null);
          break;
        case 'unsent': {
          const issued = this.outstanding.get(outcome.cxid);
          if (issued === undefined) break;
          if (issued.request.kind === 'closeSession') this.settle(outcome.cxid, null);
          else unsent.push(issued);
          this.outstanding.delete(outcome.cxid);
          break;
        }
        case 'expired':
        case 'authFailed':
        case 'closed':
          isOver = true;
          break;
        default:
      }
    }
    if (isOver) this.goOn(unsent, io);
  }

  private settle(cxid: number, response: Response | null): void {
    const issued = this.outstanding.get(cxid);
    if (issued === undefined) return;
    this.outstanding.delete(cxid);
    this.paths.set(issued.index, returnedPath(response));
  }

  /** The session is over. What it never sent did not happen, so it may be sent in the next one without happening twice. */
  private goOn(unsent: readonly Issued[], io: Io): void {
    if (this.closing === 'end') {
      this.closing = 'no';
      this.isClosedForGood = true;
      return;
    }
    this.closing = 'no';
    this.core.open(io);
    for (const issued of unsent) this.submit(issued, io);
  }
}
