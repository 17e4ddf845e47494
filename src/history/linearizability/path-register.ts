/**
 * One path of the tree as a register that may be absent: its data and their version, and what a client can learn of them from
 * answers. It is what is left of the tree when all other paths are forgotten, so it is looser than the tree (a delete may
 * be refused for children that nobody here knows of), and a linearizable tree shows a linearizable register at every path.
 */
import { IMPOSSIBLE, type Machine, type Model, Names } from './model.ts';

/** `see`: a read. `check`: the version alone, as in a multi. */
export type PathStepKind = 'create' | 'set' | 'delete' | 'check' | 'see';
/** Done, or refused: no such node, there is one already, it has another version. */
export type PathResult = 'ok' | 'absent' | 'present' | 'version';

/** One operation on the path: the whole of a request, or its part of a multi. */
export interface PathStep {
  readonly kind: PathStepKind;
  /** What is written, or what was seen; null: nothing is said of it. */
  readonly data: string | null;
  /** −1: any. */
  readonly expected: number;
  readonly result: PathResult;
  /** The version in the answer; −1: none. */
  readonly version: number;
}

/** What one request does to the path, at once. */
export interface PathCall {
  readonly path: string;
  readonly steps: readonly PathStep[];
}

interface Content {
  readonly data: string;
  readonly version: number;
}

const ABSENT = 0;

/** States are contents, numbered; 0 is no node. */
class PathMachine implements Machine {
  readonly initial: number = ABSENT;
  private readonly calls: readonly PathCall[];
  private readonly names: Names = new Names();
  private readonly contents: (Content | null)[] = [null];

  constructor(calls: readonly PathCall[]) {
    this.calls = calls;
    this.names.idOf('no node');
  }

  step(state: number, call: number): number {
    let content = this.contents[state] ?? null;
    for (const step of this.calls[call]?.steps ?? []) {
      const after = applyStep(content, step);
      if (after === undefined) return IMPOSSIBLE;
      content = after;
    }
    return content === this.contents[state] ? state : this.idOf(content);
  }

  isPure(call: number): boolean {
    return this.calls[call]?.steps.every(isPureStep) ?? true;
  }

  describeState(state: number): string {
    return this.names.list[state] ?? '';
  }

  private idOf(content: Content | null): number {
    if (content === null) return ABSENT;
    const id = this.names.idOf(`${content.data} at version ${content.version}`);
    this.contents[id] ??= content;
    return id;
  }
}

function isPureStep({ kind, result }: PathStep): boolean {
  return kind === 'see' || kind === 'check' || result !== 'ok';
}

/** What is there afterwards; undefined: the step cannot have had its result. */
function applyStep(content: Content | null, step: PathStep): Content | null | undefined {
  const { kind, data, expected, result, version } = step;
  if (result === 'absent') return content === null ? content : undefined;
  if (result === 'present') return content === null ? undefined : content;
  if (kind === 'create') return content === null && version <= 0 ? { data: data ?? '', version: 0 } : undefined;
  if (content === null) return undefined;
  const isExpected = expected < 0 || expected === content.version;
  if (result === 'version') return isExpected ? undefined : content;
  if (!isExpected) return undefined;
  if (kind === 'delete') return null;
  const shown = kind === 'set' ? content.version + 1 : content.version;
  if (version >= 0 && version !== shown) return undefined;
  if (kind === 'set') return { data: data ?? '', version: shown };
  return data === null || data === content.data ? content : undefined;
}

/** Every path by itself. */
export class PathModel implements Model<PathCall> {
  compile(calls: readonly PathCall[]): Machine {
    return new PathMachine(calls);
  }

  partition(calls: readonly PathCall[]): number[] {
    const paths = new Names();
    return calls.map(({ path }) => paths.idOf(path));
  }

  forget({ path, steps }: PathCall): PathCall | null {
    if (steps.every(isPureStep)) return null;
    return { path, steps: steps.map((step) => ({ ...step, version: -1 })) };
  }

  relevant(calls: readonly PathCall[]): boolean[] {
    return calls.map(() => true);
  }

  describe({ steps }: PathCall): string {
    return steps.map(describeStep).join(' and ');
  }
}

function describeStep({ kind, data, expected, result, version }: PathStep): string {
  const asked = `${kind}${data === null ? '' : ` ${data}`}${expected < 0 ? '' : ` if version ${expected}`}`;
  if (result === 'absent') return `${asked} found no node`;
  if (result === 'present') return `${asked} found a node`;
  if (result === 'version') return `${asked} found another version`;
  return version < 0 ? asked : `${asked} at version ${version}`;
}
