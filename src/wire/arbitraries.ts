/**
 * Every message, transaction and snapshot that could travel, for laws (fast-check). What they make is canonical: it comes back
 * equal from its bytes. Sizes are small, odd values are common: null and empty, the ends of every range, text beyond ASCII.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { sessionIdFromWords } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { COUNTER_MAX, EPOCH_LIMIT, makeZxid, ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ClientMessage, MultiOp, MultiReadOp, MultiResult, Request, Response } from './client-messages.ts';
import type { Message } from './message.ts';
import type { ElectionMessage, QuorumMessage } from './quorum-messages.ts';
import { encodeTxn } from './transaction-codec.ts';
import type { CloseSessionTxn, Digest, SimpleTxn, SnapshotImage, SnapshotNode, Txn, TxnBody } from './transactions.ts';
import { ErrorCode, EventType, OpCode } from './words.ts';
import type { Acl, Bytes, Id, Stat, StatPersisted } from './words.ts';

/** An arbitrary for each field; fields travel and print in this order. */
type Model<T> = { [K in keyof T]: Arbitrary<T[K]> };

function make<T extends object>(model: Model<T>): Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const one = <K extends string>(...kinds: K[]): Arbitrary<K> => fc.constantFrom(...kinds);
const int = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.integer());
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const long = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.maxSafeInteger());
const epoch = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(EPOCH_LIMIT - 1));
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ minLength: 49, maxLength: 60 }),
);
const bytes: Arbitrary<Bytes> = fc.uint8Array({ maxLength: 40 });
const data: Arbitrary<Bytes | null> = fc.option(bytes);
const password: Arbitrary<Bytes> = fc.uint8Array({ minLength: 16, maxLength: 16 });
const texts: Arbitrary<readonly string[]> = fc.array(text, { maxLength: 4 });

const counter = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(COUNTER_MAX));

/** A zxid, −1 now and then. */
export const zxid: Arbitrary<Zxid> = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(epoch, counter).map((halves) => makeZxid(...halves)) },
  { weight: 1, arbitrary: fc.constant(ZXID_UNINITIALIZED) },
);
const realZxid: Arbitrary<Zxid> = zxid.filter((value) => value !== ZXID_UNINITIALIZED);
/** A session id, that of nobody among them. */
export const sessionId: Arbitrary<SessionId> = fc.tuple(int, int).map(([high, low]) => sessionIdFromWords(high, low));

const name = fc.oneof(fc.constantFrom('a', 'b', 'queue-0000000003', 'ä', '中'), fc.string({ minLength: 1, maxLength: 3 }));

/** A path as a server would accept it. */
export const path: Arbitrary<string> = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.map((part) => part.replaceAll('/', '_')).join('/')}`);

const id: Arbitrary<Id> = fc.oneof(
  fc.constant({ scheme: 'world', id: 'anyone' }),
  make({ scheme: fc.constantFrom('digest', 'ip', 'auth'), id: text }),
);
const acl: Arbitrary<Acl> = make({ perms: fc.oneof(fc.integer({ min: 0, max: 31 }), int), id });
const acls: Arbitrary<readonly Acl[]> = fc.array(acl, { maxLength: 3 });
const maybeAcls: Arbitrary<readonly Acl[] | null> = fc.option(acls);

const persisted: Model<StatPersisted> = {
  czxid: zxid,
  mzxid: zxid,
  ctime: time,
  mtime: time,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: sessionId,
  pzxid: zxid,
};
const stat: Arbitrary<Stat> = make<Stat>({ ...persisted, dataLength: fc.nat(), numChildren: fc.nat() });

const flags = fc.oneof(fc.integer({ min: 0, max: 6 }), int);
const createRequest = make({ kind: one('create', 'create2', 'createContainer'), path, data, acl: maybeAcls, flags });
const createTtlRequest = make({ kind: one('createTTL'), path, data, acl: maybeAcls, flags, ttl: long });
const deleteRequest = make({ kind: one('delete'), path, version: int });
const setDataRequest = make({ kind: one('setData'), path, data, version: int });
const checkRequest = make({ kind: one('check'), path, version: int });
const multiOp: Arbitrary<MultiOp> = fc.oneof(createRequest, createTtlRequest, deleteRequest, setDataRequest, checkRequest);
const multiReadOp: Arbitrary<MultiReadOp> = make({ kind: one('getData', 'getChildren'), path, watch: fc.boolean() });

const watches = { relativeZxid: zxid, dataWatches: texts, existWatches: texts, childWatches: texts };
const UNKNOWN_OPCODES = [0, -1, 10, 23, 108, -2_147_483_648];
/** Operations whose body is never empty, so that an empty one is malformed. */
const MALFORMED_OPCODES = [OpCode.create, OpCode.setACL, OpCode.multi, OpCode.setWatches2, OpCode.reconfig];

/** Everything a client may ask. */
export const request: Arbitrary<Request> = fc.oneof(
  multiOp,
  make({ kind: one('deleteContainer'), path }),
  make({ kind: one('setACL'), path, acl: maybeAcls, version: int }),
  make({ kind: one('exists', 'getData', 'getChildren', 'getChildren2'), path, watch: fc.boolean() }),
  make({ kind: one('getACL', 'sync', 'getAllChildrenNumber', 'getEphemerals'), path: fc.oneof(path, text) }),
  make({ kind: one('checkWatches', 'removeWatches'), path, watcherType: int }),
  make({ kind: one('addWatch'), path, mode: int }),
  make({ kind: one('setWatches'), ...watches }),
  make({ kind: one('setWatches2'), ...watches, persistentWatches: texts, persistentRecursiveWatches: texts }),
  make({ kind: one('auth'), authType: int, scheme: text, auth: data }),
  make({ kind: one('sasl'), token: data }),
  make({
    kind: one('reconfig'),
    joiningServers: fc.option(text),
    leavingServers: fc.option(text),
    newMembers: fc.option(text),
    configVersion: zxid,
  }),
  make({ kind: one('createSession'), timeoutMs: int }),
  make({ kind: one('ping', 'closeSession', 'whoAmI') }),
  make({ kind: one('multi'), ops: fc.array(multiOp, { maxLength: 4 }) }),
  make({ kind: one('multiRead'), ops: fc.array(multiReadOp, { maxLength: 4 }) }),
  make({ kind: one('unknown'), opcode: fc.constantFrom(...UNKNOWN_OPCODES) }),
  make({ kind: one('malformed'), opcode: fc.constantFrom(...MALFORMED_OPCODES) }),
);

const err = fc.oneof(fc.constantFrom(...Object.values(ErrorCode)), int);
const failure = err.filter((code) => code !== ErrorCode.OK);
const pathResponse = make({ kind: one('create'), path });
const children = fc.array(text, { maxLength: 4 });
const dataResponse = { data, stat };

const multiResult: Arbitrary<MultiResult> = fc.oneof(
  pathResponse,
  make({ kind: one('create2'), path, stat }),
  make({ kind: one('setData'), stat }),
  make({ kind: one('getData'), ...dataResponse }),
  make({ kind: one('getChildren'), children }),
  make({ kind: one('delete', 'check') }),
  make({ kind: one('error'), err }),
);

/** Every body of a successful reply. */
export const response: Arbitrary<Response> = fc.oneof(
  make({ kind: one('create', 'sync'), path }),
  make({ kind: one('create2', 'createContainer', 'createTTL'), path, stat }),
  make({ kind: one('exists', 'setData', 'setACL'), stat }),
  make({ kind: one('getData', 'reconfig'), ...dataResponse }),
  make({ kind: one('getACL'), acl: acls, stat }),
  make({ kind: one('getChildren'), children }),
  make({ kind: one('getChildren2'), children, stat }),
  make({ kind: one('getEphemerals'), paths: children }),
  make({ kind: one('getAllChildrenNumber'), total: fc.nat() }),
  make({ kind: one('whoAmI'), users: fc.array(make({ scheme: text, user: text }), { maxLength: 3 }) }),
  make({ kind: one('addWatch'), err }),
  make({ kind: one('sasl'), token: data }),
  make({ kind: one('delete', 'deleteContainer', 'check', 'checkWatches', 'removeWatches') }),
  make({ kind: one('setWatches', 'auth', 'ping', 'closeSession') }),
  make({ kind: one('multi', 'multiRead'), results: fc.array(multiResult, { maxLength: 4 }) }),
);

const readOnly = fc.constantFrom(true, false, undefined);
const session = { protocolVersion: int, timeoutMs: int, sessionId, password, readOnly };

const eventType = fc.constantFrom(...Object.values(EventType));

/** What travels on a client connection. */
export const clientMessage: Arbitrary<ClientMessage> = fc.oneof(
  { weight: 1, arbitrary: make({ kind: one('connectRequest'), lastZxidSeen: zxid, ...session }) },
  { weight: 1, arbitrary: make({ kind: one('connectResponse'), ...session }) },
  { weight: 6, arbitrary: make({ kind: one('request'), xid: int, request }) },
  { weight: 6, arbitrary: make({ kind: one('reply'), xid: int, zxid, err: fc.constant(ErrorCode.OK), response }) },
  { weight: 1, arbitrary: make({ kind: one('reply'), xid: int, zxid, err: failure, response: fc.constant(null) }) },
  { weight: 1, arbitrary: make({ kind: one('event'), zxid, type: eventType, state: int, path }) },
);

const simpleTxn: Arbitrary<SimpleTxn> = fc.oneof(
  make({ kind: one('create', 'create2'), path, data, acl: acls, ephemeral: fc.boolean(), parentCVersion: int }),
  make({ kind: one('createContainer'), path, data, acl: acls, parentCVersion: int }),
  make({ kind: one('createTTL'), path, data, acl: acls, parentCVersion: int, ttl: long }),
  make({ kind: one('delete', 'deleteContainer'), path }),
  make({ kind: one('setData', 'reconfig'), path, data, version: int }),
  make({ kind: one('setACL'), path, acl: acls, version: int }),
  make({ kind: one('check'), path, version: int }),
  make({ kind: one('error'), err }),
);

const closedPaths = fc.option(fc.array(path, { maxLength: 3 }));

/** What a transaction may do. */
export const txnBody: Arbitrary<TxnBody> = fc.oneof(
  { weight: 6, arbitrary: simpleTxn },
  { weight: 1, arbitrary: make({ kind: one('createSession'), timeoutMs: int }) },
  { weight: 2, arbitrary: make<CloseSessionTxn>({ kind: one('closeSession'), paths: closedPaths }) },
  { weight: 2, arbitrary: make({ kind: one('multi'), txns: fc.array(simpleTxn, { maxLength: 4 }) }) },
);

const half = fc.integer({ min: 0, max: 0xffff_ffff });
/** A digest, never zero, which stands for none. */
export const digest: Arbitrary<Digest> = make({ high: half, low: fc.integer({ min: 1, max: 0xffff_ffff }) });

/** A transaction with its bytes. */
export const txn: Arbitrary<Txn> = fc
  .record({ header: make({ clientId: sessionId, cxid: int, zxid: realZxid, time }), body: txnBody, digest: fc.option(digest) })
  .map((parts) => encodeTxn(parts.header, parts.body, parts.digest));

const snapshotNode: Arbitrary<SnapshotNode> = make({
  path,
  data,
  aclId: fc.integer({ min: -1, max: 9 }),
  stat: make<StatPersisted>(persisted),
});

/** A snapshot; its nodes need not make a tree. */
export const snapshotImage: Arbitrary<SnapshotImage> = make({
  zxid: realZxid,
  sessions: fc.array(make({ id: sessionId, timeoutMs: int }), { maxLength: 3 }),
  acls: fc.array(make({ aclId: fc.integer({ min: 1, max: 9 }), acl: acls }), { maxLength: 2 }),
  nodes: fc.array(snapshotNode, { maxLength: 5 }).map((nodes) => nodes.filter((node) => node.path !== '/')),
  digest: fc.option(digest),
});

const touched = fc.option(fc.array(make({ sessionId, timeoutMs: int }), { maxLength: 3 }));

/** What travels on a quorum connection. */
export const quorumMessage: Arbitrary<QuorumMessage> = fc.oneof(
  make({ kind: one('FOLLOWERINFO', 'OBSERVERINFO'), acceptedEpoch: epoch, sid: long, configVersion: zxid }),
  make({ kind: one('LEADERINFO'), epoch }),
  make({ kind: one('ACKEPOCH'), currentEpoch: fc.oneof(epoch, fc.constant(-1)), lastZxid: zxid }),
  make({ kind: one('DIFF', 'TRUNC'), zxid }),
  snapshotImage.map((image) => ({ kind: 'SNAP' as const, zxid: image.zxid, image: { ...image, digest: null } })),
  make({ kind: one('NEWLEADER'), zxid, config: text }),
  make({ kind: one('UPTODATE', 'SYNC') }),
  make({ kind: one('PROPOSAL', 'INFORM'), txn }),
  make({ kind: one('ACK', 'COMMIT'), zxid }),
  make({ kind: one('COMMITANDACTIVATE'), zxid, designatedLeader: long, txn: fc.constant(null) }),
  make({ kind: one('INFORMANDACTIVATE'), zxid, designatedLeader: long, txn }),
  make({ kind: one('PING'), zxid, touched }),
  make({ kind: one('REQUEST'), sessionId, cxid: int, request, authInfo: fc.option(fc.array(id, { maxLength: 3 })) }),
  make({ kind: one('REVALIDATE'), sessionId, timeoutMs: int }),
  make({ kind: one('REVALIDATED'), sessionId, valid: fc.boolean() }),
);

/** What travels on an election connection. */
export const electionMessage: Arbitrary<ElectionMessage> = fc.oneof(
  make({ kind: one('electionHello'), sid: long, address: fc.constantFrom('127.0.0.1:26012', '[::1]:3888', 'a:1|b:2') }),
  make({
    kind: one('notification'),
    state: one('LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING'),
    leader: long,
    zxid,
    electionEpoch: long,
    peerEpoch: epoch,
    config: text,
  }),
);

/** What travels on any connection. */
export const message: Arbitrary<Message> = fc.oneof(clientMessage, quorumMessage, electionMessage);
