/**
 * The other end of a server's channel to the process that started it as one of an ensemble's (`--processes`): the server tells
 * over it that it serves, and stops when it closes. So no server outlives an ensemble whose first process was killed, and the
 * last of them takes the temporary directory along that was theirs.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint } from '../host/endpoint.ts';
import { isLocked } from '../host/lock-file.ts';

/** The variable that says that there is somebody at the other end who wants to be told. */
export const SUPERVISED = 'VIV_SUPERVISED';
/** The variable that names the temporary directory of all of them, each having one of its own in it; empty: there is none. */
export const TEMPORARY = 'VIV_SUPERVISED_TEMPORARY';

/** Where a server is; what is null it does not offer. */
export interface Served {
  readonly id: number;
  readonly role: string;
  readonly pid: number;
  readonly client: Endpoint | null;
  readonly secureClient: Endpoint | null;
  readonly admin: Endpoint | null;
  readonly metrics: Endpoint | null;
  readonly quorum: object | null;
}

/** What a server tells, once, when it has begun to serve. */
export interface ReadyMessage {
  readonly ready: Served;
}

/** The supervisor of this process, if it has one. */
export class Supervisor {
  private readonly isWanted: boolean = process.env[SUPERVISED] === '1';
  private listener: () => void = () => undefined;

  /** Calls `act` when it is gone; at once, if it is gone already. */
  onGone(act: () => void): void {
    this.listener = act;
    if (this.isGone) act();
    else if (this.isWanted) process.once('disconnect', act);
  }

  private get isGone(): boolean {
    return this.isWanted && !process.connected;
  }

  tell([ready]: readonly Served[]): void {
    if (!this.isWanted || ready === undefined || !process.connected) return;
    const message: ReadyMessage = { ready };
    // Where the channel breaks at this moment, its end is told as well.
    process.send?.(message, undefined, undefined, () => undefined);
  }

  /**
   * This process has stopped what it ran. An open channel would keep it alive; where there is none any more, nobody else is there
   * to clean up.
   */
  forget(): void {
    process.off('disconnect', this.listener);
    const temporary = process.env[TEMPORARY] ?? '';
    if (this.isGone && temporary !== '') removeUnlessUsed(temporary);
    if (this.isWanted && process.connected) process.disconnect();
  }
}

/**
 * Removes a directory unless a server runs in one of those in it. Whoever asks this last, having given up its own lock, finds
 * none; two at a time may both remove.
 */
export function removeUnlessUsed(directory: string): void {
  try {
    const used = readdirSync(directory, { withFileTypes: true })
      .some((entry) => entry.isDirectory() && isLocked(join(directory, entry.name)));
    if (!used) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Another one is at it, and does it.
  }
}
