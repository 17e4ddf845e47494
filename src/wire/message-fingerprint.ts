/**
 * A number that tells messages apart: the rolling hash of a trace takes one for every delivery, so it must be cheap: integer
 * mixing over the kind and the few numbers and the one path that identify a message, no string building, no walk over bulk
 * data. Equal messages have equal fingerprints, before and after the codec; different ones nearly always different ones.
 */
import { assertNever } from '../base/invariant.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Request, Response } from './client-messages.ts';
import type { Message } from './message.ts';
import { ServerState } from './quorum-messages.ts';
import type { Txn } from './transactions.ts';
import { OpCode } from './words.ts';

const WORDS = 0x1_0000_0000;
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** An int32. Kinds are numbered by the packet types of the quorum port; client and election messages follow after 100. */
export function fingerprintMessage(message: Message): number {
  switch (message.kind) {
    case 'REQUEST':
      return mixRequest(mix(mixSession(1, message.sessionId), message.cxid), message.request);
    case 'PROPOSAL':
      return mixTxn(2, message.txn);
    case 'ACK':
      return mixLong(3, message.zxid);
    case 'COMMIT':
      return mixLong(4, message.zxid);
    case 'PING':
      return mix(mixLong(5, message.zxid), message.touched === null ? -1 : message.touched.length);
    case 'REVALIDATE':
      return mix(mixSession(6, message.sessionId), message.timeoutMs);
    case 'REVALIDATED':
      return mix(mixSession(106, message.sessionId), message.valid ? 1 : 0);
    case 'SYNC':
      return mix(7, 0);
    case 'INFORM':
      return mixTxn(8, message.txn);
    case 'COMMITANDACTIVATE':
      return mix(mixLong(9, message.zxid), message.designatedLeader);
    case 'NEWLEADER':
      return mixText(mixLong(10, message.zxid), message.config);
    case 'FOLLOWERINFO':
      return mixLong(mix(mix(11, message.acceptedEpoch), message.sid), message.configVersion);
    case 'UPTODATE':
      return mix(12, 0);
    case 'DIFF':
      return mixLong(13, message.zxid);
    case 'TRUNC':
      return mixLong(14, message.zxid);
    case 'SNAP':
      return mix(mixLong(15, message.zxid), message.image.nodes.length);
    case 'OBSERVERINFO':
      return mixLong(mix(mix(16, message.acceptedEpoch), message.sid), message.configVersion);
    case 'LEADERINFO':
      return mix(17, message.epoch);
    case 'ACKEPOCH':
      return mix(mixLong(18, message.lastZxid), message.currentEpoch);
    case 'INFORMANDACTIVATE':
      return mix(mixLong(19, message.zxid), message.designatedLeader);
    case 'connectRequest':
      return mix(mixLong(mixSession(100, message.sessionId), message.lastZxidSeen), message.timeoutMs);
    case 'connectResponse':
      return mix(mixSession(101, message.sessionId), message.timeoutMs);
    case 'request':
      return mixRequest(mix(102, message.xid), message.request);
    case 'reply':
      return mixResponse(mix(mixLong(mix(103, message.xid), message.zxid), message.err), message.response);
    case 'event':
      return mixText(mix(mixLong(mix(104, message.type), message.zxid), message.state), message.path);
    case 'electionHello':
      return mixText(mix(105, message.sid), message.address);
    case 'notification':
      return mix(
        mix(mix(mixLong(mix(107, ServerState[message.state]), message.zxid), message.leader), message.electionEpoch),
        message.peerEpoch,
      );
    default:
      return assertNever(message);
  }
}

/** One round of murmur3 over 32 bits of `value`. */
function mix(hash: number, value: number): number {
  const k = Math.imul(Math.imul(value | 0, 0xcc9e2d51) ^ (Math.imul(value | 0, 0xcc9e2d51) >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function mixLong(hash: number, value: number): number {
  return mix(mix(hash, value), Math.floor(value / WORDS));
}

function mixText(hash: number, text: string): number {
  let sum = FNV_BASIS ^ text.length;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), FNV_PRIME);
  return mix(hash, sum);
}

function mixSession(hash: number, id: SessionId): number {
  return mixText(hash, id);
}

/** The zxid alone nearly names it; the time and the digest catch what it does not. */
function mixTxn(hash: number, txn: Txn): number {
  const head = mix(mixLong(mixLong(hash, txn.zxid), txn.time), OpCode[txn.body.kind]);
  return mix(mix(head, txn.bytes.length), txn.digest === null ? 0 : txn.digest.low);
}

function mixRequest(hash: number, request: Request): number {
  switch (request.kind) {
    case 'unknown':
    case 'malformed':
      return mix(mix(hash, request.kind === 'unknown' ? 1000 : 1001), request.opcode);
    case 'multi':
    case 'multiRead': {
      let mixed = mix(hash, OpCode[request.kind]);
      for (const op of request.ops) mixed = mixRequest(mixed, op);
      return mixed;
    }
    case 'setData':
      return mixBytes(mix(mixText(mix(hash, OpCode.setData), request.path), request.version), request.data);
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return mixBytes(mix(mixText(mix(hash, OpCode[request.kind]), request.path), request.flags), request.data);
    default: {
      const mixed = mix(hash, OpCode[request.kind]);
      return 'path' in request ? mixText(mixed, request.path) : mixed;
    }
  }
}

function mixResponse(hash: number, response: Response | null): number {
  if (response === null) return mix(hash, 0);
  const mixed = mix(hash, OpCode[response.kind]);
  switch (response.kind) {
    case 'create':
    case 'sync':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return mixText(mixed, response.path);
    case 'getData':
    case 'reconfig':
      return mixBytes(mixLong(mixed, response.stat.mzxid), response.data);
    case 'exists':
    case 'setData':
    case 'setACL':
    case 'getACL':
      return mix(mixLong(mixed, response.stat.mzxid), response.stat.version);
    case 'getChildren':
    case 'getChildren2':
      return mix(mixed, response.children.length);
    case 'multi':
    case 'multiRead':
      return mix(mixed, response.results.length);
    default:
      return mixed;
  }
}

/** Length, head and tail: bulk data is not walked. */
function mixBytes(hash: number, bytes: Uint8Array | null): number {
  if (bytes === null) return mix(hash, -1);
  let sum = FNV_BASIS ^ bytes.length;
  const head = Math.min(bytes.length, 16);
  for (let i = 0; i < head; i++) sum = Math.imul(sum ^ (bytes[i] ?? 0), FNV_PRIME);
  for (let i = Math.max(head, bytes.length - 8); i < bytes.length; i++) sum = Math.imul(sum ^ (bytes[i] ?? 0), FNV_PRIME);
  return mix(hash, sum);
}
