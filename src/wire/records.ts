/**
 * The small records that requests, transactions and snapshots share (zookeeper.jute: Id, ACL, Stat, StatPersisted). Field
 * order is the wire's.
 */
import { int, long, record, session, ustring, zxid } from './schema.ts';
import type { Codec } from './schema.ts';
import type { Acl, Id, Stat, StatPersisted } from './words.ts';

/** An identity. */
export const idRecord: Codec<Id> = record<Id>({ scheme: ustring, id: ustring });
/** One entry of an access control list. */
export const aclRecord: Codec<Acl> = record<Acl>({ perms: int, id: idRecord });

/** 68 bytes: what clients see of a node. */
export const statRecord: Codec<Stat> = record<Stat>({
  czxid: zxid,
  mzxid: zxid,
  ctime: long,
  mtime: long,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: session,
  dataLength: int,
  numChildren: int,
  pzxid: zxid,
});

/** 60 bytes: what snapshots keep of a node. */
export const statPersistedRecord: Codec<StatPersisted> = record<StatPersisted>({
  czxid: zxid,
  mzxid: zxid,
  ctime: long,
  mtime: long,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: session,
  pzxid: zxid,
});
