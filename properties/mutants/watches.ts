/** What can go wrong with watches: lost, late, too often, for others, or forgotten by a client that moves. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const watchMutants: readonly Mutant[] = [
  {
    id: 'watch-late',
    title: 'an event leaves after the answer to a read that shows the change',
    source: "the programmer's guide: a client sees the event before the new data",
    tier: 0,
    breaks: ['watch-order'],
    scenarios: ['storms', 'calm'],
    edits: [
      {
        file: 'src/server/client-service.ts',
        find: 'if (isPermitted(acl, Permission.READ, ids)) sendEvent(watcher, type, path, txn.zxid, io);',
        replace: 'if (isPermitted(acl, Permission.READ, ids)) (this.late ??= []).push({ watcher, type, path, zxid: txn.zxid });',
      },
      {
        file: 'src/server/client-service.ts',
        find: `    else table.close(client, io);
    this.release(port, io);
  }
`,
        replace: `    else table.close(client, io);
    this.release(port, io);
    for (const { watcher, type, path, zxid } of this.late ?? []) {
      if (table.connections.has(watcher)) sendEvent(watcher, type, path, zxid, io);
    }
    this.late = [];
  }
`,
      },
    ],
  },
  {
    id: 'watch-for-ever',
    title: 'a watch that has fired stays',
    source: "the programmer's guide: one-time triggers",
    tier: 0,
    breaks: ['watch-exactness'],
    scenarios: ['storms', 'calm'],
    edits: [
      {
        file: 'src/tree/watches.ts',
        find: '    for (const watcher of fired) this.remove(path, watcher, ONE_SHOT);\n',
        replace: '',
      },
    ],
  },
  {
    id: 'watch-on-nothing',
    title: 'a read that fails leaves a watch',
    source: 'FinalRequestProcessor: getData and getChildren watch only what is there',
    tier: 0,
    breaks: ['watch-exactness'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/tree/read.ts',
        find: "watch: kind === 'exists' ? watch : null };",
        replace: 'watch };',
      },
    ],
  },
  {
    id: 'exists-blind',
    title: 'exists leaves no watch on what is not there',
    source: 'ClientCnxn: ExistsWatchRegistration',
    tier: 0,
    breaks: ['watches'],
    scenarios: ['watches', 'storms'],
    edits: [
      {
        file: 'src/tree/read.ts',
        find: "watch: kind === 'exists' ? watch : null };",
        replace: 'watch: null };',
      },
    ],
  },
  {
    id: 'persistent-once',
    title: 'a persistent watch is gone when it has fired',
    source: 'ZOOKEEPER-1416: persistent watches',
    tier: 0,
    breaks: ['watches'],
    scenarios: ['watches'],
    edits: [
      {
        file: 'src/tree/watches.ts',
        find: 'for (const watcher of fired) this.remove(path, watcher, ONE_SHOT);',
        replace: 'for (const watcher of fired) this.remove(path, watcher, ANY);',
      },
    ],
  },
  {
    id: 'removed-watch-stays',
    title: 'removeWatches answers OK and removes nothing',
    source: 'ZOOKEEPER-442: removeWatches',
    tier: 0,
    breaks: ['watch-exactness'],
    scenarios: ['watches'],
    edits: [
      {
        file: 'src/tree/watches.ts',
        find: 'const wasData = this.data.remove(path, watcher, data);',
        replace: 'const wasData = (this.data.modes(path, watcher) & data) !== 0;',
      },
    ],
  },
  {
    id: 'recursive-one-deep',
    title: 'a recursive watch sees children, and not their children',
    source: 'ZOOKEEPER-1416: recursive watches',
    tier: 0,
    breaks: ['watches'],
    scenarios: ['watches'],
    edits: [
      {
        file: 'src/tree/watches.ts',
        find: "ancestor !== '/'; ) {\n      ancestor = clientPath(parentOf(ancestor));",
        replace: "ancestor !== '/' && ancestor === path; ) {\n      ancestor = clientPath(parentOf(ancestor));",
      },
    ],
  },
  {
    id: 'exists-watches-children',
    title: 'exists leaves a watch on the children of the node',
    source: "the programmer's guide: exists watches the data, and the creation of what is not there",
    tier: 0,
    breaks: ['watches'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/tree/read.ts',
        find: "const table = kind === 'exists' || kind === 'getData' ? 'data' : 'child';",
        replace: "const table = kind === 'getData' ? 'data' : 'child';",
      },
    ],
  },
  {
    id: 'children-unwatched',
    title: 'the creation of a child does not fire the watches on the children of its parent',
    source: 'DataTree.createNode: NodeChildrenChanged',
    tier: 0,
    breaks: ['watches'],
    scenarios: ['storms', 'calm'],
    edits: [
      {
        file: 'src/tree/data-tree.ts',
        find: `      { type: EventType.NodeCreated, path, acl: node.acl },
      { type: EventType.NodeChildrenChanged, path: clientPath(parent.path), acl: parent.acl },`,
        replace: '      { type: EventType.NodeCreated, path, acl: node.acl },',
      },
    ],
  },
  {
    id: 'deletion-halfway',
    title: 'the deletion of a node does not reach those who watch its children',
    source: 'WatchManager and the table of triggers: a child watch fires with NodeDeleted',
    tier: 0,
    breaks: ['watches', 'watch-exactness'],
    scenarios: ['storms', 'calm'],
    edits: [
      {
        file: 'src/tree/watches.ts',
        find: 'if (type !== EventType.NodeDeleted) return fired;',
        replace: 'if (type !== -1) return fired;',
      },
    ],
  },
  {
    id: 'zk-706',
    title: 'a client that reconnects registers some of its watches only',
    source: 'ZOOKEEPER-706, 961: a list cut short',
    tier: 1,
    breaks: ['watch-catch-up'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/client/watch-registrations.ts',
        find: '        batch[list].push(path);',
        replace: '        if (batch[list].length === 0) batch[list].push(path);',
      },
    ],
  },
  {
    id: 'missed-in-silence',
    title: 'who renews a watch is not told that the data has changed meanwhile',
    source: 'DataTree.setWatches',
    tier: 1,
    breaks: ['watch-catch-up'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/tree/set-watches.ts',
        find: 'else if (stat.mzxid > since) events',
        replace: 'else if (stat.mzxid < 0) events',
      },
    ],
  },
  {
    id: 'creation-in-silence',
    title: 'who renews a watch on what was not there is not told that it is there now',
    source: 'DataTree.setWatches: existWatches',
    tier: 1,
    breaks: ['watch-catch-up'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/tree/set-watches.ts',
        find: 'if (tree.node(path) !== undefined) events',
        replace: 'if (tree.node(path)?.version === -2) events',
      },
    ],
  },
  {
    id: 'since-the-beginning',
    title: 'a client renews its watches as if it had seen nothing yet',
    source: 'ZOOKEEPER-1412: relativeZxid is too old',
    tier: 1,
    breaks: ['watch-catch-up'],
    scenarios: ['storms', 'five'],
    edits: [
      {
        file: 'src/client/client-core.ts',
        find: 'this.watches.renewals(this.lastZxidSeen)',
        replace: 'this.watches.renewals(ZXID_ZERO)',
      },
    ],
  },
];
