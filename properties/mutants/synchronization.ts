/** What can go wrong while a learner is brought in line: what it is sent, what it logs, when it says so, when it serves. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

const LEARNER = 'src/zab/learner.ts';
/** The handler of NEWLEADER, from its log to its sync. */
const LOG_AND_SYNC = `    if (host.isLogDurable) {
      this.applyHistory(host, io);
      return;
    }
    this.waiting = 'log';
    host.sync(io);`;
const HALF_A_FIX =
  'a fix that does half of it; four published ones of this handler were refuted by model checking (PR-1848, 1930, 1993, 2111)';

/** See the head of the file. */
export const synchronizationMutants: readonly Mutant[] = [
  {
    id: 'zk-962',
    title: 'what is committed between the choice of a DIFF and the first forwarded proposal reaches nobody',
    source: 'ZOOKEEPER-962; Zab in TLA+, issue 1: the broadcast set is joined with the ACK of NEWLEADER only',
    tier: 1,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      { file: 'src/zab/synchronization.ts', find: '  startForwarding(handler, proposals, io);\n', replace: '' },
      {
        file: 'src/zab/leader.ts',
        find: "    handler.phase = 'newLeaderAcked';",
        replace: `    handler.phase = 'newLeaderAcked';
    handler.isForwarding = true;`,
      },
    ],
  },
  {
    id: 'zk-4394',
    title: 'NEWLEADER clears what was proposed and is not committed yet',
    source: 'ZOOKEEPER-4394',
    tier: 2,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: LEARNER,
        find: 'this.inFlight = this.inFlight.slice(this.inFlightCommitted);',
        replace: 'this.inFlight = [];',
      },
    ],
  },
  {
    id: 'zk-508',
    title: 'in a DIFF, the commit of a transaction comes before the transaction',
    source: 'ZOOKEEPER-508',
    tier: 1,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: 'src/zab/learner-handler.ts',
        find: `    io.send(this.connection, { kind: 'PROPOSAL', txn });
    io.send(this.connection, { kind: 'COMMIT', zxid: txn.zxid });`,
        replace: `    io.send(this.connection, { kind: 'COMMIT', zxid: txn.zxid });
    io.send(this.connection, { kind: 'PROPOSAL', txn });`,
      },
    ],
  },
  {
    id: 'zk-3911',
    title: 'a learner acknowledges NEWLEADER with the history in memory, and logs it at UPTODATE',
    source: 'ZOOKEEPER-3911',
    tier: 3,
    breaks: ['quorum-durability'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: LEARNER,
        find: `      const txn = this.inFlight[index];
      if (txn !== undefined) host.append(txn, io);`,
        replace: '',
      },
      {
        file: LEARNER,
        find: 'const committed = this.inFlight.slice(0, this.inFlightCommitted);',
        replace: 'const committed = this.inFlight.slice(0, 0);',
      },
      {
        file: LEARNER,
        find: `    this.inFlight = this.inFlight.slice(this.inFlightCommitted);
    this.inFlightCommitted = 0;
`,
        replace: '',
      },
    ],
  },
  {
    id: 'zk-4646',
    title: 'a learner acknowledges NEWLEADER while its history is still being written',
    source: 'ZOOKEEPER-4646, 4785',
    tier: 3,
    breaks: ['epoch-discipline', 'quorum-durability'],
    scenarios: ['sync', 'churn'],
    edits: [{ file: LEARNER, find: LOG_AND_SYNC, replace: '    host.sync(io);\n    this.applyHistory(host, io);' }],
  },
  {
    id: 'half-fix-unsynced',
    title: 'the history is logged before NEWLEADER is acknowledged, but never synced',
    source: HALF_A_FIX,
    tier: 3,
    breaks: ['quorum-durability', 'no-lost-committed'],
    scenarios: ['sync', 'churn'],
    edits: [{ file: LEARNER, find: LOG_AND_SYNC, replace: '    this.applyHistory(host, io);' }],
  },
  {
    id: 'half-fix-ack-first',
    title: 'the history is durable before NEWLEADER is acknowledged, the epoch after it',
    source: HALF_A_FIX,
    tier: 3,
    breaks: ['epoch-discipline'],
    scenarios: ['calm', 'sync'],
    edits: [
      {
        file: LEARNER,
        find: `    this.waiting = 'currentEpoch';
    host.writeEpoch('currentEpoch', this.epoch, io);
  }`,
        replace: `    this.waiting = 'epochLast';
    this.acknowledgeNewLeader(io);
    host.writeEpoch('currentEpoch', this.epoch, io);
  }`,
      },
      {
        file: LEARNER,
        find: "    } else if (this.waiting === 'currentEpoch') {",
        replace: `    } else if (this.waiting === 'epochLast') {
      this.waiting = 'nothing';
    } else if (this.waiting === 'currentEpoch') {`,
      },
    ],
  },
  {
    id: 'half-fix-apply-later',
    title: 'the history is logged before NEWLEADER is acknowledged, and applied some time after UPTODATE',
    source: HALF_A_FIX,
    tier: 2,
    breaks: ['broadcast-consistency'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: LEARNER,
        find: 'for (const txn of committed) host.deliver(txn, io);',
        replace: 'this.later = committed;',
      },
      {
        file: LEARNER,
        find: '  private takeInBroadcast(message: QuorumMessage, host: ZabHost, io: Io): void {',
        replace: `  private takeInBroadcast(message: QuorumMessage, host: ZabHost, io: Io): void {
    for (const txn of this.later) host.deliver(txn, io);
    this.later = [];`,
      },
      {
        file: LEARNER,
        find: '    for (let index = 0; index < inFlightCommitted; index += 1) this.commitNext(host, io);',
        replace: `    this.later = [...this.later, ...inFlight.slice(0, inFlightCommitted)];
    this.uncommitted.splice(0, inFlightCommitted);`,
      },
    ],
  },
  {
    id: 'half-fix-split-queues',
    title: 'of the two queues of a synchronization, the one that matches commits goes on and the one to be logged does not',
    source: HALF_A_FIX,
    tier: 2,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: LEARNER,
        find: 'inFlight.forEach((txn) => { this.log(txn, host, io); });',
        replace: 'inFlight.forEach((txn) => { this.uncommitted.push(txn); });',
      },
    ],
  },
  {
    id: 'zk-3023',
    title: 'a follower serves before it has applied what was committed while it was brought in line',
    source: 'ZOOKEEPER-3023',
    tier: 2,
    breaks: ['broadcast-consistency'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: LEARNER,
        find: 'for (const txn of committed) host.deliver(txn, io);',
        replace: 'this.owed = committed;',
      },
      {
        file: LEARNER,
        find: '    host.startFollowing(io);',
        replace: `    host.startFollowing(io);
    for (const txn of this.owed) host.deliver(txn, io);`,
      },
      {
        file: LEARNER,
        find: '    for (let index = 0; index < inFlightCommitted; index += 1) this.commitNext(host, io);',
        replace: `    this.owed = [...this.owed, ...inFlight.slice(0, inFlightCommitted)];
    this.uncommitted.splice(0, inFlightCommitted);`,
      },
    ],
  },
  {
    id: 'zk-4712',
    title: 'a server goes on to look for a leader while its log still has something to write',
    source: 'ZOOKEEPER-4712, 4541, 4502',
    tier: 2,
    breaks: ['no-illegal-events', 'skipped-stays-skipped', 'exact-recovery'],
    scenarios: ['churn', 'sync'],
    edits: [
      { file: 'src/server/replica.ts', find: 'return this.storage.lastLogged;', replace: 'return this.storage.durableZxid;' },
      {
        file: 'src/server/server.ts',
        find: `    if (!this.isLogDurable) {
      this.replica.sync(io);
      return;
    }
`,
        replace: '',
      },
    ],
  },
  {
    id: 'zk-2846',
    title: 'a DIFF from the log on disk does not ask whether the log reaches back to where the learner is',
    source: 'ZOOKEEPER-2846',
    tier: 4,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'disk'],
    edits: [
      {
        file: 'src/storage/log-reader.ts',
        find: 'const isSound = this.isAnchored && !this.isBroken && findGap(this.from, this.txns) === undefined;',
        replace: 'const isSound = !this.isBroken && findGap(this.from, []) === undefined;',
      },
      {
        file: 'src/zab/sync-choice.ts',
        find: 'if (counterOf(peerLastZxid) === 0 && (previous !== undefined || fromLog !== null)) {',
        replace: 'if (fromLog !== null) {',
      },
    ],
  },
  {
    id: 'diff-for-trunc',
    title: 'a learner that is ahead of its leader is sent an empty DIFF instead of a TRUNC',
    source: 'a generic one: LearnerHandler.syncFollower, the case that comes second',
    tier: 2,
    breaks: ['broadcast-consistency', 'skipped-stays-skipped'],
    scenarios: ['sync', 'partitions'],
    edits: [
      {
        file: 'src/zab/sync-choice.ts',
        find: "return { kind: 'entries', truncateTo: max, entries: [], lastZxid: max };",
        replace: "return { kind: 'entries', truncateTo: null, entries: [], lastZxid: max };",
      },
    ],
  },
  {
    id: 'diff-off-by-one',
    title: 'a DIFF begins one transaction too late',
    source: 'a generic one: LearnerHandler.queueCommittedProposals',
    tier: 1,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: 'src/zab/sync-choice.ts',
        find: 'const entries = history.slice(index);',
        replace: 'const entries = history.slice(index + 1);',
      },
    ],
  },
  {
    id: 'outstanding-unsent',
    title: 'a learner that joins is not sent what is proposed and not committed yet',
    source: 'Leader.startForwarding; Zab (DSN 2011), phase 3',
    tier: 1,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: 'src/zab/synchronization.ts',
        find: "for (const txn of proposals.restartFor(handler.sid)) io.send(handler.connection, { kind: 'PROPOSAL', txn });",
        replace: 'proposals.restartFor(handler.sid);',
      },
    ],
  },
];
