/**
 * Transactions as bytes: TxnHeader, record, and the digest of the tree afterwards; the same bytes in a log entry and in a
 * PROPOSAL. Older logs are read too: a create without parentCVersion, a closeSession without its paths, no digest
 * (zookeeper.jute and SerializeUtils). `encodeTxn` runs once for every write of an ensemble, so it reuses one buffer.
 */
import { present } from '../base/invariant.ts';
import { Reader, Writer } from './jute.ts';
import { aclRecord } from './records.ts';
import { bool, constant, int, mostly, nullableBuffer, record, saturatedLong, ustring, vector } from './schema.ts';
import type { Codec } from './schema.ts';
import type {
  CheckTxn,
  CloseSessionTxn,
  CreateContainerTxn,
  CreateSessionTxn,
  CreateTtlTxn,
  CreateTxn,
  DeleteTxn,
  Digest,
  ErrorTxn,
  MultiTxn,
  SetAclTxn,
  SetDataTxn,
  SimpleTxn,
  Txn,
  TxnBody,
  TxnHeader,
} from './transactions.ts';
import { WireError } from './wire-error.ts';
import { OPEN_ACL_UNSAFE, OpCode } from './words.ts';
import type { Acl, Bytes } from './words.ts';

/** The only version of the digest that there is. */
export const DIGEST_VERSION = 2;
const DIGEST_SIZE = 12;

/** Null stands for the open list in the logs of old releases. */
const acls: Codec<readonly Acl[]> = mostly(vector(aclRecord, OPEN_ACL_UNSAFE), OPEN_ACL_UNSAFE);

/** Absent in the logs of releases before 3.4, where the record ends before it. */
const parentCVersion: Codec<number> = {
  minSize: 0,
  write: (writer, value) => writer.int(value),
  read: (reader) => (reader.remaining === 0 ? -1 : reader.int()),
};

/** Absent in the logs of releases that did not list them; a digest may follow all the same, and no two paths look like one. */
const closedPaths: Codec<readonly string[] | null> = {
  minSize: 0,
  write(writer, paths) {
    if (paths !== null) ustrings.write(writer, paths);
  },
  read(reader) {
    if (reader.remaining === 0) return null;
    const { position } = reader;
    const isDigest = reader.remaining === DIGEST_SIZE && reader.int() === DIGEST_VERSION;
    reader.position = position;
    return isDigest ? null : ustrings.read(reader);
  },
};
const ustrings: Codec<readonly string[]> = vector(ustring);

function createTxn(kind: CreateTxn['kind']): Codec<CreateTxn> {
  return record<CreateTxn>({
    kind: constant(kind),
    path: ustring,
    data: nullableBuffer,
    acl: acls,
    ephemeral: bool,
    parentCVersion,
  });
}
function deleteTxn(kind: DeleteTxn['kind']): Codec<DeleteTxn> {
  return record<DeleteTxn>({ kind: constant(kind), path: ustring });
}
function setDataTxn(kind: SetDataTxn['kind']): Codec<SetDataTxn> {
  return record<SetDataTxn>({ kind: constant(kind), path: ustring, data: nullableBuffer, version: int });
}

const simpleTxns: readonly (readonly [SimpleTxn['kind'], Codec<SimpleTxn>])[] = [
  ['create', createTxn('create')],
  ['create2', createTxn('create2')],
  [
    'createContainer',
    record<CreateContainerTxn>({
      kind: constant('createContainer'),
      path: ustring,
      data: nullableBuffer,
      acl: acls,
      parentCVersion: int,
    }),
  ],
  [
    'createTTL',
    record<CreateTtlTxn>({
      kind: constant('createTTL'),
      path: ustring,
      data: nullableBuffer,
      acl: acls,
      parentCVersion: int,
      ttl: saturatedLong,
    }),
  ],
  ['delete', deleteTxn('delete')],
  ['deleteContainer', deleteTxn('deleteContainer')],
  ['setData', setDataTxn('setData')],
  ['reconfig', setDataTxn('reconfig')],
  ['setACL', record<SetAclTxn>({ kind: constant('setACL'), path: ustring, acl: acls, version: int })],
  ['check', record<CheckTxn>({ kind: constant('check'), path: ustring, version: int })],
  ['error', record<ErrorTxn>({ kind: constant('error'), err: int })],
];
const simpleByKind: ReadonlyMap<TxnBody['kind'], Codec<SimpleTxn>> = new Map(simpleTxns);
const simpleByType: ReadonlyMap<number, Codec<SimpleTxn>> = byType(simpleTxns);

/** One operation of a multi: its type, then its record behind a length. */
const multiElement: Codec<SimpleTxn> = {
  minSize: 8,
  write(writer, txn) {
    writer.int(OpCode[txn.kind]);
    const length = writer.openLength();
    present(simpleByKind.get(txn.kind), 'every simple transaction has a codec').write(writer, txn);
    writer.closeLength(length);
  },
  read(reader) {
    const codec = simpleByType.get(reader.int());
    if (codec === undefined) throw new WireError('type');
    const length = reader.int();
    if (length < 0) throw new WireError('length');
    if (length > reader.remaining) throw new WireError('truncated');
    const end = reader.position + length;
    const inner = new Reader(reader.bytes, reader.position, end);
    const txn = codec.read(inner);
    inner.finish();
    reader.position = end;
    return txn;
  },
};

const bodies: readonly (readonly [TxnBody['kind'], Codec<TxnBody>])[] = [
  ...simpleTxns,
  ['createSession', record<CreateSessionTxn>({ kind: constant('createSession'), timeoutMs: int })],
  ['closeSession', record<CloseSessionTxn>({ kind: constant('closeSession'), paths: closedPaths })],
  ['multi', record<MultiTxn>({ kind: constant('multi'), txns: vector(multiElement) })],
];
const bodyByKind: ReadonlyMap<TxnBody['kind'], Codec<TxnBody>> = new Map(bodies);
const bodyByType: ReadonlyMap<number, Codec<TxnBody>> = byType(bodies);

function byType<C>(table: readonly (readonly [TxnBody['kind'], C])[]): ReadonlyMap<number, C> {
  return new Map(table.map(([kind, codec]) => [OpCode[kind], codec]));
}

const scratch = new Writer(1024);

/** The transaction with its bytes. The leader calls it once for every write; what it returns shares `body` and `digest`. */
export function encodeTxn(header: TxnHeader, body: TxnBody, digest: Digest | null): Txn {
  scratch.reset();
  scratch.session(header.clientId);
  scratch.int(header.cxid);
  scratch.zxid(header.zxid);
  scratch.long(header.time);
  scratch.int(OpCode[body.kind]);
  present(bodyByKind.get(body.kind), 'every transaction has a codec').write(scratch, body);
  if (digest !== null) {
    scratch.int(DIGEST_VERSION);
    scratch.words(digest.high, digest.low);
  }
  const { clientId, cxid, zxid, time } = header;
  return { clientId, cxid, zxid, time, body, digest, bytes: scratch.cut() };
}

/** Reads what `encodeTxn` or ZooKeeper wrote, all of `bytes`, which becomes the transaction's own and may not change any more. */
export function decodeTxn(bytes: Bytes): Txn {
  const reader = new Reader(bytes);
  const clientId = reader.session();
  const cxid = reader.int();
  const zxid = reader.zxid();
  const time = reader.long();
  const codec = bodyByType.get(reader.int());
  if (codec === undefined) throw new WireError('type');
  const body = codec.read(reader);
  const digest = reader.remaining === 0 ? null : readDigest(reader);
  reader.finish();
  return { clientId, cxid, zxid, time, body, digest, bytes };
}

/** Version and digest; null when the version is one that cannot be compared with ours. */
export function readDigest(reader: Reader): Digest | null {
  const version = reader.int();
  const high = reader.int() >>> 0;
  const low = reader.int() >>> 0;
  return version === DIGEST_VERSION ? { high, low } : null;
}
