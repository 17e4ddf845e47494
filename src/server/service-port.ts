/** What the service to clients asks of the server around it. */
import type { SessionId } from '../base/session-id.ts';
import type { Io } from '../io/io.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Id } from '../wire/words.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import type { Database } from './database.ts';

/** The state that it serves, and the way to the leader. */
export interface ServicePort {
  readonly config: ServerConfig;
  readonly database: Database;
  /** This server is established as leader, follower or observer. */
  readonly isServing: boolean;
  readonly membership: { readonly current: EnsembleConfig };
  /** A write, or a sync, on its way to the leader. */
  submit(sessionId: SessionId, cxid: number, request: Request, authInfo: readonly Id[], io: Io): void;
  /** Whether the session may continue here; undefined: the leader was asked, `onRevalidated` will tell. */
  revalidate(sessionId: SessionId, timeoutMs: number, io: Io): boolean | undefined;
  /** This server leads, and the session has been continued on another: no request of it may be served here. */
  hasMoved(sessionId: SessionId): boolean;
  /** The session was heard of. */
  touch(sessionId: SessionId, timeoutMs: number, io: Io): void;
}
