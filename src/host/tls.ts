/**
 * Transport security as Node does it: who we are, whom we believe, and whom a certificate names. Nothing here weakens Node's
 * defaults: TLS 1.2 is the oldest that is spoken.
 */
import type { Socket } from 'node:net';
import { connect, createSecureContext, createServer, TLSSocket } from 'node:tls';
import type { SecureContextOptions, Server } from 'node:tls';
import type { Id } from '../wire/words.ts';
import { bareHost, plainAddress } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

/** Keys and certificates as PEM, or both in a PKCS #12 file. */
export interface TlsIdentity {
  readonly key?: Buffer;
  readonly cert?: Buffer;
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  /** Whom we believe; left out: the authorities that Node knows. */
  readonly ca?: Buffer;
  /** `need`: a peer without a certificate that we believe is turned away; `want`: it is a stranger; `none`: it is not asked. */
  readonly clientAuth: 'need' | 'want' | 'none';
  /** The other end's certificate must name the host that was dialled. */
  readonly isHostVerified: boolean;
  readonly handshakeTimeoutMs: number;
}

/** A server that hands out sockets once they are secure, and says who did not get so far. */
export function secureServer(
  identity: TlsIdentity, accept: (socket: TLSSocket) => void, refused: (address: string) => void,
): Server {
  const { clientAuth, handshakeTimeoutMs } = identity;
  const server = createServer({
    ...materialOf(identity),
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'need',
    minVersion: 'TLSv1.2',
  });
  server.on('secureConnection', accept);
  server.on('tlsClientError', (_error, socket) => {
    refused(plainAddress(socket.remoteAddress));
    socket.destroy();
  });
  return server;
}

/** Dials; `connected` is called when the other end has proved who it is. */
export function secureConnect({ host, port }: Endpoint, identity: TlsIdentity, connected: () => void): Socket {
  const bare = bareHost(host);
  const servername = /^[0-9.]+$|:/.test(bare) ? {} : { servername: bare };
  return connect({
    ...materialOf(identity),
    ...servername,
    host: bare,
    port,
    minVersion: 'TLSv1.2',
    ...(identity.isHostVerified ? {} : { checkServerIdentity: () => undefined }),
  }, connected);
}

/** Throws a `TypeError`, with a sentence, where these are no keys and certificates: at the first dial it would be too late. */
export function checkIdentity(identity: TlsIdentity): void {
  try {
    createSecureContext(materialOf(identity));
  } catch (error) {
    throw new TypeError(`tls holds no usable keys and certificates: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function materialOf({ key, cert, pfx, passphrase, ca }: TlsIdentity): SecureContextOptions {
  return {
    ...(key === undefined ? {} : { key }),
    ...(cert === undefined ? {} : { cert }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** What the transport has proved of whoever is at the other end: the subject of a certificate that we believe. */
export function identitiesOf(socket: Socket): readonly Id[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return [];
  const subject = socket.getPeerX509Certificate()?.subject;
  return subject === undefined ? [] : [{ scheme: 'x509', id: subjectName(subject) }];
}

/** A subject as Java prints it (RFC 2253): the most particular part first, commas between. Node has it the other way about. */
export function subjectName(subject: string): string {
  return subject.split('\n').filter((part) => part !== '').reverse().map(escapedPart).join(',');
}

function escapedPart(part: string): string {
  const equals = part.indexOf('=');
  const value = part.slice(equals + 1).replace(/[,+"\\<>;]/g, (special) => `\\${special}`);
  return `${part.slice(0, equals + 1)}${value}`;
}
