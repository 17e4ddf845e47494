/**
 * Reads of the applied tree, with the checks of section 1.9 of the protocol's description (FinalRequestProcessor). Paths are not
 * checked for syntax: a malformed one is a node that is not there, and '' is the root. A read never changes anything; the watch
 * that it asks for is handed back to whoever keeps watches.
 */
import type { MultiReadOp, MultiResult, PathRequest, Request, Response, WatchingRead } from '../wire/client-messages.ts';
import { ErrorCode, Permission, type ResultCode } from '../wire/words.ts';
import { clientInfos, isPermitted, maskAcl } from './acl.ts';
import type { DataTree } from './data-tree.ts';
import type { Requester } from './prepare.ts';
import { visibleStat, type ZNode } from './znode.ts';

/** A watch to register: 'data' for getData and exists, 'child' for getChildren. */
export interface WatchWish {
  readonly path: string;
  readonly table: 'data' | 'child';
}

/** `response` is null when `err` is not 0. `watch` may be there even so: exists watches for what is not there yet. */
export interface ReadOutcome {
  readonly err: ResultCode;
  readonly response: Response | null;
  readonly watch: WatchWish | null;
}

/** Answers a read; anything else is UNIMPLEMENTED. */
export function read(tree: DataTree, request: Request, requester: Requester): ReadOutcome {
  switch (request.kind) {
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return readWatching(tree, request, requester);
    case 'getACL':
      return readAcl(tree, request, requester);
    case 'getAllChildrenNumber':
      return readNumber(tree, request, requester);
    case 'getEphemerals':
      return readEphemerals(tree, request, requester);
    case 'multiRead':
      return answer({ kind: 'multiRead', results: request.ops.map((op) => readOne(tree, op, requester)) });
    case 'whoAmI':
      return answer({ kind: 'whoAmI', users: clientInfos(requester.authInfo) });
    default:
      return refusal(ErrorCode.UNIMPLEMENTED);
  }
}

function readWatching(tree: DataTree, request: WatchingRead, requester: Requester): ReadOutcome {
  const { kind, path } = request;
  if (kind === 'exists' && path.includes('\0')) return refusal(ErrorCode.BADARGUMENTS);
  const node = tree.node(path);
  const table = kind === 'exists' || kind === 'getData' ? 'data' : 'child';
  const watch: WatchWish | null = request.watch ? { path, table } : null;
  if (node === undefined) return { err: ErrorCode.NONODE, response: null, watch: kind === 'exists' ? watch : null };
  if (!isPermitted(node.acl, Permission.READ, requester.authInfo)) return refusal(ErrorCode.NOAUTH);
  return { err: ErrorCode.OK, response: responseOf(kind, node), watch };
}

function responseOf(kind: WatchingRead['kind'], node: ZNode): Response {
  switch (kind) {
    case 'exists':
      return { kind, stat: visibleStat(node) };
    case 'getData':
      return { kind, data: node.data, stat: visibleStat(node) };
    case 'getChildren':
      return { kind, children: node.children.sorted() };
    case 'getChildren2':
      return { kind, children: node.children.sorted(), stat: visibleStat(node) };
  }
}

/** Each on its own; a multiRead leaves no watches. */
function readOne(tree: DataTree, { kind, path }: MultiReadOp, requester: Requester): MultiResult {
  const node = tree.node(path);
  if (node === undefined) return { kind: 'error', err: ErrorCode.NONODE };
  if (!isPermitted(node.acl, Permission.READ, requester.authInfo)) return { kind: 'error', err: ErrorCode.NOAUTH };
  return kind === 'getData' ? { kind, data: node.data, stat: visibleStat(node) } : { kind, children: node.children.sorted() };
}

/** Digest hashes are shown to those who may change the list, and to nobody else. */
function readAcl(tree: DataTree, { path }: PathRequest, { authInfo }: Requester): ReadOutcome {
  const node = tree.node(path);
  if (node === undefined) return refusal(ErrorCode.NONODE);
  if (!isPermitted(node.acl, Permission.READ | Permission.ADMIN, authInfo)) return refusal(ErrorCode.NOAUTH);
  const acl = isPermitted(node.acl, Permission.ADMIN, authInfo) ? node.acl : maskAcl(node.acl);
  return answer({ kind: 'getACL', acl, stat: visibleStat(node) });
}

function readNumber(tree: DataTree, { path }: PathRequest, { authInfo }: Requester): ReadOutcome {
  const node = tree.node(path);
  if (node === undefined) return refusal(ErrorCode.NONODE);
  if (!isPermitted(node.acl, Permission.READ, authInfo)) return refusal(ErrorCode.NOAUTH);
  // Paths that begin with path + '/' are counted: of the empty path, another name of the root's, the root itself is one.
  return answer({ kind: 'getAllChildrenNumber', total: tree.descendantCount(path) + (path === '' ? 1 : 0) });
}

/** The caller's own, those that start with `path`; a blank prefix or '/' means all. */
function readEphemerals(tree: DataTree, { path }: PathRequest, { sessionId }: Requester): ReadOutcome {
  const own = tree.ephemerals(sessionId);
  const prefix = path.trim();
  const isAll = prefix === '' || prefix === '/';
  return answer({ kind: 'getEphemerals', paths: isAll ? own : own.filter((each) => each.startsWith(path)) });
}

function answer(response: Response): ReadOutcome {
  return { err: ErrorCode.OK, response, watch: null };
}

function refusal(err: ResultCode): ReadOutcome {
  return { err, response: null, watch: null };
}
