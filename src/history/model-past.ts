/**
 * What the reference model tells of the states that it has been through: any node, its Stat, its children, at any zxid. It
 * only looks: how one state becomes the next is the model's.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Stat } from '../wire/words.ts';
import type { ChildChange, NodeVersion, PathHistory } from './model-state.ts';

/** Every version of everything. */
export class Past {
  readonly paths: Map<string, PathHistory> = new Map();

  /** The node as it was after the transaction `zxid`; undefined while there was none. */
  nodeAt(path: string, zxid: Zxid): NodeVersion | undefined {
    const versions = this.paths.get(path)?.versions;
    if (versions === undefined) return undefined;
    for (let i = versions.length - 1; i >= 0; i--) {
      const version = versions[i];
      if (version !== undefined && version.zxid <= zxid) return version.exists ? version : undefined;
    }
    return undefined;
  }

  /** The node as it is after all that was replayed. */
  node(path: string): NodeVersion | undefined {
    const version = this.paths.get(path)?.versions.at(-1);
    return version?.exists === true ? version : undefined;
  }

  /** How many children the present incarnation was ever given: the stored cversion. */
  creations(path: string): number {
    return this.paths.get(path)?.changes.at(-1)?.creations ?? 0;
  }

  /** Its metadata after the transaction `zxid`, as clients see it. */
  statAt(path: string, zxid: Zxid): Stat | undefined {
    const version = this.nodeAt(path, zxid);
    const changes = this.paths.get(path)?.changes;
    if (version === undefined || changes === undefined) return undefined;
    let i = changes.length - 1;
    while (i > 0 && (changes[i]?.zxid ?? zxid) > zxid) i--;
    const change = changes[i];
    return change === undefined ? undefined : statOf(version, change);
  }

  /** The names of its children after the transaction `zxid`; a fresh set unless nothing has changed since. */
  childrenAt(path: string, zxid: Zxid): ReadonlySet<string> | undefined {
    const history = this.paths.get(path);
    if (history === undefined || this.nodeAt(path, zxid) === undefined) return undefined;
    const { changes } = history;
    if ((changes.at(-1)?.zxid ?? zxid) <= zxid) return history.children;
    const children = new Set(history.children);
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i];
      if (change === undefined || change.zxid <= zxid) break;
      if (change.name === '') continue;
      if (change.isCreation) children.delete(change.name);
      else children.add(change.name);
    }
    return children;
  }

  /** How many nodes are below `path` after the transaction `zxid`. */
  countBelow(path: string, zxid: Zxid): number {
    return this.below(path, zxid).length - 1;
  }

  /** The paths of a session's ephemeral nodes after the transaction `zxid`. */
  ephemeralsAt(sessionId: SessionId, zxid: Zxid): string[] {
    return [...this.paths.keys()].filter((path) => this.nodeAt(path, zxid)?.owner === sessionId);
  }

  /** The path and all paths below it. */
  protected below(path: string, zxid: Zxid): string[] {
    const found = [path];
    for (const each of found) {
      for (const name of this.childrenAt(each, zxid) ?? []) found.push(each === '/' ? `/${name}` : `${each}/${name}`);
    }
    return found;
  }
}

/** `/a` of `/a/b`, `/` of `/a`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function statOf(version: NodeVersion, change: ChildChange): Stat {
  return {
    czxid: version.czxid,
    mzxid: version.mzxid,
    ctime: version.ctime,
    mtime: version.mtime,
    version: version.version,
    // Stored, it counts creations; shown, creations and deletions.
    cversion: (2 * change.creations - change.count) | 0,
    aversion: version.aversion,
    ephemeralOwner: version.owner,
    dataLength: version.data?.length ?? 0,
    numChildren: change.count,
    pzxid: change.zxid,
  };
}
