/**
 * How many operations a second the tree alone applies and answers, on one core, small and large, and what a node costs in memory
 * beyond its data. Writes are decided transactions, as every replica applies them; reads are whole requests with their checks of
 * permission. Paths are picked by a fixed sequence, so that a cache helps no more than it would in earnest. Each figure is the
 * median of some rounds. Beside it, what the plainest tree does with the same paths (`plain-tree.ts`).
 */
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import { youngGeneration, type YoungGeneration } from '../host/young-generation.ts';
import { DataTree } from '../tree/data-tree.ts';
import type { Requester } from '../tree/prepare.ts';
import { read } from '../tree/read.ts';
import type { CreateTxn, SetDataTxn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { atLeast, atMost, known, processorMs, reachableBytes } from './bars.ts';
import type { Measurement } from './bars.ts';
import { PlainTree } from './plain-tree.ts';

const READS_BAR = 500_000;
const WRITES_BAR = 200_000;
const BYTES_BAR = 500;
/** Of every node that is not a directory. */
const DATA_LENGTH = 100;
const CHILDREN_PER_DIRECTORY = 100;
const BATCH = 1000;
/** Figures are medians of so many rounds. */
const ROUNDS = 5;
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
export function change(path: string): SetDataTxn {
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

/** The feed's tree with all of `treePaths`; how long applying that took, in ms. `young`: as in a server. */
export function plant(feed: Feed, nodes: number, young: YoungGeneration): number {
  const { directories, leaves } = treePaths(nodes);
  const paths = [...directories, ...leaves];
  let took = 0;
  for (let at = 0; at < paths.length; at += BATCH) {
    const bodies = paths.slice(at, at + BATCH).map(creation);
    const began = processorMs();
    for (const body of bodies) feed.apply(body);
    took += processorMs() - began;
    young.look();
  }
  return took;
}

/** Operations a second. */
interface Rates {
  readonly created: number;
  readonly deleted: number;
  readonly changed: number;
  readonly got: number;
  readonly listed: number;
}

/** The five operations, of whichever tree. */
interface Subject {
  create(body: CreateTxn): void;
  delete(path: string): void;
  setData(body: SetDataTxn): void;
  getData(path: string): void;
  getChildren(path: string): void;
}

/** The five operations on a tree that has all of `treePaths`, one kind after the other. */
function measureRates(nodes: number, forMs: number, subject: Subject): Rates {
  const { directories, leaves } = treePaths(nodes);
  const turns = new Turns();
  let fresh = 0;
  const extra: string[] = [];
  const created = rate(forMs, () => creation(`${turns.of(directories)}/more-${fresh++}`), (body) => {
    extra.push(body.path);
    subject.create(body);
  });
  return {
    created,
    deleted: rateOf(extra, (path) => { subject.delete(path); }),
    changed: rate(forMs, () => change(turns.of(leaves)), (body) => { subject.setData(body); }),
    got: rate(forMs, () => flat(turns.of(leaves)), (path) => { subject.getData(path); }),
    listed: rate(forMs, () => flat(turns.of(directories)), (path) => { subject.getChildren(path); }),
  };
}

function subjectOf(feed: Feed): Subject {
  const { tree } = feed;
  return {
    create: (body) => void feed.apply(body),
    delete: (path) => void feed.apply({ kind: 'delete', path }),
    setData: (body) => void feed.apply(body),
    getData: (path) => void read(tree, { kind: 'getData', path, watch: false }, ANYBODY),
    getChildren: (path) => void read(tree, { kind: 'getChildren', path, watch: false }, ANYBODY),
  };
}

const NO_BYTES = new Uint8Array(0);

function plainSubject(nodes: number): Subject {
  const tree = new PlainTree(TIME);
  const { directories, leaves } = treePaths(nodes);
  for (const path of [...directories, ...leaves]) tree.create(flat(path), new Uint8Array(DATA_LENGTH));
  return {
    create: ({ path, data }) => { tree.create(path, data ?? NO_BYTES); },
    delete: (path) => { tree.delete(path); },
    setData: ({ path, data }) => { tree.setData(path, data ?? NO_BYTES); },
    getData: (path) => void tree.getData(path),
    getChildren: (path) => void tree.getChildren(path),
  };
}

/** A tree of `nodes`: creation, changes and reads; and each as a share of what a plain Map does. */
export function benchTree(nodes: number, forMs: number): Measurement[] {
  const section = `tree of ${nodes.toLocaleString('en-US')}`;
  const young = youngGeneration();
  const grown = grow(nodes, forMs / 8, young);
  const plain = measureRates(nodes, forMs / 8, plainSubject(nodes));
  young.letGrow();
  const { rates } = grown;
  return [
    ...(nodes < WIDE ? [] : [
      atMost(section, 'memory of a node beyond its data', grown.bytes / nodes, 'bytes', BYTES_BAR),
      atLeast(section, 'create, from nothing to this size', (nodes * 1000) / grown.plantMs, 'a second', WRITES_BAR),
    ]),
    atLeast(section, 'create', rates.created, 'a second', WRITES_BAR),
    atLeast(section, 'delete', rates.deleted, 'a second', WRITES_BAR),
    atLeast(section, 'setData', rates.changed, 'a second', WRITES_BAR),
    atLeast(section, 'getData', rates.got, 'a second', READS_BAR),
    atLeast(section, `getChildren of ${CHILDREN_PER_DIRECTORY}`, rates.listed, 'a second', READS_BAR),
    known(section, 'create, as against a plain Map', rates.created / plain.created, 'times'),
    known(section, 'delete, as against a plain Map', rates.deleted / plain.deleted, 'times'),
    known(section, 'setData, as against a plain Map', rates.changed / plain.changed, 'times'),
    known(section, 'getData, as against a plain Map', rates.got / plain.got, 'times'),
    known(section, 'getChildren, as against a plain Map', rates.listed / plain.listed, 'times'),
  ];
}

/** In a function of its own, so that the tree is gone before another one is measured. */
function grow(
  nodes: number, forMs: number, young: YoungGeneration,
): { readonly bytes: number; readonly plantMs: number; readonly rates: Rates } {
  const before = reachableBytes();
  const feed = new Feed();
  const plantMs = plant(feed, nodes, young);
  const bytes = reachableBytes() - before - nodes * DATA_LENGTH;
  return { bytes, plantMs, rates: measureRates(nodes, forMs, subjectOf(feed)) };
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

/**
 * How often a second `once` can be done, done for `forMs`: the median of some rounds, each long enough to have its share of the
 * collecting of garbage. What it is done with is made beforehand, since others make it.
 */
function rate<T>(forMs: number, make: () => T, once: (made: T) => void): number {
  const round = (): number => {
    let count = 0;
    let took = 0;
    while (took < forMs / ROUNDS) {
      const made = Array.from({ length: BATCH }, make);
      const began = processorMs();
      for (const each of made) once(each);
      took += processorMs() - began;
      count += BATCH;
    }
    return (count * 1000) / took;
  };
  // The first is not counted: its code is still being compiled.
  round();
  return median(Array.from({ length: ROUNDS }, round));
}

/** The same of a list, gone through once. */
function rateOf<T>(items: readonly T[], once: (item: T) => void): number {
  const size = Math.ceil(items.length / ROUNDS);
  return median(Array.from({ length: Math.ceil(items.length / size) }, (_, round) => {
    const part = items.slice(round * size, (round + 1) * size);
    const began = processorMs();
    for (const each of part) once(each);
    return (part.length * 1000) / (processorMs() - began);
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >>> 1] ?? 0;
}
