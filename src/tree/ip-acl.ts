/** The scheme `ip` of access control lists: `addr[/bits]`, version 4 only as in ZooKeeper 3.9 (IPAuthenticationProvider). */

/** The address as an unsigned 32-bit number; undefined for anything but four decimal octets. */
function parseIpv4(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let address = 0;
  for (const octet of octets) {
    const value = parseDecimal(octet, 255);
    if (value === undefined) return undefined;
    address = address * 256 + value;
  }
  return address;
}

/** As Java's Integer.parseInt reads what is not negative: a plus and any number of noughts may stand before. */
function parseDecimal(text: string, max: number): number | undefined {
  if (!/^\+?0*\d{1,3}$/.test(text)) return undefined;
  const value = Number.parseInt(text, 10);
  return value <= max ? value : undefined;
}

function parseExpression(expression: string): { readonly address: number; readonly bits: number } | undefined {
  const slash = expression.indexOf('/');
  const address = parseIpv4(slash < 0 ? expression : expression.slice(0, slash));
  const bits = slash < 0 ? 32 : parseDecimal(expression.slice(slash + 1), 32);
  return address === undefined || bits === undefined ? undefined : { address, bits };
}

/** Whether the text may stand in a list. */
export function isIpExpression(expression: string): boolean {
  return parseExpression(expression) !== undefined;
}

/** Whether a client's address lies within the expression's network. */
export function ipMatches(clientAddress: string, expression: string): boolean {
  const network = parseExpression(expression);
  const address = parseIpv4(clientAddress);
  if (network === undefined || address === undefined) return false;
  const mask = network.bits === 0 ? 0 : -1 << (32 - network.bits);
  return ((address ^ network.address) & mask) === 0;
}
