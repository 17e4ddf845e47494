/** What can go wrong with what a server has promised: epochs that are not durable, not in order, or not its own. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const epochMutants: readonly Mutant[] = [
  {
    id: 'zk-335',
    title: 'a new epoch follows from the last logged zxid, and nobody insists on what it accepted',
    source: 'ZOOKEEPER-335, 1081: the epoch exists only inside zxids',
    tier: 3,
    breaks: ['one-leader-an-epoch', 'integrity'],
    scenarios: ['churn', 'power'],
    edits: [
      {
        file: 'src/zab/discovery.ts',
        find: 'return highest + 1;',
        replace: 'return Math.floor(this.lastZxid / 0x1_0000_0000) + 1 + 0 * highest;',
      },
      { file: 'src/zab/learner.ts', find: 'if (epoch < promised) {', replace: 'if (epoch < promised - 100) {' },
      { file: 'src/zab/learner.ts', find: 'if (epoch > host.acceptedEpoch) {', replace: 'if (epoch > 0) {' },
      {
        file: 'src/zab/leader.ts',
        find: 'if (isVoter && info.acceptedEpoch > this.epoch) {',
        replace: 'if (isVoter && info.acceptedEpoch > this.epoch + 100) {',
      },
    ],
  },
  {
    id: 'zk-1291',
    title: 'a leader counts itself before its own epoch is durable',
    source: 'ZOOKEEPER-1291',
    tier: 2,
    breaks: ['epoch-discipline'],
    scenarios: ['calm', 'churn'],
    edits: [
      {
        file: 'src/zab/leader.ts',
        find: `    host.writeEpoch('currentEpoch', this.epoch, io);
  }`,
        replace: `    host.writeEpoch('currentEpoch', this.epoch, io);
    this.onEpochWritten('currentEpoch', host, io);
  }`,
      },
    ],
  },
  {
    id: 'zk-1282',
    title: 'currentEpoch is written at UPTODATE, after NEWLEADER was acknowledged',
    source: 'ZOOKEEPER-1282',
    tier: 3,
    breaks: ['epoch-discipline'],
    scenarios: ['calm', 'churn'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: `    this.waiting = 'currentEpoch';
    host.writeEpoch('currentEpoch', this.epoch, io);
  }`,
        replace: `    this.waiting = 'nothing';
    this.acknowledgeNewLeader(io);
  }`,
      },
      {
        file: 'src/zab/learner.ts',
        find: "    invariant(host.currentEpoch === this.epoch, 'UPTODATE before the epoch was adopted');",
        replace: "    if (host.currentEpoch !== this.epoch) host.writeEpoch('currentEpoch', this.epoch, io);",
      },
    ],
  },
  {
    id: 'zk-1387',
    title: 'the epoch that is accepted is written to the file of the one that is adopted',
    source: 'ZOOKEEPER-1387',
    tier: 1,
    breaks: ['epoch-discipline'],
    scenarios: ['calm', 'churn'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: "host.writeEpoch('acceptedEpoch', epoch, io);",
        replace: "host.writeEpoch('currentEpoch', epoch, io);",
      },
    ],
  },
  {
    id: 'zk-2307',
    title: 'an epoch counts as written before its name is durable',
    source: 'ZOOKEEPER-2307: memory ahead of the file',
    tier: 1,
    breaks: ['epoch-discipline'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/epoch-writer.ts',
        find: `      this.isNaming = true;
      this.awaiting = 2;
      io.rename(temporaryFileName(first.file), first.file, this.token);
      io.syncDirectory(this.token);
      return undefined;`,
        replace: '      io.rename(temporaryFileName(first.file), first.file, 0);',
      },
    ],
  },
  {
    id: 'epoch-unsynced',
    title: 'the bytes of an epoch are not synced before it takes its name',
    source: 'a generic one: rename without fsync; the disk may have the name and not the content',
    tier: 1,
    breaks: ['no-illegal-events', 'epoch-discipline'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/epoch-writer.ts',
        find: '    io.sync(file, this.token);',
        replace: '    io.syncDirectory(this.token);',
      },
    ],
  },
  {
    id: 'zk-1653',
    title: 'a history of a newer epoch than currentEpoch is refused instead of repaired',
    source: 'ZOOKEEPER-1653, 2354, 4269',
    tier: 1,
    breaks: ['no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: 'src/server/server.ts',
        find: "      this.writeEpoch('currentEpoch', epoch, io);",
        replace: "      this.replica.halt('the current epoch is older than the last zxid', io);",
      },
    ],
  },
  {
    id: 'zk-1277',
    title: 'when the counter of an epoch is used up, the zxid runs over into the next epoch',
    source: 'ZOOKEEPER-1277',
    tier: 0,
    breaks: ['one-leader-an-epoch'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/zab/leader.ts',
        find: `      host.lookForLeader('the counter of this epoch is used up', io);
      return undefined;`,
        replace: `      this.lastProposed = makeZxid(epochOf(this.lastProposed) + 1, 1);
      return this.lastProposed;`,
      },
    ],
  },
  {
    id: 'zk-1144',
    title: 'nobody counts again when a leader has acknowledged its own NEWLEADER',
    source: 'ZOOKEEPER-1144',
    tier: 2,
    breaks: ['liveness'],
    scenarios: ['disk', 'power'],
    edits: [
      {
        file: 'src/zab/leader.ts',
        find: `this.synchronize(handler, host, io);
    this.countNewLeaderAcks(host, io);`,
        replace: 'this.synchronize(handler, host, io);',
      },
    ],
  },
  {
    id: 'zk-4643',
    title: 'currentEpoch is durable before the history of the epoch',
    source: 'ZOOKEEPER-4643',
    tier: 3,
    breaks: ['epoch-discipline'],
    scenarios: ['sync', 'churn', 'power'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: '  private onNewLeader(host: ZabHost, io: Io): void {',
        replace: `  private onNewLeader(host: ZabHost, io: Io): void {
    if (host.currentEpoch !== this.epoch) {
      this.waiting = 'epochFirst';
      host.writeEpoch('currentEpoch', this.epoch, io);
      return;
    }`,
      },
      {
        file: 'src/zab/learner.ts',
        find: "    if (this.waiting === 'acceptedEpoch') {",
        replace: `    if (this.waiting === 'epochFirst') {
      this.waiting = 'nothing';
      this.onNewLeader(host, io);
    } else if (this.waiting === 'acceptedEpoch') {`,
      },
    ],
  },
  {
    id: 'hasty-promise',
    title: 'a learner says that it has accepted an epoch before that is durable',
    source: 'Zab (DSN 2011), phase 1; ZOOKEEPER-1291, the learner\'s half',
    tier: 1,
    breaks: ['epoch-discipline'],
    scenarios: ['churn', 'sync'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: `      this.waiting = 'acceptedEpoch';
      host.writeEpoch('acceptedEpoch', epoch, io);`,
        replace: `      host.writeEpoch('acceptedEpoch', epoch, io);
      this.acknowledgeEpoch(host.currentEpoch, host, io);`,
      },
    ],
  },
];
