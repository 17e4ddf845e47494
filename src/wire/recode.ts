/**
 * A message through its bytes and back: what a share of simulated runs does to every message, so that nothing the codec loses or
 * mangles goes unnoticed. What comes back is equal to what went in and shares nothing with it, but for what no wire carries: the
 * digest of a SNAP's image, and which create it was that answered with a Stat within a multi.
 */
import { assertNever } from '../base/invariant.ts';
import {
  decodeConnectRequest,
  decodeConnectResponse,
  decodeEvent,
  decodeReply,
  decodeRequest,
  encodeClientMessage,
} from './client-codec.ts';
import type { ClientMessage } from './client-messages.ts';
import { decodeElectionHello, decodeNotification, encodeElectionMessage } from './election-codec.ts';
import type { Message } from './message.ts';
import { decodeQuorumMessage, encodeQuorumMessage } from './quorum-codec.ts';

/** The message as its receiver decodes it. */
export function recode(message: Message): Message {
  switch (message.kind) {
    case 'connectRequest':
    case 'connectResponse':
    case 'request':
    case 'reply':
    case 'event':
      return recodeClientMessage(message);
    case 'electionHello':
      return decodeElectionHello(encodeElectionMessage(message));
    case 'notification':
      return decodeNotification(encodeElectionMessage(message));
    default:
      return decodeQuorumMessage(encodeQuorumMessage(message));
  }
}

function recodeClientMessage(message: ClientMessage): ClientMessage {
  const payload = encodeClientMessage(message);
  switch (message.kind) {
    case 'connectRequest':
      return decodeConnectRequest(payload);
    case 'connectResponse':
      return decodeConnectResponse(payload);
    case 'request':
      return decodeRequest(payload);
    case 'reply':
      // Without a response there is no body to read, which is how a reply to 'unknown' is read.
      return decodeReply(payload, message.response === null ? 'unknown' : message.response.kind);
    case 'event':
      return decodeEvent(payload);
    default:
      return assertNever(message);
  }
}
