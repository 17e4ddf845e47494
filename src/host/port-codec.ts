/**
 * Messages as the bytes of each port, both ways. Which records a stream holds follows from the port, from which end dialled, and
 * from what was said before on the connection, so a codec belongs to one connection. What cannot be read is a `WireError`, after
 * which the connection is of no more use; only a vote that makes no sense is passed over, as ZooKeeper does.
 */
import {
  decodeConnectRequest, decodeConnectResponse, decodeEvent, decodeReply, peekXid, readRequestMessage, writeClientFrame,
} from '../wire/client-codec.ts';
import type { ClientMessage, RequestKind } from '../wire/client-messages.ts';
import { decodeElectionHello, decodeNotification, encodeElectionMessage } from '../wire/election-codec.ts';
import { ElectionSplitter, frame, FrameSplitter } from '../wire/framing.ts';
import type { Writer } from '../wire/jute.ts';
import type { Message, Port } from '../wire/message.ts';
import { decodeQuorumMessage, writeQuorumMessage } from '../wire/quorum-codec.ts';
import { QuorumSplitter } from '../wire/quorum-framing.ts';
import type { ElectionMessage, QuorumMessage } from '../wire/quorum-messages.ts';
import { WireError } from '../wire/wire-error.ts';
import { Xid } from '../wire/words.ts';

/** The bytes of one connection. */
export interface PortCodec {
  push(chunk: Uint8Array): void;
  /** The next whole message; undefined while it is incomplete. */
  next(): Message | undefined;
  /** Throws where `message` does not travel on this port: the process must know. */
  write(writer: Writer, message: Message): void;
}

/** The longest answer that a client takes: servers bound what they are asked, not what they answer. */
const MAX_REPLY_LENGTH = 64 * 1024 * 1024;

/** The codec for one end of a connection to `port`; no frame that somebody unknown sends may be longer than `maxLength` bytes. */
export function codecFor(port: Port, isDialled: boolean, maxLength: number): PortCodec {
  if (port === 'quorum') return new QuorumCodec(isDialled, maxLength);
  if (port === 'election') return new ElectionCodec(isDialled);
  return isDialled ? new ClientCodec(Math.max(maxLength, MAX_REPLY_LENGTH)) : new ServiceCodec(maxLength);
}

/** The client port as the server sees it. */
export class ServiceCodec implements PortCodec {
  private readonly splitter: FrameSplitter;
  private isGreeted = false;

  constructor(maxLength: number) {
    this.splitter = new FrameSplitter(maxLength);
  }

  push(chunk: Uint8Array): void {
    this.splitter.push(chunk);
  }

  next(): Message | undefined {
    if (this.isGreeted) {
      const reader = this.splitter.nextReader();
      return reader === undefined ? undefined : readRequestMessage(reader);
    }
    const payload = this.splitter.next();
    if (payload === undefined) return undefined;
    this.isGreeted = true;
    return decodeConnectRequest(payload);
  }

  write(writer: Writer, message: Message): void {
    writeClientFrame(writer, clientMessage(message));
  }
}

/** The client port as the client sees it: only who asked knows what a reply holds. */
class ClientCodec implements PortCodec {
  private readonly splitter: FrameSplitter;
  private isGreeted = false;
  private readonly asked: { readonly xid: number; readonly kind: RequestKind }[] = [];

  constructor(maxLength: number) {
    this.splitter = new FrameSplitter(maxLength);
  }

  push(chunk: Uint8Array): void {
    this.splitter.push(chunk);
  }

  next(): Message | undefined {
    const payload = this.splitter.nextLent();
    if (payload === undefined) return undefined;
    if (!this.isGreeted) {
      this.isGreeted = true;
      return decodeConnectResponse(payload);
    }
    const xid = peekXid(payload);
    return xid === Xid.NOTIFICATION ? decodeEvent(payload) : decodeReply(payload, this.kindAsked(xid));
  }

  write(writer: Writer, message: Message): void {
    if (message.kind === 'request') this.asked.push({ xid: message.xid, kind: message.request.kind });
    writeClientFrame(writer, clientMessage(message));
  }

  /** Replies come in the order asked, so the first that matches is at the front but for a server that breaks the rule. */
  private kindAsked(xid: number): RequestKind {
    const index = this.asked.findIndex((one) => one.xid === xid);
    const [found] = index < 0 ? [] : this.asked.splice(index, 1);
    if (found === undefined) throw new WireError('type');
    return found.kind;
  }
}

/**
 * The quorum port. A learner takes whatever its leader sends, however long a snapshot is. A leader does not know yet who a
 * learner is, and no learner sends a snapshot: what does not come to an end is cut off.
 */
class QuorumCodec implements PortCodec {
  private readonly splitter: QuorumSplitter;
  private readonly maxMessage: number;
  private incomplete = 0;

  constructor(isDialled: boolean, maxLength: number) {
    this.splitter = new QuorumSplitter(2 * maxLength);
    this.maxMessage = isDialled ? Infinity : 4 * maxLength;
  }

  push(chunk: Uint8Array): void {
    this.splitter.push(chunk);
    this.incomplete += chunk.length;
  }

  next(): Message | undefined {
    const bytes = this.splitter.nextLent();
    if (bytes !== undefined) {
      this.incomplete -= bytes.length;
      return decodeQuorumMessage(bytes);
    }
    if (this.incomplete > this.maxMessage) throw new WireError('length');
    return undefined;
  }

  write(writer: Writer, message: Message): void {
    writeQuorumMessage(writer, quorumMessage(message));
  }
}

/** The election port: whoever was dialled hears a hello first. */
class ElectionCodec implements PortCodec {
  private readonly splitter: ElectionSplitter;

  constructor(isDialled: boolean) {
    this.splitter = new ElectionSplitter(!isDialled);
  }

  push(chunk: Uint8Array): void {
    this.splitter.push(chunk);
  }

  next(): Message | undefined {
    for (;;) {
      const { isHelloNext } = this.splitter;
      const payload = this.splitter.next();
      if (payload === undefined) return undefined;
      if (isHelloNext) return decodeElectionHello(payload);
      const notification = notificationOf(payload);
      if (notification !== undefined) return notification;
    }
  }

  write(writer: Writer, message: Message): void {
    const payload = encodeElectionMessage(electionMessage(message));
    writer.raw(message.kind === 'electionHello' ? payload : frame(payload));
  }
}

function notificationOf(payload: Uint8Array): Message | undefined {
  try {
    return decodeNotification(payload);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function clientMessage(message: Message): ClientMessage {
  switch (message.kind) {
    case 'connectRequest':
    case 'connectResponse':
    case 'request':
    case 'reply':
    case 'event':
      return message;
    default:
      throw new WireError('type');
  }
}

function electionMessage(message: Message): ElectionMessage {
  if (message.kind === 'electionHello' || message.kind === 'notification') return message;
  throw new WireError('type');
}

function quorumMessage(message: Message): QuorumMessage {
  switch (message.kind) {
    case 'connectRequest':
    case 'connectResponse':
    case 'request':
    case 'reply':
    case 'event':
    case 'electionHello':
    case 'notification':
      throw new WireError('type');
    default:
      return message;
  }
}
