/**
 * What the leader ought to make of a request: the checks of ZooKeeper's write path in their order (reference section
 * 1.8), decided on the model's state just before the transaction. Written apart from the service's own preparation, for
 * the judge of results. What depends on more than the log and who asked is left undecided, and counted: where a session is
 * connected (SESSIONMOVED), and whether it is a local one.
 */
import type { MultiRequest, Request } from '../wire/client-messages.ts';
import type { SimpleTxn, Txn } from '../wire/transactions.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { CreateFlag, ErrorCode, type ResultCode } from '../wire/words.ts';
import { configOf, readConfig, reconfigBreach } from './configs.ts';
import type { Model } from './model.ts';
import type { Effects } from './model-state.ts';
import { decide, type Decision, isFlagInMulti, refuse, asInMulti } from './decisions.ts';
import type { Ids } from './permissions.ts';
import { sameAcl, sameBytes } from './same.ts';

/** What became of a transaction whose request is known. `breach`: how it differs from what was due; null: as it should. */
export interface Verdict {
  readonly effects: Effects;
  readonly breach: string | null;
  /** false: the model could not decide (an exemption). */
  readonly isDecided: boolean;
}

const CONFIG_PATH = '/zookeeper/config';

/**
 * Replays `txn` on the model, and compares it with what `request` should have become there, asked by one who has proved `ids`.
 * Without a request nobody asked for it: then it must be something that servers do of their own accord.
 */
export function replay(model: Model, txn: Txn, request: Request | null, ids: Ids = null): Verdict {
  if (request === null) return replayUnasked(model, txn);
  const verdict = replayAsked(model, txn, request, ids);
  if (verdict.breach === null || !mayRestOnMore(model, txn, request)) return verdict;
  return { effects: verdict.effects, breach: null, isDecided: false };
}

function replayAsked(model: Model, txn: Txn, request: Request, ids: Ids): Verdict {
  if (!model.isOpen(txn.clientId) && request.kind !== 'createSession') {
    if (!model.isLocal(txn.clientId)) return compared(model, txn, refuse(ErrorCode.SESSIONEXPIRED));
  }
  switch (request.kind) {
    case 'multi':
      return replayMulti(model, txn, request, ids);
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
    case 'delete':
    case 'setData':
    case 'setACL':
      return compared(model, txn, decide(model, request, ids));
    case 'reconfig': {
      const node = model.nodeAt(CONFIG_PATH, txn.zxid);
      const before = readConfig(new TextDecoder().decode(node?.data ?? new Uint8Array(0)), ZXID_ZERO);
      const after = configOf(txn);
      const breach = after === null ? null : reconfigBreach(before, request, after);
      return { effects: model.apply(txn), breach, isDecided: after !== null };
    }
    case 'closeSession': {
      const breach =
        txn.body.kind === 'closeSession' ? null : `closeSession became a transaction of kind ${txn.body.kind}`;
      return { effects: model.apply(txn), breach, isDecided: true };
    }
    default:
      return { effects: model.apply(txn), breach: null, isDecided: false };
  }
}

function compared(model: Model, txn: Txn, decision: Decision | null): Verdict {
  const breach = decision === null ? null : difference(decision, soleBody(txn));
  return { effects: model.apply(txn), breach, isDecided: decision !== null };
}

/** What the reaper deletes must be empty and past its time. The rest shows when sessions and ephemerals are looked at. */
function replayUnasked(model: Model, txn: Txn): Verdict {
  if (txn.body.kind !== 'deleteContainer') return { effects: model.apply(txn), breach: null, isDecided: false };
  const breach = unreapable(model, txn.body.path, txn.time);
  return { effects: model.apply(txn), breach, isDecided: true };
}

function unreapable(model: Model, path: string, time: number): string | null {
  const node = model.node(path);
  if (node === undefined) return `${path} was reaped, and does not exist`;
  if ((model.paths.get(path)?.children.size ?? 0) > 0) return `${path} was reaped, and has children`;
  if (node.ttlMs > 0) return time - node.mtime > node.ttlMs ? null : `${path} was reaped before its time was over`;
  if (!node.isContainer) return `${path} was reaped, and is neither a container nor a node with a TTL`;
  const { maxNeverUsedIntervalMs: limitMs } = model.rules;
  const wasUsed = model.creations(path) !== 0;
  return wasUsed || (limitMs > 0 && time - node.ctime > limitMs)
    ? null
    : `${path} was reaped, and never had children`;
}

/**
 * Whether it is a refusal on grounds that are not in the log: where a session is connected, what kind of session it is,
 * how long the transaction that closes it may become.
 */
function mayRestOnMore(model: Model, txn: Txn, request: Request): boolean {
  const { body } = txn;
  const first =
    body.kind === 'multi' ? body.txns.find((part) => part.kind === 'error' && part.err !== ErrorCode.OK) : body;
  if (first?.kind !== 'error') return false;
  switch (first.err) {
    case ErrorCode.SESSIONMOVED:
    case ErrorCode.EPHEMERALONLOCALSESSION:
      return true;
    case ErrorCode.SESSIONEXPIRED:
      return model.locals.has(txn.clientId);
    case ErrorCode.QUOTAEXCEEDED:
      return asksForEphemeral(request);
    default:
      return false;
  }
}

function asksForEphemeral(request: Request): boolean {
  if (request.kind === 'multi') return request.ops.some(asksForEphemeral);
  return 'flags' in request && (request.flags === CreateFlag.EPHEMERAL || request.flags === CreateFlag.EPHEMERAL_SEQUENTIAL);
}

function soleBody(txn: Txn): SimpleTxn | null {
  const { body } = txn;
  return body.kind === 'multi' || body.kind === 'createSession' || body.kind === 'closeSession' ? null : body;
}

function replayMulti(model: Model, txn: Txn, request: MultiRequest, ids: Ids): Verdict {
  const isUnreadable = request.ops.some((op) => 'flags' in op && !isFlagInMulti(op.flags, op.kind));
  if (isUnreadable) return compared(model, txn, refuse(ErrorCode.MARSHALLINGERROR));
  const bodies: SimpleTxn[] = [];
  let refused = -1;
  let err: ResultCode = ErrorCode.OK;
  let isDecided = true;
  model.begin();
  for (const [i, op] of request.ops.entries()) {
    const decision = decide(model, asInMulti(op), ids);
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
    return body.kind === 'error' && body.err === due.err
      ? null
      : `refusal ${due.err} was due, not ${outcomeOf(body)}`;
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
      if (isEphemeral(body) !== isEphemeral(wanted))
        return `${body.path} is ${isEphemeral(body) ? '' : 'not '}ephemeral`;
      if (ttlIn(body) !== ttlIn(wanted))
        return `${body.path} has a TTL of ${ttlIn(body)} ms, not of ${ttlIn(wanted)}`;
      if (isContainer(body) !== isContainer(wanted))
        return `${body.path} is ${isContainer(body) ? '' : 'not '}a container`;
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
      if (body.kind !== 'setData' || body.path !== wanted.path)
        return `setData of ${wanted.path} became ${outcomeOf(body)}`;
      if (body.version !== wanted.version)
        return `version ${wanted.version} of ${wanted.path} was due, not ${body.version}`;
      return sameBytes(body.data, wanted.data) ? null : `${wanted.path} was given other data than asked for`;
    case 'setACL':
      if (body.kind !== 'setACL' || body.path !== wanted.path)
        return `setACL of ${wanted.path} became ${outcomeOf(body)}`;
      return body.version === wanted.version && sameAcl(body.acl, wanted.acl)
        ? null
        : `setACL of ${wanted.path} wrote something else`;
    case 'check':
      return body.kind === 'check' && body.path === wanted.path
        ? null
        : `check of ${wanted.path} became ${outcomeOf(body)}`;
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

function ttlIn(body: SimpleTxn): number {
  return body.kind === 'createTTL' ? body.ttl : 0;
}
