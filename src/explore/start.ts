/**
 * Where a search begins: from nothing, or from a state that real steps lead to in one fixed order. Published traces of deep
 * bugs begin with "one committed everywhere, one proposed at the leader"; to search from there saves the way.
 */
import { invariant } from '../base/invariant.ts';
import type { Fact } from '../io/fact.ts';
import { AT_ONCE_MAX, Class, firstBelow } from './grain.ts';
import type { Space } from './space.ts';

/**
 * nothing: every process has started. serving: a leader is established and all others are in line with it. committed: a
 * client's first write is applied everywhere. proposed: its second one is proposed as well, and nobody has heard of it.
 */
export type Start = 'nothing' | 'serving' | 'committed' | 'proposed';
/** For whoever must choose one. */
export const STARTS: readonly Start[] = ['nothing', 'serving', 'committed', 'proposed'];

/** What is looked for on the way. */
class Watch {
  proposed = 0;
  readonly applied: Map<number, number> = new Map();

  see(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind !== 'proposed' && fact.kind !== 'applied') continue;
      if (fact.txn.body.kind === 'createSession') continue;
      if (fact.kind === 'proposed') this.proposed++;
      else this.applied.set(fact.txn.zxid, (this.applied.get(fact.txn.zxid) ?? 0) + 1);
    }
  }

  /** Writes that so many servers have applied. */
  everywhere(servers: number): number {
    return [...this.applied.values()].filter((count) => count >= servers).length;
  }
}

/** The way to a start, as codes of actions. Where a promise is broken on the way, it ends. */
export interface Way {
  readonly path: readonly number[];
  readonly isGood: boolean;
}

/** The way to a start; `row` is there afterwards. Undefined if the clients' writes do not lead there. */
export function goTo(space: Space, start: Start, row: Int32Array): Way | undefined {
  const path: number[] = [];
  let isGood = true;
  if (start === 'nothing') return { path, isGood };
  const watch = new Watch();
  const servers = space.subject.nodes.filter(({ kind }) => kind === 'server').length;
  const codes: number[] = [];
  space.onFacts = (list) => {
    watch.see(list.facts);
  };
  while (isGood && !isThere(start, watch, servers)) {
    space.actions(row, codes);
    // Clients come last: everything else is quiet when one is heard.
    const limit = start === 'serving' ? Class.client : Class.chance;
    const code = firstBelow(space, row, codes, limit);
    if (code === 0) break;
    const fired = space.fire(row, code);
    invariant(fired !== 'bounded', 'the way to a start is within all bounds');
    isGood = fired === 'fine';
    path.push(code);
    invariant(path.length < AT_ONCE_MAX, 'the way to a start ends');
  }
  space.onFacts = null;
  return start === 'serving' || !isGood || isThere(start, watch, servers) ? { path, isGood } : undefined;
}

function isThere(start: Start, watch: Watch, servers: number): boolean {
  if (start === 'committed') return watch.everywhere(servers) >= 1;
  if (start === 'proposed') return watch.everywhere(servers) >= 1 && watch.proposed >= 2;
  return false;
}
