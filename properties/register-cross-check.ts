/**
 * The cross-check that believes no zxid: in a share of runs, what clients asked and were answered at each path is given to the
 * general search, which must find a linearization. If servers lied about their zxids, and every other judge were taken in, this
 * one would still notice.
 *
 * What must be linearizable is chosen with care, because reads are not:
 * - Writes, with the versions and refusals that their answers show: the leader decides each at its place in the one order
 *   of writes, which lies between its request and its answer.
 * - A read behind a sync of the same connection, from the moment at which the sync was asked to its own answer. The sync brings
 *   the server up to whatever the leader had committed when it handled it, so whatever anybody had been answered before,
 *   or had seen behind a sync, is in. A leader that another has replaced may answer with less: the documented exemption.
 * - Not: other reads; nodes that vanish by themselves (ephemeral ones, containers, with a time to live); sequential ones.
 */
import type { SessionId } from '../src/base/session-id.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import type { Expectations } from '../src/history/expectations.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { judge } from '../src/history/linearizability/check.ts';
import { NEVER } from '../src/history/linearizability/model.ts';
import { answered, fleeting, intended, seen } from '../src/history/linearizability/path-calls.ts';
import { type PathCall, PathModel } from '../src/history/linearizability/path-register.ts';
import type { Request } from '../src/wire/client-messages.ts';

/** At most so many operations of one path may overlap, the lost ones counted in until the end. */
const WIDTH_MAX = 12;
const STEPS_MAX = 200_000;

interface PathOperation {
  readonly call: PathCall;
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

interface SyncAsked {
  readonly begin: number;
  state: 'asked' | 'good' | 'deposed' | 'failed';
}

interface Asked {
  readonly request: Request;
  readonly begin: number;
  readonly step: number;
  /** The sync that it is, or the last one that its connection asked for before it. */
  readonly sync: SyncAsked | null;
}

class RegisterCrossCheck extends Judge {
  private readonly isOn: boolean;
  /** Facts of clients, counted: the time in which operations overlap. */
  private clock = 0;
  private readonly asked: Map<SessionId, Map<number, Asked>> = new Map();
  /** The last sync that was asked for on each session's connection. */
  private readonly syncs: Map<SessionId, SyncAsked> = new Map();
  private readonly paths: Map<string, PathOperation[]> = new Map();
  /** Where nodes vanish by themselves. */
  private readonly unfit: Set<string> = new Set();

  constructor(isOn: boolean) {
    super();
    this.isOn = isOn;
    this.isUnknown = true;
  }

  see(fact: JudgedFact, at: At, history: History): void {
    if (!this.isOn) return;
    this.clock++;
    if (fact.kind === 'sessionDisconnected') this.syncs.delete(fact.sessionId);
    else if (fact.kind === 'invoked') this.seeInvoked(fact, at);
    else if (fact.kind === 'replied' || fact.kind === 'lost') this.seeEnd(fact, history);
  }

  override finish(at: At, _history: History): void {
    if (!this.isOn) return;
    for (const asked of this.asked.values()) for (const one of asked.values()) this.leaveOpen(one);
    this.asked.clear();
    let ranOut = false;
    for (const [path, operations] of this.paths) ranOut = this.judgePath(path, operations, at) === 'unknown' || ranOut;
    this.isUnknown = ranOut || this.judged === 0;
  }

  private seeInvoked(fact: FactOf<'invoked'>, at: At): void {
    const { sessionId, cxid, request } = fact;
    if (cxid <= 0) return;
    const begin = this.clock;
    if (request.kind === 'sync') this.syncs.set(sessionId, { begin, state: 'asked' });
    let asked = this.asked.get(sessionId);
    if (asked === undefined) {
      asked = new Map();
      this.asked.set(sessionId, asked);
    }
    asked.set(cxid, { request, begin, step: at.step, sync: this.syncs.get(sessionId) ?? null });
    for (const path of fleeting(request)) this.unfit.add(path);
  }

  private seeEnd(fact: FactOf<'replied' | 'lost'>, history: History): void {
    const session = this.asked.get(fact.sessionId);
    const asked = session?.get(fact.cxid);
    if (session === undefined || asked === undefined) return;
    session.delete(fact.cxid);
    const { request, sync } = asked;
    if (fact.kind === 'lost') this.leaveOpen(asked);
    else if (request.kind === 'sync') {
      if (sync !== null) sync.state = history.op?.isAnsweredByDeposed === true ? 'deposed' : fact.err === 0 ? 'good' : 'failed';
    } else if (request.kind === 'getData' || request.kind === 'exists') this.seeRead(asked, request.path, fact);
    else {
      const outcome = answered(request, fact);
      if (outcome === 'open') this.leaveOpen(asked);
      else if (outcome !== 'nothing') for (const call of outcome) this.keep(call, asked.begin, this.clock, asked.step);
    }
  }

  private seeRead(asked: Asked, path: string, fact: FactOf<'replied'>): void {
    const { sync } = asked;
    const call = seen(path, fact);
    if (sync === null || call === null) return;
    if (sync.state === 'good') this.keep(call, sync.begin, this.clock, asked.step);
    else if (sync.state === 'deposed') this.exempt('deposed-leader');
  }

  private leaveOpen({ request, begin, step }: Asked): void {
    for (const call of intended(request)) this.keep(call, begin, NEVER, step);
  }

  private keep(call: PathCall, begin: number, end: number, step: number): void {
    const operations = this.paths.get(call.path);
    if (operations === undefined) this.paths.set(call.path, [{ call, begin, end, step }]);
    else operations.push({ call, begin, end, step });
  }

  private judgePath(path: string, operations: readonly PathOperation[], at: At): 'known' | 'unknown' {
    if (path === '/' || path.startsWith('/zookeeper')) return 'known';
    if (this.unfit.has(path) || isSequential(path)) {
      this.exempt('vanishing-nodes');
      return 'known';
    }
    if (widthOf(operations) > WIDTH_MAX) {
      this.exempt('too-wide');
      return 'known';
    }
    const model = new PathModel();
    const { verdict, conflict } = judge(model, operations, STEPS_MAX);
    if (verdict === 'unknown') {
      this.exempt('budget');
      return 'unknown';
    }
    this.judged += operations.length;
    if (conflict === null) return 'known';
    const tell = (index: number): string => {
      const operation = operations[index];
      return operation === undefined ? '' : model.describe(operation.call);
    };
    this.violate(
      `what clients were answered at ${path} has no linearization: from ${conflict.state}, there is no place for ` +
        `(${tell(conflict.blocked)}); in conflict are (${conflict.core.map(tell).join('), (')})`,
      at,
      ...conflict.core.map((index) => operations[index]?.step ?? 0),
    );
    return 'known';
  }
}

const SUFFIX_LENGTH = 10;

/** Whether the path may be that of a sequential node, which a lost create may have made. */
function isSequential(path: string): boolean {
  for (let i = path.length - SUFFIX_LENGTH; i < path.length; i++) {
    const digit = path.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return false;
  }
  return true;
}

/** How many operations overlap at most. */
function widthOf(operations: readonly PathOperation[]): number {
  const changes = operations.flatMap(({ begin, end }) => [[begin, 1], [end, -1]] as const);
  let width = 0;
  let most = 0;
  for (const [, change] of changes.sort((a, b) => (a[0] === b[0] ? b[1] - a[1] : a[0] - b[0]))) {
    width += change;
    if (width > most) most = width;
  }
  return most;
}

/** The black box among the judges. */
export const registerCrossCheck: Property = {
  name: 'register-cross-check',
  kind: 'safety',
  codes: ['P1'],
  promise:
    'What clients were answered at each path, writes and reads behind a sync, has a linearization, ' +
    'whatever zxids the answers carry.',
  source: "Herlihy and Wing (1990); programmer's guide, consistency guarantees: writes are linearizable, sync before a read",
  reads: ['invoked', 'replied', 'lost', 'sessionDisconnected'],
  exemptions: [
    {
      name: 'deposed-leader',
      source: 'sync is not a quorum operation (ZOOKEEPER-1675): a leader that was replaced, and does not know, may answer',
    },
    { name: 'vanishing-nodes', source: 'ephemeral, container and TTL nodes go, and sequential ones come, unasked' },
    { name: 'too-wide', source: 'the search is exponential in what overlaps: the cross-check is for small histories' },
    { name: 'budget', source: 'the search gave up: the verdict is then unknown' },
  ],
  mutants: ['any-version'],
  create: (expectations: Expectations): Judge => new RegisterCrossCheck(expectations.crossChecks ?? false),
};
