/**
 * What the requests and answers of clients say of single paths, for `PathModel`: from ZooKeeper's protocol to black-box
 * histories. No zxid is looked at.
 */
import type { FactOf } from '../../io/fact.ts';
import type { MultiOp, MultiResult, Request, Response } from '../../wire/client-messages.ts';
import { type Bytes, CreateFlag, ErrorCode } from '../../wire/words.ts';
import type { PathCall, PathStep } from './path-register.ts';

/** What came of a request: not known, nothing, or what it did at each path. */
export type PathOutcome = 'open' | 'nothing' | readonly PathCall[];

type Answer = Pick<FactOf<'replied'>, 'err' | 'response'>;

/** What the request does at each path if all of it succeeds, before anything is known of that. */
export function intended(request: Request): readonly PathCall[] {
  if (request.kind !== 'multi') return callsOf([request], []);
  return callsOf(request.ops, []);
}

/** Whether the request names a path whose node may go without any client's deleting it, and which. */
export function fleeting(request: Request): string[] {
  const ops: readonly (Request | MultiOp)[] = request.kind === 'multi' ? request.ops : [request];
  return ops.flatMap((op) => {
    if (op.kind === 'createContainer' || op.kind === 'createTTL') return [op.path];
    const isLasting = (op.kind !== 'create' && op.kind !== 'create2') || op.flags === CreateFlag.PERSISTENT;
    return isLasting || op.flags === CreateFlag.PERSISTENT_SEQUENTIAL ? [] : [op.path];
  });
}

/** What the answer to a write says. */
export function answered(request: Request, { err, response }: Answer): PathOutcome {
  if (request.kind === 'multi') {
    if (err !== ErrorCode.OK || response === null || !('results' in response)) return isNoEffect(err) ? 'nothing' : 'open';
    const { results } = response;
    // All or nothing, and what a part that was undone would have found is not said.
    if (results.length !== request.ops.length || results.some(({ kind }) => kind === 'error')) return 'nothing';
    return callsOf(request.ops, results);
  }
  if (err === ErrorCode.OK) return callsOf([request], response === null ? [] : [response]);
  const [call] = callsOf([request], []);
  const step = call?.steps[0];
  if (call === undefined || step === undefined) return 'nothing';
  const refused = refusedStep(step, err);
  if (refused === null) return isNoEffect(err) ? 'nothing' : 'open';
  return [{ path: call.path, steps: [refused] }];
}

/** What the answer to a read of one node shows; null: nothing. */
export function seen(path: string, { err, response }: Answer): PathCall | null {
  if (err === ErrorCode.NONODE)
    return { path, steps: [{ kind: 'see', data: null, expected: -1, result: 'absent', version: -1 }] };
  if (err !== ErrorCode.OK || response === null || !('stat' in response)) return null;
  const data = response.kind === 'getData' && 'data' in response ? textOf(response.data) : null;
  return { path, steps: [{ kind: 'see', data, expected: -1, result: 'ok', version: response.stat.version }] };
}

function callsOf(ops: readonly (Request | MultiOp)[], results: readonly (Response | MultiResult)[]): PathCall[] {
  const byPath = new Map<string, PathStep[]>();
  for (const [i, op] of ops.entries()) {
    const step = stepOf(op, results[i]);
    if (step === null || !('path' in op)) continue;
    const steps = byPath.get(op.path);
    if (steps === undefined) byPath.set(op.path, [step]);
    else steps.push(step);
  }
  return [...byPath].map(([path, steps]) => ({ path, steps }));
}

function stepOf(op: Request | MultiOp, result: Response | MultiResult | undefined): PathStep | null {
  const version = result !== undefined && 'stat' in result ? result.stat.version : -1;
  switch (op.kind) {
    case 'create':
    case 'create2':
      // Nobody knows beforehand where a sequential node will be.
      if (op.flags !== CreateFlag.PERSISTENT) return null;
      return { kind: 'create', data: textOf(op.data), expected: -1, result: 'ok', version };
    case 'setData':
      return { kind: 'set', data: textOf(op.data), expected: op.version, result: 'ok', version };
    case 'delete':
    case 'check':
      return { kind: op.kind, data: null, expected: op.version, result: 'ok', version };
    default:
      return null;
  }
}

/** A refusal that tells of the node; null for any other. A create that lacks something lacks its parent. */
function refusedStep(step: PathStep, err: number): PathStep | null {
  const isCreate = step.kind === 'create';
  if (err === ErrorCode.NONODE && !isCreate) return { ...step, result: 'absent' };
  if (err === ErrorCode.NODEEXISTS && isCreate) return { ...step, result: 'present' };
  if (err === ErrorCode.BADVERSION && !isCreate) return { ...step, result: 'version' };
  // Children are asked for last: the node is there, in the version that was asked for.
  return err === ErrorCode.NOTEMPTY && step.kind === 'delete' ? { ...step, kind: 'check' } : null;
}

const NO_EFFECT: ReadonlySet<number> = new Set([
  ErrorCode.NONODE, ErrorCode.NODEEXISTS, ErrorCode.BADVERSION, ErrorCode.NOTEMPTY, ErrorCode.NOCHILDRENFOREPHEMERALS,
  ErrorCode.NOAUTH, ErrorCode.INVALIDACL, ErrorCode.BADARGUMENTS, ErrorCode.UNIMPLEMENTED, ErrorCode.MARSHALLINGERROR,
  ErrorCode.SESSIONEXPIRED, ErrorCode.SESSIONMOVED, ErrorCode.QUOTAEXCEEDED, ErrorCode.NOTREADONLY,
]);

function isNoEffect(err: number): boolean {
  return NO_EFFECT.has(err);
}

const UTF8 = new TextDecoder();

function textOf(data: Bytes | null): string {
  return data === null ? 'null' : `"${UTF8.decode(data)}"`;
}
