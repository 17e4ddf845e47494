/**
 * Bytes that no honest client sends, or seldom: handshakes, frames and records that are cut short, out of range or out of place.
 * Each exchange has a connection of its own; what answers is told as lines, free of what differs from run to run, and compared
 * with what Apache ZooKeeper 3.8.0 answered (`golden-exchanges.txt`). Not part of the program.
 */
import type { Endpoint } from '../host/endpoint.ts';
import { frame } from '../wire/framing.ts';
import { Reader, Writer } from '../wire/jute.ts';
import { OpCode, Xid } from '../wire/words.ts';
import { ToldConnection } from './told-connection.ts';

/** Longer than a run: no session may expire within it, for that would take a zxid. */
const SESSION_TIMEOUT_MS = 600_000;
/** The xid of the request that ends each step: whatever is answered to the step is answered before it. */
const MARKER = 777_777;

/** What is sent on one connection, a step after the other. */
export interface Exchange {
  readonly name: string;
  /** The steps follow an ordinary handshake. */
  readonly isGreeted: boolean;
  /** The last step is the end of the connection. */
  readonly isLast: boolean;
  readonly steps: readonly Uint8Array[];
}

/** Bytes put together field by field, as jute writes them. */
export function bytes(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.take();
}

/** A request's frame: xid, opcode, and any body. */
export function asked(xid: number, opcode: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  return frame(bytes((writer) => {
    writer.int(xid);
    writer.int(opcode);
    writer.raw(body);
  }));
}

/** The fields of a handshake that an exchange may want otherwise. */
export interface Greeting {
  readonly version?: number;
  /** The two halves of the newest zxid seen. */
  readonly seen?: readonly [high: number, low: number];
  readonly timeoutMs?: number;
  /** The low half of the session's id. */
  readonly session?: number;
  readonly password?: Uint8Array | null;
  /** The byte that says whether a read-only server will do, and whatever follows it. */
  readonly tail?: readonly number[];
}

/** The payload of a handshake; what is left out is as an ordinary client has it. */
export function greeting(asking: Greeting = {}): Uint8Array {
  const { version = 0, seen = [0, 0], timeoutMs = SESSION_TIMEOUT_MS, session = 0, tail = [0] } = asking;
  const { password = new Uint8Array(16) } = asking;
  return bytes((writer) => {
    writer.int(version);
    writer.words(...seen);
    writer.int(timeoutMs);
    writer.words(0, session);
    writer.buffer(password);
    writer.raw(Uint8Array.from(tail));
  });
}

/** What a server answers to an exchange, a line for each frame, and `closed` where it hangs up. */
export async function answersTo(at: Endpoint, { isGreeted, isLast, steps }: Exchange): Promise<string[]> {
  const connection = new RawConnection(at);
  const lines: string[] = [];
  try {
    if (isGreeted) {
      await connection.send(frame(greeting()), (line) => line.startsWith('session'));
      await connection.mark();
    }
    for (const [index, step] of steps.entries()) {
      const isFarewell = isLast && index === steps.length - 1;
      if (isFarewell) lines.push(...await connection.send(step, () => false));
      else lines.push(...await (isGreeted ? connection.ask(step) : connection.greet(step)));
    }
    if (!connection.isClosed) await connection.leave();
    return lines;
  } finally {
    connection.end();
  }
}

/** One connection, whose frames are told as lines. */
class RawConnection {
  private readonly connection: ToldConnection;
  private isGreeted = false;
  /** The newest zxid that was told before the step, as the two halves in hexadecimal. */
  private before = '';
  private newest = '';

  constructor(at: Endpoint) {
    this.connection = new ToldConnection(at, (payload) => this.told(payload));
  }

  get isClosed(): boolean {
    return this.connection.isClosed;
  }

  /** Everything up to the line that `isEnd` picks, or up to the end of the connection. */
  async send(sent: Uint8Array, isEnd: (line: string) => boolean): Promise<string[]> {
    const { connection } = this;
    const end = (): number => connection.lines.findIndex((line) => line === 'closed' || isEnd(line));
    connection.write(sent);
    await connection.until(() => end() >= 0, 'an exchange');
    return connection.lines.splice(0, end() + 1);
  }

  /** A handshake: it is answered with a session, or not at all. */
  greet(step: Uint8Array): Promise<string[]> {
    return this.send(step, (line) => line.startsWith('session') && !line.startsWith('session refused'));
  }

  /** A step, and a request behind it that shows where its answers end. */
  async ask(step: Uint8Array): Promise<string[]> {
    this.before = this.newest;
    const lines = await this.send(step, (line) => line.startsWith('reply'));
    return lines.at(-1) === 'closed' ? lines : [...lines, ...await this.mark()];
  }

  /** Asks for what both servers have, and takes note of the zxid; answers with whatever else came. */
  async mark(): Promise<string[]> {
    const root = bytes((writer) => {
      writer.ustring('/');
      writer.bool(false);
    });
    const lines = await this.send(asked(MARKER, OpCode.exists, root), (line) => line === 'marker');
    return lines.filter((line) => line !== 'marker');
  }

  /** So that no session is left. */
  async leave(): Promise<void> {
    await this.send(asked(MARKER + 1, OpCode.closeSession), () => false);
  }

  end(): void {
    this.connection.end();
  }

  private told(payload: Uint8Array): string {
    const reader = new Reader(payload);
    if (!this.isGreeted) {
      this.isGreeted = true;
      return toldSession(reader);
    }
    const xid = reader.int();
    const zxid = this.toldZxid(reader.int(), reader.int());
    const err = reader.int();
    if (xid === MARKER) return 'marker';
    const body = Buffer.from(reader.raw(reader.remaining)).toString('hex');
    return `${xid === Xid.NOTIFICATION ? 'event' : `reply ${xid}, zxid ${zxid}, error ${err}`}${body === '' ? '' : `: ${body}`}`;
  }

  /** Of zxids only what a client can rely on: whether there is one, and whether something has been decided since. */
  private toldZxid(high: number, low: number): string {
    if (high === 0 && low === 0) return '0';
    if (high === -1 && low === -1) return '-1';
    this.newest = `${high} ${low}`;
    return this.newest === this.before ? 'as before' : 'new';
  }
}

function toldSession(reader: Reader): string {
  const [version, timeoutMs, high, low] = [reader.int(), reader.int(), reader.int(), reader.int()];
  const password = reader.nullableBuffer();
  const rest = Buffer.from(reader.raw(reader.remaining)).toString('hex');
  const what = high === 0 && low === 0 ? 'session refused' : 'session';
  const secret = password?.every((byte) => byte === 0) === true ? 'noughts' : 'password';
  const end = rest === '' ? 'nothing' : rest;
  return `${what}: version ${version}, ${timeoutMs} ms, ${password?.length ?? 'no'} bytes of ${secret}, then ${end}`;
}
