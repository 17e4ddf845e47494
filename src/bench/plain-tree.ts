/**
 * What one would write first: every node in a Map by its path, changed in place, children in a Set. It keeps versions and
 * times and nothing else: no permissions, no digest, no watches to fire, no quotas, no order of children, and no moment of it
 * can be kept, so that a snapshot would have to stop it. A measure for the tree that can do all that.
 */
interface PlainNode {
  data: Uint8Array;
  readonly children: Set<string>;
  readonly czxid: number;
  mzxid: number;
  pzxid: number;
  readonly ctime: number;
  mtime: number;
  version: number;
  cversion: number;
}

/** See the head of the file. */
export class PlainTree {
  private readonly nodes = new Map<string, PlainNode>([['', plainNode(new Uint8Array(0), 0, 0)]]);
  private zxid = 0;
  private readonly time: number;

  /** `time`: what nodes are stamped with, in ms. */
  constructor(time: number) {
    this.time = time;
  }

  create(path: string, data: Uint8Array): void {
    const parent = this.parentOf(path);
    if (parent === undefined || this.nodes.has(path)) throw new Error(`${path} cannot be created`);
    this.zxid++;
    this.nodes.set(path, plainNode(data, this.zxid, this.time + this.zxid));
    parent.children.add(path.slice(path.lastIndexOf('/') + 1));
    parent.cversion++;
    parent.pzxid = this.zxid;
  }

  delete(path: string): void {
    const parent = this.parentOf(path);
    if (parent === undefined || !this.nodes.delete(path)) throw new Error(`${path} cannot be deleted`);
    this.zxid++;
    parent.children.delete(path.slice(path.lastIndexOf('/') + 1));
    parent.cversion++;
    parent.pzxid = this.zxid;
  }

  setData(path: string, data: Uint8Array): void {
    const node = this.nodes.get(path);
    if (node === undefined) throw new Error(`${path} is not there`);
    this.zxid++;
    node.data = data;
    node.version++;
    node.mzxid = this.zxid;
    node.mtime = this.time + this.zxid;
  }

  getData(path: string): { readonly data: Uint8Array; readonly stat: Omit<PlainNode, 'data' | 'children'> } | undefined {
    const node = this.nodes.get(path);
    if (node === undefined) return undefined;
    const { data, czxid, mzxid, pzxid, ctime, mtime, version, cversion } = node;
    return { data, stat: { czxid, mzxid, pzxid, ctime, mtime, version, cversion } };
  }

  getChildren(path: string): string[] {
    return [...(this.nodes.get(path)?.children ?? [])];
  }

  private parentOf(path: string): PlainNode | undefined {
    return this.nodes.get(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
}

function plainNode(data: Uint8Array, zxid: number, time: number): PlainNode {
  return {
    data, children: new Set(), czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: time, mtime: time, version: 0, cversion: 0,
  };
}
