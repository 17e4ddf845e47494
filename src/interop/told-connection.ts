/**
 * A bare connection to a server, whose frames are told as lines: it sends what it is given, reads whole frames, and says
 * `closed` where the other end hangs up. Not part of the program.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint } from '../host/endpoint.ts';
import { FrameSplitter } from '../wire/framing.ts';

/** A hang guard, not a measure. */
const PATIENCE_MS = 30_000;

/** See the head of the file. */
export class ToldConnection {
  /** What came, a line a frame. */
  readonly lines: string[] = [];
  isClosed = false;
  private readonly socket: Socket;
  private readonly splitter: FrameSplitter = new FrameSplitter();
  private wake: () => void = () => undefined;

  /** `told` makes the line of a frame's payload. */
  constructor(at: Endpoint, told: (payload: Uint8Array) => string) {
    this.socket = connect({ host: at.host, port: at.port, noDelay: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.splitter.push(chunk);
      for (let payload = this.splitter.next(); payload !== undefined; payload = this.splitter.next()) {
        this.lines.push(told(payload));
      }
      this.wake();
    });
    const close = (): void => {
      if (!this.isClosed) this.lines.push('closed');
      this.isClosed = true;
      this.wake();
    };
    this.socket.on('error', close);
    this.socket.on('close', close);
  }

  write(bytes: Uint8Array): void {
    if (!this.isClosed) this.socket.write(bytes);
  }

  /** Until the condition holds, or the other end has hung up; `name` is whose error it is that neither comes about. */
  async until(condition: () => boolean, name: string): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (!condition() && !this.isClosed) {
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) throw new Error(`${name}: nothing more in ${PATIENCE_MS} ms after ${this.lines.join('; ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  end(): void {
    this.socket.destroy();
  }
}
