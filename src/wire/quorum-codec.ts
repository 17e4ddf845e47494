/**
 * The quorum protocol as bytes: QuorumPacket {type, zxid, data, authinfo} and what each packet carries in its data (section
 * 2.4 of the protocol's description), SNAP with the snapshot that streams behind it. One message is one run of bytes; where it
 * ends in a stream, `QuorumSplitter` says. The image of a SNAP travels without its digest, as ZooKeeper's does.
 */
import { assertNever } from '../base/invariant.ts';
import { EPOCH_LIMIT, ZXID_UNINITIALIZED, ZXID_ZERO, zxidFromWords } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { readRequest, writeRequest } from './client-codec.ts';
import { Reader, Writer } from './jute.ts';
import type { Activate, Forward, LearnerInfo, Ping, QuorumMessage, Revalidate, Revalidated, Snap } from './quorum-messages.ts';
import { idRecord } from './records.ts';
import { nullableVector } from './schema.ts';
import { readSnapshotBody, writeSnapshotBody } from './snapshot-codec.ts';
import { decodeTxn } from './transaction-codec.ts';
import { decodeText, encodeText } from './utf8.ts';
import { WireError } from './wire-error.ts';
import type { Bytes, Id } from './words.ts';

/** Leader.REQUEST and its like. */
export const PacketType = {
  REQUEST: 1,
  PROPOSAL: 2,
  ACK: 3,
  COMMIT: 4,
  PING: 5,
  REVALIDATE: 6,
  SYNC: 7,
  INFORM: 8,
  COMMITANDACTIVATE: 9,
  NEWLEADER: 10,
  FOLLOWERINFO: 11,
  UPTODATE: 12,
  DIFF: 13,
  TRUNC: 14,
  SNAP: 15,
  OBSERVERINFO: 16,
  LEADERINFO: 17,
  ACKEPOCH: 18,
  INFORMANDACTIVATE: 19,
} as const;

/** The version of the protocol that every release since 3.4 speaks. */
const PROTOCOL_VERSION = 0x10000;
/** Ends the stream behind a SNAP. */
export const SNAPSHOT_SIGNATURE = 'BenWasHere';

const authinfo = nullableVector(idRecord);
const scratch = new Writer(4096);

/** All the bytes of `message`. */
export function encodeQuorumMessage(message: QuorumMessage): Uint8Array {
  scratch.reset();
  writeQuorumMessage(scratch, message);
  return scratch.take();
}

/** The same behind what `writer` holds. */
export function writeQuorumMessage(writer: Writer, message: QuorumMessage): void {
  switch (message.kind) {
    case 'FOLLOWERINFO':
    case 'OBSERVERINFO':
      return writeLearnerInfo(writer, message);
    case 'LEADERINFO':
      writer.int(PacketType.LEADERINFO);
      writer.words(message.epoch, 0);
      return writeIntData(writer, PROTOCOL_VERSION);
    case 'ACKEPOCH':
      writer.int(PacketType.ACKEPOCH);
      writer.zxid(message.lastZxid);
      return writeIntData(writer, message.currentEpoch);
    case 'DIFF':
    case 'TRUNC':
    case 'ACK':
    case 'COMMIT':
      return writePacket(writer, PacketType[message.kind], message.zxid, null);
    case 'SNAP':
      return writeSnap(writer, message);
    case 'NEWLEADER':
      return writePacket(writer, PacketType.NEWLEADER, message.zxid, encodeText(message.config));
    case 'UPTODATE':
      return writePacket(writer, PacketType.UPTODATE, ZXID_UNINITIALIZED, null);
    case 'PROPOSAL':
    case 'INFORM':
      return writePacket(writer, PacketType[message.kind], message.txn.zxid, message.txn.bytes);
    case 'COMMITANDACTIVATE':
    case 'INFORMANDACTIVATE':
      return writeActivate(writer, message);
    case 'PING':
      return writePing(writer, message);
    case 'REQUEST':
      return writeForward(writer, message);
    case 'SYNC':
      return writePacket(writer, PacketType.SYNC, ZXID_ZERO, null);
    case 'REVALIDATE':
    case 'REVALIDATED':
      return writeRevalidation(writer, message);
    default:
      return assertNever(message);
  }
}

function writePacket(writer: Writer, type: number, zxid: Zxid, data: Bytes | null): void {
  writer.int(type);
  writer.zxid(zxid);
  writer.buffer(data);
  writer.int(-1);
}

/** The rest of a packet whose type and zxid are written. */
function writeIntData(writer: Writer, value: number): void {
  writer.int(4);
  writer.int(value);
  writer.int(-1);
}

function writeLearnerInfo(writer: Writer, message: LearnerInfo): void {
  writer.int(PacketType[message.kind]);
  writer.words(message.acceptedEpoch, 0);
  const length = writer.openLength();
  writer.long(message.sid);
  writer.int(PROTOCOL_VERSION);
  writer.zxid(message.configVersion);
  writer.closeLength(length);
  writer.int(-1);
}

function writeSnap(writer: Writer, message: Snap): void {
  writePacket(writer, PacketType.SNAP, message.zxid, null);
  writeSnapshotBody(writer, message.image);
  writer.ustring(SNAPSHOT_SIGNATURE);
}

function writeActivate(writer: Writer, message: Activate): void {
  writer.int(PacketType[message.kind]);
  writer.zxid(message.zxid);
  const length = writer.openLength();
  writer.long(message.designatedLeader);
  if (message.txn !== null) writer.raw(message.txn.bytes);
  writer.closeLength(length);
  writer.int(-1);
}

function writePing(writer: Writer, message: Ping): void {
  if (message.touched === null) return writePacket(writer, PacketType.PING, message.zxid, null);
  writer.int(PacketType.PING);
  writer.zxid(message.zxid);
  const length = writer.openLength();
  for (const session of message.touched) {
    writer.session(session.sessionId);
    writer.int(session.timeoutMs);
  }
  writer.closeLength(length);
  writer.int(-1);
}

function writeForward(writer: Writer, message: Forward): void {
  writer.int(PacketType.REQUEST);
  writer.zxid(ZXID_UNINITIALIZED);
  const length = writer.openLength();
  writer.session(message.sessionId);
  writer.int(message.cxid);
  writeRequest(writer, message.request);
  writer.closeLength(length);
  authinfo.write(writer, message.authInfo);
}

function writeRevalidation(writer: Writer, message: Revalidate | Revalidated): void {
  writer.int(PacketType.REVALIDATE);
  writer.zxid(ZXID_UNINITIALIZED);
  const length = writer.openLength();
  writer.session(message.sessionId);
  if (message.kind === 'REVALIDATE') writer.int(message.timeoutMs);
  else writer.bool(message.valid);
  writer.closeLength(length);
  writer.int(-1);
}

/** A packet whose data is still bytes. The zxid is kept in halves, since it is not always one. */
interface Packet {
  readonly type: number;
  readonly high: number;
  readonly low: number;
  readonly data: Bytes | null;
  readonly authinfo: readonly Id[] | null;
}

/** Reads one message, all of `bytes`. */
export function decodeQuorumMessage(bytes: Uint8Array): QuorumMessage {
  const reader = new Reader(bytes, 0, bytes.length, bytes.length);
  const packet: Packet = {
    type: reader.int(),
    high: reader.int(),
    low: reader.int(),
    data: reader.nullableBuffer(),
    authinfo: authinfo.read(reader),
  };
  const message = packet.type === PacketType.SNAP ? readSnap(packet, reader) : toMessage(packet);
  reader.finish();
  return message;
}

function toMessage(packet: Packet): QuorumMessage {
  switch (packet.type) {
    case PacketType.REQUEST:
      return readForward(packet);
    case PacketType.PROPOSAL:
      return { kind: 'PROPOSAL', txn: decodeTxn(required(packet)) };
    case PacketType.INFORM:
      return { kind: 'INFORM', txn: decodeTxn(required(packet)) };
    case PacketType.ACK:
      return { kind: 'ACK', zxid: zxidOf(packet) };
    case PacketType.COMMIT:
      return { kind: 'COMMIT', zxid: zxidOf(packet) };
    case PacketType.PING:
      return { kind: 'PING', zxid: zxidOf(packet), touched: packet.data === null ? null : readTouched(new Reader(packet.data)) };
    case PacketType.REVALIDATE:
      return readRevalidation(new Reader(required(packet)));
    case PacketType.SYNC:
      return { kind: 'SYNC' };
    case PacketType.COMMITANDACTIVATE:
    case PacketType.INFORMANDACTIVATE:
      return readActivate(packet);
    case PacketType.NEWLEADER:
      return { kind: 'NEWLEADER', zxid: zxidOf(packet), config: packet.data === null ? '' : decodeText(packet.data) };
    case PacketType.FOLLOWERINFO:
    case PacketType.OBSERVERINFO:
      return readLearnerInfo(packet);
    case PacketType.UPTODATE:
      return { kind: 'UPTODATE' };
    case PacketType.DIFF:
      return { kind: 'DIFF', zxid: zxidOf(packet) };
    case PacketType.TRUNC:
      return { kind: 'TRUNC', zxid: zxidOf(packet) };
    case PacketType.LEADERINFO:
      return readLeaderInfo(packet);
    case PacketType.ACKEPOCH:
      return { kind: 'ACKEPOCH', lastZxid: zxidOf(packet), currentEpoch: epoch(new Reader(required(packet)).int()) };
    default:
      throw new WireError('type');
  }
}

function required(packet: Packet): Bytes {
  if (packet.data === null) throw new WireError('null');
  return packet.data;
}

function zxidOf(packet: Packet): Zxid {
  const zxid = zxidFromWords(packet.high, packet.low);
  if (zxid === undefined) throw new WireError('range');
  return zxid;
}

/** An epoch, or −1 where one may be missing. */
function epoch(value: number): number {
  if (value < -1 || value >= EPOCH_LIMIT) throw new WireError('range');
  return value;
}

function readLearnerInfo(packet: Packet): LearnerInfo {
  const reader = new Reader(required(packet));
  const sid = reader.saturatedLong();
  if (reader.int() < PROTOCOL_VERSION) throw new WireError('version');
  return {
    kind: packet.type === PacketType.FOLLOWERINFO ? 'FOLLOWERINFO' : 'OBSERVERINFO',
    acceptedEpoch: epoch(packet.high),
    sid,
    // Releases before 3.5 have no configuration to speak of.
    configVersion: reader.remaining === 0 ? ZXID_ZERO : reader.zxid(),
  };
}

function readLeaderInfo(packet: Packet): QuorumMessage {
  if (new Reader(required(packet)).int() < PROTOCOL_VERSION) throw new WireError('version');
  return { kind: 'LEADERINFO', epoch: epoch(packet.high) };
}

function readSnap(packet: Packet, reader: Reader): Snap {
  const zxid = zxidOf(packet);
  const body = readSnapshotBody(reader);
  if (reader.ustring() !== SNAPSHOT_SIGNATURE) throw new WireError('seal');
  return { kind: 'SNAP', zxid, image: { zxid, ...body, digest: null } };
}

function readActivate(packet: Packet): Activate {
  const reader = new Reader(required(packet));
  const designatedLeader = reader.saturatedLong();
  const isInform = packet.type === PacketType.INFORMANDACTIVATE;
  return {
    kind: isInform ? 'INFORMANDACTIVATE' : 'COMMITANDACTIVATE',
    zxid: zxidOf(packet),
    designatedLeader,
    txn: isInform ? decodeTxn(reader.raw(reader.remaining)) : null,
  };
}

function readTouched(reader: Reader): NonNullable<Ping['touched']> {
  const touched = [];
  while (reader.remaining > 0) touched.push({ sessionId: reader.session(), timeoutMs: reader.int() });
  return touched;
}

function readForward(packet: Packet): Forward {
  const reader = new Reader(required(packet));
  const head = { sessionId: reader.session(), cxid: reader.int() };
  return { kind: 'REQUEST', ...head, request: readRequest(reader), authInfo: packet.authinfo };
}

/** Question and answer share a type; the answer is a boolean and so three bytes shorter. */
function readRevalidation(reader: Reader): Revalidate | Revalidated {
  const sessionId = reader.session();
  if (reader.remaining === 1) return { kind: 'REVALIDATED', sessionId, valid: reader.bool() };
  return { kind: 'REVALIDATE', sessionId, timeoutMs: reader.int() };
}
