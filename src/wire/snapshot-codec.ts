/**
 * Snapshots as bytes: the file (section 3.3 of the format's description: header, sessions, access control lists, nodes, and the
 * seals, over which one Adler-32 runs on) and the body alone, which is what a leader streams to a learner. To the byte what
 * ZooKeeper 3.9 writes, both ways; a file that is damaged anywhere is refused, never read in part.
 */
import { adler32 } from '../base/checksum.ts';
import { immutable } from '../base/fork.ts';
import type { Zxid } from '../base/zxid.ts';
import { Reader, Writer } from './jute.ts';
import { aclRecord, statPersistedRecord } from './records.ts';
import { int, long, nullableBuffer, record, session, vector } from './schema.ts';
import type { Codec } from './schema.ts';
import { cursorOver } from './snapshot-nodes.ts';
import { DIGEST_VERSION, readDigest } from './transaction-codec.ts';
import type {
  Digest, SnapshotAcl, SnapshotCursor, SnapshotImage, SnapshotNode, SnapshotNodes, SnapshotSession,
} from './transactions.ts';
import { WireError } from './wire-error.ts';

/** "ZKSN" */
export const SNAPSHOT_MAGIC = 0x5a4b534e;
const SNAPSHOT_VERSION = 2;
/** Ends the list of nodes and every seal: no node has this path, the root's being empty. */
const END = '/';

const sessions: Codec<readonly SnapshotSession[]> = vector(record<SnapshotSession>({ id: session, timeoutMs: int }));
const acls: Codec<readonly SnapshotAcl[]> = vector(record<SnapshotAcl>({ aclId: long, acl: vector(aclRecord) }));

/** What a node says besides its path. */
type NodeRest = Omit<SnapshotNode, 'path'>;
const nodeRest: Codec<NodeRest> = record<NodeRest>({ data: nullableBuffer, aclId: long, stat: statPersistedRecord });

/** Sessions, lists and nodes, without header, digest and seals. */
export type SnapshotBody = Pick<SnapshotImage, 'sessions' | 'acls' | 'nodes'>;

/** Writes sessions, lists and nodes: what follows a SNAP packet. */
export function writeSnapshotBody(writer: Writer, body: SnapshotBody): void {
  sessions.write(writer, body.sessions);
  acls.write(writer, body.acls);
  for (const node of body.nodes) writeNode(writer, node);
  writer.ustring(END);
}

function writeNode(writer: Writer, node: SnapshotNode): void {
  writer.ustring(node.path);
  nodeRest.write(writer, node);
}

/** Reads what `writeSnapshotBody` wrote, at once. */
export function readSnapshotBody(reader: Reader): SnapshotBody {
  const body = { sessions: sessions.read(reader), acls: acls.read(reader) };
  const nodes: SnapshotNode[] = [];
  while (!reader.isNext(END)) nodes.push(readNode(reader));
  reader.ustring();
  return { ...body, nodes };
}

/** The file of an image, at once. */
export function encodeSnapshot(image: SnapshotImage): Uint8Array {
  return new SnapshotEncoder(image).take(Number.MAX_SAFE_INTEGER);
}

/**
 * The file of an image in pieces, so that nobody has to wait for all of it and nobody has to hold it. Without a digest the
 * digest's block is zeroed, as ZooKeeper does before the first transaction. Plain data.
 */
export class SnapshotEncoder {
  isDone: boolean = false;
  private readonly image: SnapshotImage;
  private readonly nodes: SnapshotCursor;
  private readonly seal: Seal = new Seal();
  private isBegun = false;

  constructor(image: SnapshotImage) {
    this.image = image;
    this.nodes = cursorOver(image.nodes);
  }

  /** The next piece, of at least so many bytes unless it is the last, and at most one node more. */
  take(enough: number): Uint8Array {
    const writer = new Writer(Math.min(enough, 512 + 128 * this.image.nodes.length) + PIECE_MARGIN);
    if (!this.isBegun) this.begin(writer);
    while (writer.length < enough && !this.isDone) {
      const node = this.nodes.next();
      if (node !== null) writeNode(writer, node);
      else this.end(writer);
    }
    this.seal.cover(writer.bytes, writer.length);
    this.seal.nextBuffer();
    return writer.take();
  }

  private begin(writer: Writer): void {
    this.isBegun = true;
    writer.int(SNAPSHOT_MAGIC);
    writer.int(SNAPSHOT_VERSION);
    writer.words(-1, -1);
    sessions.write(writer, this.image.sessions);
    acls.write(writer, this.image.acls);
  }

  private end(writer: Writer): void {
    this.isDone = true;
    writer.ustring(END);
    this.seal.write(writer);
    writeDigestBlock(writer, this.image);
    this.seal.write(writer);
    writer.zxid(this.image.zxid);
    this.seal.write(writer);
  }
}

function writeDigestBlock(writer: Writer, image: SnapshotImage): void {
  if (image.digest === null) writer.words(0, 0);
  else writer.zxid(image.zxid);
  writer.int(DIGEST_VERSION);
  writer.words(image.digest?.high ?? 0, image.digest?.low ?? 0);
}

/**
 * Reads a whole file. `named` is the zxid in the file's name: it wins over the one inside, which is absent before 3.9 and, in a
 * fuzzy snapshot of ZooKeeper's, later than the point from which the log must be replayed. Where both are absent, `WireError`.
 */
export function decodeSnapshot(bytes: Uint8Array, named?: Zxid): SnapshotImage {
  const reader = new Reader(bytes);
  if (reader.int() !== SNAPSHOT_MAGIC) throw new WireError('magic');
  if (reader.int() !== SNAPSHOT_VERSION) throw new WireError('version');
  reader.session();
  const body = readFileBody(reader);
  const seal = new Seal();
  seal.read(reader);
  const trailer = readTrailer(reader, seal);
  const zxid = named ?? trailer.zxid;
  if (zxid === undefined) throw new WireError('truncated');
  return { zxid, ...body, digest: trailer.digestZxid === zxid ? trailer.digest : null };
}

/** Checks every node and makes none yet. */
function readFileBody(reader: Reader): SnapshotBody {
  const body = { sessions: sessions.read(reader), acls: acls.read(reader) };
  const start = reader.position;
  let count = 0;
  for (; !reader.isNext(END); count++) checkNode(reader);
  reader.ustring();
  return { ...body, nodes: new EncodedNodes(reader.bytes, start, count) };
}

/** Throws what `readNode` would throw, and makes nothing. */
function checkNode(reader: Reader): void {
  reader.skipUstring();
  reader.skipNullableBuffer();
  reader.long();
  reader.zxid();
  reader.zxid();
  reader.long();
  reader.long();
  reader.words(5);
  reader.zxid();
}

function readNode(reader: Reader): SnapshotNode {
  const path = reader.ustring();
  const { data, aclId, stat } = nodeRest.read(reader);
  return { path, data, aclId, stat };
}

/** The nodes of a file, made when somebody walks over them: the bytes take a fraction of the memory. They were checked. */
class EncodedNodes implements SnapshotNodes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;

  constructor(bytes: Uint8Array, start: number, length: number) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
  }

  cursor(): SnapshotCursor {
    return new EncodedCursor(this);
  }

  *[Symbol.iterator](): Generator<SnapshotNode> {
    const cursor = this.cursor();
    for (let node = cursor.next(); node !== null; node = cursor.next()) yield node;
  }
}

class EncodedCursor implements SnapshotCursor {
  private readonly reader: Reader;
  private left: number;

  constructor({ bytes, start, length }: EncodedNodes) {
    this.reader = new Reader(bytes, start);
    this.left = length;
  }

  next(): SnapshotNode | null {
    if (this.left === 0) return null;
    this.left--;
    return readNode(this.reader);
  }
}
immutable(EncodedNodes);

interface Trailer {
  digest: Digest | null;
  digestZxid: Zxid | undefined;
  zxid: Zxid | undefined;
}

/** The optional blocks after the first seal: the digest (20 bytes and a seal), the last zxid (8 bytes and a seal). */
function readTrailer(reader: Reader, seal: Seal): Trailer {
  const trailer: Trailer = { digest: null, digestZxid: undefined, zxid: undefined };
  if (reader.remaining >= 20 + SEAL_SIZE) {
    trailer.digestZxid = reader.zxid();
    const digest = readDigest(reader);
    trailer.digest = digest !== null && digest.high === 0 && digest.low === 0 ? null : digest;
    seal.read(reader);
  }
  if (reader.remaining > 0) {
    trailer.zxid = reader.zxid();
    seal.read(reader);
  }
  reader.finish();
  return trailer;
}

const SEAL_SIZE = 13;
/** Room in a piece for a node that goes beyond what is enough. */
const PIECE_MARGIN = 512;

/** The running checksum: each seal covers everything before it, earlier seals and earlier buffers included. */
class Seal {
  private adler: number = 1;
  private covered: number = 0;

  write(writer: Writer): void {
    writer.words(0, this.cover(writer.bytes, writer.length));
    writer.ustring(END);
  }

  read(reader: Reader): void {
    const expected = this.cover(reader.bytes, reader.position);
    if (reader.int() !== 0 || reader.int() >>> 0 !== expected) throw new WireError('checksum');
    if (reader.ustring() !== END) throw new WireError('seal');
  }

  /** Runs on to `end` of this buffer. */
  cover(bytes: Uint8Array, end: number): number {
    this.adler = adler32(bytes, this.covered, end, this.adler);
    this.covered = end;
    return this.adler;
  }

  /** What follows is in another buffer, from its start. */
  nextBuffer(): void {
    this.covered = 0;
  }
}
