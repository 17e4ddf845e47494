/**
 * Which requests change the state (and go through the leader), which only read it, and which a client may not
 * ask for.
 */
import type { CreateRequest, Request, RequestKind } from '../wire/client-messages.ts';
import { CreateFlag } from '../wire/words.ts';

/** How a request travels: a write and a flush by way of the leader, a read here, the rest never. */
export type RequestClass = 'write' | 'flush' | 'read' | 'connection' | 'refused';

const CLASSES: Readonly<Record<RequestKind, RequestClass>> = {
  create: 'write',
  create2: 'write',
  createContainer: 'write',
  createTTL: 'write',
  delete: 'write',
  setData: 'write',
  setACL: 'write',
  multi: 'write',
  reconfig: 'write',
  closeSession: 'write',
  sync: 'flush',
  exists: 'read',
  getData: 'read',
  getChildren: 'read',
  getChildren2: 'read',
  getACL: 'read',
  getEphemerals: 'read',
  getAllChildrenNumber: 'read',
  multiRead: 'read',
  checkWatches: 'read',
  removeWatches: 'read',
  addWatch: 'read',
  setWatches: 'read',
  setWatches2: 'read',
  whoAmI: 'read',
  ping: 'read',
  malformed: 'read',
  auth: 'connection',
  sasl: 'connection',
  // Internal ones, which ZooKeeper lets slip in from a client, a check outside a multi, and what nobody
  // knows.
  createSession: 'refused',
  deleteContainer: 'refused',
  check: 'refused',
  unknown: 'refused',
};

/** The class of a request, by its kind alone. */
export function classOf(kind: RequestKind): RequestClass {
  return CLASSES[kind];
}

/** Calls `visit` with the path of every ephemeral node that the request would create, within a multi too (ZOOKEEPER-2725). */
export function forEachEphemeral(request: Request, visit: (path: string) => void): void {
  if (request.kind === 'multi') {
    for (const op of request.ops) if (createsEphemeral(op)) visit(op.path);
  } else if (createsEphemeral(request)) {
    visit(request.path);
  }
}

/** Whether a session must be a global one to ask for this. */
export function needsGlobalSession(request: Request): boolean {
  return request.kind === 'multi' ? request.ops.some(createsEphemeral) : createsEphemeral(request);
}

function createsEphemeral(request: Request): request is CreateRequest {
  if (request.kind !== 'create' && request.kind !== 'create2') return false;
  return request.flags === CreateFlag.EPHEMERAL || request.flags === CreateFlag.EPHEMERAL_SEQUENTIAL;
}
