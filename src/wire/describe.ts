/**
 * One short line for every message, request and transaction, for traces and reports: made to be read by people, in the words of
 * the protocol. Slow on purpose nowhere, but never called where nobody reads.
 */
import { assertNever } from '../base/invariant.ts';
import { sessionIdToHex } from '../base/session-id.ts';
import { zxidToHex } from '../base/zxid.ts';
import type { ConnectRequest, ConnectResponse, ReplyMessage, Request } from './client-messages.ts';
import type { Message } from './message.ts';
import type { Notification, Revalidate, Revalidated, Forward, Ping } from './quorum-messages.ts';
import type { Txn, TxnBody } from './transactions.ts';
import { ErrorCode, EventType } from './words.ts';

const ERROR_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ErrorCode).map(([name, code]) => [code, name]));
const EVENT_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(EventType).map(([name, type]) => [type, name]));

/** `PROPOSAL 0x200000004 setData /a`, `reply 7 0x200000004 OK create`, ... */
export function describeMessage(message: Message): string {
  switch (message.kind) {
    case 'connectRequest':
      return `${describeHandshake(message)} seen ${zxidToHex(message.lastZxidSeen)}`;
    case 'connectResponse':
      return describeHandshake(message);
    case 'request':
      return `request ${message.xid} ${describeRequest(message.request)}`;
    case 'reply':
      return describeReply(message);
    case 'event':
      return `event ${EVENT_NAMES.get(message.type) ?? message.type} ${message.path} ${zxidToHex(message.zxid)}`;
    case 'electionHello':
      return `electionHello ${message.sid} ${message.address}`;
    case 'notification':
      return describeNotification(message);
    case 'FOLLOWERINFO':
    case 'OBSERVERINFO':
      return `${message.kind} ${message.sid} acceptedEpoch ${message.acceptedEpoch}`;
    case 'LEADERINFO':
      return `LEADERINFO epoch ${message.epoch}`;
    case 'ACKEPOCH':
      return `ACKEPOCH ${zxidToHex(message.lastZxid)} currentEpoch ${message.currentEpoch}`;
    case 'SNAP':
      return `SNAP ${zxidToHex(message.zxid)} ${message.image.nodes.length} nodes`;
    case 'DIFF':
    case 'TRUNC':
    case 'NEWLEADER':
    case 'ACK':
    case 'COMMIT':
      return `${message.kind} ${zxidToHex(message.zxid)}`;
    case 'UPTODATE':
    case 'SYNC':
      return message.kind;
    case 'PROPOSAL':
    case 'INFORM':
      return `${message.kind} ${describeTxn(message.txn)}`;
    case 'COMMITANDACTIVATE':
    case 'INFORMANDACTIVATE':
      return `${message.kind} ${zxidToHex(message.zxid)} leader ${message.designatedLeader}`;
    case 'PING':
    case 'REQUEST':
    case 'REVALIDATE':
    case 'REVALIDATED':
      return describeSessionPacket(message);
    default:
      return assertNever(message);
  }
}

function describeHandshake(message: ConnectRequest | ConnectResponse): string {
  return `${message.kind} ${sessionIdToHex(message.sessionId)} timeout ${message.timeoutMs}`;
}

function describeReply(message: ReplyMessage): string {
  const head = `reply ${message.xid} ${zxidToHex(message.zxid)} ${describeError(message.err)}`;
  return message.response === null ? head : `${head} ${message.response.kind}`;
}

function describeNotification(message: Notification): string {
  const vote = `leader ${message.leader} ${zxidToHex(message.zxid)} epoch ${message.peerEpoch}`;
  return `notification ${message.state} ${vote} round ${message.electionEpoch}`;
}

function describeSessionPacket(message: Ping | Forward | Revalidate | Revalidated): string {
  switch (message.kind) {
    case 'PING':
      return `PING ${zxidToHex(message.zxid)}${message.touched === null ? '' : ` touched ${message.touched.length}`}`;
    case 'REQUEST':
      return `REQUEST ${sessionIdToHex(message.sessionId)} ${message.cxid} ${describeRequest(message.request)}`;
    case 'REVALIDATE':
      return `REVALIDATE ${sessionIdToHex(message.sessionId)} timeout ${message.timeoutMs}`;
    case 'REVALIDATED':
      return `REVALIDATED ${sessionIdToHex(message.sessionId)} ${message.valid ? 'valid' : 'gone'}`;
    default:
      return assertNever(message);
  }
}

/** `OK`, `NONODE`, or the number of a code that has no name. */
export function describeError(err: number): string {
  return ERROR_NAMES.get(err) ?? String(err);
}

/** The operation and what it is about: `create /a`, `multi [create /a, check /b]`. */
export function describeRequest(request: Request): string {
  if (request.kind === 'multi' || request.kind === 'multiRead') {
    return `${request.kind} [${request.ops.map(describeRequest).join(', ')}]`;
  }
  if (request.kind === 'unknown' || request.kind === 'malformed') return `${request.kind} ${request.opcode}`;
  return 'path' in request ? `${request.kind} ${request.path}` : request.kind;
}

/** The zxid, the operation and what it is about. */
export function describeTxn(txn: Txn): string {
  return `${zxidToHex(txn.zxid)} ${describeTxnBody(txn.body)}`;
}

/** `setData /a`, `error NONODE`, `multi [create /a, delete /b]`. */
export function describeTxnBody(body: TxnBody): string {
  switch (body.kind) {
    case 'error':
      return `error ${describeError(body.err)}`;
    case 'multi':
      return `multi [${body.txns.map(describeTxnBody).join(', ')}]`;
    case 'createSession':
      return `createSession timeout ${body.timeoutMs}`;
    case 'closeSession':
      return `closeSession [${(body.paths ?? []).join(', ')}]`;
    default:
      return `${body.kind} ${body.path}`;
  }
}
