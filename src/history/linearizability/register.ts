/**
 * Registers: one value for each key, read, written and compared-and-set. Values are compared by the text that they print as. A
 * register without compare-and-set is the same model with fewer questions.
 */
import { IMPOSSIBLE, type Machine, type Model, Names } from './model.ts';

/** `mismatch`: a compare-and-set that was refused because the register held something else. */
export type RegisterKind = 'read' | 'write' | 'cas' | 'mismatch';

/** What was asked of one register. Of a read, `value` is what it saw; of a cas, `expected` comes before it. */
export interface RegisterCall {
  /** Which register; empty where there is only one. */
  readonly key: string;
  readonly kind: RegisterKind;
  readonly value: string;
  readonly expected: string;
}

const KINDS: readonly RegisterKind[] = ['read', 'write', 'cas', 'mismatch'];

/** States are values, numbered. */
class RegisterMachine implements Machine {
  readonly initial: number;
  private readonly values: Names = new Names();
  private readonly kinds: Uint8Array;
  private readonly value: Int32Array;
  private readonly expected: Int32Array;

  constructor(calls: readonly RegisterCall[], initial: string) {
    this.initial = this.values.idOf(initial);
    this.kinds = Uint8Array.from(calls, ({ kind }) => KINDS.indexOf(kind));
    this.value = Int32Array.from(calls, ({ value }) => this.values.idOf(value));
    this.expected = Int32Array.from(calls, ({ expected }) => this.values.idOf(expected));
  }

  step(state: number, call: number): number {
    const value = this.value[call] ?? 0;
    switch (this.kinds[call]) {
      case 0:
        return state === value ? state : IMPOSSIBLE;
      case 1:
        return value;
      case 2:
        return state === this.expected[call] ? value : IMPOSSIBLE;
      default:
        return state === this.expected[call] ? IMPOSSIBLE : state;
    }
  }

  isPure(call: number): boolean {
    return this.kinds[call] === 0 || this.kinds[call] === 3;
  }

  describeState(state: number): string {
    return this.values.list[state] ?? '';
  }
}

/** Registers that hold `initial` at first. */
export class RegisterModel implements Model<RegisterCall> {
  readonly initial: string;

  constructor(initial: string) {
    this.initial = initial;
  }

  compile(calls: readonly RegisterCall[]): Machine {
    return new RegisterMachine(calls, this.initial);
  }

  partition(calls: readonly RegisterCall[]): number[] {
    const keys = new Names();
    return calls.map(({ key }) => keys.idOf(key));
  }

  forget(call: RegisterCall): RegisterCall | null {
    return call.kind === 'read' || call.kind === 'mismatch' ? null : call;
  }

  /** An open write matters if its value is asked for, by a known call or by an open one that matters. */
  relevant(calls: readonly RegisterCall[], isOpen: readonly boolean[]): boolean[] {
    const isWanted = new Set<string>();
    const matters = isOpen.map((open) => !open);
    // A mismatch asks for anything but what it names.
    let wantsAny = false;
    for (const [i, call] of calls.entries()) if (isOpen[i] === false) wantsAny = want(call) || wantsAny;
    for (let changed = true; changed;) {
      changed = false;
      for (const [i, call] of calls.entries()) {
        if (matters[i] === true || !(wantsAny || isWanted.has(call.value))) continue;
        matters[i] = true;
        want(call);
        changed = true;
      }
    }
    return matters;

    function want(call: RegisterCall): boolean {
      if (call.kind === 'read') isWanted.add(call.value);
      if (call.kind === 'cas') isWanted.add(call.expected);
      return call.kind === 'mismatch';
    }
  }

  describe({ key, kind, value, expected }: RegisterCall): string {
    const of = key === '' ? '' : ` of ${key}`;
    if (kind === 'read') return `read${of} saw ${value}`;
    if (kind === 'write') return `write${of} ${value}`;
    const asked = `cas${of} ${expected} to ${value}`;
    return kind === 'cas' ? asked : `${asked} refused: it held another value`;
  }
}
