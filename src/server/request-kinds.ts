/**
 * Which requests change the state (and go through the leader), which only read it, and which a client may not
 * ask for.
 */
import type { RequestKind } from '../wire/client-messages.ts';

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
