/**
 * Snapshots by their sums: how much is below each node, and where two of them differ (ZooKeeper's SnapshotRecursiveSummary and
 * SnapshotComparer). Pure; what is printed has the shape of theirs.
 */
import type { SnapshotNode } from '../wire/transactions.ts';

/** A node and everything below it. */
export interface NodeSum {
  /** As clients name it. */
  readonly path: string;
  readonly depth: number;
  /** Bytes of data, its own included. */
  bytes: number;
  /** Nodes below it, itself not counted. */
  descendants: number;
  readonly children: string[];
}

/** A row of a comparison. */
export interface Difference {
  readonly path: string;
  readonly depth: number;
  readonly found: 'left' | 'right' | 'both';
  /** Right less left; of a node that one side has, what is there. */
  readonly bytes: number;
  readonly descendants: number;
}

const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** The sums of every node, by path. `nodes`: parents before their children, as in a snapshot. */
export function sumsOf(nodes: Iterable<SnapshotNode>): ReadonlyMap<string, NodeSum> {
  const sums = new Map<string, NodeSum>();
  for (const { path, data } of nodes) {
    const name = path === '' ? '/' : path;
    const parent = sums.get(parentOf(name));
    if (name !== '/') parent?.children.push(name);
    const depth = name === '/' || parent === undefined ? 0 : parent.depth + 1;
    sums.set(name, { path: name, depth, bytes: data?.length ?? 0, descendants: 0, children: [] });
  }
  for (const sum of [...sums.values()].reverse()) {
    const parent = sum.path === '/' ? undefined : sums.get(parentOf(sum.path));
    sum.children.sort(byText);
    if (parent === undefined) continue;
    parent.bytes += sum.bytes;
    parent.descendants += sum.descendants + 1;
  }
  return sums;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/**
 * Everything that has children, from `start` down, each before those below it. `depth`: how many levels below `start` are told of
 * (0: all). Null: there is no such node.
 */
export function summaryOf(sums: ReadonlyMap<string, NodeSum>, start: string, depth: number): readonly NodeSum[] | null {
  const first = sums.get(start);
  if (first === undefined) return null;
  const told: NodeSum[] = [];
  const waiting = [first];
  for (let sum = waiting.pop(); sum !== undefined; sum = waiting.pop()) {
    if (sum.children.length === 0 || (depth > 0 && sum.depth - first.depth > depth)) continue;
    told.push(sum);
    for (const path of [...sum.children].reverse()) {
      const child = sums.get(path);
      if (child !== undefined) waiting.push(child);
    }
  }
  return told;
}

/** Three lines for each. */
export function summaryLines(told: readonly NodeSum[]): string[] {
  const top = told[0]?.depth ?? 0;
  return told.flatMap(({ path, depth, bytes, descendants }) => {
    const tab = '--'.repeat(depth - top);
    return [`${tab} ${path}`, `${tab}   children: ${descendants}`, `${tab}   data: ${bytes}`];
  });
}

/** What differs by more than so many bytes or nodes, level by level, each in the order of paths. */
export function differences(
  left: ReadonlyMap<string, NodeSum>, right: ReadonlyMap<string, NodeSum>, bytes: number, nodes: number,
): Difference[] {
  const paths = new Set([...left.keys(), ...right.keys()]);
  const rows: Difference[] = [];
  for (const path of paths) {
    const [mine, theirs] = [left.get(path), right.get(path)];
    const either = mine ?? theirs;
    if (either === undefined) continue;
    const row = rowOf(path, either, mine, theirs);
    if (Math.abs(row.bytes) > bytes || Math.abs(row.descendants) > nodes) rows.push(row);
  }
  return rows.sort((a, b) => a.depth - b.depth || byText(a.path, b.path));
}

function rowOf(path: string, { depth, bytes, descendants }: NodeSum, left?: NodeSum, right?: NodeSum): Difference {
  if (right === undefined) return { path, depth, found: 'left', bytes, descendants };
  if (left === undefined) return { path, depth, found: 'right', bytes, descendants };
  const delta = { bytes: right.bytes - left.bytes, descendants: right.descendants - left.descendants };
  return { path, depth, found: 'both', ...delta };
}

/** The size of one snapshot. */
export function sizeLines(sums: ReadonlyMap<string, NodeSum>): string[] {
  const counts = levels(sums);
  return [
    `Node count: ${sums.size}`, `Total size: ${sums.get('/')?.bytes ?? 0}`, `Max depth: ${counts.length}`,
    ...counts.map((count, depth) => `Count of nodes at depth ${depth}: ${count}`),
  ];
}

/** A heading for each level, and a line for each difference on it. */
export function differenceLines(rows: readonly Difference[], depths: number): string[] {
  const lines: string[] = [];
  for (let depth = 0; depth < depths; depth++) {
    lines.push(`Analysis for depth ${depth}`);
    for (const row of rows) if (row.depth === depth) lines.push(differenceLine(row));
  }
  return [...lines, 'All layers compared.'];
}

/** How many levels the larger of them has. */
export function depthOf(...snapshots: readonly ReadonlyMap<string, NodeSum>[]): number {
  return Math.max(...snapshots.map((sums) => levels(sums).length));
}

function differenceLine({ path, found, bytes, descendants }: Difference): string {
  if (found === 'both') return `Node ${path} found in both trees. Delta: ${bytes} bytes, ${descendants} descendants`;
  return `Node ${path} found only in ${found} tree. Descendant size: ${bytes}. Descendant count: ${descendants}`;
}

function levels(sums: ReadonlyMap<string, NodeSum>): number[] {
  const counts: number[] = [];
  for (const { depth } of sums.values()) counts[depth] = (counts[depth] ?? 0) + 1;
  return counts;
}
