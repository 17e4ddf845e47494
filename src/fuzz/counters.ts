/**
 * What happened in a run, counted from its facts: elections, synchronizations by kind, operations and their results. A scenario
 * that is meant to provoke something shows here whether it does. Counting must stay cheap: it sees every fact of every run.
 */
import type { Fact } from '../io/fact.ts';
import { ErrorCode } from '../wire/words.ts';

/** Counts by name, as they go into a summary: sorted pairs, so that they print and add up in one order everywhere. */
export type Count = readonly [name: string, count: number];

/** The counts of one run or, added up, of many. Plain data. */
export interface Counts {
  readonly elections: number;
  readonly syncs: readonly Count[];
  readonly operations: readonly Count[];
  readonly errors: readonly Count[];
  readonly sessions: readonly Count[];
  readonly servers: readonly Count[];
}

/** Nothing counted yet. */
export const NO_COUNTS: Counts = { elections: 0, syncs: [], operations: [], errors: [], sessions: [], servers: [] };

const SESSION_NAMES = new Map<Fact['kind'], string>([
  ['sessionDisconnected', 'disconnected'],
  ['sessionExpired', 'expired'],
  ['sessionClosed', 'closed'],
  ['localSessionOpened', 'local opened'],
  ['localSessionClosed', 'local closed'],
  ['clientRefused', 'refused as ahead'],
  ['watchFired', 'watches fired'],
]);
const SERVER_NAMES = new Map<Fact['kind'], string>([
  ['electionStarted', 'elections started'],
  ['synchronized', 'synchronized'],
  ['committed', 'committed'],
  ['applied', 'applied'],
  ['truncated', 'truncated'],
  ['snapshotInstalled', 'snapshots installed'],
  ['snapshotWritten', 'snapshots written'],
  ['recovered', 'recoveries'],
  ['crashed', 'crashes'],
  ['halted', 'halts'],
]);

/** Counts the facts of one run. */
export class FactCounter {
  private elections = 0;
  private readonly syncs: Map<string, number> = new Map();
  private readonly operations: Map<string, number> = new Map();
  private readonly errors: Map<number, number> = new Map();
  private readonly sessions: Map<string, number> = new Map();
  private readonly servers: Map<string, number> = new Map();

  see(fact: Fact): void {
    switch (fact.kind) {
      case 'established':
        this.elections++;
        return;
      case 'syncChosen':
        return add(this.syncs, fact.mode);
      case 'invoked':
        return add(this.operations, fact.request.kind);
      case 'replied':
        return add(this.errors, fact.err);
      case 'lost':
        return add(this.errors, ErrorCode.CONNECTIONLOSS);
      case 'sessionConnected':
        return add(this.sessions, fact.resumed ? 'resumed' : 'opened');
      default: {
        const server = SERVER_NAMES.get(fact.kind);
        if (server !== undefined) return add(this.servers, server);
        const session = SESSION_NAMES.get(fact.kind);
        if (session !== undefined) add(this.sessions, session);
      }
    }
  }

  counts(): Counts {
    const errors = new Map([...this.errors].map(([code, count]) => [errorName(code), count]));
    return {
      elections: this.elections,
      syncs: sorted(this.syncs),
      operations: sorted(this.operations),
      errors: sorted(errors),
      sessions: sorted(this.sessions),
      servers: sorted(this.servers),
    };
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** In order of name. */
export function sorted(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Both, added up name by name. */
export function addCounts(one: readonly Count[], other: readonly Count[]): Count[] {
  const sum = new Map(one);
  for (const [name, count] of other) sum.set(name, (sum.get(name) ?? 0) + count);
  return sorted(sum);
}

/** The counts of two runs as if they were one. */
export function mergeCounts(one: Counts, other: Counts): Counts {
  return {
    elections: one.elections + other.elections,
    syncs: addCounts(one.syncs, other.syncs),
    operations: addCounts(one.operations, other.operations),
    errors: addCounts(one.errors, other.errors),
    sessions: addCounts(one.sessions, other.sessions),
    servers: addCounts(one.servers, other.servers),
  };
}

/** KeeperException's name of a code; the number of one that it does not know. */
export function errorName(code: number): string {
  return Object.entries(ErrorCode).find(([, value]) => value === code)?.[0] ?? String(code);
}
