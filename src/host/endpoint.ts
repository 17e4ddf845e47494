/** Places on the network of the real machine. */

/** A host name or address, and a port; a port of 0, where one listens, means any that is free. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** As a URL or a configuration has it: an IPv6 address stands in brackets. */
export function endpointText({ host, port }: Endpoint): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What the operating system wants of a host: an IPv6 address without its brackets. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** A peer's address as permissions know it: an IPv4 address that came over an IPv6 socket is an IPv4 address. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '0.0.0.0';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
