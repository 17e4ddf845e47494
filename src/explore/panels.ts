/**
 * Every state that the panel of judges was seen in, as small numbers, and what each list of facts made of each. The judges are
 * those of every other world. Steps are told to them as the number of sessions that were connected before, all that any judge
 * compares steps for, so that the length of a history does not tell states apart.
 */
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import type { Expectations, Property, Violation } from '../history/judge.ts';
import { NO_LOG } from '../history/log-tree.ts';
import { Panel } from '../history/panel.ts';
import type { FactList } from './cells.ts';
import { keyOf, type Print, printOf } from './print.ts';

interface Jury {
  readonly panel: Panel;
  connects: number;
}

/** Counted for reports, never asked for by a judge. */
const COUNTED: ReadonlySet<string> = new Set(['judged', 'exempted']);
const STRIDE = 0x400_0000;

/** See the head of the file. */
export class Panels {
  readonly juries: Jury[] = [];
  readonly prints: Print[] = [];
  readonly violations: (Violation | null)[] = [];
  private readonly byKey: Map<string, number> = new Map();
  private readonly after: Map<number, number> = new Map();

  constructor(properties: readonly Property[], expectations: Expectations) {
    this.intern({ panel: new Panel(properties, expectations), connects: 0 });
  }

  /** The panel after it has seen the facts, interned as `facts`. */
  see(panel: number, facts: number, list: FactList, nowMs: number): number {
    const key = panel * STRIDE + facts;
    let after = this.after.get(key);
    if (after === undefined) {
      const jury = fork(present(this.juries[panel], 'panels are interned'));
      for (const fact of list.facts) {
        if (fact.kind === 'sessionConnected') jury.connects++;
        const node = list.node === 0 && 'node' in fact ? fact.node : list.node;
        jury.panel.see(fact, node, nowMs, 2 * jury.connects + (fact.kind === 'sessionConnected' ? 0 : 1));
      }
      after = this.intern(jury);
      this.after.set(key, after);
    }
    return after;
  }

  /** Situations that were reached on the way to any of these states, by the first history that led to each. */
  situations(): string[] {
    const reached = new Set<string>();
    for (const { panel } of this.juries) for (const [id] of panel.situations.reached()) reached.add(id);
    return [...reached].sort((one, other) => (one < other ? -1 : 1));
  }

  private intern(jury: Jury): number {
    const { history } = jury.panel;
    // What the last fact was about is over with it.
    history.log = NO_LOG;
    history.isSameTree = true;
    history.establishment = null;
    history.sessions.op = null;
    history.sessions.session = null;
    const print = printOf([history, jury.panel.judges, jury.connects], COUNTED);
    const key = keyOf(print);
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.juries.length;
      this.juries.push(jury);
      this.prints.push(print);
      this.violations.push(jury.panel.violation);
      this.byKey.set(key, id);
    }
    return id;
  }
}
