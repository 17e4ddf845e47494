/**
 * What a caller of the promise-based client says, as the requests that travel: kinds of nodes, data, permissions, and the steps
 * of a multi. Pure.
 */
import type { MultiOp, MultiResult as WireResult } from '../wire/client-messages.ts';
import { encodeText } from '../wire/utf8.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type Acl, type Bytes, type Stat } from '../wire/words.ts';
import { pathFault, toClientPath, toServerPath } from './client-path.ts';
import { MultiError, ZooKeeperError } from './errors.ts';

const INT32_LIMIT = 0x8000_0000;

/** What may stand in a node: text is sent as UTF-8. */
export type Data = string | Bytes | null;

/** ZooKeeper's CreateMode. */
export type CreateMode = keyof typeof CreateFlag;

/** What kind of node to create. */
export interface CreateOptions {
  /** PERSISTENT if left out. */
  readonly mode?: CreateMode;
  /** Everybody may do everything if left out. */
  readonly acl?: readonly Acl[];
  /** Milliseconds after which a childless node that is not changed goes; for the two modes WITH_TTL. */
  readonly ttlMs?: number;
}

/** One step of a multi. */
export type MultiStep =
  | { readonly kind: 'create'; readonly path: string; readonly data: Data; readonly options: CreateOptions }
  | { readonly kind: 'set'; readonly path: string; readonly data: Data; readonly version: number }
  | { readonly kind: 'delete' | 'check'; readonly path: string; readonly version: number };

/** What came of one step; `path` is the node's, with its sequence number if it has one. */
export type MultiResult =
  | { readonly kind: 'create'; readonly path: string; readonly stat: Stat }
  | { readonly kind: 'set'; readonly stat: Stat }
  | { readonly kind: 'delete' | 'check' };

/** The bytes of what a caller said; throws BADARGUMENTS where that is neither text nor bytes. */
function toBytes(operation: string, path: string, data: Data): Bytes | null {
  if (typeof data === 'string') return encodeText(data);
  if (data === null || data instanceof Uint8Array) return data;
  throw ZooKeeperError.badArguments(operation, path, 'data must be text, bytes or null');
}

/** The version; throws BADARGUMENTS where no node can have it. */
export function checkedVersion(operation: string, path: string, version: number): number {
  if (Number.isInteger(version) && version >= -INT32_LIMIT && version < INT32_LIMIT) return version;
  throw ZooKeeperError.badArguments(operation, path, `a version is a whole number of 32 bits, not ${version}`);
}

/** Whether the server adds a number to the name. */
export function isSequentialMode(mode: CreateMode): boolean {
  return mode.includes('SEQUENTIAL');
}

/** Throws BADARGUMENTS, in ZooKeeper's words, if a path is none. */
export function checkPath(operation: string, path: string, isSequential: boolean = false): void {
  const fault = pathFault(path, isSequential);
  if (fault !== undefined) throw ZooKeeperError.badArguments(operation, path, fault);
}

/** The request that creates a node and answers with its Stat. */
export function createRequest(chroot: string, path: string, data: Data, options: CreateOptions): MultiOp {
  const { mode = 'PERSISTENT', acl = OPEN_ACL_UNSAFE, ttlMs } = options;
  const modes = Object.keys(CreateFlag);
  if (!modes.includes(mode)) throw ZooKeeperError.badArguments('create', path, `mode must be one of ${modes.join(', ')}`);
  checkPath('create', path, isSequentialMode(mode));
  const needsTtl = mode.endsWith('WITH_TTL');
  if (needsTtl !== (ttlMs !== undefined)) {
    throw ZooKeeperError.badArguments('create', path, `the mode ${mode} ${needsTtl ? 'needs' : 'has no'} ttlMs`);
  }
  const common = { path: toServerPath(chroot, path), data: toBytes('create', path, data), acl, flags: CreateFlag[mode] };
  if (ttlMs !== undefined) return { kind: 'createTTL', ...common, ttl: ttlMs };
  return { kind: mode === 'CONTAINER' ? 'createContainer' : 'create2', ...common };
}

/** The request of one step. */
export function stepRequest(chroot: string, step: MultiStep): MultiOp {
  if (step.kind === 'create') return createRequest(chroot, step.path, step.data, step.options);
  checkPath(step.kind, step.path);
  const path = toServerPath(chroot, step.path);
  const version = checkedVersion(step.kind, step.path, step.version);
  if (step.kind !== 'set') return { kind: step.kind, path, version };
  return { kind: 'setData', path, data: toBytes(step.kind, step.path, step.data), version };
}

/** What a caller is told of a multi; throws a `MultiError` where a step has failed. */
export function stepResults(chroot: string, steps: readonly MultiStep[], results: readonly WireResult[]): MultiResult[] {
  const codes = results.map((result) => (result.kind === 'error' ? result.err : ErrorCode.OK));
  const index = codes.findIndex((code) => code !== ErrorCode.OK);
  const failed = steps[index];
  if (failed !== undefined) throw new MultiError(codes, index, failed.kind, failed.path);
  return results.flatMap((result) => stepResult(chroot, result) ?? []);
}

/** What a caller is told of one step; undefined for what answers no step. */
function stepResult(chroot: string, result: WireResult): MultiResult | undefined {
  switch (result.kind) {
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return { kind: 'create', path: toClientPath(chroot, result.path), stat: result.stat };
    case 'setData':
      return { kind: 'set', stat: result.stat };
    case 'delete':
    case 'check':
      return { kind: result.kind };
    default:
      return undefined;
  }
}
