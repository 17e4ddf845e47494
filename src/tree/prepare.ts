/**
 * From request to transaction, on the leader: everything that can be refused is refused here, in ZooKeeper's order of
 * checks (PrepRequestProcessor; section 1.8 of the protocol's description), and what is not refused can only succeed.
 * Whether the session lives and who owns it was checked before. A refusal is a transaction too: it consumes a zxid and
 * changes nothing.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type {
  CheckRequest, CreateRequest, CreateTtlRequest, DeleteContainerRequest, DeleteRequest, MultiOp, MultiRequest, Request,
  SetAclRequest, SetDataRequest,
} from '../wire/client-messages.ts';
import type { ErrorTxn, SimpleTxn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { ErrorCode, Permission, type Acl, type Id, type ResultCode } from '../wire/words.ts';
import { isPermitted, normaliseAcl } from './acl.ts';
import { createMode, type CreateMode } from './create-mode.ts';
import type { DataTree } from './data-tree.ts';
import { isValidTtl, ownerKind } from './ephemeral-owner.ts';
import { dataLength } from './node-map.ts';
import { isSpecialPath, isValidPath, parentOf } from './path.ts';
import type { PendingChanges } from './pending-changes.ts';
import { breaksHardLimit, limitsPath, parseQuota, statsPath } from './quota.ts';
import { nextVersion } from './stat.ts';

export { PendingChanges } from './pending-changes.ts';

/** Who asks. */
export interface Requester {
  readonly sessionId: SessionId;
  /** The ids that the connection has proved, its address included. */
  readonly authInfo: readonly Id[];
}

/** What the operator decided about requests. */
export interface PrepareOptions {
  /** extendedTypesEnabled: TTL nodes are allowed. */
  readonly extendedTypesEnabled: boolean;
  /** enforceQuota: hard limits refuse. */
  readonly enforceQuota: boolean;
  /** skipACL: lists are kept, and not asked. */
  readonly skipAcl: boolean;
  /** The session is a local one that could not be upgraded: it may not own ephemerals. */
  readonly isLocalSession: boolean;
  /** Schemes that connections here can prove by their transport (`TRANSPORT_SCHEMES`); left out: all of them. */
  readonly transportSchemes?: readonly string[];
}

/** ZooKeeper's defaults, with TTL nodes allowed. */
export const DEFAULT_PREPARE_OPTIONS: PrepareOptions = Object.freeze({
  extendedTypesEnabled: true, enforceQuota: false, skipAcl: false, isLocalSession: false,
});

/** What one check is made with. `view`: the tree with everything pending. */
interface Context {
  readonly view: DataTree;
  readonly requester: Requester;
  readonly options: PrepareOptions;
}

type SimpleRequest =
  CreateRequest | CreateTtlRequest | DeleteRequest | DeleteContainerRequest | SetDataRequest | SetAclRequest | CheckRequest;

/**
 * The transaction that `request` becomes at `header`; `pending` then includes it. A refusal is `{kind: 'error'}`, or
 * within a multi a list of error records. Requests that are not writes are refused as UNIMPLEMENTED.
 */
export function prepare(
  tree: DataTree, pending: PendingChanges, request: Request, requester: Requester,
  header: { readonly zxid: Zxid; readonly time: number }, options: PrepareOptions,
): TxnBody {
  const view = pending.view(tree);
  const whole = txnHeader(requester, header);
  const body = transactionOf(request, { view, requester, options }, whole);
  if (changesTree(body)) pending.record(tree, whole, body);
  return body;
}

function txnHeader({ sessionId }: Requester, { zxid, time }: { readonly zxid: Zxid; readonly time: number }): TxnHeader {
  return { clientId: sessionId, cxid: 0, zxid, time };
}

function changesTree(body: TxnBody): boolean {
  if (body.kind === 'multi') return body.txns.some((txn) => txn.kind !== 'error' && txn.kind !== 'check');
  if (body.kind === 'closeSession') return body.paths !== null && body.paths.length > 0;
  return body.kind !== 'error' && body.kind !== 'check' && body.kind !== 'createSession';
}

function transactionOf(request: Request, context: Context, header: TxnHeader): TxnBody {
  switch (request.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
    case 'delete':
    case 'deleteContainer':
    case 'setData':
    case 'setACL':
      return prepareSimple(request, context);
    case 'multi':
      return prepareMulti(request, context, header);
    case 'createSession':
      return { kind: 'createSession', timeoutMs: request.timeoutMs };
    case 'closeSession':
      return { kind: 'closeSession', paths: context.view.ephemerals(context.requester.sessionId) };
    case 'malformed':
      return refused(ErrorCode.MARSHALLINGERROR);
    default:
      return refused(ErrorCode.UNIMPLEMENTED);
  }
}

/** Each operation sees the ones before it. One refusal, and the whole is a list of errors: undone, the cause, never tried. */
function prepareMulti({ ops }: MultiRequest, context: Context, header: TxnHeader): TxnBody {
  if (ops.some(isUnreadable)) return refused(ErrorCode.MARSHALLINGERROR);
  const view = context.view.ahead();
  const txns: SimpleTxn[] = [];
  for (const asked of ops) {
    const op = byItsFlags(asked);
    const txn = prepareSimple(op, { ...context, view });
    if (txn.kind === 'error') return { kind: 'multi', txns: failedMulti(ops, txns.length, txn.err) };
    txns.push(txn);
    view.apply(header, txn);
  }
  return { kind: 'multi', txns };
}

/** Flags that a create without a time to live cannot have: such a multi is not even read (MultiOperationRecord of 3.9.5). */
function isUnreadable(op: MultiOp): boolean {
  return 'flags' in op && op.kind !== 'createTTL' && createMode(op.flags)?.isTtl !== false;
}

/**
 * Within a multi the flags alone say what is made: without a time to live, createTTL is another name for create, and those of a
 * container make one, which they do not do to a create by itself.
 */
function byItsFlags(op: MultiOp): MultiOp {
  const mode = 'flags' in op ? createMode(op.flags) : undefined;
  if (!('flags' in op) || mode === undefined || mode.isTtl) return op;
  const kind = mode.isContainer ? 'createContainer' : op.kind === 'createTTL' ? 'create' : op.kind;
  return { kind, path: op.path, data: op.data, acl: op.acl, flags: op.flags };
}

function failedMulti(ops: readonly MultiOp[], failed: number, err: ResultCode): ErrorTxn[] {
  return ops.map((_op, index) => {
    if (index < failed) return refused(ErrorCode.OK);
    return refused(index === failed ? err : ErrorCode.RUNTIMEINCONSISTENCY);
  });
}

function prepareSimple(request: SimpleRequest, context: Context): SimpleTxn {
  switch (request.kind) {
    case 'delete':
      return prepareDelete(request, context);
    case 'deleteContainer':
      return prepareDeleteContainer(request, context);
    case 'setData':
      return prepareSetData(request, context);
    case 'setACL':
      return prepareSetAcl(request, context);
    case 'check':
      return prepareCheck(request, context);
    default:
      return prepareCreate(request, context);
  }
}

function prepareCreate(request: CreateRequest | CreateTtlRequest, context: Context): SimpleTxn {
  const mode = createMode(request.flags);
  if (mode === undefined) return refused(ErrorCode.BADARGUMENTS);
  const modeFault = faultOfMode(request, mode, context.options);
  if (modeFault !== ErrorCode.OK) return refused(modeFault);
  if (!request.path.includes('/') || request.path.includes('\0')) return refused(ErrorCode.BADARGUMENTS);
  const acl = normaliseAcl(request.acl, context.requester.authInfo, context.options.transportSchemes);
  if (acl === undefined) return refused(ErrorCode.INVALIDACL);
  const parent = context.view.node(parentOf(request.path));
  if (parent === undefined) return refused(ErrorCode.NONODE);
  if (!may(context, parent.acl, Permission.CREATE)) return refused(ErrorCode.NOAUTH);
  const path = mode.isSequential ? request.path + sequenceSuffix(parent.cversion) : request.path;
  if (!isValidPath(path)) return refused(ErrorCode.BADARGUMENTS);
  if (context.view.node(path) !== undefined) return refused(ErrorCode.NODEEXISTS);
  if (ownerKind(parent.ephemeralOwner) === 'normal') return refused(ErrorCode.NOCHILDRENFOREPHEMERALS);
  if (exceedsQuota(context, path, 1, dataLength(request.data))) return refused(ErrorCode.QUOTAEXCEEDED);
  const parentCVersion = nextVersion(parent.cversion);
  const { data } = request;
  if (request.kind === 'createTTL') return { kind: 'createTTL', path, data, acl, parentCVersion, ttl: request.ttl };
  if (request.kind === 'createContainer') return { kind: 'createContainer', path, data, acl, parentCVersion };
  return { kind: request.kind, path, data, acl, ephemeral: mode.isEphemeral, parentCVersion };
}

function faultOfMode(request: CreateRequest | CreateTtlRequest, mode: CreateMode, options: PrepareOptions): ResultCode {
  if (mode.isTtl && !options.extendedTypesEnabled) return ErrorCode.UNIMPLEMENTED;
  const isTtlRequest = request.kind === 'createTTL';
  if (mode.isTtl !== isTtlRequest || (isTtlRequest && !isValidTtl(request.ttl))) return ErrorCode.BADARGUMENTS;
  if (request.kind === 'createContainer' && !mode.isContainer) return ErrorCode.BADARGUMENTS;
  if (mode.isEphemeral && options.isLocalSession) return ErrorCode.EPHEMERALONLOCALSESSION;
  return ErrorCode.OK;
}

/** Java's `%010d` of the parent's stored cversion: signed, so that it overflows to -2147483648. */
export function sequenceSuffix(cversion: number): string {
  return cversion >= 0 ? String(cversion).padStart(10, '0') : `-${String(-cversion).padStart(9, '0')}`;
}

function prepareDelete({ path, version }: DeleteRequest, context: Context): SimpleTxn {
  if (!path.includes('/') || path.includes('\0') || isSpecialPath(path)) return refused(ErrorCode.BADARGUMENTS);
  const parent = context.view.node(parentOf(path));
  if (parent === undefined) return refused(ErrorCode.NONODE);
  if (!may(context, parent.acl, Permission.DELETE)) return refused(ErrorCode.NOAUTH);
  const node = context.view.node(path);
  if (node === undefined) return refused(ErrorCode.NONODE);
  if (!isExpected(version, node.version)) return refused(ErrorCode.BADVERSION);
  if (node.children.size > 0) return refused(ErrorCode.NOTEMPTY);
  return { kind: 'delete', path };
}

/** The reaper's: it decided on an older tree, so emptiness and kind are looked at again. */
function prepareDeleteContainer({ path }: DeleteContainerRequest, context: Context): SimpleTxn {
  if (!path.includes('/') || path.includes('\0') || isSpecialPath(path)) return refused(ErrorCode.BADARGUMENTS);
  const node = context.view.node(path);
  if (node === undefined) return refused(ErrorCode.NONODE);
  if (node.children.size > 0) return refused(ErrorCode.NOTEMPTY);
  const kind = ownerKind(node.ephemeralOwner);
  if (kind !== 'container' && kind !== 'ttl') return refused(ErrorCode.BADVERSION);
  return { kind: 'deleteContainer', path };
}

function prepareSetData({ path, data, version }: SetDataRequest, context: Context): SimpleTxn {
  if (!isValidPath(path)) return refused(ErrorCode.BADARGUMENTS);
  const node = context.view.node(path);
  if (node === undefined) return refused(ErrorCode.NONODE);
  if (!may(context, node.acl, Permission.WRITE)) return refused(ErrorCode.NOAUTH);
  if (exceedsQuota(context, path, 0, dataLength(data) - dataLength(node.data))) return refused(ErrorCode.QUOTAEXCEEDED);
  if (!isExpected(version, node.version)) return refused(ErrorCode.BADVERSION);
  return { kind: 'setData', path, data, version: nextVersion(node.version) };
}

function prepareSetAcl(request: SetAclRequest, context: Context): SimpleTxn {
  const { path, version } = request;
  if (!isValidPath(path)) return refused(ErrorCode.BADARGUMENTS);
  const acl = normaliseAcl(request.acl, context.requester.authInfo, context.options.transportSchemes);
  if (acl === undefined) return refused(ErrorCode.INVALIDACL);
  const node = context.view.node(path);
  if (node === undefined) return refused(ErrorCode.NONODE);
  if (!may(context, node.acl, Permission.ADMIN)) return refused(ErrorCode.NOAUTH);
  if (!isExpected(version, node.aversion)) return refused(ErrorCode.BADVERSION);
  return { kind: 'setACL', path, acl, version: nextVersion(node.aversion) };
}

/** The transaction carries the version after the one found, as ZooKeeper's does. */
function prepareCheck({ path, version }: CheckRequest, context: Context): SimpleTxn {
  if (!isValidPath(path)) return refused(ErrorCode.BADARGUMENTS);
  const node = context.view.node(path);
  if (node === undefined) return refused(ErrorCode.NONODE);
  if (!may(context, node.acl, Permission.READ)) return refused(ErrorCode.NOAUTH);
  if (!isExpected(version, node.version)) return refused(ErrorCode.BADVERSION);
  return { kind: 'check', path, version: nextVersion(node.version) };
}

function isExpected(expected: number, actual: number): boolean {
  return expected === -1 || expected === actual;
}

function may({ options, requester }: Context, acl: readonly Acl[], permission: number): boolean {
  return options.skipAcl || isPermitted(acl, permission, requester.authInfo);
}

/** Counted with everything pending, so that pipelined writes cannot pass a hard limit together. */
function exceedsQuota({ options, view }: Context, path: string, countDiff: number, bytesDiff: number): boolean {
  if (!options.enforceQuota) return false;
  const subject = view.quotaPrefix(path);
  if (subject === null) return false;
  const limits = parseQuota(view.node(limitsPath(subject))?.data ?? null);
  const stats = parseQuota(view.node(statsPath(subject))?.data ?? null);
  return breaksHardLimit(limits, stats, countDiff, bytesDiff);
}

function refused(err: ResultCode): ErrorTxn {
  return { kind: 'error', err };
}
