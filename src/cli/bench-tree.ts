/**
 * How many operations a second the tree alone applies and answers, on one core, small and large, and what a node costs in memory
 * beyond its data. Writes are decided transactions, as every replica applies them; reads are whole requests with their checks of
 * permission. Paths are picked by a fixed sequence, so that a cache helps no more than it would in earnest.
 */
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import { DataTree } from '../tree/data-tree.ts';
import type { Requester } from '../tree/prepare.ts';
import { read } from '../tree/read.ts';
import type { CreateTxn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { atLeast, atMost, known, processorMs, reachableBytes } from './bench-bars.ts';
import type { Measurement } from './bench-bars.ts';

const READS_BAR = 500_000;
const WRITES_BAR = 200_000;
const BYTES_BAR = 500;
/** Of every node that is not a directory. */
const DATA_LENGTH = 100;
const CHILDREN_PER_DIRECTORY = 100;
const BATCH = 1000;
const WIDE = 100_000;
/** A time as today's: too large for a small integer, as it is in earnest. */
const TIME = 1_760_000_000_000;
const ANYBODY: Requester = { sessionId: NO_SESSION, authInfo: [] };

/** A tree that is given one transaction after the other. */
export class Feed {
  readonly tree: DataTree = new DataTree();
  private counter = 0;

  /** A create, a setData or a delete; its header. */
  apply(body: TxnBody): TxnHeader {
    this.counter++;
    const header = { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(3, this.counter), time: TIME + this.counter };
    const applied = this.tree.apply(header, body);
    if (applied.err !== 0) throw new Error(`the bench asked for something impossible: ${body.kind} gives ${applied.err}`);
    return header;
  }
}

/** A create as it comes out of a log: with bytes of its own. */
export function creation(path: string): CreateTxn {
  const data = new Uint8Array(DATA_LENGTH);
  return { kind: 'create', path: flat(path), data, acl: OPEN_ACL_UNSAFE, ephemeral: false, parentCVersion: -1 };
}

/** A setData as it comes out of a log. */
export function change(path: string): TxnBody {
  return { kind: 'setData', path: flat(path), data: new Uint8Array(DATA_LENGTH), version: 1 };
}

/** The string in one piece, as it comes out of a decoder, and not as the parts that it was put together from. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The paths of a tree of about `nodes`: directories of a hundred children each, parents first. */
export function treePaths(nodes: number): { directories: string[]; leaves: string[] } {
  const directories: string[] = [];
  const leaves: string[] = [];
  for (let d = 0; directories.length + leaves.length < nodes; d++) {
    const directory = `/directory-${d}`;
    directories.push(directory);
    const more = Math.min(CHILDREN_PER_DIRECTORY, nodes - directories.length - leaves.length);
    for (let c = 0; c < more; c++) leaves.push(`${directory}/node-${c}`);
  }
  return { directories, leaves };
}

/** The feed's tree with all of `treePaths`; how long applying that took, in ms. */
export function plant(feed: Feed, nodes: number): number {
  const { directories, leaves } = treePaths(nodes);
  const paths = [...directories, ...leaves];
  let took = 0;
  for (let at = 0; at < paths.length; at += BATCH) {
    const bodies = paths.slice(at, at + BATCH).map(creation);
    const began = processorMs();
    for (const body of bodies) feed.apply(body);
    took += processorMs() - began;
  }
  return took;
}

/** A tree of `nodes`: creation, changes and reads. */
export function benchTree(nodes: number, forMs: number): Measurement[] {
  const section = `tree of ${nodes.toLocaleString('en-US')}`;
  const before = reachableBytes();
  const feed = new Feed();
  const plantMs = plant(feed, nodes);
  const bytes = reachableBytes() - before - nodes * DATA_LENGTH;
  const { directories, leaves } = treePaths(nodes);
  const turns = new Turns();
  const { tree } = feed;
  let fresh = 0;
  const extra: string[] = [];
  const created = rate(forMs / 4, () => creation(`${turns.of(directories)}/more-${fresh++}`), (body) => {
    extra.push(body.path);
    feed.apply(body);
  });
  const deleted = rateOf(extra, (path) => void feed.apply({ kind: 'delete', path }));
  const changed = rate(forMs / 4, () => change(turns.of(leaves)), (body) => void feed.apply(body));
  const got = rate(forMs / 4, () => flat(turns.of(leaves)), (path) => {
    read(tree, { kind: 'getData', path, watch: false }, ANYBODY);
  });
  const listed = rate(forMs / 4, () => flat(turns.of(directories)), (path) => {
    read(tree, { kind: 'getChildren', path, watch: false }, ANYBODY);
  });
  return [
    ...(nodes < WIDE ? [] : [
      atMost(section, 'memory of a node beyond its data', bytes / nodes, 'bytes', BYTES_BAR),
      atLeast(section, 'create, from nothing to this size', (nodes * 1000) / plantMs, 'a second', WRITES_BAR),
    ]),
    atLeast(section, 'create', created, 'a second', WRITES_BAR),
    atLeast(section, 'delete', deleted, 'a second', WRITES_BAR),
    atLeast(section, 'setData', changed, 'a second', WRITES_BAR),
    atLeast(section, 'getData', got, 'a second', READS_BAR),
    atLeast(section, `getChildren of ${CHILDREN_PER_DIRECTORY}`, listed, 'a second', READS_BAR),
  ];
}

/** One parent with very many children. */
export function benchWideNode(): Measurement[] {
  const section = `${WIDE.toLocaleString('en-US')} children`;
  const feed = new Feed();
  feed.apply(creation('/wide'));
  const paths = Array.from({ length: WIDE }, (_, index) => flat(`/wide/child-${index}`));
  const created = rateOf(paths.map(creation), (body) => void feed.apply(body));
  const began = processorMs();
  const again = 10;
  for (let i = 0; i < again; i++) {
    feed.apply({ kind: 'delete', path: `/wide/child-${i}` });
    read(feed.tree, { kind: 'getChildren', path: '/wide', watch: false }, ANYBODY);
  }
  const listMs = (processorMs() - began) / again;
  const deleted = rateOf(paths.slice(again), (path) => void feed.apply({ kind: 'delete', path }));
  return [
    atLeast(section, 'create', created, 'a second', WRITES_BAR),
    atLeast(section, 'delete', deleted, 'a second', WRITES_BAR),
    known(section, 'getChildren after a change', listMs, 'ms'),
  ];
}

/** Picks in an order without pattern, the same every time. */
export class Turns {
  private state = 1;

  of(items: readonly string[]): string {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) | 0;
    return items[(this.state >>> 3) % items.length] ?? '';
  }
}

/** How often a second `once` can be done, done for `forMs`. What it is done with is made beforehand, since others make it. */
function rate<T>(forMs: number, make: () => T, once: (made: T) => void): number {
  let count = 0;
  let took = 0;
  while (took < forMs) {
    const made = Array.from({ length: BATCH }, make);
    const began = processorMs();
    for (const each of made) once(each);
    took += processorMs() - began;
    count += BATCH;
  }
  return (count * 1000) / took;
}

function rateOf<T>(items: readonly T[], once: (item: T) => void): number {
  const began = processorMs();
  for (const each of items) once(each);
  return (items.length * 1000) / (processorMs() - began);
}
