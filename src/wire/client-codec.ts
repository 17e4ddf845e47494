/**
 * The client protocol as bytes: payloads of frames, without their length (section 1 of the protocol's description). Which record
 * a payload holds is known from the connection: the first one each way is the handshake, and of a reply only who asked knows the
 * operation. A request that cannot be read is still a request, 'unknown' or 'malformed', because it must be answered in order.
 */
import { REQUESTS, RESPONSES, responseKindOf } from './client-records.ts';
import type { KnownRequestKind } from './client-records.ts';
import type {
  ClientMessage,
  ConnectRequest,
  ConnectResponse,
  EventMessage,
  ReplyMessage,
  Request,
  RequestKind,
  RequestMessage,
} from './client-messages.ts';
import { Reader, Writer } from './jute.ts';
import type { Codec } from './schema.ts';
import { WireError } from './wire-error.ts';
import { ErrorCode, OpCode, Xid } from './words.ts';

const requestByOpcode: ReadonlyMap<number, Codec<Request>> = requestsByOpcode();

function requestsByOpcode(): ReadonlyMap<number, Codec<Request>> {
  const table = new Map<number, Codec<Request>>();
  for (const [kind, opcode] of Object.entries(OpCode)) if (isKnown(kind)) table.set(opcode, REQUESTS[kind]);
  return table;
}

function isKnown(kind: string): kind is KnownRequestKind {
  return Object.hasOwn(REQUESTS, kind);
}

const scratch = new Writer(1024);

/** The payload of the frame that carries `message`. */
export function encodeClientMessage(message: ClientMessage): Uint8Array {
  scratch.reset();
  writeClientMessage(scratch, message);
  return scratch.take();
}

/** The whole frame, length first. */
export function encodeClientFrame(message: ClientMessage): Uint8Array {
  scratch.reset();
  writeClientFrame(scratch, message);
  return scratch.take();
}

/** The same behind what `writer` holds. */
export function writeClientFrame(writer: Writer, message: ClientMessage): void {
  const length = writer.openLength();
  writeClientMessage(writer, message);
  writer.closeLength(length);
}

function writeClientMessage(writer: Writer, message: ClientMessage): void {
  switch (message.kind) {
    case 'connectRequest':
      return writeConnectRequest(writer, message);
    case 'connectResponse':
      return writeConnectResponse(writer, message);
    case 'request':
      writer.int(message.xid);
      return writeRequest(writer, message.request);
    case 'reply':
      writeHeader(writer, message.xid, message);
      return writeResponse(writer, message);
    case 'event':
      writeHeader(writer, Xid.NOTIFICATION, { zxid: message.zxid, err: ErrorCode.OK });
      writer.int(message.type);
      writer.int(message.state);
      return writer.ustring(message.path);
  }
}

function writeResponse(writer: Writer, { err, response }: ReplyMessage): void {
  if (err === ErrorCode.OK && response !== null) RESPONSES[response.kind].write(writer, response);
}

function writeConnectRequest(writer: Writer, message: ConnectRequest): void {
  writer.int(message.protocolVersion);
  writer.zxid(message.lastZxidSeen);
  writer.int(message.timeoutMs);
  writer.session(message.sessionId);
  writer.buffer(message.password);
  if (message.readOnly !== undefined) writer.bool(message.readOnly);
}

function writeConnectResponse(writer: Writer, message: ConnectResponse): void {
  writer.int(message.protocolVersion);
  writer.int(message.timeoutMs);
  writer.session(message.sessionId);
  writer.buffer(message.password);
  if (message.readOnly !== undefined) writer.bool(message.readOnly);
}

function writeHeader(writer: Writer, xid: number, header: Pick<ReplyMessage, 'zxid' | 'err'>): void {
  writer.int(xid);
  writer.zxid(header.zxid);
  writer.int(header.err);
}

/** Opcode and body, as they stand in a client's frame and in a forwarded REQUEST. */
export function writeRequest(writer: Writer, request: Request): void {
  if (request.kind === 'unknown' || request.kind === 'malformed') return writer.int(request.opcode);
  writer.int(OpCode[request.kind]);
  REQUESTS[request.kind].write(writer, request);
}

/** Reads what `writeRequest` wrote; bytes after the body are ignored. Only an opcode that is cut short throws. */
export function readRequest(reader: Reader): Request {
  const opcode = reader.int();
  const codec = requestByOpcode.get(opcode);
  if (codec === undefined) return { kind: 'unknown', opcode };
  try {
    return codec.read(reader);
  } catch (error) {
    if (error instanceof WireError) return { kind: 'malformed', opcode };
    throw error;
  }
}

const NO_PASSWORD = new Uint8Array(0);

/** The first payload from a client. */
export function decodeConnectRequest(payload: Uint8Array): ConnectRequest {
  const reader = new Reader(payload);
  return {
    kind: 'connectRequest',
    protocolVersion: reader.int(),
    lastZxidSeen: reader.saturatedZxid(),
    timeoutMs: reader.int(),
    sessionId: reader.session(),
    password: reader.nullableBuffer() ?? NO_PASSWORD,
    readOnly: readOnlyFlag(reader),
  };
}

/** The first payload from a server. */
export function decodeConnectResponse(payload: Uint8Array): ConnectResponse {
  const reader = new Reader(payload);
  return {
    kind: 'connectResponse',
    protocolVersion: reader.int(),
    timeoutMs: reader.int(),
    sessionId: reader.session(),
    password: reader.buffer(),
    readOnly: readOnlyFlag(reader),
  };
}

/** Peers older than 3.4 end before it. */
function readOnlyFlag(reader: Reader): boolean | undefined {
  return reader.remaining === 0 ? undefined : reader.bool();
}

/** Any later payload from a client. Only a header that is cut short throws. */
export function decodeRequest(payload: Uint8Array): RequestMessage {
  return readRequestMessage(new Reader(payload));
}

/** The same from where the payload stands. */
export function readRequestMessage(reader: Reader): RequestMessage {
  return { kind: 'request', xid: reader.int(), request: readRequest(reader) };
}

/** The xid of a payload from a server: `Xid.NOTIFICATION` for an event, else that of the request that it answers. */
export function peekXid(payload: Uint8Array): number {
  return new Reader(payload).int();
}

/** A reply to a request of kind `asked`. */
export function decodeReply(payload: Uint8Array, asked: RequestKind): ReplyMessage {
  const reader = new Reader(payload);
  const header = { xid: reader.int(), zxid: reader.zxid(), err: reader.int() };
  const kind = header.err === ErrorCode.OK ? responseKindOf(asked) : undefined;
  return { kind: 'reply', ...header, response: kind === undefined ? null : RESPONSES[kind].read(reader) };
}

/** An event. */
export function decodeEvent(payload: Uint8Array): EventMessage {
  const reader = new Reader(payload);
  if (reader.int() !== Xid.NOTIFICATION) throw new WireError('type');
  const zxid = reader.zxid();
  reader.int();
  return { kind: 'event', zxid, type: reader.int(), state: reader.int(), path: reader.ustring() };
}
