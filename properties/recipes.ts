/**
 * Recipes: what clients build on ephemeral and sequential nodes holds in the order of transactions. A lock or an office
 * has one holder in each state: from the one in which it found its node to be the first, to the one in which that node
 * is gone. An element of a queue is taken once, by the deletion that its taker was told of; of a queue by priority, it was the
 * most urgent one in the state in which it was seen. A member's node is its own, and who is found was there.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';
import type { FactOf } from '../src/io/fact.ts';

/** Who said to hold what, and by which state. */
interface Holding {
  readonly sessionId: SessionId;
  readonly path: string;
  readonly zxid: Zxid;
  readonly step: number;
}

class Recipes extends Judge {
  /** Under each parent, whoever held. */
  private readonly holdings: Map<string, Holding[]> = new Map();
  /** Each element that was taken, and when. */
  private readonly taken: Map<string, Holding> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'recipeHeld') this.seeHeld(fact, at, history);
    else if (fact.kind === 'recipeTaken') this.seeTaken(fact, at, history);
    else if (fact.kind === 'recipeForemost') this.seeForemost(fact, at, history);
    else if (fact.kind === 'recipeJoined') this.seeJoined(fact, at, history);
    else if (fact.kind === 'recipeFound') this.seeFound(fact, at, history);
  }

  private seeHeld({ sessionId, path, zxid }: FactOf<'recipeHeld'>, at: At, history: History): void {
    this.judged++;
    const { model } = history;
    if (model.nodeAt(path, zxid)?.owner !== sessionId)
      this.violate(`session ${sessionId} holds by ${path} as of ${zxidToPair(zxid)}, and had no such node then`, at);
    const parent = path.slice(0, path.lastIndexOf('/'));
    const others = this.holdings.get(parent) ?? [];
    for (const other of others) {
      const laterZxid = other.zxid > zxid ? other.zxid : zxid;
      const earlierPath = other.zxid > zxid ? path : other.path;
      if (other.path === path || model.nodeAt(earlierPath, laterZxid) === undefined) continue;
      this.violate(
        `sessions ${other.sessionId} and ${sessionId} both hold at ${zxidToPair(laterZxid)}, by ${other.path} since ` +
          `${zxidToPair(other.zxid)} and by ${path} since ${zxidToPair(zxid)}`,
        at,
        other.step,
      );
    }
    others.push({ sessionId, path, zxid, step: at.step });
    this.holdings.set(parent, others);
  }

  private seeForemost({ sessionId, path, zxid }: FactOf<'recipeForemost'>, at: At, { model }: History): void {
    this.judged++;
    const end = path.lastIndexOf('/');
    const own = rank(path.slice(end + 1));
    for (const name of model.childrenAt(path.slice(0, end), zxid) ?? []) {
      const other = rank(name);
      if (own !== null && (other === null || other >= own)) continue;
      this.violate(`session ${sessionId} took ${path} for the most urgent as of ${zxidToPair(zxid)}, and there was ${name}`, at);
      return;
    }
  }

  private seeJoined({ sessionId, path, zxid }: FactOf<'recipeJoined'>, at: At, { model }: History): void {
    this.judged++;
    const owner = model.nodeAt(path, zxid)?.owner;
    if (owner === sessionId) return;
    const whose = owner === undefined ? 'is not there' : `is of session ${owner}`;
    this.violate(`session ${sessionId} is a member by ${path} as of ${zxidToPair(zxid)}, which ${whose} then`, at);
  }

  private seeFound({ sessionId, path, zxid }: FactOf<'recipeFound'>, at: At, { model }: History): void {
    this.judged++;
    if (model.nodeAt(path, zxid) !== undefined) return;
    this.violate(`session ${sessionId} found ${path} as of ${zxidToPair(zxid)}, when it was gone`, at);
  }

  private seeTaken({ sessionId, path, zxid }: FactOf<'recipeTaken'>, at: At, history: History): void {
    this.judged++;
    const before = this.taken.get(path);
    if (before !== undefined) {
      this.violate(
        `${path} is taken twice: by session ${before.sessionId} at ${zxidToPair(before.zxid)} and by session ${sessionId} at ` +
          zxidToPair(zxid),
        at,
        before.step,
      );
    }
    this.taken.set(path, { sessionId, path, zxid, step: at.step });
    const log = history.truth[history.positionUpTo(zxid)];
    const txn = log === undefined ? null : history.tree.txns[log] ?? null;
    const isOwn = txn !== null && txn.zxid === zxid && txn.clientId === sessionId;
    if (!isOwn || txn.body.kind !== 'delete' || txn.body.path !== path)
      this.violate(`session ${sessionId} took ${path} at ${zxidToPair(zxid)}, which is not its deletion of that node`, at);
  }
}

/** `pN-` and ten digits: first how urgent, then how old. Null where it is no such name. */
function rank(name: string): string | null {
  return /^p\d-\d{10}$/.test(name) ? name : null;
}

/** No code in the literature: it is what its users make of P3, P10, P12 and P13 together. */
export const recipes: Property = {
  name: 'recipes',
  codes: [],
  kind: 'safety',
  promise: 'A lock or an office has one holder at most in each state; an element of a queue is taken once, the most urgent '
    + 'first; a member of a group is there.',
  source: "programmer's guide, recipes: locks, leader election, queues",
  reads: ['recipeHeld', 'recipeTaken', 'recipeForemost', 'recipeJoined', 'recipeFound'],
  exemptions: [],
  mutants: ['number-again', 'recipe-any-urgency', 'recipe-joins-as-another', 'recipe-finds-the-gone'],
  create: (): Judge => new Recipes(),
};
