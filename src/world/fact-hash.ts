/** Mixes an observed fact into the trace hash: what kind it is and the numbers that tell it from its like, nothing costly. */
import { hashString, type RollingHash } from '../base/hash.ts';
import type { Fact, FactKind } from '../io/fact.ts';

/** A word for each kind, computed once. */
const KINDS = new Map<FactKind, number>();

/** Takes the fact's kind and its telling numbers. */
export function mixFact(hash: RollingHash, fact: Fact): void {
  let word = KINDS.get(fact.kind);
  if (word === undefined) {
    word = hashString(fact.kind);
    KINDS.set(fact.kind, word);
  }
  hash.mix(word);
  switch (fact.kind) {
    case 'proposed':
    case 'appended':
    case 'committed':
      hash.mixNumber(fact.txn.zxid);
      break;
    case 'applied':
      hash.mixNumber(fact.txn.zxid);
      hash.mix(fact.digest.low);
      break;
    case 'durable':
    case 'truncated':
    case 'snapshotInstalled':
    case 'snapshotWritten':
    case 'acked':
    case 'watchFired':
    case 'recipeHeld':
    case 'recipeShared':
    case 'recipeNumbered':
    case 'recipeDecided':
    case 'recipeTaken':
    case 'recipeForemost':
    case 'recipeJoined':
    case 'recipeFound':
      hash.mixNumber(fact.zxid);
      break;
    case 'recovered':
    case 'established':
    case 'electionStarted':
      hash.mixNumber(fact.lastZxid);
      break;
    case 'role':
    case 'acceptedEpoch':
    case 'currentEpoch':
      hash.mix(fact.epoch);
      break;
    case 'elected':
      hash.mix(fact.leader);
      break;
    case 'syncChosen':
      hash.mix(fact.learner);
      hash.mixNumber(fact.toZxid);
      break;
    case 'configActivated':
      hash.mixNumber(fact.version);
      break;
    case 'invoked':
    case 'lost':
      hash.mix(fact.cxid);
      break;
    case 'replied':
      hash.mix(fact.cxid);
      hash.mixNumber(fact.zxid);
      hash.mix(fact.err);
      break;
    default:
      break;
  }
}
