/** What the tests of clients that follow recipes have in common. Not part of the client. */
import type { Fact } from '../io/fact.ts';
import { FakeIo } from './fake-io.ts';
import type { Recipe, RecipeKind } from './recipe.ts';
import type { ClientScript } from './script.ts';
import type { TurnTaker } from './turn-taker.ts';

/** Keeps what a client says of its recipe: the kind of the fact, the path, and what was decided. */
export class ClaimsIo extends FakeIo {
  readonly claims: string[] = [];
  override observe(fact: Fact): void {
    super.observe(fact);
    if (!fact.kind.startsWith('recipe') || !('path' in fact)) return;
    this.claims.push(`${fact.kind} ${fact.path}${fact.kind === 'recipeDecided' ? ` ${fact.decision}` : ''}`);
  }
}

/** How a `TurnTaker` is made. */
export type Follower<Client> = new (script: ClientScript, recipe: Recipe) => Client;

/** A client called `a` with a session, and its first request below `path` sent. Its turns come after 10 ms and hold for 50. */
export function begun<Client extends TurnTaker<string>>(
  type: Follower<Client>, kind: RecipeKind, path: string, turns = 1,
): { client: Client; io: ClaimsIo } {
  const io = new ClaimsIo();
  const recipe = { kind, path, name: 'a', turns: Array.from({ length: turns }, () => ({ afterMs: 10, holdMs: 50 })) };
  const client = new type({ servers: [1], sessionTimeoutMs: 6000, operations: [], closeAtEnd: false }, recipe);
  client.handle({ kind: 'start' }, io);
  io.establish(client);
  io.advance(client, 10);
  return { client, io };
}

/** The requests that were handed to the network since the last call, pings left out. */
export function sent(io: FakeIo): string[] {
  return io.take().filter((line) => /^> \d/.test(line));
}
