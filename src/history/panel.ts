/**
 * The panel of judges: hands every fact to the history and then to the judges that read its kind, in the order given, and
 * keeps what they say. One panel judges one run, in any world. It is plain data and forks with the world.
 */
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { History } from './history.ts';
import { SituationBook } from './situations/book.ts';
import type {
  At,
  Expectations,
  Judge,
  JudgedFact,
  JudgedKind,
  Property,
  PropertyKind,
  VerdictName,
  Violation,
} from './judge.ts';

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

interface Seat {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly promise: string;
  readonly judge: Judge;
}

const ENDED = Object.freeze({ kind: 'ended' });

/** All judges of a run. */
export class Panel {
  /** The first breach of any property; null while there is none. */
  violation: Violation | null = null;
  readonly history: History;
  /** What rare things happened, whether or not anything is judged. */
  readonly situations: SituationBook;
  private readonly seats: Seat[] = [];
  private readonly readers: Map<JudgedKind, Seat[]> = new Map();
  private readonly at: At = { step: 0, timeMs: 0, node: 0 };

  constructor(properties: readonly Property[], expectations: Expectations) {
    this.history = new History(expectations);
    this.situations = new SituationBook(this.history, this.at);
    for (const property of properties) {
      const seat: Seat = {
        name: property.name,
        kind: property.kind,
        promise: property.promise,
        judge: property.create(expectations),
      };
      this.seats.push(seat);
      for (const kind of property.reads) {
        const seats = this.readers.get(kind);
        if (seats === undefined) this.readers.set(kind, [seat]);
        else seats.push(seat);
      }
    }
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
    for (const seat of this.seats) {
      seat.judge.finish(this.at, this.history);
      this.note(seat);
    }
  }

  /** The judges themselves, in that order: what a search must tell apart. */
  get judges(): readonly Judge[] {
    return this.seats.map(({ judge }) => judge);
  }

  /** What every judge says, in the order of the properties given. */
  reports(): PropertyReport[] {
    return this.seats.map(({ name, kind, promise, judge }) => ({
      property: name,
      kind,
      promise,
      verdict: judge.verdict,
      judged: judge.judged,
      exempted: [...judge.exempted],
      violations: judge.findings.map((finding) => ({ property: name, kind, ...finding })),
    }));
  }

  private dispatch(fact: JudgedFact): void {
    this.situations.see(fact);
    const seats = this.readers.get(fact.kind);
    if (seats === undefined) return;
    for (const seat of seats) {
      seat.judge.see(fact, this.at, this.history);
      if (seat.judge.findings.length > 0) this.note(seat);
    }
  }

  private note(seat: Seat): void {
    const finding = seat.judge.findings[0];
    if (this.violation === null && finding !== undefined)
      this.violation = { property: seat.name, kind: seat.kind, ...finding };
  }
}
