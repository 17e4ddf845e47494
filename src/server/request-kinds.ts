/**
 * Which requests change the state (and go through the leader), which only read it, and which a client may not
 * ask for.
 */
import type { CreateRequest, Request, RequestKind } from '../wire/client-messages.ts';
import { CreateFlag, OpCode } from '../wire/words.ts';

/** How a request travels: a write and a flush by way of the leader, a read here, the rest never. */
export type RequestClass = 'write' | 'flush' | 'read' | 'connection' | 'refused';

const CLASSES: Readonly<Record<Exclude<RequestKind, 'malformed'>, RequestClass>> = {
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
  auth: 'connection',
  sasl: 'connection',
  // Internal ones, which ZooKeeper lets slip in from a client, a check outside a multi, and what nobody
  // knows.
  createSession: 'refused',
  deleteContainer: 'refused',
  check: 'refused',
  unknown: 'refused',
};

/** Operations that take their zxid before their body is read, so that one that cannot be read has its place in the order. */
const NUMBERED_UNREAD: ReadonlySet<number> = new Set([
  OpCode.create, OpCode.create2, OpCode.createContainer, OpCode.createTTL, OpCode.delete, OpCode.setData, OpCode.setACL,
  OpCode.multi,
]);

/** The class of a request. */
export function classOf(request: Request): RequestClass {
  if (request.kind !== 'malformed') return CLASSES[request.kind];
  return NUMBERED_UNREAD.has(request.opcode) ? 'write' : 'read';
}

/** Whether these are credentials that cannot be read: they are not answered. */
export function isUnreadableAuth(request: Request): boolean {
  return request.kind === 'malformed' && (request.opcode === OpCode.auth || request.opcode === OpCode.sasl);
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
