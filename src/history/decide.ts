/**
 * What the leader ought to make of a request: the checks of ZooKeeper's write path in their order (reference section
 * 1.8), decided on the model's state just before the transaction. Written apart from the service's own preparation, for
 * the judge of results. What depends on identities the facts do not tell (other schemes than world) is left undecided,
 * and counted.
 */
import type {
  CheckRequest,
  CreateRequest,
  CreateTtlRequest,
  DeleteRequest,
  MultiOp,
  MultiRequest,
  Request,
  SetAclRequest,
  SetDataRequest,
} from '../wire/client-messages.ts';
import type { SimpleTxn, Txn } from '../wire/transactions.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { type Acl, CreateFlag, ErrorCode, Permission, type ResultCode } from '../wire/words.ts';
import { type Model, parentOf } from './model.ts';
import type { Effects } from './model-state.ts';
import { sameAcl, sameBytes } from './same.ts';

/** The decision on one operation: a refusal, or the operation's transaction. */
type Decision = { readonly err: ResultCode; readonly body: SimpleTxn | null };
type SimpleWrite = MultiOp | SetAclRequest;

/** What became of a transaction whose request is known. `breach`: how it differs from what was due; null: as it should. */
export interface Verdict {
  readonly effects: Effects;
  readonly breach: string | null;
  /** false: the model could not decide (an exemption). */
  readonly isDecided: boolean;
}

const MAX_TTL_MS = 0x00ff_ffff_ffff;
const FIXED_PATHS: ReadonlySet<string> = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);

/** Replays `txn` on the model, and compares it with what `request` should have become there. */
export function replay(model: Model, txn: Txn, request: Request | null): Verdict {
  if (request === null || isUndecidable(txn)) return { effects: model.apply(txn), breach: null, isDecided: false };
  switch (request.kind) {
    case 'multi':
      return replayMulti(model, txn, request);
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
    case 'delete':
    case 'setData':
    case 'setACL': {
      const decision = decide(model, request);
      const breach =
        decision === null
          ? null
          : difference(decision, txn.body.kind === 'multi' || isSessionTxn(txn) ? null : soleBody(txn));
      return { effects: model.apply(txn), breach, isDecided: decision !== null };
    }
    case 'closeSession': {
      const breach = txn.body.kind === 'closeSession' ? null : `closeSession became a transaction of kind ${txn.body.kind}`;
      return { effects: model.apply(txn), breach, isDecided: true };
    }
    default:
      return { effects: model.apply(txn), breach: null, isDecided: false };
  }
}

/** Refusals on grounds that only the leader knows: a session that is closing or moved, a quota, a feature that is off. */
function isUndecidable(txn: Txn): boolean {
  const { body } = txn;
  const first = body.kind === 'multi' ? body.txns.find((part) => part.kind === 'error' && part.err !== ErrorCode.OK) : body;
  if (first?.kind !== 'error') return false;
  switch (first.err) {
    case ErrorCode.SESSIONEXPIRED:
    case ErrorCode.SESSIONMOVED:
    case ErrorCode.QUOTAEXCEEDED:
    case ErrorCode.UNIMPLEMENTED:
    case ErrorCode.EPHEMERALONLOCALSESSION:
    case ErrorCode.MARSHALLINGERROR:
      return true;
    default:
      return false;
  }
}

function isSessionTxn(txn: Txn): boolean {
  return txn.body.kind === 'createSession' || txn.body.kind === 'closeSession';
}

function soleBody(txn: Txn): SimpleTxn | null {
  const { body } = txn;
  return body.kind === 'multi' || body.kind === 'createSession' || body.kind === 'closeSession' ? null : body;
}

function replayMulti(model: Model, txn: Txn, request: MultiRequest): Verdict {
  const bodies: SimpleTxn[] = [];
  let refused = -1;
  let err: ResultCode = ErrorCode.OK;
  let isDecided = true;
  model.begin();
  for (const [i, op] of request.ops.entries()) {
    const decision = decide(model, op);
    if (decision === null) isDecided = false;
    else if (decision.body === null) {
      refused = i;
      err = decision.err;
    } else {
      bodies.push(decision.body);
      model.applySimple(txn, decision.body);
      continue;
    }
    break;
  }
  // Tried only: what stands in the log is what is applied, right or wrong.
  model.rollBack();
  const breach = isDecided ? multiDifference(txn, request.ops.length, bodies, refused, err) : null;
  return { effects: model.apply(txn), breach, isDecided };
}

function multiDifference(
  txn: Txn,
  length: number,
  bodies: readonly SimpleTxn[],
  refused: number,
  err: ResultCode,
): string | null {
  const { body } = txn;
  if (body.kind !== 'multi') return `a multi became a transaction of kind ${body.kind}`;
  if (body.txns.length !== length) return `a multi of ${length} operations became one of ${body.txns.length}`;
  for (let i = 0; i < length; i++) {
    let due: Decision = { err: ErrorCode.OK, body: bodies[i] ?? null };
    if (refused >= 0)
      due = { err: i < refused ? ErrorCode.OK : i === refused ? err : ErrorCode.RUNTIMEINCONSISTENCY, body: null };
    const breach = difference(due, body.txns[i] ?? null);
    if (breach !== null) return `in a multi, operation ${i}: ${breach}`;
  }
  return null;
}

/** How the transaction differs from the decision; null if it does not. */
function difference(due: Decision, body: SimpleTxn | null): string | null {
  if (body === null) return 'the transaction is of another kind than the request';
  if (due.body === null)
    return body.kind === 'error' && body.err === due.err ? null : `refusal ${due.err} was due, not ${outcomeOf(body)}`;
  const wanted = due.body;
  if (body.kind === 'error') return `${wanted.kind} should have succeeded, but was refused with ${body.err}`;
  switch (wanted.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      if (!('parentCVersion' in body)) return `a create became ${body.kind}`;
      if (body.path !== wanted.path) return `${wanted.path} was due, not ${body.path}`;
      if (body.parentCVersion !== wanted.parentCVersion)
        return `cversion ${wanted.parentCVersion} of the parent was due, not ${body.parentCVersion}`;
      if (isEphemeral(body) !== isEphemeral(wanted)) return `${body.path} is ${isEphemeral(body) ? '' : 'not '}ephemeral`;
      if (isContainer(body) !== isContainer(wanted)) return `${body.path} is ${isContainer(body) ? '' : 'not '}a container`;
      return sameBytes(body.data, wanted.data) && sameAcl(body.acl, wanted.acl)
        ? null
        : `${body.path} has other contents than asked for`;
    case 'delete':
    case 'deleteContainer':
      return body.kind === 'delete' && body.path === wanted.path
        ? null
        : `the deletion of ${wanted.path} became ${outcomeOf(body)}`;
    case 'setData':
    case 'reconfig':
      if (body.kind !== 'setData' || body.path !== wanted.path) return `setData of ${wanted.path} became ${outcomeOf(body)}`;
      if (body.version !== wanted.version) return `version ${wanted.version} of ${wanted.path} was due, not ${body.version}`;
      return sameBytes(body.data, wanted.data) ? null : `${wanted.path} was given other data than asked for`;
    case 'setACL':
      if (body.kind !== 'setACL' || body.path !== wanted.path) return `setACL of ${wanted.path} became ${outcomeOf(body)}`;
      return body.version === wanted.version && sameAcl(body.acl, wanted.acl)
        ? null
        : `setACL of ${wanted.path} wrote something else`;
    case 'check':
      return body.kind === 'check' && body.path === wanted.path ? null : `check of ${wanted.path} became ${outcomeOf(body)}`;
    case 'error':
      return null;
  }
}

function outcomeOf(body: SimpleTxn): string {
  return body.kind === 'error' ? `refusal ${body.err}` : `${body.kind} of ${body.path}`;
}

function isEphemeral(body: SimpleTxn): boolean {
  return 'ephemeral' in body && body.ephemeral;
}

function isContainer(body: SimpleTxn): boolean {
  return body.kind === 'createContainer';
}

function refuse(err: ResultCode): Decision {
  return { err, body: null };
}

/** null: cannot be told from what the facts say. */
function decide(model: Model, op: SimpleWrite): Decision | null {
  switch (op.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return decideCreate(model, op);
    case 'delete':
      return decideDelete(model, op);
    case 'setData':
      return decideSetData(model, op);
    case 'setACL':
      return decideSetAcl(model, op);
    case 'check':
      return decideCheck(model, op);
  }
}

function decideCreate(model: Model, op: CreateRequest | CreateTtlRequest): Decision | null {
  const isTtl = op.kind === 'createTTL';
  const limit = isTtl ? CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL : CreateFlag.CONTAINER;
  if (op.flags < 0 || op.flags > limit) return refuse(ErrorCode.BADARGUMENTS);
  if (op.kind === 'createTTL' && (op.flags < CreateFlag.PERSISTENT_WITH_TTL || op.ttl < 1 || op.ttl > MAX_TTL_MS))
    return refuse(ErrorCode.BADARGUMENTS);
  const slash = op.path.lastIndexOf('/');
  if (slash < 0 || op.path.includes('\0')) return refuse(ErrorCode.BADARGUMENTS);
  const acl = normalise(op.acl);
  if (acl === undefined) return null;
  if (acl === null) return refuse(ErrorCode.INVALIDACL);
  const parentPath = parentOf(op.path);
  const parent = model.node(parentPath);
  if (parent === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(parent.acl, Permission.CREATE);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  const creations = model.creations(parentPath);
  const isSequential =
    (op.flags & 2) !== 0 && op.flags !== CreateFlag.CONTAINER && op.flags !== CreateFlag.PERSISTENT_WITH_TTL;
  const path =
    isSequential || op.flags === CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL ? op.path + suffix(creations) : op.path;
  if (!isValidPath(path)) return refuse(ErrorCode.BADARGUMENTS);
  if (model.node(path) !== undefined) return refuse(ErrorCode.NODEEXISTS);
  if (parent.owner !== NO_SESSION) return refuse(ErrorCode.NOCHILDRENFOREPHEMERALS);
  const common = { path, data: op.data, acl, parentCVersion: creations + 1 };
  if (op.kind === 'createTTL') return { err: ErrorCode.OK, body: { kind: 'createTTL', ttl: op.ttl, ...common } };
  if (op.flags === CreateFlag.CONTAINER) return { err: ErrorCode.OK, body: { kind: 'createContainer', ...common } };
  return { err: ErrorCode.OK, body: { kind: 'create', ephemeral: (op.flags & 1) !== 0, ...common } };
}

function decideDelete(model: Model, op: DeleteRequest): Decision | null {
  if (!op.path.includes('/') || FIXED_PATHS.has(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const parent = model.node(parentOf(op.path));
  if (parent === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(parent.acl, Permission.DELETE);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  if ((model.paths.get(op.path)?.children.size ?? 0) > 0) return refuse(ErrorCode.NOTEMPTY);
  return { err: ErrorCode.OK, body: { kind: 'delete', path: op.path } };
}

function decideSetData(model: Model, op: SetDataRequest): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.WRITE);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  return { err: ErrorCode.OK, body: { kind: 'setData', path: op.path, data: op.data, version: (node.version + 1) | 0 } };
}

function decideSetAcl(model: Model, op: SetAclRequest): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const acl = normalise(op.acl);
  if (acl === undefined) return null;
  if (acl === null) return refuse(ErrorCode.INVALIDACL);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.ADMIN);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  if (op.version !== -1 && op.version !== node.aversion) return refuse(ErrorCode.BADVERSION);
  return { err: ErrorCode.OK, body: { kind: 'setACL', path: op.path, acl, version: (node.aversion + 1) | 0 } };
}

function decideCheck(model: Model, op: CheckRequest): Decision | null {
  if (!isValidPath(op.path)) return refuse(ErrorCode.BADARGUMENTS);
  const node = model.node(op.path);
  if (node === undefined) return refuse(ErrorCode.NONODE);
  const allowed = isAllowed(node.acl, Permission.READ);
  if (allowed !== true) return allowed === undefined ? null : refuse(ErrorCode.NOAUTH);
  if (op.version !== -1 && op.version !== node.version) return refuse(ErrorCode.BADVERSION);
  return { err: ErrorCode.OK, body: { kind: 'check', path: op.path, version: op.version } };
}

/** The list as it is stored: null if it is refused, undefined if that depends on who asks. */
function normalise(acl: readonly Acl[] | null): readonly Acl[] | null | undefined {
  if (acl === null || acl.length === 0) return null;
  const kept: Acl[] = [];
  for (const entry of acl) {
    if (entry.id.scheme !== 'world') return undefined;
    if (entry.id.id !== 'anyone') return null;
    if (!kept.some((other) => other.perms === entry.perms)) kept.push(entry);
  }
  return kept;
}

/** Whether anyone may; undefined if that depends on who asks. */
export function isAllowed(acl: readonly Acl[], permission: number): boolean | undefined {
  let isOnlyWorld = true;
  for (const entry of acl) {
    if (entry.id.scheme !== 'world') isOnlyWorld = false;
    else if ((entry.perms & permission) !== 0) return true;
  }
  return isOnlyWorld ? false : undefined;
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
