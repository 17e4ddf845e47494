/** Every message there is, by the port that it travels on. */
import type { ClientMessage } from './client-messages.ts';
import type { ElectionMessage, QuorumMessage } from './quorum-messages.ts';

/** The three ports of a server; a client has none. */
export type Port = 'client' | 'quorum' | 'election';

/** A typed record in flight; immutable and shared. `kind` alone tells which record it is. */
export type Message = ClientMessage | QuorumMessage | ElectionMessage;
export type MessageKind = Message['kind'];
