/** What judges see: what processes state, and what the history concludes from it. */
import type { Fact, FactKind } from '../io/fact.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Verdict } from './decide.ts';
import type { LogNode } from './log-tree.ts';
import type { Op } from './sessions.ts';

/** Stated by the history itself, after the fact that brought it about: a transaction has its place in the truth log now. */
export interface OrderedFact {
  readonly kind: 'ordered';
  readonly txn: Txn;
  readonly log: LogNode;
  readonly position: number;
  /** The client's operation that it answers; null if no client asked for it, or if it was answered already. */
  readonly op: Op | null;
  readonly verdict: Verdict;
  /** The highest cxid of the session that was ordered before. */
  readonly orderedCxid: number;
}

/** Any of them. */
export type JudgedFact = Fact | OrderedFact;
/** Its kind. */
export type JudgedKind = FactKind | 'ordered';
