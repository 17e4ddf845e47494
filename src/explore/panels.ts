/**
 * Every state that the panel of judges was seen in, as small numbers, and what each list of facts made of each. The judges are
 * those of every other world. Steps are told to them as the number of sessions that were connected before, all that any judge
 * compares steps for, so that the length of a history does not tell states apart.
 */
import { fork, isImmutablePrototype } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import type { Expectations } from '../history/expectations.ts';
import type { Judge, Property, Violation } from '../history/judge.ts';
import { NO_LOG } from '../history/log-tree.ts';
import { Panel } from '../history/panel.ts';
import type { FactList } from './cells.ts';
import { keyOf, type Print, printOf, printRenamed } from './print.ts';
import type { OtherNames } from './symmetry.ts';

/** Juries that are kept; each takes some tens of kilobytes, and any other can be made again. */
const KEPT_MAX = 30_000;
const REVIVED_MAX = 2_000;

/** What a jury is told at once, and when. */
interface Telling {
  readonly list: FactList;
  readonly nowMs: number;
}

interface Jury {
  readonly panel: Panel;
  connects: number;
}

/** Counted for reports, never asked for by a judge; and what is the same throughout a search. */
const LEFT_OUT: ReadonlySet<string> = new Set(['judged', 'exempted', 'expectations', 'rules']);
/** Facts with which the history may state an order of its own. */
const ORDERING: ReadonlySet<string> = new Set(['committed', 'established']);
/** Facts that the reference model may hear of, and those that the book of sessions may: all others leave them as they are. */
const FOR_MODEL: ReadonlySet<string> = new Set([...ORDERING, 'localSessionOpened']);
const FOR_SESSIONS: ReadonlySet<string> = new Set([
  ...FOR_MODEL, 'proposed', 'invoked', 'replied', 'lost', 'sessionConnected', 'sessionDisconnected', 'sessionExpired',
  'sessionClosed', 'sessionExpiring', 'watchFired', 'syncAnswered',
]);
const STRIDE = 0x400_0000;

/** See the head of the file. */
export class Panels {
  readonly prints: Print[] = [];
  readonly violations: (Violation | null)[] = [];
  private readonly juries: (Jury | null)[] = [];
  /** How each was come to: the one before, and what it was told. */
  private readonly before: number[] = [];
  private readonly told: (Telling | null)[] = [];
  private oldest = 1;
  private readonly revived: number[] = [];
  private readonly byKey: Map<string, number> = new Map();
  private readonly after: Map<number, number> = new Map();
  private readonly reached: Set<string> = new Set();
  /** Of judges, models and books of sessions, which juries share. */
  private readonly partPrints: WeakMap<object, Print> = new WeakMap();
  private readonly apart: WeakMap<Judge, boolean> = new WeakMap();

  readonly others: OtherNames;

  constructor(properties: readonly Property[], expectations: Expectations, others: OtherNames) {
    this.others = others;
    this.intern({ panel: new Panel(properties, expectations), connects: 0 }, -1, null);
  }

  /** How many there are. */
  get count(): number {
    return this.prints.length;
  }

  /** The panel of that number. It must not be told anything. */
  panelAt(panel: number): Panel {
    return this.jury(panel).panel;
  }

  /** The panel after it has seen the facts, interned as `facts`. */
  see(panel: number, facts: number, list: FactList, nowMs: number): number {
    const key = panel * STRIDE + facts;
    let after = this.after.get(key);
    if (after === undefined) {
      const telling = { list, nowMs };
      after = this.intern(this.tell(this.jury(panel), telling), panel, telling);
      this.after.set(key, after);
    }
    return after;
  }

  /** Situations that were reached on the way to any of these states, by the first history that led to each. */
  situations(): string[] {
    return [...this.reached].sort((one, other) => (one < other ? -1 : 1));
  }

  /** A jury by its number; one that was let go is told everything again, from the last one before it that was kept. */
  private jury(panel: number): Jury {
    const way: number[] = [];
    let at = panel;
    for (; (this.juries[at] ?? null) === null; at = this.before[at] ?? 0) way.push(at);
    let jury = present(this.juries[at] ?? null, 'the first jury is kept');
    for (let next = way.pop(); next !== undefined; next = way.pop()) {
      jury = this.tell(jury, present(this.told[next] ?? null, 'a jury that was let go was told something'));
      settle(jury);
    }
    if (at !== panel) {
      this.juries[panel] = jury;
      this.revived.push(panel);
      if (this.revived.length > REVIVED_MAX) for (const old of this.revived.splice(0, REVIVED_MAX / 2)) this.juries[old] = null;
    }
    return jury;
  }

  /**
   * A jury that has seen what this one has, and the list. Judges that do not read any of it are shared, for they stay as they
   * are; so are the model and the book of sessions, which are most of the history, where nothing of it is for them.
   */
  private tell(jury: Jury, { list, nowMs }: Telling): Jury {
    const { panel } = jury;
    const readers = new Set<number>();
    for (const { kind } of list.facts) {
      for (const index of panel.readersOf(kind)) readers.add(index);
      if (ORDERING.has(kind)) for (const index of panel.readersOf('ordered')) readers.add(index);
    }
    const shared: object[] = panel.judges.filter((judge, index) => !readers.has(index) && this.isApart(judge));
    if (list.facts.every(({ kind }) => !FOR_MODEL.has(kind))) shared.push(panel.history.model);
    if (list.facts.every(({ kind }) => !FOR_SESSIONS.has(kind))) shared.push(panel.history.sessions);
    const next = fork(jury, shared);
    for (const fact of list.facts) {
      if (fact.kind === 'sessionConnected') next.connects++;
      const node = list.node === 0 && 'node' in fact ? fact.node : list.node;
      next.panel.see(fact, node, nowMs, 2 * next.connects + (fact.kind === 'sessionConnected' ? 0 : 1));
    }
    return next;
  }

  /** Whether a judge holds nothing of what the history keeps books of: those are objects with names of their own. */
  private isApart(judge: Judge): boolean {
    let known = this.apart.get(judge);
    if (known === undefined) {
      known = holdsNoInstance(judge);
      this.apart.set(judge, known);
    }
    return known;
  }

  private intern(jury: Jury, before: number, told: Telling | null): number {
    settle(jury);
    const { panel } = jury;
    const print = printOfJury(jury, (part, isKept) => (isKept ? this.printOfPart(part) : printOf(part, LEFT_OUT)));
    const key = keyOf(print);
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.juries.length;
      this.juries.push(jury);
      this.before.push(before);
      this.told.push(told);
      this.prints.push(print);
      this.others.add((names) => printOfJury(jury, (part) => printRenamed(part, names, LEFT_OUT)));
      this.violations.push(panel.violation);
      this.byKey.set(key, id);
      for (const [name] of panel.situations.reached()) this.reached.add(name);
      while (this.juries.length - this.oldest > KEPT_MAX) this.juries[this.oldest++] = null;
    }
    return id;
  }

  private printOfPart(part: object): Print {
    let print = this.partPrints.get(part);
    if (print === undefined) {
      print = printOf(part, LEFT_OUT);
      this.partPrints.set(part, print);
    }
    return print;
  }
}

/** The print of a jury is made of those of its parts, of which most were there before: those are kept. */
function printOfJury({ panel, connects }: Jury, partPrint: (part: object, isKept: boolean) => Print): Print {
  const { model, sessions, ...books } = panel.history;
  const kept = [model, sessions, ...panel.judges];
  return printOf([partPrint([books, connects], false), ...kept.map((part) => partPrint(part, true))]);
}

/** What the last fact was about is over with it. */
function settle({ panel }: Jury): void {
  const { history } = panel;
  history.log = NO_LOG;
  history.isSameTree = true;
  history.establishment = null;
  history.sessions.op = null;
  history.sessions.session = null;
}

/** Whether nothing but plain records, lists, Maps and Sets belongs to it. */
function holdsNoInstance(judge: Judge): boolean {
  const list: unknown[] = Object.values(judge);
  const seen = new Set<unknown>();
  while (list.length > 0) {
    const each = list.pop();
    if (typeof each !== 'object' || each === null || ArrayBuffer.isView(each) || seen.has(each)) continue;
    seen.add(each);
    const prototype: unknown = Object.getPrototypeOf(each);
    if (isImmutablePrototype(prototype)) continue;
    if (each instanceof Map) {
      for (const [key, value] of each) list.push(key, value);
    } else if (each instanceof Set) {
      for (const item of each) list.push(item);
    } else if (prototype !== Object.prototype && !Array.isArray(each)) return false;
    else for (const item of Object.values(each)) list.push(item);
  }
  return true;
}
