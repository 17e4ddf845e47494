/**
 * A small tree of znodes: create, delete, set, get and exists, with versions of data, as ZooKeeper defines them. No times, no
 * permissions, no ephemeral nodes, no sequential ones. A call answers success or one of the refusals that tell of the tree; any
 * other refusal says nothing and is left out by whoever reads the history.
 *
 * The tree falls into parts that do not depend on each other below the root only: a create needs its parent and a delete the
 * absence of children, so two paths are independent when their first names differ.
 */
import { IMPOSSIBLE, type Machine, type Model, Names } from './model.ts';

export type ZnodeKind = 'create' | 'delete' | 'set' | 'get' | 'exists';
/** `open`: the outcome is unknown. */
export type ZnodeOutcome = 'ok' | 'open' | 'no-node' | 'node-exists' | 'not-empty' | 'bad-version';

/** What was asked and answered. */
export interface ZnodeCall {
  readonly kind: ZnodeKind;
  readonly path: string;
  /** What a create or a set writes, and what a get saw. null: nothing is said of it. */
  readonly data: string | null;
  /** What a set or a delete insists on; −1: nothing. */
  readonly expectedVersion: number;
  readonly outcome: ZnodeOutcome;
  /** The version that the answer shows; −1: none. */
  readonly version: number;
}

interface Node {
  readonly data: string;
  readonly version: number;
}
type Tree = ReadonlyMap<string, Node>;

/** Trees, numbered by what they print as; every step is worked out once. */
class ZnodeMachine implements Machine {
  readonly initial: number;
  private readonly calls: readonly ZnodeCall[];
  private readonly names: Names = new Names();
  private readonly trees: Tree[] = [];
  private readonly steps: Map<number, number> = new Map();

  constructor(calls: readonly ZnodeCall[]) {
    this.calls = calls;
    this.initial = this.idOf(new Map());
  }

  step(state: number, call: number): number {
    const key = state * this.calls.length + call;
    let after = this.steps.get(key);
    if (after === undefined) {
      const tree = this.trees[state];
      const asked = this.calls[call];
      const result = tree === undefined || asked === undefined ? null : apply(tree, asked);
      after = result === null ? IMPOSSIBLE : result === tree ? state : this.idOf(result);
      this.steps.set(key, after);
    }
    return after;
  }

  isPure(call: number): boolean {
    return isPure(this.calls[call]);
  }

  describeState(state: number): string {
    const name = this.names.list[state] ?? '';
    return name === '' ? 'an empty tree' : name;
  }

  private idOf(tree: Tree): number {
    const paths = [...tree.keys()].sort((a, b) => (a < b ? -1 : 1));
    const id = this.names.idOf(paths.map((path) => `${path} ${print(tree.get(path))}`).join(', '));
    this.trees[id] ??= tree;
    return id;
  }
}

function print(node: Node | undefined): string {
  return node === undefined ? '' : `${node.data} (version ${node.version})`;
}

/** The tree after the call; null if the call cannot have had its outcome. */
function apply(tree: Tree, call: ZnodeCall): Tree | null {
  const node = tree.get(call.path);
  const due = refusal(tree, call, node);
  if (call.outcome !== 'ok' && call.outcome !== 'open') return due === call.outcome ? tree : null;
  if (due !== null) return null;
  switch (call.kind) {
    case 'create':
      return shows(call, 0) ? new Map(tree).set(call.path, { data: call.data ?? '', version: 0 }) : null;
    case 'set': {
      const version = (node?.version ?? 0) + 1;
      return shows(call, version) ? new Map(tree).set(call.path, { data: call.data ?? '', version }) : null;
    }
    case 'delete': {
      const rest = new Map(tree);
      rest.delete(call.path);
      return rest;
    }
    default:
      return (call.data === null || call.data === node?.data) && shows(call, node?.version ?? 0) ? tree : null;
  }
}

function shows(call: ZnodeCall, version: number): boolean {
  return call.version < 0 || call.version === version;
}

/** The refusal that is due, in ZooKeeper's order of checks. */
function refusal(tree: Tree, call: ZnodeCall, node: Node | undefined): ZnodeOutcome | null {
  if (call.kind === 'create') {
    const parent = parentOf(call.path);
    if (parent !== '' && !tree.has(parent)) return 'no-node';
    return node === undefined ? null : 'node-exists';
  }
  if (node === undefined) return 'no-node';
  if (call.expectedVersion >= 0 && call.expectedVersion !== node.version) return 'bad-version';
  return call.kind === 'delete' && hasChildren(tree, call.path) ? 'not-empty' : null;
}

function hasChildren(tree: Tree, path: string): boolean {
  const prefix = `${path}/`;
  for (const other of tree.keys()) if (other.startsWith(prefix)) return true;
  return false;
}

/** Empty for a child of the root. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function isPure(call: ZnodeCall | undefined): boolean {
  if (call === undefined || call.kind === 'get' || call.kind === 'exists') return true;
  return call.outcome !== 'ok' && call.outcome !== 'open';
}

function isKin(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** The tree that is empty but for its root at first. */
export class ZnodeModel implements Model<ZnodeCall> {
  compile(calls: readonly ZnodeCall[]): Machine {
    return new ZnodeMachine(calls);
  }

  partition(calls: readonly ZnodeCall[]): number[] {
    const tops = new Names();
    return calls.map(({ path }) => tops.idOf(path.split('/', 2)[1] ?? ''));
  }

  forget(call: ZnodeCall): ZnodeCall | null {
    return isPure(call) ? null : { ...call, outcome: 'open', version: -1 };
  }

  /** An open call matters if its path is, or is above or below, that of a call that matters. */
  relevant(calls: readonly ZnodeCall[], isOpen: readonly boolean[]): boolean[] {
    const matters = isOpen.map((open) => !open);
    const paths = new Set(calls.filter((_, i) => matters[i] === true).map(({ path }) => path));
    for (let changed = true; changed;) {
      changed = false;
      for (const [i, { path }] of calls.entries()) {
        if (matters[i] === true || ![...paths].some((other) => isKin(path, other))) continue;
        matters[i] = true;
        paths.add(path);
        changed = true;
      }
    }
    return matters;
  }

  describe(call: ZnodeCall): string {
    const { kind, path, data, expectedVersion, outcome, version } = call;
    const asked = `${kind} ${path}${data !== null && kind !== 'get' ? ` ${data}` : ''}` +
      (expectedVersion < 0 ? '' : ` if its version is ${expectedVersion}`);
    const shown = version < 0 ? '' : ` (version ${version})`;
    if (outcome !== 'ok') return outcome === 'open' ? `${asked}, outcome unknown` : `${asked} refused: ${outcome}`;
    if (kind === 'exists') return `${asked} found it${shown}`;
    return kind === 'get' ? `${asked} saw ${data ?? 'it'}${shown}` : `${asked}${shown}`;
  }
}
