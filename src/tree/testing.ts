/** Short forms for the tests of this folder: a lone server that prepares and applies at once, or later. */
import { canonicalOf } from '../base/canonical.ts';
import { sessionIdFromWords, type SessionId } from '../base/session-id.ts';
import { makeZxid, type Zxid } from '../base/zxid.ts';
import type {
  CreateRequest, CreateTtlRequest, DeleteRequest, MultiOp, MultiRequest, Request, SetDataRequest,
} from '../wire/client-messages.ts';
import type { TxnBody, TxnHeader } from '../wire/transactions.ts';
import { CreateFlag, OPEN_ACL_UNSAFE, type Acl, type Bytes, type Id } from '../wire/words.ts';
import { DataTree, type Applied } from './data-tree.ts';
import { DEFAULT_PREPARE_OPTIONS, PendingChanges, prepare, type PrepareOptions, type Requester } from './prepare.ts';

/** The session that asks where nothing else is said. */
export const SESSION: SessionId = sessionIdFromWords(0x01000000, 7);
/** Another one. */
export const OTHER_SESSION: SessionId = sessionIdFromWords(0x02000000, 9);
/** A requester who has proved nothing. */
export const ANYBODY: Requester = { sessionId: SESSION, authInfo: [] };

/** One transaction as a log keeps it. */
export interface Entry {
  readonly header: TxnHeader;
  readonly body: TxnBody;
}

/** A tree with its leader's pending changes and its log. */
export class Bench {
  tree: DataTree = new DataTree();
  readonly pending: PendingChanges = new PendingChanges();
  readonly log: Entry[] = [];
  appliedCount = 0;
  options: PrepareOptions = DEFAULT_PREPARE_OPTIONS;

  get lastZxid(): Zxid {
    return makeZxid(1, this.log.length);
  }

  /** Prepares only. */
  propose(request: Request, requester: Requester = ANYBODY): TxnBody {
    const zxid = makeZxid(1, this.log.length + 1);
    const time = 1_000 + this.log.length;
    const body = prepare(this.tree, this.pending, request, requester, { zxid, time }, this.options);
    this.log.push({ header: { clientId: requester.sessionId, cxid: 0, zxid, time }, body });
    return body;
  }

  /** Applies the next `count` proposals, or all; the outcome of the last. */
  commit(count: number = this.log.length): Applied | undefined {
    let last: Applied | undefined;
    for (const end = this.appliedCount + count; this.appliedCount < end; this.appliedCount++) {
      const entry = this.log[this.appliedCount];
      if (entry === undefined) break;
      last = this.tree.apply(entry.header, entry.body);
      this.pending.applied(entry.header.zxid);
    }
    return last;
  }

  write(request: Request, requester: Requester = ANYBODY): Applied {
    this.propose(request, requester);
    return this.commit() ?? { err: 0, path: null, stat: null, results: null, triggers: [] };
  }
}

/** UTF-8. */
export function bytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** From UTF-8. */
export function text(data: Bytes | null | undefined): string | null {
  return data === null || data === undefined ? null : new TextDecoder().decode(data);
}

/** A create with a `CreateFlag`. */
export function create(
  path: string, flags: number = 0, data: string = 'd', acl: readonly Acl[] | null = OPEN_ACL_UNSAFE,
): CreateRequest {
  return { kind: 'create', path, data: bytes(data), acl, flags };
}

/** A container. */
export function createContainer(path: string): CreateRequest {
  return { kind: 'createContainer', path, data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.CONTAINER };
}

/** A create with a TTL in ms. */
export function createTtl(path: string, ttl: number, flags: number = 5): CreateTtlRequest {
  return { kind: 'createTTL', path, data: null, acl: OPEN_ACL_UNSAFE, flags, ttl };
}

/** A delete. */
export function remove(path: string, version: number = -1): DeleteRequest {
  return { kind: 'delete', path, version };
}

/** A setData. */
export function set(path: string, data: string, version: number = -1): SetDataRequest {
  return { kind: 'setData', path, data: bytes(data), version };
}

/** One entry of a list. */
export function acl(perms: number, scheme: string, id: string): Acl {
  return { perms, id: { scheme, id } };
}

/** The usual session with these ids. */
export function as(...authInfo: readonly Id[]): Requester {
  return { sessionId: SESSION, authInfo };
}

/** Some operations as one. */
export function multi(...ops: readonly MultiOp[]): MultiRequest {
  return { kind: 'multi', ops };
}

/** A copy of trees, images and their parts at this moment, with what stands for content in place of how it is laid out. */
export function content(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const standIn = canonicalOf(value);
  if (standIn !== value) return content(standIn);
  if (Array.isArray(value)) return value.map(content);
  if (value instanceof Map) return [...value].map(content);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, content(field)]));
}
