/**
 * The other end of a server's channel to the process that started it as one of an ensemble's (`--processes`): the server tells
 * over it that it serves, and stops when it closes. So no server outlives an ensemble whose first process was killed.
 */
import type { Endpoint } from '../host/endpoint.ts';

/** The variable that says that there is somebody at the other end who wants to be told. */
export const SUPERVISED = 'VIV_SUPERVISED';

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
  private readonly isThere: boolean = process.env[SUPERVISED] === '1' && process.connected;
  private listener: () => void = () => undefined;

  /** Calls `act` when it is gone. */
  onGone(act: () => void): void {
    this.listener = act;
    if (this.isThere) process.once('disconnect', act);
  }

  tell([ready]: readonly Served[]): void {
    if (!this.isThere || ready === undefined || !process.connected) return;
    const message: ReadyMessage = { ready };
    // Where the channel breaks at this moment, its end is told as well.
    process.send?.(message, undefined, undefined, () => undefined);
  }

  /** An open channel would keep this process alive. */
  forget(): void {
    process.off('disconnect', this.listener);
    if (this.isThere && process.connected) process.disconnect();
  }
}
