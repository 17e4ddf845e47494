/**
 * Recipes: what clients build on ephemeral and sequential nodes holds in the order of transactions. A lock or an office
 * has one holder in each state: from the one in which it found its node to be the first, to the one in which that node
 * is gone. What is shared has no such holder meanwhile, and no more than so many. A number is given once, by its owner's
 * own change of the counter. An element of a queue is taken once, by the deletion that its taker was told of; of a queue
 * by priority, it was the most urgent one in the state in which it was seen. A member's node is its own, and who is found
 * was there. What a transaction came to is written once, and commit only when every vote for it was there.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import type { FactOf } from '../src/io/fact.ts';
import { decodeText } from '../src/wire/utf8.ts';
import type { TxnBody } from '../src/wire/transactions.ts';

/** Who said to hold what, and by which state. */
interface Holding {
  readonly sessionId: SessionId;
  readonly path: string;
  readonly zxid: Zxid;
  readonly step: number;
}

/** Somebody who holds, alone (`limit` 1) or with others; null: with any number. */
interface Share extends Holding {
  readonly limit: number | null;
}

class Recipes extends Judge {
  /** Under each parent, whoever held. */
  private readonly holdings: Map<string, Share[]> = new Map();
  /** Each element that was taken, and when. */
  private readonly taken: Map<string, Holding> = new Map();
  /** Of each counter, the numbers that were given. */
  private readonly given: Map<string, Map<number, Holding>> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'recipeHeld') this.seeHeld(fact, 1, at, history);
    else if (fact.kind === 'recipeShared') this.seeHeld(fact, fact.limit, at, history);
    else if (fact.kind === 'recipeNumbered') this.seeNumbered(fact, at, history);
    else if (fact.kind === 'recipeDecided') this.seeDecided(fact, at, history);
    else if (fact.kind === 'recipeTaken') this.seeTaken(fact, at, history);
    else if (fact.kind === 'recipeForemost') this.seeForemost(fact, at, history);
    else if (fact.kind === 'recipeJoined') this.seeJoined(fact, at, history);
    else if (fact.kind === 'recipeFound') this.seeFound(fact, at, history);
  }

  private seeHeld(fact: FactOf<'recipeHeld' | 'recipeShared'>, limit: number | null, at: At, { model }: History): void {
    this.judged++;
    const { sessionId, path, zxid } = fact;
    if (model.nodeAt(path, zxid)?.owner !== sessionId)
      this.violate(`session ${sessionId} holds by ${path} as of ${zxidToPair(zxid)}, and had no such node then`, at);
    const parent = path.slice(0, path.lastIndexOf('/'));
    const self = { sessionId, path, zxid, limit, step: at.step };
    const holdings = this.holdings.get(parent) ?? [];
    const together = holdings.filter((other) => {
      const [earlier, later] = other.zxid > zxid ? [self, other] : [other, self];
      return other.path !== path && model.nodeAt(earlier.path, later.zxid) !== undefined;
    });
    for (const other of together) {
      if (limit !== 1 && other.limit !== 1) continue;
      const laterZxid = other.zxid > zxid ? other.zxid : zxid;
      this.violate(
        `sessions ${other.sessionId} and ${sessionId} both hold at ${zxidToPair(laterZxid)}, by ${other.path} since ` +
          `${zxidToPair(other.zxid)} and by ${path} since ${zxidToPair(zxid)}`,
        at,
        other.step,
      );
    }
    if (limit !== null && limit > 1) this.countTogether(self, limit, together, at, model);
    holdings.push(self);
    this.holdings.set(parent, holdings);
  }

  /** In each state in which one of them began, so many of those who overlap with `self` hold at the same time. */
  private countTogether(self: Share, limit: number, together: readonly Share[], at: At, model: History['model']): void {
    for (const { zxid } of [self, ...together]) {
      if (zxid < self.zxid) continue;
      const others = together.filter((each) => each.zxid <= zxid && model.nodeAt(each.path, zxid) !== undefined);
      if (others.length < limit) continue;
      const sessions = [...others, self].map(({ sessionId }) => sessionId).join(', ');
      this.violate(
        `${others.length + 1} hold at ${zxidToPair(zxid)} what ${limit} may: sessions ${sessions}`, at,
        ...others.map(({ step }) => step),
      );
      return;
    }
  }

  private seeNumbered({ sessionId, path, zxid, first, count }: FactOf<'recipeNumbered'>, at: At, history: History): void {
    this.judged++;
    const given = this.given.get(path) ?? new Map<number, Holding>();
    this.given.set(path, given);
    for (let number = first; number < first + count; number++) {
      const before = given.get(number);
      if (before !== undefined) {
        this.violate(
          `${number} of ${path} is given twice: to session ${before.sessionId} at ${zxidToPair(before.zxid)} and to session ` +
            `${sessionId} at ${zxidToPair(zxid)}`,
          at,
          before.step,
        );
        return;
      }
      given.set(number, { sessionId, path, zxid, step: at.step });
    }
    const body = ownTxnBody(history, sessionId, zxid);
    if (body?.kind === 'setData' && body.path === path) return;
    this.violate(`session ${sessionId} was given ${first} of ${path} at ${zxidToPair(zxid)}, which is not its change of it`, at);
  }

  /** What was written cannot have been written otherwise; and it was all for it, when it was written, or it had to be abort. */
  private seeDecided({ sessionId, path, zxid, decision, sites }: FactOf<'recipeDecided'>, at: At, { model }: History): void {
    this.judged++;
    const written = model.nodeAt(path, zxid)?.data;
    if (written === undefined || written === null || decodeText(written) !== decision) {
      this.violate(`session ${sessionId} was told ${decision} by ${path} as of ${zxidToPair(zxid)}, which does not say so`, at);
      return;
    }
    if (decision !== 'commit') return;
    const whenZxid = model.statAt(path, zxid)?.czxid ?? zxid;
    const end = path.lastIndexOf('/');
    const transaction = path.slice(end + 1).replace(/decision$/, '');
    const names = [...(model.childrenAt(path.slice(0, end), whenZxid) ?? [])];
    const count = names.filter((name) => name.startsWith(`${transaction}commit-`)).length;
    const isOpposed = names.some((name) => name.startsWith(`${transaction}abort-`));
    if (count >= sites && !isOpposed) return;
    const against = isOpposed ? ', and one against' : '';
    this.violate(`${path} says commit since ${zxidToPair(whenZxid)}, with ${count} of ${sites} votes for it${against}`, at);
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
    const body = ownTxnBody(history, sessionId, zxid);
    if (body?.kind !== 'delete' || body.path !== path)
      this.violate(`session ${sessionId} took ${path} at ${zxidToPair(zxid)}, which is not its deletion of that node`, at);
  }
}

/** What the session's own transaction of that zxid does; null where there is none. */
function ownTxnBody(history: History, sessionId: SessionId, zxid: Zxid): TxnBody | null {
  const log = history.truth[history.positionUpTo(zxid)];
  const txn = log === undefined ? null : history.tree.txns[log] ?? null;
  return txn !== null && txn.zxid === zxid && txn.clientId === sessionId ? txn.body : null;
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
  promise: 'A lock or an office has one holder at most in each state, what is shared as many as may share it; an element of a '
    + 'queue is taken once, the most urgent first; a number is given once; a member of a group is there; '
    + 'all who are told of a transaction are told the same, and commit only when all had voted for it.',
  source: "programmer's guide, recipes: locks, shared locks, leader election, queues",
  reads: [
    'recipeHeld', 'recipeShared', 'recipeNumbered', 'recipeDecided', 'recipeTaken', 'recipeForemost', 'recipeJoined',
    'recipeFound',
  ],
  exemptions: [],
  mutants: [
    'number-again', 'recipe-any-urgency', 'recipe-joins-as-another', 'recipe-finds-the-gone', 'recipe-reads-past-a-writer',
    'recipe-lease-too-many', 'recipe-numbers-again', 'recipe-commits-early', 'recipe-believes-itself',
  ],
  create: (): Judge => new Recipes(),
};
