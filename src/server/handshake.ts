/**
 * How a connection comes by its session: a new one, from the leader or of this server's own, or one that exists and
 * comes back (sections 1.2 and 4.1 of the protocol's description; ZooKeeperServer.processConnectRequest, Learner's
 * revalidation). What cannot be served here, but perhaps elsewhere, is closed without a word; only a session that is
 * gone is told so.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Io } from '../io/io.ts';
import type { ConnectRequest } from '../wire/client-messages.ts';
import type { Bytes } from '../wire/words.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ClientTable } from './client-table.ts';
import { isPassword, passwordOf } from './password.ts';
import type { ServicePort } from './service-port.ts';
import { SessionIds } from './session-ids.ts';

const NO_PASSWORD = new Uint8Array(16);

/** See the head of the file. Plain data. */
export class Handshake {
  private readonly ids: SessionIds = new SessionIds();

  onConnect(client: ClientConnection, request: ConnectRequest, table: ClientTable, port: ServicePort, io: Io): void {
    const { lastProcessedZxid } = port.database;
    if (table.isReadOnly && request.readOnly !== true) {
      table.close(client, io);
      return;
    }
    if (request.lastZxidSeen > lastProcessedZxid) {
      // It has seen more than this server has: serving it would take it back in time.
      const { sessionId, lastZxidSeen: clientZxid } = request;
      io.observe({ kind: 'clientRefused', sessionId, clientZxid, serverZxid: lastProcessedZxid });
      table.close(client, io);
      return;
    }
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = port.config;
    client.timeoutMs = Math.min(Math.max(request.timeoutMs, minSessionTimeoutMs), maxSessionTimeoutMs);
    client.readOnly = request.readOnly;
    table.watchOver(client, port.config, io);
    if (request.sessionId === NO_SESSION) this.create(client, table, port, io);
    else this.resume(client, request, table, port, io);
  }

  /** The session stands: says so. */
  establish(client: ClientConnection, table: ClientTable, port: ServicePort, io: Io): void {
    const { sessionId, timeoutMs } = client;
    client.phase = 'established';
    table.touch(client, port, io);
    respond(client, timeoutMs, sessionId, passwordOf(sessionId, port.config.sessionSecret), table, io);
  }

  /** It is known whether the session that came here is alive. */
  finishResume(client: ClientConnection, isValid: boolean, table: ClientTable, port: ServicePort, io: Io): void {
    if (isValid) {
      this.establish(client, table, port, io);
      return;
    }
    respond(client, 0, NO_SESSION, NO_PASSWORD, table, io);
    table.close(client, io);
  }

  private create(client: ClientConnection, table: ClientTable, port: ServicePort, io: Io): void {
    const { config } = port;
    client.sessionId = this.ids.next(config.id, io);
    table.bySession.set(client.sessionId, client);
    if (table.isReadOnly || config.localSessionsEnabled) {
      table.openLocally(client, config, io);
      this.establish(client, table, port, io);
      return;
    }
    client.phase = 'creating';
    submitCreation(client, port, io);
  }

  private resume(client: ClientConnection, request: ConnectRequest, table: ClientTable, port: ServicePort, io: Io): void {
    const { sessionId } = request;
    client.sessionId = sessionId;
    if (!isPassword(sessionId, request.password, port.config.sessionSecret)) {
      this.finishResume(client, false, table, port, io);
      return;
    }
    // Only who knows the password may drop the session's older connection.
    const older = table.bySession.get(sessionId);
    if (older !== undefined) table.close(older, io);
    const isLocal = table.locals.has(sessionId);
    if (table.isReadOnly && !isLocal) {
      // Whether it is alive only a leader could tell, so it is not told to be gone.
      table.close(client, io);
      return;
    }
    client.phase = 'validating';
    table.bySession.set(sessionId, client);
    // What it left behind on its old connection comes first; a global session's comes before the leader's verdict.
    if (table.locals.isWriting(sessionId)) return;
    const verdict = isLocal ? true : port.revalidate(sessionId, client.timeoutMs, io);
    if (verdict !== undefined) this.finishResume(client, verdict, table, port, io);
  }
}

/** Asks the leader for the client's session: a new one, or a local one that becomes a global one. */
export function submitCreation(client: ClientConnection, port: ServicePort, io: Io): void {
  port.submit(client.sessionId, 0, { kind: 'createSession', timeoutMs: client.timeoutMs }, client.authInfo, io);
}

function respond(
  client: ClientConnection, timeoutMs: number, sessionId: SessionId, password: Bytes, table: ClientTable, io: Io,
): void {
  // A client of the old form, which cannot say that it is read-only, is not told either.
  const readOnly = client.readOnly === undefined ? undefined : table.isReadOnly;
  io.send(client.connection, { kind: 'connectResponse', protocolVersion: 0, timeoutMs, sessionId, password, readOnly });
}
