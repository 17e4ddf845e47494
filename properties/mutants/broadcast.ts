/** What can go wrong between an established leader and its followers: quorums, acknowledgements, syncs, the end of a term. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const broadcastMutants: readonly Mutant[] = [
  {
    id: 'early-self-ack',
    title: 'a leader acknowledges its own proposal before it is durable',
    source: 'Zab (DSN 2011), phase 3; Leader.propose and the sync of its own log',
    tier: 1,
    breaks: ['quorum-durability'],
    scenarios: ['calm', 'power'],
    edits: [
      {
        file: 'src/zab/leader.ts',
        find: '    this.proposals.add(txn);',
        replace: `    this.proposals.add(txn);
    this.proposals.acknowledge(txn.zxid, host.settings.id);`,
      },
    ],
  },
  {
    id: 'ack-of-the-next',
    title: 'an acknowledgement counts for the proposal after the one that it names',
    source: 'a generic one: an index off by one',
    tier: 0,
    breaks: ['quorum-durability'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/zab/proposals.ts',
        find: 'this.outstanding[zxid - first.txn.zxid]?.acks.add(sid);',
        replace: 'for (const { txn, acks } of this.outstanding) if (txn.zxid <= zxid + 1) acks.add(sid);',
      },
    ],
  },
  {
    id: 'ack-of-everything',
    title: 'one sync of its log, and a follower acknowledges all that it has received',
    source: 'SyncRequestProcessor: what was appended after the sync began is not covered by it',
    tier: 0,
    breaks: ['write-ahead'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: 'if (zxid === undefined || zxid > durable) return;',
        replace: 'if (zxid === undefined || durable < 0) return;',
      },
    ],
  },
  {
    id: 'newest-first',
    title: 'a follower delivers the newest proposal that it has when it is told to deliver the oldest',
    source: 'Zab (DSN 2011), phase 3: commits are delivered in the order of the proposals',
    tier: 0,
    breaks: ['primary-order'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: 'const txn = this.uncommitted.shift();',
        replace: 'const txn = this.uncommitted.pop();',
      },
      {
        file: 'src/server/replica.ts',
        find: `    const head = this.unapplied.shift();
    invariant(head?.zxid === txn.zxid, 'a transaction is applied in the order of the log, and only from it');`,
        replace: `    this.unapplied.splice(this.unapplied.findIndex(({ zxid }) => zxid === txn.zxid), 1);
    invariant(txn.zxid > 0, 'a transaction has a zxid');`,
      },
    ],
  },
  {
    id: 'lingering-leader',
    title: 'a leader that too few follow stays in office',
    source: 'Leader.lead: "Too few followers"',
    tier: 1,
    breaks: ['timeliness'],
    scenarios: ['partitions', 'five'],
    edits: [
      {
        file: 'src/zab/leader.ts',
        find: "configs, host)) host.lookForLeader('too few followers are synchronised', io);",
        replace: 'configs, host)) io.now();',
      },
    ],
  },
  {
    id: 'patient-follower',
    title: 'a follower that hears nothing from its leader goes on serving',
    source: "Learner's read timeout: syncLimit",
    tier: 1,
    breaks: ['timeliness'],
    scenarios: ['partitions', 'five'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: "if (idleMs >= limitMs) host.lookForLeader('nothing was heard from the leader in time', io);",
        replace: `if (idleMs >= limitMs && this.phase !== 'broadcast') host.lookForLeader('nothing was heard in time', io);
    else if (idleMs >= limitMs) io.setTimer(Timer.learnerDeadline, limitMs);`,
      },
    ],
  },
  {
    id: 'trusting-timers',
    title: 'a server that wakes from a pause serves clients before it looks at the clock',
    source: 'timeliness, where timers come late',
    tier: 2,
    breaks: ['timeliness'],
    scenarios: ['storms'],
    edits: [
      { file: 'src/server/server.ts', find: '    this.leader?.keepTime(this, io);\n', replace: '' },
      { file: 'src/server/server.ts', find: '    this.learner?.keepTime(this, io);\n', replace: '' },
    ],
  },
  {
    id: 'zk-108',
    title: 'a server answers sync without waiting for its leader',
    source: 'ZOOKEEPER-108: what a sync stands behind',
    tier: 0,
    breaks: ['sync'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/client-service.ts',
        find: `      this.pendingSyncs.push(pending);
      this.syncSessions.push(client);`,
        replace: `      pending.isAnswered = true;
      return;`,
      },
    ],
  },
];
