/**
 * One znode, immutable: every change makes a new one, so that forks, images and pending changes share the rest. It
 * keeps the stored metadata (StatPersisted); what clients see is derived from it (ZooKeeper's DataNode.copyStat).
 */
import { immutable } from '../base/fork.ts';
import { NO_NAMES, type NameSet } from '../base/name-set.ts';
import type { Acl, Bytes, Stat, StatPersisted } from '../wire/words.ts';
import { visibleOwner } from './ephemeral-owner.ts';
import { contentCrc, nodeDigest } from './node-digest.ts';
import { isSystemPath } from './path.ts';

/** See the head of the file. `path` is '' for the root. */
export class ZNode {
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly stat: StatPersisted;
  readonly children: NameSet;
  /** The running CRC over path and data, from which the digest continues. */
  readonly content: number;
  /** What it contributes to the tree's digest; 0 below /zookeeper. */
  readonly digest: number;

  constructor(path: string, data: Bytes | null, acl: readonly Acl[], stat: StatPersisted, children: NameSet, content: number) {
    this.path = path;
    this.data = data;
    this.acl = acl;
    this.stat = stat;
    this.children = children;
    this.content = content;
    this.digest = isSystemPath(path) ? 0 : nodeDigest(content, stat);
  }

  withStat(stat: StatPersisted): ZNode {
    return new ZNode(this.path, this.data, this.acl, stat, this.children, this.content);
  }

  withChildren(children: NameSet, stat: StatPersisted): ZNode {
    return new ZNode(this.path, this.data, this.acl, stat, children, this.content);
  }

  withData(data: Bytes | null, stat: StatPersisted): ZNode {
    return new ZNode(this.path, data, this.acl, stat, this.children, contentCrc(this.path, data));
  }

  withAcl(acl: readonly Acl[], stat: StatPersisted): ZNode {
    return new ZNode(this.path, this.data, acl, stat, this.children, this.content);
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
