/**
 * One znode, immutable: every change makes a new one, so that forks, images and pending changes share the rest. It
 * keeps the stored metadata (StatPersisted); what clients see is derived from it (ZooKeeper's DataNode.copyStat).
 * Millions are kept: longs are held as pairs of 32-bit words, which need no objects of their own, and no object beside
 * this one holds them.
 */
import { immutable } from '../base/fork.ts';
import { NO_NAMES, type NameSet } from '../base/name-set.ts';
import type { SessionId } from '../base/session-id.ts';
import { highWord, lowWord, zxidOfWords } from '../base/zxid.ts';
import type { Acl, Bytes, Stat, StatPersisted } from '../wire/words.ts';
import { visibleOwner } from './ephemeral-owner.ts';
import { contentCrc, nodeDigest } from './node-digest.ts';
import { isSystemPath } from './path.ts';

const WORDS = 0x1_0000_0000;

/** See the head of the file. */
export class ZNode {
  /** The path; '' for the root. */
  readonly key: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly children: NameSet;
  readonly ephemeralOwner: SessionId;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** The running CRC over path and data, from which the digest continues. */
  readonly content: number;
  /** As 32 bits with a sign. */
  private readonly digestWord: number;
  private readonly czxidHigh: number;
  private readonly czxidLow: number;
  private readonly mzxidHigh: number;
  private readonly mzxidLow: number;
  private readonly pzxidHigh: number;
  private readonly pzxidLow: number;
  private readonly ctimeHigh: number;
  private readonly ctimeLow: number;
  private readonly mtimeHigh: number;
  private readonly mtimeLow: number;

  constructor(path: string, data: Bytes | null, acl: readonly Acl[], stat: StatPersisted, children: NameSet, content: number) {
    this.key = path;
    this.data = data;
    this.acl = acl;
    this.children = children;
    this.ephemeralOwner = stat.ephemeralOwner;
    this.version = stat.version;
    this.cversion = stat.cversion;
    this.aversion = stat.aversion;
    this.content = content;
    this.digestWord = isSystemPath(path) ? 0 : nodeDigest(content, stat) | 0;
    this.czxidHigh = highWord(stat.czxid);
    this.czxidLow = lowWord(stat.czxid);
    this.mzxidHigh = highWord(stat.mzxid);
    this.mzxidLow = lowWord(stat.mzxid);
    this.pzxidHigh = highWord(stat.pzxid);
    this.pzxidLow = lowWord(stat.pzxid);
    this.ctimeHigh = Math.floor(stat.ctime / WORDS);
    this.ctimeLow = stat.ctime | 0;
    this.mtimeHigh = Math.floor(stat.mtime / WORDS);
    this.mtimeLow = stat.mtime | 0;
  }

  get path(): string {
    return this.key;
  }

  /** What it contributes to the tree's digest, 0..2³²−1; 0 below /zookeeper. */
  get digest(): number {
    return this.digestWord >>> 0;
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

  withStat(stat: StatPersisted): ZNode {
    return new ZNode(this.key, this.data, this.acl, stat, this.children, this.content);
  }

  withChildren(children: NameSet, stat: StatPersisted): ZNode {
    return new ZNode(this.key, this.data, this.acl, stat, children, this.content);
  }

  withData(data: Bytes | null, stat: StatPersisted): ZNode {
    return new ZNode(this.key, data, this.acl, stat, this.children, contentCrc(this.key, data));
  }

  withAcl(acl: readonly Acl[], stat: StatPersisted): ZNode {
    return new ZNode(this.key, this.data, acl, stat, this.children, this.content);
  }
}
immutable(ZNode);

/** A node without children. */
export function makeZNode(path: string, data: Bytes | null, acl: readonly Acl[], stat: StatPersisted): ZNode {
  return new ZNode(path, data, acl, stat, NO_NAMES, contentCrc(path, data));
}

/** The metadata as clients see it. The visible cversion counts creations and deletions of children: 2·creations − children. */
export function visibleStat(node: ZNode): Stat {
  const stat = node.stat;
  const numChildren = node.children.size;
  return {
    czxid: stat.czxid,
    mzxid: stat.mzxid,
    ctime: stat.ctime,
    mtime: stat.mtime,
    version: stat.version,
    cversion: (2 * stat.cversion - numChildren) | 0,
    aversion: stat.aversion,
    ephemeralOwner: visibleOwner(stat.ephemeralOwner),
    dataLength: node.data === null ? 0 : node.data.length,
    numChildren,
    pzxid: stat.pzxid,
  };
}
