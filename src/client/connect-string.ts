/**
 * Connect strings: `h1:p1,h2:p2/chroot`, IPv6 in brackets, port 2181 where none is said (ZooKeeper's ConnectStringParser, section
 * 4.1 of the protocol's description). What a user got wrong is a `ConnectStringError` with a sentence that says what to write.
 */
import { pathFault } from './client-path.ts';

/** Where a server listens for clients, as the user wrote it; nobody has looked up the name yet. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a connect string says. `chroot` is '' where it names none, otherwise a path without a slash at its end. */
export interface ConnectString {
  readonly servers: readonly ServerAddress[];
  readonly chroot: string;
}

/** The user's mistake in a connect string. */
export class ConnectStringError extends Error {
  override readonly name = 'ConnectStringError';
}

/** The port of a server that is named without one. */
export const DEFAULT_CLIENT_PORT = 2181;

/** Reads a connect string; throws `ConnectStringError`. */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/');
  const chroot = slash < 0 || slash === text.length - 1 ? '' : text.slice(slash);
  if (chroot !== '') {
    const fault = pathFault(chroot);
    if (fault !== undefined) throw new ConnectStringError(`the chroot of "${text}" is no path: ${fault}`);
  }
  const list = slash < 0 ? text : text.slice(0, slash);
  const servers = list.split(',').map((each) => each.trim()).filter((each) => each !== '').map((each) => address(each, text));
  if (servers.length === 0) {
    throw new ConnectStringError(`"${text}" names no server; write host:port,host:port/chroot`);
  }
  return { servers, chroot };
}

function address(part: string, text: string): ServerAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d+))?$/.exec(part) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? DEFAULT_CLIENT_PORT : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new ConnectStringError(`"${part}" in "${text}" is no server; write host:port, or [address]:port for IPv6`);
  }
  return { host, port };
}
