/** What can go wrong when a request becomes a transaction, when that is applied, and when the tree is read. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const treeMutants: readonly Mutant[] = [
  {
    id: 'prep-stale',
    title: 'requests are checked against what is applied, not against what is proposed',
    source: "PrepRequestProcessor's outstandingChanges",
    tier: 0,
    breaks: ['results'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/tree/pending-changes.ts',
        find: 'return this.ahead ?? tree;',
        replace: 'return this.ahead === null ? tree : tree;',
      },
    ],
  },
  {
    id: 'half-a-multi',
    title: 'of a multi that fails, the operations before the failure take effect',
    source: "a generic one: the programmer's guide, multi",
    tier: 0,
    breaks: ['results'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/tree/prepare.ts',
        find: "if (txn.kind === 'error') return { kind: 'multi', txns: failedMulti(ops, txns.length, txn.err) };",
        replace: `if (txn.kind === 'error')
      return { kind: 'multi', txns: txns.length > 0 ? txns : failedMulti(ops, 0, txn.err) };`,
      },
    ],
  },
  {
    id: 'sequence-by-children',
    title: 'a sequence number counts the children that there are',
    source: "a generic one: the programmer's guide, sequence nodes; the counter must never go back",
    tier: 0,
    breaks: ['results'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/tree/prepare.ts',
        find: 'request.path + sequenceSuffix(parent.cversion)',
        replace: 'request.path + sequenceSuffix(parent.children.size)',
      },
    ],
  },
  {
    id: 'cversion-stuck',
    title: 'creating a child does not move the cversion of its parent',
    source: 'DataTree.createNode; ZOOKEEPER-1269',
    tier: 0,
    breaks: ['results', 'prefix-reads'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/tree/prepare.ts',
        find: 'const parentCVersion = nextVersion(parent.cversion);',
        replace: 'const parentCVersion = Math.max(1, parent.cversion);',
      },
    ],
  },
  {
    id: 'pzxid-stuck',
    title: 'deleting a child does not move the pzxid of its parent',
    source: 'DataTree.deleteNode; the symptom of ZOOKEEPER-3145',
    tier: 0,
    breaks: ['prefix-reads'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/tree/data-tree.ts',
        find: 'const pzxid = zxid > parent.pzxid ? zxid : parent.pzxid;',
        replace: 'const pzxid = zxid > 0 ? parent.pzxid : zxid;',
      },
    ],
  },
  {
    id: 'time-of-its-own',
    title: 'each server stamps new nodes in its own way',
    source: 'ZooKeeper (USENIX ATC 2010), section 4: transactions must not depend on who applies them',
    tier: 0,
    breaks: ['equal-replicas'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/replica.ts',
        find: '    const applied = this.database.apply(txn);',
        replace: '    const applied = this.database.apply({ ...txn, time: txn.time + io.self });',
      },
    ],
  },
  {
    id: 'zk-1412',
    title: 'the answer to a read says no zxid',
    source: 'ZOOKEEPER-1412',
    tier: 0,
    breaks: ['single-system-image', 'read-your-writes'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/client-service.ts',
        find: '    const zxid = port.database.lastProcessedZxid;\n    const { sessionId',
        replace: '    const zxid = ZXID_ZERO;\n    const { sessionId',
      },
    ],
  },
  {
    id: 'read-of-yesterday',
    title: 'reads are served from a copy of the tree that is renewed now and then',
    source: 'a generic one: a cache between the state and those who read it',
    tier: 0,
    breaks: ['read-your-writes'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/client-service.ts',
        find: '    const zxid = port.database.lastProcessedZxid;\n    const { sessionId',
        replace: `    const { lastProcessedZxid } = port.database;
    if (this.cache === undefined || io.now() > this.cachedMs + 100 || lastProcessedZxid < this.cache.lastProcessedZxid) {
      this.cache = port.database.tree.copy();
      this.cachedMs = io.now();
    }
    const zxid = this.cache.lastProcessedZxid;
    const { sessionId`,
      },
      {
        file: 'src/server/client-service.ts',
        find: 'connection, treeFor(request, port), this.table.watches);',
        replace: 'connection, this.cache, this.table.watches);',
      },
    ],
  },
  {
    id: 'newer-than-it-says',
    title: 'the answer to a read names the zxid before the one whose state it shows',
    source: 'a generic one: header and body of an answer must be of one moment',
    tier: 0,
    breaks: ['prefix-reads'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/client-service.ts',
        find: '    const zxid = port.database.lastProcessedZxid;\n    const { sessionId',
        replace: `    const zxid = port.database.committedLog.at(-2)?.zxid ?? port.database.lastProcessedZxid;
    const { sessionId`,
      },
    ],
  },
];
