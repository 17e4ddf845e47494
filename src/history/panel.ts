/**
 * The panel of judges: hands every fact to the history and then to the judges that read its kind, in the order given, and
 * keeps what they say. One panel judges one run, in any world. It is plain data and forks with the world.
 */
import { immutable } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { History } from './history.ts';
import { SituationBook } from './situations/book.ts';
import type { At } from './at.ts';
import type { Expectations } from './expectations.ts';
import type { Judge, Property, PropertyKind, VerdictName, Violation } from './judge.ts';
import type { JudgedFact, JudgedKind } from './judged-fact.ts';

/** What came of judging one property. */
export interface PropertyReport {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly promise: string;
  readonly verdict: VerdictName;
  /** How often the promise was put to the test. */
  readonly judged: number;
  /** Each exemption's name and how often it was needed. */
  readonly exempted: readonly (readonly [string, number])[];
  readonly violations: readonly Violation[];
}

/**
 * What is judged and who reads what: the same for the whole of a run, so that forks share it. Judges are known by their index.
 */
class Bench {
  readonly properties: readonly Property[];
  readonly readers: Map<JudgedKind, number[]> = new Map();

  constructor(properties: readonly Property[]) {
    this.properties = properties;
    for (const [index, { reads }] of properties.entries()) {
      for (const kind of reads) {
        const readers = this.readers.get(kind);
        if (readers === undefined) this.readers.set(kind, [index]);
        else readers.push(index);
      }
    }
  }
}
immutable(Bench);

const NOBODY: readonly number[] = [];
const ENDED = Object.freeze({ kind: 'ended' });

/** All judges of a run. */
export class Panel {
  /** The first breach of any property; null while there is none. */
  violation: Violation | null = null;
  readonly history: History;
  /** What rare things happened, whether or not anything is judged. */
  readonly situations: SituationBook;
  /** The judges themselves, in the order of the properties given: what a search must tell apart. */
  readonly judges: Judge[];
  private readonly bench: Bench;
  private readonly at: At = { step: 0, timeMs: 0, node: 0 };

  constructor(properties: readonly Property[], expectations: Expectations) {
    this.history = new History(expectations);
    this.situations = new SituationBook(this.history, this.at);
    this.bench = new Bench(properties);
    this.judges = properties.map((property) => property.create(expectations));
  }

  /** Indices of the judges that read facts of this kind. */
  readersOf(kind: JudgedKind): readonly number[] {
    return this.bench.readers.get(kind) ?? NOBODY;
  }

  /** The next fact, stated by `node` at `timeMs` of the world's time, in its step `step`. */
  see(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    const { at, history } = this;
    at.node = node;
    at.timeMs = timeMs;
    at.step = step;
    history.before(fact, at);
    this.dispatch(fact);
    const { ordered } = history;
    if (ordered.length > 0) {
      for (const entry of ordered) this.dispatch(entry);
      ordered.length = 0;
    }
    history.after(fact, at);
  }

  /** The run is over: what was owed until now is judged. */
  finish(timeMs: number): void {
    this.at.timeMs = timeMs;
    this.at.node = 0;
    this.situations.see(ENDED);
    for (const [index, judge] of this.judges.entries()) {
      judge.finish(this.at, this.history);
      this.note(index, judge);
    }
  }

  /** What every judge says, in the order of the properties given. */
  reports(): PropertyReport[] {
    return this.bench.properties.map(({ name, kind, promise }, index) => {
      const judge = present(this.judges[index], 'every property has its judge');
      return {
        property: name,
        kind,
        promise,
        verdict: judge.verdict,
        judged: judge.judged,
        exempted: [...judge.exempted],
        violations: judge.findings.map((finding) => ({ property: name, kind, ...finding })),
      };
    });
  }

  private dispatch(fact: JudgedFact): void {
    this.situations.see(fact);
    const readers = this.bench.readers.get(fact.kind);
    if (readers === undefined) return;
    for (const index of readers) {
      const judge = this.judges[index];
      if (judge === undefined) continue;
      judge.see(fact, this.at, this.history);
      if (judge.findings.length > 0) this.note(index, judge);
    }
  }

  private note(index: number, judge: Judge): void {
    const finding = judge.findings[0];
    const property = this.bench.properties[index];
    if (this.violation === null && finding !== undefined && property !== undefined) {
      this.violation = { property: property.name, kind: property.kind, ...finding };
    }
  }
}
