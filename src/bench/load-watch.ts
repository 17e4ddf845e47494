/** What is measured one thing at a time: the first answer of a server, how a change reaches many watchers, a failover. */
import type { Endpoint } from '../host/endpoint.ts';
import { AddWatchMode, ErrorCode } from '../wire/words.ts';
import { processorMs } from './bars.ts';
import { NO_RESULT, resultOf } from './load-job.ts';
import type { LoadResult } from './load-job.ts';
import { LoadSession } from './load-session.ts';
import type { LoadOwner, SessionKey } from './load-session.ts';
import { close, createFrame, firstOf, frameOf, refusal } from './load-work.ts';

/** Between two attempts to reach a server, and how long one of them may take. */
const RETRY_MS = 2;
const ATTEMPT_MS = 1000;
/** After so many attempts to go on with a session, a new one is asked for. */
const RESUMED_ATTEMPTS = 500;

/** One request at a time, as a promise; events are counted. */
class Asker implements LoadOwner {
  events = 0;
  onCount: () => void = () => undefined;
  private readonly waiting: Map<LoadSession, (error: Error | null) => void> = new Map();
  private broken: string | null = null;

  ask(session: LoadSession, frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.broken !== null) {
        reject(new Error(this.broken));
        return;
      }
      this.waiting.set(session, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
      session.send(frame);
      session.flush();
    });
  }

  onReply(session: LoadSession, err: number): void {
    this.settle(session, err === ErrorCode.OK ? null : refusal(err));
  }

  onEvent(): void {
    this.events += 1;
    this.onCount();
  }

  onBroken(session: LoadSession, reason: string): void {
    this.broken = reason;
    this.settle(session, new Error(reason));
    this.onCount();
  }

  /** Resolves when so many events have come; rejects when a connection is gone. */
  async heard(events: number): Promise<void> {
    while (this.events < events) {
      if (this.broken !== null) throw new Error(this.broken);
      await new Promise<void>((resolve) => {
        this.onCount = () => {
          if (this.events >= events || this.broken !== null) resolve();
        };
      });
    }
  }

  private settle(session: LoadSession, error: Error | null): void {
    const waiting = this.waiting.get(session);
    this.waiting.delete(session);
    waiting?.(error);
  }
}

/** See `LoadJob`. */
export async function firstAnswer(servers: readonly Endpoint[], isOver: () => boolean): Promise<LoadResult> {
  const isFirst = frameOf({ kind: 'exists', path: '/', watch: false });
  for (let attempt = 0; ; attempt++) {
    if (isOver()) throw new Error('nobody answered in time');
    const asker = new Asker();
    const session = await opened(servers[attempt % servers.length] ?? firstOf(servers), asker, null);
    if (session === null) {
      await pause();
      continue;
    }
    try {
      await asker.ask(session, isFirst);
      close(session);
      return NO_RESULT;
    } catch {
      await pause();
    } finally {
      session.end();
    }
  }
}

/** See `LoadJob`: an operation is a change, its time that until the last watcher has heard of it. */
export async function fanOut(
  servers: readonly Endpoint[], path: string, watchers: number, rounds: number,
): Promise<LoadResult> {
  const asker = new Asker();
  const sessions: LoadSession[] = [];
  try {
    const writer = await LoadSession.open(firstOf(servers), asker);
    sessions.push(writer);
    await asker.ask(writer, createFrame(path, 0));
    for (let i = 0; i < watchers; i++) {
      const session = await LoadSession.open(servers[i % servers.length] ?? firstOf(servers), asker);
      sessions.push(session);
      // A follower may be behind the leader.
      await asker.ask(session, frameOf({ kind: 'sync', path }));
      await asker.ask(session, frameOf({ kind: 'addWatch', path, mode: AddWatchMode.PERSISTENT }));
    }
    const times = new Float64Array(rounds);
    const change = frameOf({ kind: 'setData', path, data: new Uint8Array(100), version: -1 });
    const [sinceMs, busySinceMs] = [performance.now(), processorMs()];
    for (let round = 0; round < rounds; round++) {
      const beganMs = performance.now();
      await Promise.all([asker.ask(writer, change), asker.heard((round + 1) * watchers)]);
      times[round] = performance.now() - beganMs;
    }
    const result = resultOf(times, performance.now() - sinceMs, processorMs() - busySinceMs);
    await asker.ask(writer, frameOf({ kind: 'delete', path, version: -1 }));
    for (const session of sessions) close(session);
    return result;
  } finally {
    for (const session of sessions) session.end();
  }
}

/** Writes that go on through whichever server answers. */
export class Probe {
  private readonly servers: readonly Endpoint[];
  private key: SessionKey | null = null;
  private isOver = false;
  /** When the write under way was begun, and when the last one was answered. */
  private readonly done: { readonly beganNs: bigint; readonly endedNs: bigint }[] = [];
  private wake: () => void = () => undefined;

  private constructor(servers: readonly Endpoint[]) {
    this.servers = servers;
  }

  /** Begins; resolves when the first write has succeeded. */
  static async start(servers: readonly Endpoint[]): Promise<Probe> {
    const probe = new Probe(servers);
    void probe.goOn();
    await probe.succeeded(0n);
    return probe;
  }

  /** See `LoadJob`. */
  async stop(sinceNs: bigint): Promise<LoadResult> {
    const endedNs = await this.succeeded(sinceNs);
    this.isOver = true;
    const tookMs = Number(endedNs - sinceNs) / 1e6;
    return { ...NO_RESULT, operations: 1, elapsedMs: tookMs, p50Ms: tookMs, p99Ms: tookMs, maxMs: tookMs };
  }

  /** It may be told so while a write is under way. */
  private isStopped(): boolean {
    return this.isOver;
  }

  private async succeeded(sinceNs: bigint): Promise<bigint> {
    for (;;) {
      const found = this.done.find(({ beganNs }) => beganNs > sinceNs);
      if (found !== undefined) return found.endedNs;
      await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }

  private async goOn(): Promise<void> {
    const change = frameOf({ kind: 'setData', path: '/', data: new Uint8Array(100), version: -1 });
    for (let attempt = 0; !this.isOver; attempt++) {
      const asker = new Asker();
      const session = await opened(this.servers[attempt % this.servers.length] ?? firstOf(this.servers), asker, this.key);
      if (session === null) {
        if (attempt % RESUMED_ATTEMPTS === RESUMED_ATTEMPTS - 1) this.key = null;
        await pause();
        continue;
      }
      this.key = session.key;
      try {
        for (;;) {
          if (this.isStopped()) break;
          const beganNs = process.hrtime.bigint();
          await asker.ask(session, change);
          this.done.push({ beganNs, endedNs: process.hrtime.bigint() });
          this.wake();
        }
        close(session);
      } catch {
        await pause();
      } finally {
        session.end();
      }
    }
  }
}

async function opened(at: Endpoint, owner: LoadOwner, key: SessionKey | null): Promise<LoadSession | null> {
  try {
    return await LoadSession.open(at, owner, key, ATTEMPT_MS);
  } catch {
    return null;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
}
