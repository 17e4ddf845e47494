/**
 * What a real server (Apache ZooKeeper 3.8.0, alone and fresh) was asked on one connection and what it answered, in order,
 * byte for byte. The text is in `golden-exchanges.txt`: `# step`, the events that came before the reply as `! type path`,
 * `> request` and `< reply` in hexadecimal, without the length prefixes. For tests.
 */
import { invariant } from '../base/invariant.ts';

/** One request with its reply. */
export interface GoldenExchange {
  readonly step: string;
  readonly request: string;
  readonly reply: string;
  readonly events: readonly { readonly type: number; readonly path: string }[];
}

/** The ConnectResponse that the session of all exchanges began with; the client wished for 10000 ms. */
export const GOLDEN_CONNECT_REPLY = '000000000000271001000085dcd80000000000101ab78e2a9f83d27b88b077bb80a2929d00';

/** Reads the text. */
export function parseExchanges(text: string): GoldenExchange[] {
  const exchanges: GoldenExchange[] = [];
  let step = '';
  let request = '';
  let events: { readonly type: number; readonly path: string }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const rest = line.slice(2);
    if (line.startsWith('# ')) {
      step = rest;
      events = [];
    } else if (line.startsWith('! ')) {
      const space = rest.indexOf(' ');
      events.push({ type: Number(rest.slice(0, space)), path: rest.slice(space + 1) });
    } else if (line.startsWith('> ')) {
      request = rest;
    } else {
      invariant(line.startsWith('< '), 'a line of the golden exchanges is none of the four');
      exchanges.push({ step, request, reply: rest, events });
    }
  }
  return exchanges;
}
