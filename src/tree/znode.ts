/**
 * One znode. It belongs to the table that made it, under a stamp: that table may change it until it shares what it holds, and
 * makes a copy of it from then on (`node-table.ts`); for everybody else it never changes. It keeps the stored metadata
 * (StatPersisted); what clients see is derived from it (ZooKeeper's DataNode.copyStat). Millions are kept: longs are held as
 * pairs of 32-bit words, which need no objects of their own, and no object beside this one holds them.
 */
import { canonicalAs } from '../base/canonical.ts';
import { immutable } from '../base/fork.ts';
import type { SessionId } from '../base/session-id.ts';
import { highWord, lowWord, zxidOfWords, type Zxid } from '../base/zxid.ts';
import type { Acl, Bytes, Stat, StatPersisted } from '../wire/words.ts';
import { NO_CHILDREN, type Children } from './children.ts';
import { visibleOwner } from './ephemeral-owner.ts';
import { contentCrc, nodeDigest, type StatWords } from './node-digest.ts';
import { isSystemPath } from './path.ts';

const WORDS = 0x1_0000_0000;

/** What a node is made of, besides its path. */
export interface NodeContent {
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly stat: StatPersisted;
}

/** See the head of the file. */
export class ZNode implements StatWords {
  /** The table's, under which it was made. */
  readonly stamp: number;
  /** '' for the root. */
  readonly path: string;
  data: Bytes | null;
  acl: readonly Acl[];
  children: Children;
  readonly ephemeralOwner: SessionId;
  version: number;
  cversion: number;
  aversion: number;
  /** The running CRC over path and data, from which the digest continues. */
  private content: number;
  /** As 32 bits with a sign. */
  private digestWord: number;
  czxidHigh: number;
  czxidLow: number;
  mzxidHigh: number;
  mzxidLow: number;
  pzxidHigh: number;
  pzxidLow: number;
  ctimeHigh: number;
  ctimeLow: number;
  mtimeHigh: number;
  mtimeLow: number;

  private constructor(
    stamp: number, path: string, data: Bytes | null, acl: readonly Acl[], children: Children, owner: SessionId, content: number,
  ) {
    this.stamp = stamp;
    this.path = path;
    this.data = data;
    this.acl = acl;
    this.children = children;
    this.ephemeralOwner = owner;
    this.version = 0;
    this.cversion = 0;
    this.aversion = 0;
    this.content = content;
    this.digestWord = 0;
    this.czxidHigh = 0;
    this.czxidLow = 0;
    this.mzxidHigh = 0;
    this.mzxidLow = 0;
    this.pzxidHigh = 0;
    this.pzxidLow = 0;
    this.ctimeHigh = 0;
    this.ctimeLow = 0;
    this.mtimeHigh = 0;
    this.mtimeLow = 0;
  }

  /** A node without children. */
  static of(stamp: number, path: string, { data, acl, stat }: NodeContent): ZNode {
    const node = new ZNode(stamp, path, data, acl, NO_CHILDREN, stat.ephemeralOwner, contentCrc(path, data));
    node.version = stat.version;
    node.cversion = stat.cversion;
    node.aversion = stat.aversion;
    node.czxidHigh = highWord(stat.czxid);
    node.czxidLow = lowWord(stat.czxid);
    node.mzxidHigh = highWord(stat.mzxid);
    node.mzxidLow = lowWord(stat.mzxid);
    node.pzxidHigh = highWord(stat.pzxid);
    node.pzxidLow = lowWord(stat.pzxid);
    node.ctimeHigh = Math.floor(stat.ctime / WORDS);
    node.ctimeLow = stat.ctime | 0;
    node.mtimeHigh = Math.floor(stat.mtime / WORDS);
    node.mtimeLow = stat.mtime | 0;
    node.moved();
    return node;
  }

  /** A node as a transaction creates it. */
  static created(
    stamp: number, path: string, data: Bytes | null, acl: readonly Acl[], zxid: Zxid, time: number, owner: SessionId,
  ): ZNode {
    const node = new ZNode(stamp, path, data, acl, NO_CHILDREN, owner, contentCrc(path, data));
    node.czxidHigh = node.mzxidHigh = node.pzxidHigh = highWord(zxid);
    node.czxidLow = node.mzxidLow = node.pzxidLow = lowWord(zxid);
    node.ctimeHigh = node.mtimeHigh = Math.floor(time / WORDS);
    node.ctimeLow = node.mtimeLow = time | 0;
    node.moved();
    return node;
  }

  /** The same under another stamp. */
  copy(stamp: number): ZNode {
    const node = new ZNode(stamp, this.path, this.data, this.acl, this.children, this.ephemeralOwner, this.content);
    node.version = this.version;
    node.cversion = this.cversion;
    node.aversion = this.aversion;
    node.digestWord = this.digestWord;
    node.czxidHigh = this.czxidHigh;
    node.czxidLow = this.czxidLow;
    node.mzxidHigh = this.mzxidHigh;
    node.mzxidLow = this.mzxidLow;
    node.pzxidHigh = this.pzxidHigh;
    node.pzxidLow = this.pzxidLow;
    node.ctimeHigh = this.ctimeHigh;
    node.ctimeLow = this.ctimeLow;
    node.mtimeHigh = this.mtimeHigh;
    node.mtimeLow = this.mtimeLow;
    return node;
  }

  /** What it contributes to the tree's digest, 0..2³²−1; 0 below /zookeeper. */
  get digest(): number {
    return this.digestWord >>> 0;
  }

  get mzxid(): Zxid {
    return zxidOfWords(this.mzxidHigh, this.mzxidLow);
  }

  get pzxid(): Zxid {
    return zxidOfWords(this.pzxidHigh, this.pzxidLow);
  }

  get stat(): StatPersisted {
    return {
      czxid: zxidOfWords(this.czxidHigh, this.czxidLow),
      mzxid: zxidOfWords(this.mzxidHigh, this.mzxidLow),
      ctime: this.ctimeHigh * WORDS + (this.ctimeLow >>> 0),
      mtime: this.mtimeHigh * WORDS + (this.mtimeLow >>> 0),
      version: this.version,
      cversion: this.cversion,
      aversion: this.aversion,
      ephemeralOwner: this.ephemeralOwner,
      pzxid: zxidOfWords(this.pzxidHigh, this.pzxidLow),
    };
  }

  /** Its children changed. `cversion` counts creations only, so that a replay may assign it. */
  setChildren(children: Children, cversion: number, pzxid: Zxid): void {
    this.children = children;
    this.cversion = cversion;
    this.pzxidHigh = highWord(pzxid);
    this.pzxidLow = lowWord(pzxid);
    this.moved();
  }

  /** Its data were set. */
  setData(data: Bytes | null, version: number, mzxid: Zxid, mtime: number): void {
    this.data = data;
    this.content = contentCrc(this.path, data);
    this.version = version;
    this.mzxidHigh = highWord(mzxid);
    this.mzxidLow = lowWord(mzxid);
    this.mtimeHigh = Math.floor(mtime / WORDS);
    this.mtimeLow = mtime | 0;
    this.moved();
  }

  /** Other data, by no transaction: of a node that the digest leaves out. */
  setCounts(data: Bytes): void {
    this.data = data;
    this.content = contentCrc(this.path, data);
    this.moved();
  }

  /** Its list was set. */
  setAcl(acl: readonly Acl[], aversion: number): void {
    this.acl = acl;
    this.aversion = aversion;
    this.moved();
  }

  private moved(): void {
    this.digestWord = isSystemPath(this.path) ? 0 : nodeDigest(this.content, this);
  }
}
// Its table changes it, but only before it is shared.
immutable(ZNode);
canonicalAs(ZNode, (node) => {
  if (!(node instanceof ZNode)) return node;
  const { path, data, acl, children, stat, digest } = node;
  return { path, data, acl, children, stat, digest };
});

/** The metadata as clients see it. The visible cversion counts creations and deletions of children: 2·creations − children. */
export function visibleStat(node: ZNode): Stat {
  const numChildren = node.children.size;
  return {
    czxid: zxidOfWords(node.czxidHigh, node.czxidLow),
    mzxid: zxidOfWords(node.mzxidHigh, node.mzxidLow),
    ctime: node.ctimeHigh * WORDS + (node.ctimeLow >>> 0),
    mtime: node.mtimeHigh * WORDS + (node.mtimeLow >>> 0),
    version: node.version,
    cversion: (2 * node.cversion - numChildren) | 0,
    aversion: node.aversion,
    ephemeralOwner: visibleOwner(node.ephemeralOwner),
    dataLength: node.data === null ? 0 : node.data.length,
    numChildren,
    pzxid: zxidOfWords(node.pzxidHigh, node.pzxidLow),
  };
}
