/**
 * What a scripted client does, as plain JSON that a plan can hold: operations with their pace, requests in a compact form. A
 * path may contain `$k`, the path that this client's operation `k` returned, since nobody knows a sequential node's name before.
 */
import { present } from '../base/invariant.ts';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { CreateRequest, MultiOp, Request, Response } from '../wire/client-messages.ts';
import { AddWatchMode, CreateFlag, OPEN_ACL_UNSAFE, type Acl, type Bytes } from '../wire/words.ts';
import type { Recipe } from './recipe.ts';

/** The whole life of one client. */
export interface ClientScript {
  readonly servers: readonly NodeId[];
  readonly sessionTimeoutMs: number;
  readonly operations: readonly ScriptedOperation[];
  /** Whether the last session is closed once everything is settled; otherwise it is kept alive. */
  readonly closeAtEnd: boolean;
  /** Left out: false. */
  readonly canBeReadOnly?: boolean;
  /** What it does instead of operations; left out: nothing. */
  readonly recipe?: Recipe;
}

/** One step of a script: when, and what. */
export interface ScriptedOperation {
  /** Think time since the previous operation was issued (the first: since the start). */
  readonly afterMs: number;
  /** Whether it waits until every earlier operation is answered or lost; otherwise it is pipelined behind them. */
  readonly waitForReply: boolean;
  readonly request: ScriptedRequest;
}

/** `data` is text, sent as UTF-8; left out, null. `flags` left out: persistent, or a container. `acl` left out: open to all. */
export interface ScriptedCreate {
  readonly kind: CreateRequest['kind'];
  readonly path: string;
  readonly data?: string;
  readonly flags?: number;
  readonly acl?: readonly Acl[];
}
/** A node that may go `ttlMs` after its last change. As a create otherwise; `flags` left out: persistent with a TTL. */
export interface ScriptedCreateTtl {
  readonly kind: 'createTTL';
  readonly path: string;
  readonly ttlMs: number;
  readonly data?: string;
  readonly flags?: number;
  readonly acl?: readonly Acl[];
}
/** `version` left out: any. */
export interface ScriptedVersioned {
  readonly kind: 'delete' | 'check';
  readonly path: string;
  readonly version?: number;
}
/** `data` as in a create; `version` left out: any. */
export interface ScriptedSetData {
  readonly kind: 'setData';
  readonly path: string;
  readonly data?: string;
  readonly version?: number;
}
/** `acl` as in a create; `version` left out: any. */
export interface ScriptedSetAcl {
  readonly kind: 'setACL';
  readonly path: string;
  readonly acl?: readonly Acl[];
  readonly version?: number;
}
/** `watch` left out: none. */
export interface ScriptedRead {
  readonly kind: 'exists' | 'getData' | 'getChildren' | 'getChildren2';
  readonly path: string;
  readonly watch?: boolean;
}
/** What needs a path and nothing else; of getEphemerals, a prefix. */
export interface ScriptedPath {
  readonly kind: 'getACL' | 'sync' | 'getEphemerals' | 'getAllChildrenNumber';
  readonly path: string;
}
/** `mode` is an AddWatchMode; left out: persistent. Another number is sent as it is, for the server to refuse. */
export interface ScriptedAddWatch {
  readonly kind: 'addWatch';
  readonly path: string;
  readonly mode?: number;
}
/** `watcherType` is a WatcherType, or another number for the server to refuse. */
export interface ScriptedWatcher {
  readonly kind: 'checkWatches' | 'removeWatches';
  readonly path: string;
  readonly watcherType: number;
}
/** What a multi may contain; `check` only there. */
export type ScriptedMultiOp = ScriptedCreate | ScriptedCreateTtl | ScriptedVersioned | ScriptedSetData;
/** What a multiRead may contain. */
export interface ScriptedMultiReadOp {
  readonly kind: 'getData' | 'getChildren';
  readonly path: string;
}
export interface ScriptedMultiRead {
  readonly kind: 'multiRead';
  readonly ops: readonly ScriptedMultiReadOp[];
}
export interface ScriptedWhoAmI {
  readonly kind: 'whoAmI';
}
export interface ScriptedMulti {
  readonly kind: 'multi';
  readonly ops: readonly ScriptedMultiOp[];
}
/** Who joins (`server.N=...`), who leaves (ids); or all members at once, as text. */
export interface ScriptedReconfig {
  readonly kind: 'reconfig';
  readonly joining?: readonly string[];
  readonly leaving?: readonly string[];
  readonly members?: string;
}
/**
 * `closeSession` goes on with a new session; `reconnect` drops the connection and moves to another server; `addAuth` presents
 * credentials (`auth` is text, sent as UTF-8) on this and every later connection, until they are refused.
 */
export type ScriptedTurn =
  | { readonly kind: 'closeSession' }
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'addAuth'; readonly scheme: string; readonly auth: string };
/** All that an operation can be. */
export type ScriptedRequest =
  | ScriptedMultiOp
  | ScriptedSetAcl
  | ScriptedRead
  | ScriptedPath
  | ScriptedAddWatch
  | ScriptedWatcher
  | ScriptedWhoAmI
  | ScriptedMulti
  | ScriptedMultiRead
  | ScriptedReconfig
  | ScriptedTurn;

/** What `$k` stands for, by k: a path, or null when operation k returned none (failed, lost, skipped, or not that kind). */
export type ReturnedPaths = ReadonlyMap<number, string | null>;

/** `waiting`: a path that it names is not known yet. `skipped`: it never will be. */
export type BuiltRequest = Request | 'waiting' | 'skipped';

/** What becomes a request, as opposed to what the scripted client does itself. */
export type BuildableRequest = Exclude<ScriptedRequest, ScriptedTurn>;

type ReferenceState = 'known' | 'waiting' | 'skipped';

const DIGIT_ZERO = 48;
const utf8 = new TextEncoder();

/** The request that operation `index` stands for, once the paths that it names are known. */
export function buildRequest(scripted: BuildableRequest, index: number, paths: ReturnedPaths): BuiltRequest {
  const state = referenceState(scripted, index, paths);
  if (state !== 'known') return state;
  switch (scripted.kind) {
    case 'reconfig': {
      const { joining = null, leaving = null, members: newMembers = null } = scripted;
      const joiningServers = joining?.join(',') ?? null;
      const leavingServers = leaving?.join(',') ?? null;
      return { kind: 'reconfig', joiningServers, leavingServers, newMembers, configVersion: ZXID_UNINITIALIZED };
    }
    case 'multi':
      return { kind: 'multi', ops: scripted.ops.map((op) => buildMultiOp(op, paths)) };
    case 'setACL': {
      const { acl = OPEN_ACL_UNSAFE, version = -1 } = scripted;
      return { kind: 'setACL', path: fillPath(scripted.path, paths), acl, version };
    }
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return { kind: scripted.kind, path: fillPath(scripted.path, paths), watch: scripted.watch ?? false };
    case 'getACL':
    case 'sync':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
      return { kind: scripted.kind, path: fillPath(scripted.path, paths) };
    case 'addWatch':
      return { kind: 'addWatch', path: fillPath(scripted.path, paths), mode: scripted.mode ?? AddWatchMode.PERSISTENT };
    case 'checkWatches':
    case 'removeWatches':
      return { kind: scripted.kind, path: fillPath(scripted.path, paths), watcherType: scripted.watcherType };
    case 'whoAmI':
      return { kind: 'whoAmI' };
    case 'multiRead': {
      const ops = scripted.ops.map(({ kind, path }) => ({ kind, path: fillPath(path, paths), watch: false }));
      return { kind: 'multiRead', ops };
    }
    default:
      return buildMultiOp(scripted, paths);
  }
}

/** The path that a reply gave to a new node, or null; of a multi, the first. */
export function returnedPath(response: Response | null): string | null {
  switch (response?.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return response.path;
    case 'multi':
      for (const result of response.results) if ('path' in result) return result.path;
      return null;
    default:
      return null;
  }
}

function buildMultiOp(scripted: ScriptedMultiOp, paths: ReturnedPaths): MultiOp {
  const path = fillPath(scripted.path, paths);
  switch (scripted.kind) {
    case 'delete':
    case 'check':
      return { kind: scripted.kind, path, version: scripted.version ?? -1 };
    case 'setData':
      return { kind: 'setData', path, data: encode(scripted.data), version: scripted.version ?? -1 };
    case 'createTTL': {
      const { acl = OPEN_ACL_UNSAFE, flags = CreateFlag.PERSISTENT_WITH_TTL, ttlMs: ttl } = scripted;
      return { kind: 'createTTL', path, data: encode(scripted.data), acl, flags, ttl };
    }
    default: {
      const { kind, acl = OPEN_ACL_UNSAFE } = scripted;
      const { flags = kind === 'createContainer' ? CreateFlag.CONTAINER : CreateFlag.PERSISTENT } = scripted;
      return { kind, path, data: encode(scripted.data), acl, flags };
    }
  }
}

/** Text as the bytes that travel; left out, null. */
export function encode(data: string | undefined): Bytes | null {
  return data === undefined ? null : utf8.encode(data);
}

function referenceState(scripted: BuildableRequest, index: number, paths: ReturnedPaths): ReferenceState {
  if (scripted.kind === 'reconfig' || scripted.kind === 'whoAmI') return 'known';
  if (scripted.kind !== 'multi' && scripted.kind !== 'multiRead') return pathState(scripted.path, index, paths);
  let state: ReferenceState = 'known';
  for (const op of scripted.ops) {
    const one = pathState(op.path, index, paths);
    if (one === 'skipped') return one;
    if (one === 'waiting') state = one;
  }
  return state;
}

function pathState(path: string, index: number, paths: ReturnedPaths): ReferenceState {
  let isWaiting = false;
  for (let at = path.indexOf('$'); at >= 0; at = path.indexOf('$', at + 1)) {
    const end = digitsEnd(path, at + 1);
    if (end === at + 1) continue;
    const k = Number(path.slice(at + 1, end));
    const returned = paths.get(k);
    if (returned === null || k >= index) return 'skipped';
    if (returned === undefined) isWaiting = true;
  }
  return isWaiting ? 'waiting' : 'known';
}

function fillPath(path: string, paths: ReturnedPaths): string {
  let filled = '';
  let from = 0;
  for (let at = path.indexOf('$'); at >= 0; at = path.indexOf('$', at + 1)) {
    const end = digitsEnd(path, at + 1);
    if (end === at + 1) continue;
    const returned = present(paths.get(Number(path.slice(at + 1, end))), 'a path is filled in before it is known');
    filled += path.slice(from, at) + returned;
    from = end;
  }
  return from === 0 ? path : filled + path.slice(from);
}

function digitsEnd(path: string, from: number): number {
  let end = from;
  while (end < path.length && path.charCodeAt(end) >= DIGIT_ZERO && path.charCodeAt(end) < DIGIT_ZERO + 10) end += 1;
  return end;
}
