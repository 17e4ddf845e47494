/** A walk over the nodes of an image, whether they are all there or made on the way. */
import type { SnapshotCursor, SnapshotImage, SnapshotNode } from './transactions.ts';

/** See the head of the file. Plain data. */
export function cursorOver(nodes: SnapshotImage['nodes']): SnapshotCursor {
  return 'cursor' in nodes ? nodes.cursor() : new ListCursor(nodes);
}

class ListCursor implements SnapshotCursor {
  private readonly nodes: readonly SnapshotNode[];
  private at = 0;

  constructor(nodes: readonly SnapshotNode[]) {
    this.nodes = nodes;
  }

  next(): SnapshotNode | null {
    return this.nodes[this.at++] ?? null;
  }
}
