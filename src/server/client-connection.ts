/**
 * One client's connection to a server, and what it has asked and not been answered. Plain data; `ClientService` does
 * all the work.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Request, RequestMessage } from '../wire/client-messages.ts';
import type { Id, ResultCode } from '../wire/words.ts';

/** A request in its place among those of its session. */
export interface PendingRequest {
  readonly xid: number;
  readonly request: Request;
  /** Who its sender was when it came: credentials that overtake it in the queue do not count for it. */
  readonly authInfo: readonly Id[];
  /** It is answered here, as soon as it is first; the others wait for a transaction, or a sync for the leader. */
  readonly isRead: boolean;
  /** It is refused here, in its turn; OK: it is not. */
  readonly refusal: ResultCode;
  /** What it counts among the large requests in process. */
  readonly largeBytes: number;
  /** A sync that the leader has answered. */
  isAnswered: boolean;
}

/** See the head of the file. */
export class ClientConnection {
  readonly connection: ConnectionId;
  readonly address: string;
  phase: 'new' | 'creating' | 'validating' | 'established' = 'new';
  sessionId: SessionId = NO_SESSION;
  timeoutMs = 0;
  /** undefined for a client of the old connect form, which is answered in kind. */
  readOnly: boolean | undefined = undefined;
  authInfo: readonly Id[];
  lastHeardMs: number;
  /** Its session is a local one, and its close is in process: nothing that changes anything may follow. */
  isClosing = false;
  /** In process, in the order asked. */
  readonly queue: PendingRequest[] = [];
  /** Received and not looked at yet: the connection is not read, for it or the server has too much in process. */
  readonly unread: RequestMessage[] = [];

  constructor(connection: ConnectionId, address: string, authInfo: readonly Id[], now: number) {
    this.connection = connection;
    this.address = address;
    this.authInfo = authInfo;
    this.lastHeardMs = now;
  }
}

/** A request that is refused without being tried, after the answers to those before it. */
export function refused(xid: number, request: Request, refusal: ResultCode): PendingRequest {
  return { xid, request, authInfo: [], isRead: true, refusal, largeBytes: 0, isAnswered: false };
}
