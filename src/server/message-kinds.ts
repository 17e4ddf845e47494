/**
 * Which protocol a message belongs to, by its kind alone; so that each part is handed only what it speaks.
 */
import type { ClientMessage } from '../wire/client-messages.ts';
import type { Message } from '../wire/message.ts';
import type { ElectionMessage, QuorumMessage } from '../wire/quorum-messages.ts';

/** Of the client protocol. */
export function isClientMessage(message: Message): message is ClientMessage {
  switch (message.kind) {
    case 'connectRequest':
    case 'connectResponse':
    case 'request':
    case 'reply':
    case 'event':
      return true;
    default:
      return false;
  }
}

/** Of the election ports. */
export function isElectionMessage(message: Message): message is ElectionMessage {
  return message.kind === 'electionHello' || message.kind === 'notification';
}

/** Of the quorum ports. */
export function isQuorumMessage(message: Message): message is QuorumMessage {
  return !isClientMessage(message) && !isElectionMessage(message);
}
