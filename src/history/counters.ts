/**
 * What happened in a run, counted from its facts: elections, synchronizations by kind, operations and their results. A scenario
 * that is meant to provoke something shows here whether it does. Counting must stay cheap: it sees every fact of every run.
 */
import type { Fact } from '../io/fact.ts';
import type { Response } from '../wire/client-messages.ts';
import type { TxnBody } from '../wire/transactions.ts';
import { ErrorCode, EventType } from '../wire/words.ts';

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
  /** By the names of `Reach`: operations, results, events and syncs, wherever they occurred, in parts of a multi too. */
  readonly reached: readonly Count[];
}

/** Nothing counted yet. */
export const NO_COUNTS: Counts = {
  elections: 0, syncs: [], operations: [], errors: [], sessions: [], servers: [], reached: [],
};

const SESSION_NAMES = new Map<Fact['kind'], string>([
  ['sessionDisconnected', 'disconnected'],
  ['sessionExpired', 'expired'],
  ['sessionClosed', 'closed'],
  ['localSessionOpened', 'local opened'],
  ['localSessionClosed', 'local closed'],
  ['clientRefused', 'refused as ahead'],
]);
const SERVER_NAMES = new Map<Fact['kind'], string>([
  ['electionStarted', 'elections started'],
  ['synchronized', 'synchronized'],
  ['applied', 'applied'],
  ['truncated', 'truncated'],
  ['snapshotInstalled', 'snapshots installed'],
  ['snapshotWritten', 'snapshots written'],
  ['configActivated', 'configurations activated'],
  ['recovered', 'recoveries'],
  ['crashed', 'crashes'],
  ['stateRefused', 'states refused'],
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
  /** Inside of multis and of the log. */
  private readonly partOperations: Map<string, number> = new Map();
  private readonly partErrors: Map<number, number> = new Map();
  private readonly events: Map<number, number> = new Map();
  private readonly missedEvents: Map<number, number> = new Map();

  see(fact: Fact): void {
    switch (fact.kind) {
      case 'established':
        this.elections++;
        return;
      case 'syncChosen':
        return add(this.syncs, fact.mode);
      case 'invoked':
        if ('ops' in fact.request) for (const op of fact.request.ops) add(this.partOperations, op.kind);
        return add(this.operations, fact.request.kind);
      case 'replied':
        this.seeParts(fact.response);
        return add(this.errors, fact.err);
      case 'watchFired':
        add(fact.zxid > 0 ? this.events : this.missedEvents, fact.type);
        return add(this.sessions, 'watches fired');
      case 'committed':
        this.seeLogged(fact.txn.body);
        return add(this.servers, fact.kind);
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

  private seeParts(response: Response | null): void {
    if (response === null || !('results' in response)) return;
    for (const result of response.results) if (result.kind === 'error') add(this.partErrors, result.err);
  }

  /** What no client asked for, and refusals that end a connection instead of being answered. */
  private seeLogged(body: TxnBody): void {
    if (body.kind === 'error') add(this.partErrors, body.err);
    else if (body.kind === 'deleteContainer' || body.kind === 'createSession') add(this.partOperations, body.kind);
  }

  private reached(): Map<string, number> {
    const sum = new Map<string, number>();
    const put = (name: string, count: number): void => { sum.set(name, (sum.get(name) ?? 0) + count); };
    for (const [name, count] of [...this.operations, ...this.partOperations]) put(`operation ${name}`, count);
    // A refusal in the log is answered too, as a rule: the answers count, and what is in the log only where there is none.
    for (const [code, count] of this.errors) put(`result ${errorName(code)}`, count);
    for (const [code, count] of this.partErrors) if (!this.errors.has(code)) put(`result ${errorName(code)}`, count);
    for (const [type, count] of this.events) put(`event ${eventName(type)}`, count);
    for (const [type, count] of this.missedEvents) put(`event ${eventName(type)} missed`, count);
    for (const [mode, count] of this.syncs) put(`sync ${mode}`, count);
    return sum;
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
      reached: sorted(this.reached()),
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
    reached: addCounts(one.reached, other.reached),
  };
}

const ERROR_NAMES: ReadonlyMap<number, string> = namesOf(ErrorCode);
const EVENT_NAMES: ReadonlyMap<number, string> = namesOf(EventType);

/** KeeperException's name of a code; the number of one that it does not know. */
export function errorName(code: number): string {
  return ERROR_NAMES.get(code) ?? String(code);
}

/** Its name; the number of one that it does not know. */
function eventName(type: number): string {
  return EVENT_NAMES.get(type) ?? String(type);
}

function namesOf(words: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(words).reverse().map(([name, value]) => [value, name]));
}
