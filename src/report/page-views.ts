/**
 * What a process looks like from outside: its plain data as JSON for people to read. Generic, because a process is data: it
 * knows the collections that processes are made of and the records that travel, which it tells in a line each, and nothing of
 * any process. What never changes is told once and remembered.
 */
import { isImmutablePrototype } from '../base/fork.ts';
import { KeyedSet, KeyedTable } from '../base/keyed-set.ts';
import { NameSet } from '../base/name-set.ts';
import { PersistentMap } from '../base/persistent-map.ts';
import { sessionIdToHex } from '../base/session-id.ts';
import { epochOf, zxidFromNumber, zxidToPair } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { NodeOverlay } from '../tree/node-overlay.ts';
import { NodeMap, NodeTable } from '../tree/node-table.ts';
import { ZNode } from '../tree/znode.ts';
import { describeMessage, describeTxnBody } from '../wire/describe.ts';
import type { Message } from '../wire/message.ts';
import type { Txn } from '../wire/transactions.ts';
import type { View } from './page-model.ts';
import { fieldsOf } from './page-tags.ts';

/** Deeper than any process goes. */
const DEPTH_MAX = 14;
const TEXT_MAX = 160;
/** A double above this is a zxid, below that epoch; beyond it is the time of day. */
const COUNTERS = 0x1_0000_0000;
const EPOCH_MAX = 300;
/** Fields that hold what a process was made of, and that no process changes. */
const FIXED = new Set(['config', 'settings', 'script', 'emptyImage']);
/** Keyed by the field `kind` of messages. */
const MESSAGES = new Set([
  'connectRequest', 'connectResponse', 'request', 'reply', 'event', 'electionHello', 'notification', 'FOLLOWERINFO',
  'OBSERVERINFO', 'LEADERINFO', 'ACKEPOCH', 'SNAP', 'DIFF', 'TRUNC', 'NEWLEADER', 'ACK', 'COMMIT', 'UPTODATE', 'SYNC', 'PROPOSAL',
  'INFORM', 'COMMITANDACTIVATE', 'INFORMANDACTIVATE', 'PING', 'REQUEST', 'REVALIDATE', 'REVALIDATED',
]);

/** Makes views, and remembers those of what cannot change. */
export class Views {
  private readonly known: WeakMap<object, View> = new WeakMap();

  /** The view of a process, or of any part of one. */
  of(value: unknown, depth = 0): View {
    if (typeof value === 'string') return shortened(value);
    if (typeof value === 'number') return numberView(value);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return null;
    const known = this.known.get(value);
    if (known !== undefined) return known;
    if (depth > DEPTH_MAX) return '…';
    const line = lineOf(value);
    if (line !== null) return this.remember(value, line);
    const view = this.inside(value, depth + 1);
    if (Object.isFrozen(value) || isImmutablePrototype(Object.getPrototypeOf(value))) this.known.set(value, view);
    return view;
  }

  private inside(value: object, depth: number): View {
    if (Array.isArray(value)) return value.map((item: unknown) => this.of(item, depth));
    if (value instanceof Set) return [...value].map((item: unknown) => this.of(item, depth));
    if (value instanceof Map) {
      return Object.fromEntries([...value].map(([key, item]: [unknown, unknown]) => [keyOf(key), this.of(item, depth)]));
    }
    const set: unknown = value instanceof KeyedTable ? value.share() : value;
    if (isKeyedSet(set)) return this.keyed(set, depth);
    if (value instanceof NodeOverlay) return this.ahead(value);
    if (value instanceof NodeTable) return this.nodes(value.share());
    if (value instanceof NodeMap) return this.nodes(value);
    if (value instanceof PersistentMap) return this.pairs(value, depth);
    if (value instanceof NameSet) return [...value.sorted()];
    const fields: [string, View][] = [];
    for (const [name, field] of fieldsOf(value)) {
      if (typeof field === 'function') continue;
      const view = this.of(field, depth);
      if (FIXED.has(name) && typeof field === 'object' && field !== null) this.known.set(field, view);
      fields.push([name, view]);
    }
    return Object.fromEntries(fields);
  }

  private keyed(set: KeyedSet<{ readonly key: string }>, depth: number): View {
    const { root } = set;
    const known = root === null ? undefined : this.known.get(root);
    if (known !== undefined) return known;
    const entries: [string, View][] = [];
    set.forEach((entry) => entries.push([entry.key === '' ? '/' : entry.key, this.of(entry, depth)]));
    const view = Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    // A lone entry is its own root, and known as what it is.
    if (root !== null && entries.length > 1) this.known.set(root, view);
    return view;
  }

  /** The nodes by path. */
  private nodes(map: NodeMap): View {
    const known = this.known.get(map.root);
    if (known !== undefined) return known;
    const entries: [string, View][] = [];
    map.forEach((node) => entries.push([node.path === '' ? '/' : node.path, this.of(node)]));
    const view = Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    this.known.set(map.root, view);
    return view;
  }

  /** What differs from the nodes below, which are shown elsewhere. */
  private ahead(overlay: NodeOverlay): View {
    return Object.fromEntries(overlay.share().map(([path, node]) => [path === '' ? '/' : path, this.of(node)]));
  }

  private pairs(map: PersistentMap<unknown>, depth: number): View {
    return Object.fromEntries(map.sortedKeys().map((key) => [key, this.of(map.get(key), depth)]));
  }

  private remember(value: object, view: View): View {
    if (!ArrayBuffer.isView(value)) this.known.set(value, view);
    return view;
  }
}

function isKeyedSet(value: unknown): value is KeyedSet<{ readonly key: string }> {
  return value instanceof KeyedSet;
}

function numberView(value: number): string | number {
  const zxid = value >= COUNTERS ? zxidFromNumber(value) : undefined;
  if (zxid !== undefined && epochOf(zxid) < EPOCH_MAX) return zxidToPair(zxid);
  return Number.isFinite(value) ? value : String(value);
}

function keyOf(key: unknown): string {
  if (typeof key === 'number') return String(numberView(key));
  if (typeof key === 'string') return key;
  return typeof key === 'object' && key !== null ? JSON.stringify(key).slice(0, TEXT_MAX) : String(key);
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}… (${text.length})`;
}

/** What is told in a line: records that travel, znodes, bytes. Null: anything else. */
function lineOf(value: object): string | null {
  if (ArrayBuffer.isView(value)) return bytesLine(value);
  if (value instanceof ZNode) return nodeLine(value);
  if (isTxn(value)) return `${zxidToPair(value.zxid)} ${shortened(describeTxnBody(value.body))}`;
  if (isMessage(value)) return shortened(describeMessage(value));
  return null;
}

function isTxn(value: object): value is Txn {
  return 'zxid' in value && 'clientId' in value && 'body' in value;
}

function isMessage(value: object): value is Message {
  return 'kind' in value && typeof value.kind === 'string' && MESSAGES.has(value.kind);
}

function nodeLine(node: ZNode): string {
  const { stat } = node;
  const owner = stat.ephemeralOwner === '0000000000000000' ? '' : ` owner ${sessionIdToHex(stat.ephemeralOwner)}`;
  const data = node.data === null ? 'null' : bytesLine(node.data);
  return `${data} v${stat.version} c${stat.cversion} mzxid ${pair(stat.mzxid)} pzxid ${pair(stat.pzxid)}${owner}`;
}

function pair(zxid: Zxid): string {
  return zxidToPair(zxid);
}

const BYTES_MAX = 48;

function bytesLine(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, Math.min(view.byteLength, BYTES_MAX));
  const more = view.byteLength > BYTES_MAX ? `… (${view.byteLength} bytes)` : '';
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return `"${String.fromCharCode(...bytes)}"${more}`;
  return `${[...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}… (${view.byteLength} bytes)`;
}
