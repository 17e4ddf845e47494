/**
 * Liveness: from every state that a search reaches, a fair schedule must lead to where nothing is owed. All that are down
 * start again; whatever may happen without a timer happens in turn, so that nothing that stays possible is left out for
 * ever; where nothing else may happen, or the same happens again, the timer that is due first fires. That is one fair
 * schedule of many: what it finds is real, and another one might find more. It ends in one of three ways that are wrong:
 * nothing at all may happen while something is owed (a deadlock), a state comes again and no timer is there to end it (a
 * cycle without progress), or timers fire in vain.
 */
import type { Violation } from '../history/judge.ts';
import { Act, codeOf } from './action.ts';
import { keyOf } from './print.ts';
import type { Badness, Space } from './space.ts';

/** More than any election takes. */
const TIMERS_MAX = 150;
const STEPS_MAX = 20_000;
const DEADLOCK = 'a deadlock: nothing may happen any more, and';
const CYCLE = 'a cycle without progress: the same state comes again and again, and';

/** No progress, and the way on from the state to where that is plain. */
export interface Stuck {
  readonly steps: readonly number[];
  readonly badness: Badness;
}

/** See the head of the file. One for a whole search: what was seen to lead on is not followed again. */
export class Progress {
  /** States from which something was owed and the schedule was followed. */
  followed = 0;
  private readonly space: Space;
  private readonly good: Set<string> = new Set();
  /** What each jury knows to be owed. */
  private readonly owed: Map<number, string | null> = new Map();
  private readonly print: Int32Array = new Int32Array(3);
  private readonly codes: number[] = [];

  constructor(space: Space) {
    this.space = space;
  }

  /** Null: all that is owed at `from` is given in the end. */
  follow(from: Int32Array): Stuck | null {
    const { space } = this;
    const row = from.slice();
    const steps: number[] = [];
    const passed: string[] = [];
    let sinceTimer = new Set<string>();
    let timers = 0;
    let last = 0;
    this.followed++;
    while (steps.length < STEPS_MAX) {
      const key = this.keyAt(row);
      if (this.good.has(key) || this.isSettled(row)) {
        for (const each of passed) this.good.add(each);
        return null;
      }
      passed.push(key);
      space.actions(row, this.codes);
      let code = this.calm(last);
      const turn = `${key}${code}`;
      if (code === 0 || sinceTimer.has(turn)) {
        // Steps that lead in a circle take time as well: whoever waits for time is not kept waiting by them.
        const timer = this.firstTimer(row);
        if (timer === 0) return this.stuck(row, steps, code === 0 ? DEADLOCK : CYCLE);
        if (++timers > TIMERS_MAX) return this.stuck(row, steps, `after ${TIMERS_MAX} timers of a fair schedule`);
        code = timer;
        sinceTimer = new Set();
      } else {
        sinceTimer.add(turn);
        last = code;
      }
      steps.push(code);
      // Bounds are for the search: here, elections may take as many rounds as they need.
      if (space.fire(row, code) === 'bad') return { steps, badness: space.badness(row) };
    }
    return this.stuck(row, steps, `after ${STEPS_MAX} steps of a fair schedule`);
  }

  /** The next in turn of what costs nothing; 0: there is none. Expects `codes` to be those of the state. */
  private calm(last: number): number {
    let first = 0;
    let next = 0;
    for (const code of this.codes) {
      const kind = code >>> 24;
      if (kind > Act.prompt && kind !== Act.restart) continue;
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

  private isSettled(row: Int32Array): boolean {
    const { space } = this;
    const areUp = space.nodes.every((_, index) => space.cells.readiness(row[index] ?? 0).isUp);
    return areUp && this.owedBy(row[space.panelAt] ?? 0) === null;
  }

  /** What is owed, in half a sentence; null: nothing. */
  private owedBy(panel: number): string | null {
    let owed = this.owed.get(panel);
    if (owed === undefined) {
      owed = this.lookUp(panel);
      this.owed.set(panel, owed);
    }
    return owed;
  }

  private lookUp(panel: number): string | null {
    const { history } = this.space.panels.panelAt(panel);
    const idle = [...history.servers.values()].filter(({ isServing }) => !isServing).map(({ id }) => id);
    if (idle.length > 0) return `server ${idle.join(' and server ')} did not come to serve`;
    const clients = this.space.subject.nodes.filter(({ kind }) => kind === 'client').map(({ node }) => node);
    for (const client of clients) {
      const session = history.sessions.clients.get(client);
      if (session === undefined) return `client ${client} got no session`;
      const [pending] = session.pending;
      if (pending !== undefined) return `client ${client} got no answer to its ${pending.request.kind}`;
    }
    return null;
  }

  private stuck(row: Int32Array, steps: readonly number[], how: string): Stuck {
    const { space } = this;
    const down = space.nodes.filter((_, index) => !space.cells.readiness(row[index] ?? 0).isUp);
    const owed = this.owedBy(row[space.panelAt] ?? 0) ?? `process ${down.join(' and ')} stays down`;
    const sentence = `${how} ${owed}`;
    const violation: Violation = { property: 'liveness', kind: 'liveness', sentence, steps: [], atMs: row[space.nowAt] ?? 0 };
    return { steps, badness: { violation, broken: null } };
  }
}
