/**
 * The checks of ZooKeeper's write path in their order (reference section 1.8), operation by operation, on the model's state
 * at that moment: a refusal, or the transaction that is due. Written apart from the service's own preparation.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type {
  CheckRequest,
  CreateRequest,
  CreateTtlRequest,
  DeleteRequest,
  MultiOp,
  SetAclRequest,
  SetDataRequest,
} from '../wire/client-messages.ts';
import type { SimpleTxn } from '../wire/transactions.ts';
import { CreateFlag, ErrorCode, Permission, type ResultCode } from '../wire/words.ts';
import type { Model } from './model.ts';
import { parentOf } from './model-past.ts';
import { type Ids, isAllowed, storedAcl } from './permissions.ts';

/** The decision on one operation: a refusal, or the operation's transaction. */
export type Decision = { readonly err: ResultCode; readonly body: SimpleTxn | null };
/** What is decided by itself: a write, or a part of a multi. */
export type SimpleWrite = MultiOp | SetAclRequest;

const SEQUENTIAL_FLAGS: ReadonlySet<number> = new Set([
  CreateFlag.PERSISTENT_SEQUENTIAL,
  CreateFlag.EPHEMERAL_SEQUENTIAL,
  CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL,
]);
const MAX_TTL_MS = 0x00ff_ffff_ffff;
const FIXED_PATHS: ReadonlySet<string> = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);

/** A refusal. */
export function refuse(err: ResultCode): Decision {
  return { err, body: null };
}

/** null: cannot be told from what the facts say. */
export function decide(model: Model, op: SimpleWrite, ids: Ids): Decision | null {
  switch (op.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return decideCreate(model, op, ids);
    case 'delete':
      return decideDelete(model, op, ids);
    case 'setData':
      return decideSetData(model, op, ids);
    case 'setACL':
      return decideSetAcl(model, op, ids);
    case 'check':
      return decideCheck(model, op, ids);
  }
}

/** Whether the flags of a create mean anything. */
function isFlag(flags: number): boolean {
  return flags >= CreateFlag.PERSISTENT && flags <= CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL;
}

/** Whether a create of that kind can be read in a multi: a time to live travels with createTTL alone. */
export function isFlagInMulti(flags: number, kind: string): boolean {
  return kind === 'createTTL' || (isFlag(flags) && flags < CreateFlag.PERSISTENT_WITH_TTL);
}

/** In a multi, createTTL with the flags of another create is that create, and any create with those of a container makes one. */
export function asInMulti(op: MultiOp): MultiOp {
  if (!('flags' in op) || !isFlag(op.flags) || op.flags >= CreateFlag.PERSISTENT_WITH_TTL) return op;
  const { path, data, acl, flags } = op;
  if (flags === CreateFlag.CONTAINER) return { kind: 'createContainer', path, data, acl, flags };
  return { kind: op.kind === 'createTTL' ? 'create' : op.kind, path, data, acl, flags };
}

/** What the flags, the operation and the TTL of a create say to each other. */
function modeFault(model: Model, op: CreateRequest | CreateTtlRequest): ResultCode {
  if (!isFlag(op.flags)) return ErrorCode.BADARGUMENTS;
  const wantsTtl = op.flags >= CreateFlag.PERSISTENT_WITH_TTL;
  if (wantsTtl && !model.rules.extendedTypesEnabled) return ErrorCode.UNIMPLEMENTED;
  if (wantsTtl !== (op.kind === 'createTTL')) return ErrorCode.BADARGUMENTS;
  if (op.kind === 'createTTL' && (op.ttl < 1 || op.ttl > MAX_TTL_MS)) return ErrorCode.BADARGUMENTS;
  if (op.kind === 'createContainer' && op.flags !== CreateFlag.CONTAINER) return ErrorCode.BADARGUMENTS;
  return ErrorCode.OK;
}

function decideCreate(model: Model, op: CreateRequest | CreateTtlRequest, ids: Ids): Decision | null {
  const fault = modeFault(model, op);
  if (fault !== ErrorCode.OK) return refuse(fault);
  if (!op.path.includes('/') || op.path.includes('\0')) return refuse(ErrorCode.BADARGUMENTS);
  const acl = storedAcl(op.acl, ids);
  if (acl === undefined) return null;
  if (acl === null) return refuse(ErrorCode.INVALIDACL);
  const parentPath = parentOf(op.path);
  const parent = model.node(parentPath);
  if (parent === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(parent.acl, Permission.CREATE, ids, model.rules);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  const creations = model.creations(parentPath);
  const path = SEQUENTIAL_FLAGS.has(op.flags) ? op.path + suffix(creations) : op.path;
  if (!isValidPath(path)) return refuse(ErrorCode.BADARGUMENTS);
  if (model.node(path) !== undefined) return refuse(ErrorCode.NODEEXISTS);
  if (parent.owner !== NO_SESSION) return refuse(ErrorCode.NOCHILDRENFOREPHEMERALS);
  if (model.breaksQuota(path, 1, op.data?.length ?? 0)) return refuse(ErrorCode.QUOTAEXCEEDED);
  const common = { path, data: op.data, acl, parentCVersion: (creations + 1) | 0 };
  if (op.kind === 'createTTL') return { err: ErrorCode.OK, body: { kind: 'createTTL', ttl: op.ttl, ...common } };
  if (op.kind === 'createContainer') return { err: ErrorCode.OK, body: { kind: 'createContainer', ...common } };
  const ephemeral = op.flags === CreateFlag.EPHEMERAL || op.flags === CreateFlag.EPHEMERAL_SEQUENTIAL;
  return { err: ErrorCode.OK, body: { kind: 'create', ephemeral, ...common } };
}

function decideDelete(model: Model, op: DeleteRequest, ids: Ids): Decision | null {
  if (!op.path.includes('/') || op.path.includes('\0') || FIXED_PATHS.has(op.path))
    return refuse(ErrorCode.BADARGUMENTS);
  const parent = model.node(parentOf(op.path));
  if (parent === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(parent.acl, Permission.DELETE, ids, model.rules);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  if ((model.paths.get(op.path)?.children.size ?? 0) > 0) return refuse(ErrorCode.NOTEMPTY);
  return { err: ErrorCode.OK, body: { kind: 'delete', path: op.path } };
}

function decideSetData(model: Model, op: SetDataRequest, ids: Ids): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.WRITE, ids, model.rules);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  // The quota comes before the version.
  const growth = (op.data?.length ?? 0) - (node.data?.length ?? 0);
  if (model.breaksQuota(op.path, 0, growth)) return refuse(ErrorCode.QUOTAEXCEEDED);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  return {
    err: ErrorCode.OK,
    body: { kind: 'setData', path: op.path, data: op.data, version: (node.version + 1) | 0 },
  };
}

function decideSetAcl(model: Model, op: SetAclRequest, ids: Ids): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const acl = storedAcl(op.acl, ids);
  if (acl === undefined) return null;
  if (acl === null) return refuse(ErrorCode.INVALIDACL);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.ADMIN, ids, model.rules);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  if (op.version !== -1 && op.version !== node.aversion) return refuse(ErrorCode.BADVERSION);
  return { err: ErrorCode.OK, body: { kind: 'setACL', path: op.path, acl, version: (node.aversion + 1) | 0 } };
}

function decideCheck(model: Model, op: CheckRequest, ids: Ids): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.READ, ids, model.rules);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  return { err: ErrorCode.OK, body: { kind: 'check', path: op.path, version: op.version } };
}

/** Ten digits, of a signed 32-bit number. */
function suffix(creations: number): string {
  const number = creations | 0;
  return number < 0 ? `-${String(-number).padStart(9, '0')}` : String(number).padStart(10, '0');
}

/** The path rules of reference section 4.6. */
export function isValidPath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/') || path.endsWith('/')) return false;
  let segment = 1;
  for (let i = 1; i <= path.length; i++) {
    const code = i === path.length ? 0x2f : path.charCodeAt(i);
    if (code === 0x2f) {
      const length = i - segment;
      if (
        length === 0 ||
        (length === 1 && path[segment] === '.') ||
        (length === 2 && path[segment] === '.' && path[segment + 1] === '.')
      )
        return false;
      segment = i + 1;
    } else if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xf8ff) || code >= 0xfff0)
      return false;
  }
  return true;
}
