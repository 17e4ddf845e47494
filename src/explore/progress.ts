/**
 * Liveness: from every state that a search reaches, a fair schedule must lead to where nothing is owed. All that are down
 * start again; whatever may happen without a timer happens in turn, so that nothing that stays possible is left out for
 * ever; where nothing else may happen, or the same happens again, the timer that is due first fires. Where somebody is down
 * and a quorum lives, a second schedule leaves the dead dead, and the living must come to serve without them. These are two
 * fair schedules of many: what they find is real, and another one might find more. One ends in one of three ways that are wrong:
 * nothing at all may happen while something is owed (a deadlock), a state comes again and no timer is there to end it (a
 * cycle without progress), or timers fire in vain. Once in a search, where all is settled, the first schedule goes on for as long
 * as sessions last: nobody who is connected all the while may be given up.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Violation } from '../history/judge.ts';
import type { NodeId } from '../io/event.ts';
import { Act, codeOf } from './action.ts';
import type { History } from '../history/history.ts';
import { keyOf } from './print.ts';
import type { Badness, Space } from './space.ts';

/** More than any election takes. */
const TIMERS_MAX = 150;
const STEPS_MAX = 20_000;
/** Shorter sessions may run out while a ping and a tick are under way. */
const QUIET_TICKS = 4;
const DEADLOCK = 'a deadlock: nothing may happen any more, and';
const CYCLE = 'a cycle without progress: the same state comes again and again, and';

/** No progress, and the way on from the state to where that is plain. */
export interface Stuck {
  readonly steps: readonly number[];
  readonly badness: Badness;
  /** Who stays dead on it. */
  readonly dead: readonly NodeId[];
}

/** What is known of a schedule: states from which it leads on, and what each jury knows to be owed. */
class Schedule {
  /** Whether the dead start again. */
  readonly revives: boolean;
  readonly good: Set<string> = new Set();
  readonly owed: Map<number, string | null> = new Map();

  constructor(revives: boolean) {
    this.revives = revives;
  }
}

/** Where a schedule stands. */
class Turns {
  /** What happened last that is no timer, and all that did since the last timer, and where. */
  last = 0;
  since: Set<string> = new Set();
  /** Nothing happens but what happened before. */
  isCircle = false;
}

/** See the head of the file. One for a whole search: what was seen to lead on is not followed again. */
export class Progress {
  /** States from which a schedule was followed. */
  followed = 0;
  private readonly space: Space;
  private readonly revival: Schedule = new Schedule(true);
  private readonly without: Schedule = new Schedule(false);
  /** Where all was settled first, and how that was come to. */
  private settled: { readonly row: Int32Array; readonly steps: readonly number[] } | null = null;
  private readonly print: Int32Array = new Int32Array(3);
  private readonly codes: number[] = [];

  constructor(space: Space) {
    this.space = space;
  }

  /** Null: all that is owed at `from` is given in the end. */
  follow(from: Int32Array): Stuck | null {
    const isFirst = this.settled === null;
    const stuck = this.followBy(this.revival, from) ?? (isFirst ? this.stay() : null);
    return stuck === null && this.canSpare(from) ? this.followBy(this.without, from) : stuck;
  }

  /** From where all is settled on, for as long as sessions last. */
  private stay(): Stuck | null {
    const { space, settled } = this;
    if (settled === null) return null;
    const row = settled.row.slice();
    const steps = settled.steps.slice();
    const asked = this.connected(row);
    const untilMs = (row[space.nowAt] ?? 0) + 2 * Math.max(0, ...asked.values());
    const turns = new Turns();
    let givenUp = '';
    space.onFacts = ({ facts }) => {
      for (const fact of facts) if (fact.kind === 'sessionExpiring' && asked.has(fact.sessionId)) givenUp = fact.sessionId;
    };
    while (givenUp === '' && (row[space.nowAt] ?? 0) < untilMs && steps.length < STEPS_MAX) {
      const code = this.next(turns, true, row, this.keyAt(row));
      if (code === 0) break;
      steps.push(code);
      if (space.fire(row, code) !== 'bad') continue;
      space.onFacts = null;
      return { steps, badness: space.badness(row), dead: [] };
    }
    space.onFacts = null;
    const sentence = `in the quiet session ${givenUp} is given up, whose client was connected all the while`;
    return givenUp === '' ? null : this.failure(row, steps, sentence, []);
  }

  /** Sessions whose clients are connected, and how long they last; not those that may run out while a ping is under way. */
  private connected(row: Int32Array): Map<SessionId, number> {
    const { panels, panelAt, subject } = this.space;
    const leastMs = QUIET_TICKS * subject.expectations.tickTimeMs;
    const sessions = [...panels.panelAt(row[panelAt] ?? 0).history.sessions.all.values()];
    const asked = sessions.filter(({ isConnected, timeoutMs }) => isConnected && timeoutMs >= leastMs);
    return new Map(asked.map(({ id, timeoutMs }) => [id, timeoutMs]));
  }

  private followBy(schedule: Schedule, from: Int32Array): Stuck | null {
    const { space } = this;
    const { good } = schedule;
    const row = from.slice();
    const steps: number[] = [];
    const passed: string[] = [];
    const turns = new Turns();
    let timers = 0;
    this.followed++;
    while (steps.length < STEPS_MAX) {
      const key = this.keyAt(row);
      // A process may stop itself; without a quorum nothing is owed.
      const isSettled = this.isSettled(schedule, row);
      if (isSettled || good.has(key) || !(schedule.revives || this.canSpare(row))) {
        for (const each of passed) good.add(each);
        if (isSettled && schedule.revives) this.settled ??= { row, steps };
        return null;
      }
      passed.push(key);
      const code = this.next(turns, schedule.revives, row, key);
      if (code === 0) return this.stuck(schedule, row, steps, turns.isCircle ? CYCLE : DEADLOCK);
      if (code >>> 24 === Act.timeout && ++timers > TIMERS_MAX && this.isLate(row, from)) {
        return this.stuck(schedule, row, steps, `after ${timers - 1} timers of a fair schedule`);
      }
      steps.push(code);
      // Bounds are for the search: here, elections may take as many rounds as they need.
      if (space.fire(row, code) === 'bad') return { steps, badness: space.badness(row), dead: this.deadIn(schedule, row) };
    }
    return this.stuck(schedule, row, steps, `after ${STEPS_MAX} steps of a fair schedule`);
  }

  /** What a schedule does next in this state, known by its key; 0: nothing may happen, or nothing new and no timer is there. */
  private next(turns: Turns, revives: boolean, row: Int32Array, key: string): number {
    this.space.actions(row, this.codes);
    const code = this.calm(turns.last, revives);
    const turn = `${key}${code}`;
    turns.isCircle = code !== 0 && turns.since.has(turn);
    if (code === 0 || turns.isCircle) {
      // Steps that lead in a circle take time as well: whoever waits for time is not kept waiting by them.
      turns.since = new Set();
      return this.firstTimer(row);
    }
    turns.since.add(turn);
    turns.last = code;
    return code;
  }

  /** The next in turn of what costs nothing; 0: there is none. Expects `codes` to be those of the state. */
  private calm(last: number, revives: boolean): number {
    let first = 0;
    let next = 0;
    for (const code of this.codes) {
      const kind = code >>> 24;
      if (kind > Act.prompt && (kind !== Act.restart || !revives)) continue;
      if (first === 0 || code < first) first = code;
      if (code > last && (next === 0 || code < next)) next = code;
    }
    return next === 0 ? first : next;
  }

  private firstTimer(row: Int32Array): number {
    const { space } = this;
    let found = 0;
    let dueMs = Infinity;
    space.nodes.forEach((_, index) => {
      const ready = space.cells.readiness(row[index] ?? 0);
      ready.timers.forEach((timer, at) => {
        const due = ready.dueMs[at] ?? Infinity;
        if (due >= dueMs) return;
        dueMs = due;
        found = codeOf(Act.timeout, index, timer);
      });
    });
    return found;
  }

  private keyAt(row: Int32Array): string {
    this.space.print(row, this.print);
    const [a = 0, b = 0, c = 0] = this.print;
    return keyOf({ a, b, c });
  }

  private isSettled(schedule: Schedule, row: Int32Array): boolean {
    return (!schedule.revives || this.down(row).length === 0) && this.owedBy(schedule, row[this.space.panelAt] ?? 0) === null;
  }

  private deadIn({ revives }: Schedule, row: Int32Array): NodeId[] {
    return revives ? [] : this.down(row);
  }

  private down(row: Int32Array): NodeId[] {
    const { space } = this;
    return space.nodes.filter((_, index) => !space.cells.readiness(row[index] ?? 0).isUp);
  }

  /** Whether somebody is down, and a quorum of those who vote is not. Where the ensemble may change, that is not asked. */
  private canSpare(row: Int32Array): boolean {
    const { voters, spares, hierarchy } = this.space.subject.expectations;
    const down = this.down(row);
    const up = voters.filter((id) => !down.includes(id));
    return down.length > 0 && spares.length === 0 && hierarchy === undefined && up.length * 2 > voters.length;
  }

  /** What may take as long as a session lasts has had the time for it. */
  private isLate(row: Int32Array, from: Int32Array): boolean {
    const { nowAt, panelAt, panels } = this.space;
    const { history } = panels.panelAt(row[panelAt] ?? 0);
    const longestMs = Math.max(0, ...[...history.sessions.all.values()].map(({ timeoutMs }) => timeoutMs));
    return (row[nowAt] ?? 0) - (from[nowAt] ?? 0) > 2 * longestMs;
  }

  /** What is owed, in half a sentence; null: nothing. */
  private owedBy({ owed, revives }: Schedule, panel: number): string | null {
    let known = owed.get(panel);
    if (known === undefined) {
      const { history } = this.space.panels.panelAt(panel);
      known = idleIn(history, revives) ?? (revives ? this.unansweredIn(history) ?? unburiedIn(history) : null);
      owed.set(panel, known);
    }
    return known;
  }

  private unansweredIn(history: History): string | null {
    const clients = this.space.subject.nodes.filter(({ kind }) => kind === 'client').map(({ node }) => node);
    for (const client of clients) {
      const session = history.sessions.clients.get(client);
      if (session === undefined) return `client ${client} got no session`;
      const [pending] = session.pending;
      if (pending !== undefined) return `client ${client} got no answer to its ${pending.request.kind}`;
    }
    return null;
  }

  private stuck(schedule: Schedule, row: Int32Array, steps: readonly number[], how: string): Stuck {
    const dead = this.deadIn(schedule, row);
    const owed = this.owedBy(schedule, row[this.space.panelAt] ?? 0) ?? `process ${this.down(row).join(' and ')} stays down`;
    return this.failure(row, steps, `${how} ${owed}${dead.length === 0 ? '' : `, without server ${dead.join(' and ')}`}`, dead);
  }

  private failure(row: Int32Array, steps: readonly number[], sentence: string, dead: readonly NodeId[]): Stuck {
    const atMs = row[this.space.nowAt] ?? 0;
    const violation: Violation = { property: 'liveness', kind: 'liveness', sentence, steps: [], atMs };
    return { steps, badness: { violation, broken: null }, dead };
  }
}

/** Servers that do not serve; of those that are up, or of all. */
function idleIn({ servers }: History, areAllAsked: boolean): string | null {
  const idle = [...servers.values()].filter(({ isServing, isUp }) => !isServing && (isUp || areAllAsked)).map(({ id }) => id);
  return idle.length === 0 ? null : `server ${idle.join(' and server ')} did not come to serve`;
}

/** A session that no client holds any more must be closed, and with it its ephemeral nodes go. */
function unburiedIn({ model, sessions }: History): string | null {
  for (const session of sessions.all.values()) {
    const isHeld = sessions.clients.get(session.client) === session && session.endedStep === 0;
    const isLeft = !isHeld && !session.isConnected && model.isOpen(session.id);
    if (isLeft) return `session ${session.id}, which nobody holds, was not closed`;
  }
  return null;
}
