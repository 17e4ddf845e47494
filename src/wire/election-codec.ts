/**
 * The election protocol as bytes (sections 2.1 and 2.2 of the protocol's description): the hello of a connection's initiator, and
 * notifications, whose frames carry a length. The shorter forms of old releases are read, never written.
 */
import { EPOCH_LIMIT, epochOf, ZXID_UNINITIALIZED, zxidFromWords } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { Reader, Writer } from './jute.ts';
import { ServerState } from './quorum-messages.ts';
import type { ElectionHello, ElectionMessage, Notification, ServerStateName } from './quorum-messages.ts';
import { encodeText } from './utf8.ts';
import { WireError } from './wire-error.ts';

/** The protocol version of a hello, as the low word of a negative long. */
const SINGLE_ADDRESS = -65536;
const MULTI_ADDRESS = -65535;
/** The longest address block of a hello. */
export const MAX_ADDRESS_LENGTH = 2048;
/** The longest payload of a notification. */
export const MAX_NOTIFICATION_LENGTH: number = 512 * 1024;

const NOTIFICATION_VERSION = 2;
/** Payloads of old releases: without peerEpoch, and without version. */
const LENGTH_WITHOUT_EPOCH = 28;
const LENGTH_WITHOUT_VERSION = 40;

const STATES: readonly ServerStateName[] = ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING'];

const scratch = new Writer(512);

/** The bytes of a hello, or the payload of a notification's frame. */
export function encodeElectionMessage(message: ElectionMessage): Uint8Array {
  scratch.reset();
  if (message.kind === 'electionHello') writeHello(scratch, message);
  else writeNotification(scratch, message);
  return scratch.take();
}

function writeHello(writer: Writer, message: ElectionHello): void {
  writer.words(-1, message.address.includes('|') ? MULTI_ADDRESS : SINGLE_ADDRESS);
  writer.long(message.sid);
  writer.ustring(message.address);
}

function writeNotification(writer: Writer, message: Notification): void {
  writer.int(ServerState[message.state]);
  writer.long(message.leader);
  writer.zxid(message.zxid);
  writer.long(message.electionEpoch);
  writer.long(message.peerEpoch);
  writer.int(NOTIFICATION_VERSION);
  writer.buffer(encodeText(message.config));
}

/** Reads a hello. A peer so old that it only says its id has no address. */
export function decodeElectionHello(bytes: Uint8Array): ElectionHello {
  const reader = new Reader(bytes, 0, bytes.length, MAX_ADDRESS_LENGTH);
  const high = reader.int();
  const low = reader.int();
  if (high >= 0) {
    reader.position = 0;
    return { kind: 'electionHello', sid: reader.saturatedLong(), address: '' };
  }
  if (high !== -1 || (low !== SINGLE_ADDRESS && low !== MULTI_ADDRESS)) throw new WireError('version');
  return { kind: 'electionHello', sid: reader.saturatedLong(), address: reader.ustring() };
}

/** Reads the payload of a notification; `WireError` means: ignore it, the connection is sound. */
export function decodeNotification(payload: Uint8Array): Notification {
  if (payload.length > MAX_NOTIFICATION_LENGTH) throw new WireError('length');
  const reader = new Reader(payload);
  const state = STATES[reader.int()];
  if (state === undefined) throw new WireError('type');
  const leader = reader.saturatedLong();
  const zxid = voteZxid(reader);
  const electionEpoch = reader.saturatedLong();
  const peerEpoch = payload.length === LENGTH_WITHOUT_EPOCH ? epochOf(zxid) : readEpoch(reader);
  return { kind: 'notification', state, leader, zxid, electionEpoch, peerEpoch, config: readConfig(reader) };
}

/** A server that may not vote says Long.MIN_VALUE; like −1, that is no zxid, and such votes are ignored alike. */
function voteZxid(reader: Reader): Zxid {
  const high = reader.int();
  const low = reader.int();
  if (high < 0) return ZXID_UNINITIALIZED;
  const zxid = zxidFromWords(high, low);
  if (zxid === undefined) throw new WireError('range');
  return zxid;
}

function readEpoch(reader: Reader): number {
  const value = reader.saturatedLong();
  if (value >= EPOCH_LIMIT) throw new WireError('range');
  return value;
}

function readConfig(reader: Reader): string {
  if (reader.end <= LENGTH_WITHOUT_VERSION) return '';
  const version = reader.int();
  return version < NOTIFICATION_VERSION ? '' : reader.ustring();
}
