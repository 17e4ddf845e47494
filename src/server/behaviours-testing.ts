/** Requests and answers in few words, and what may happen to servers and clients: for tests of what clients may rely on. */
import type { ReplyOutcome } from '../client/outcome.ts';
import { type Puppet, SmallWorld } from '../run/small-world.ts';
import type { MultiOp, MultiResult, Request } from '../wire/client-messages.ts';
import { encodeText } from '../wire/utf8.ts';
import { type Acl, OPEN_ACL_UNSAFE, type Stat } from '../wire/words.ts';

/** A create; `data` null: none. */
export function create(
  path: string,
  flags: number = 0,
  data: string | null = 'd',
  acl: readonly Acl[] = OPEN_ACL_UNSAFE,
): MultiOp {
  return { kind: 'create', path, data: data === null ? null : encodeText(data), acl, flags };
}

/** A delete. */
export function remove(path: string, version = -1): MultiOp {
  return { kind: 'delete', path, version };
}

/** A setData. */
export function set(path: string, data: string, version = -1): MultiOp {
  return { kind: 'setData', path, data: encodeText(data), version };
}

/** A check, for a multi. */
export function check(path: string, version: number): MultiOp {
  return { kind: 'check', path, version };
}

/** A getData. */
export function get(path: string, watch = false): Request {
  return { kind: 'getData', path, watch };
}

/** An exists. */
export function exists(path: string, watch = false): Request {
  return { kind: 'exists', path, watch };
}

/** A getChildren2. */
export function children(path: string, watch = false): Request {
  return { kind: 'getChildren2', path, watch };
}

/** A multi. */
export function multi(...ops: readonly MultiOp[]): Request {
  return { kind: 'multi', ops };
}

/** The results of a multi. */
export function resultsOf({ response }: ReplyOutcome): readonly MultiResult[] {
  return response !== null && 'results' in response ? response.results : [];
}

/** The codes of a multi’s results; 0: it succeeded. */
export function codesOf(reply: ReplyOutcome): number[] {
  return resultsOf(reply).map((result) => (result.kind === 'error' ? result.err : 0));
}

/** The path that an answer names. */
export function pathOf({ response }: ReplyOutcome | { readonly response: MultiResult }): string | null {
  return response !== null && 'path' in response ? response.path : null;
}

/** The stat of an answer; throws where there is none. */
export function statOf({ response }: ReplyOutcome): Stat {
  if (response !== null && 'stat' in response) return response.stat;
  throw new Error('the answer has no stat');
}

/** The data of an answer, as text. */
export function textOf({ response }: ReplyOutcome): string | null {
  const data = response !== null && 'data' in response ? response.data : null;
  return data === null ? null : new TextDecoder().decode(data);
}

/** A world with one server and one client that has a session there. */
export function alone(): {
  readonly small: SmallWorld;
  readonly client: Puppet;
  readonly ask: (request: Request) => ReplyOutcome;
} {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  return { small, client, ask: (request) => small.ask(client, request) };
}

function isBackAfter(client: Puppet, turns: number): boolean {
  return client.turns.slice(turns).includes('connected');
}

/** Every server loses its power; the client comes back. */
export function outage(small: SmallWorld, client: Puppet): void {
  const turns = client.turns.length;
  small.world.inject({ kind: 'power', downMs: 100 });
  small.until(() => isBackAfter(client, turns), 'the client is back');
}

/** The client moves to the next server. */
export function move(small: SmallWorld, client: Puppet): void {
  const turns = client.turns.length;
  client.wish((io) => {
    client.core.reconnect(io);
  });
  small.until(() => isBackAfter(client, turns), 'the client has moved');
}

/** Everybody. */
export const WORLD: { readonly scheme: string; readonly id: string } = { scheme: 'world', id: 'anyone' };
