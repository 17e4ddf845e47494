/** What can go wrong between a server and its disk: what is not synced, not named, cut, kept, or not read again as it was. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const storageMutants: readonly Mutant[] = [
  {
    id: 'zk-1489',
    title: 'what follows a TRUNC is appended where the log ended before it',
    source: 'ZOOKEEPER-1489',
    tier: 2,
    breaks: ['exact-recovery', 'no-illegal-events'],
    scenarios: ['sync', 'churn'],
    edits: [
      {
        file: 'src/storage/log-writer.ts',
        find: `    this.files = [...files];
    this.file = '';`,
        replace: '    this.files = [...files];',
      },
    ],
  },
  {
    id: 'zk-2872',
    title: 'a snapshot takes its name before its bytes are synced',
    source: 'ZOOKEEPER-2872, 2325',
    tier: 1,
    breaks: ['exact-recovery', 'no-illegal-events'],
    scenarios: ['power', 'sync', 'churn'],
    edits: [
      {
        file: 'src/storage/snapshot-file.ts',
        find: 'if (isDone) io.sync(this.file, this.token);',
        replace: 'if (isDone) io.syncDirectory(this.token);',
      },
    ],
  },
  {
    id: 'zk-1090',
    title: 'a snapshot is named after a transaction that it does not contain',
    source: 'ZOOKEEPER-1090',
    tier: 1,
    breaks: ['exact-recovery', 'equal-replicas'],
    scenarios: ['churn', 'power'],
    edits: [
      {
        file: 'src/server/replica.ts',
        find: '    const applied = this.database.apply(txn);',
        replace: `    const before = this.database.image();
    const applied = this.database.apply(txn);
    this.ahead = { ...before, zxid: txn.zxid };`,
      },
      {
        file: 'src/server/replica.ts',
        find: '    this.outgoing = this.database.image();',
        replace: '    this.outgoing = this.ahead;',
      },
    ],
  },
  {
    id: 'zk-596',
    title: 'entries of the log are read without looking at their checksums',
    source: 'ZOOKEEPER-596',
    tier: 2,
    breaks: ['exact-recovery', 'no-lost-committed', 'no-illegal-events'],
    scenarios: ['disk'],
    edits: [
      {
        file: 'src/storage/log-format.ts',
        find: 'readInt(bytes, at + 4) >>> 0 !== adler32(bytes, at + ENTRY_PREFIX, end)) return 0;',
        replace: 'adler32(bytes, at, at) === 0) return 0;',
      },
    ],
  },
  {
    id: 'zk-3701',
    title: 'a TRUNC that fails counts as done',
    source: 'ZOOKEEPER-3701',
    tier: 2,
    breaks: ['broadcast-consistency', 'no-illegal-events', 'skipped-stays-skipped'],
    scenarios: ['sync', 'disk', 'churn'],
    edits: [
      {
        file: 'src/server/server.ts',
        find: '        if (this.learner !== null) this.followAnew(this.learner, io);',
        replace: '        this.learner?.onHistoryReplaced(this, io);',
      },
    ],
  },
  {
    id: 'zk-4837',
    title: 'a snapshot that was taken of an uncommitted tail outlives the TRUNC of that tail',
    source: 'ZOOKEEPER-4837, 1549',
    tier: 3,
    breaks: ['skipped-stays-skipped', 'exact-recovery'],
    scenarios: ['sync', 'partitions', 'churn'],
    edits: [
      {
        file: 'src/server/replica.ts',
        find: '    this.observeRecovery(false, io);\n  }',
        replace: `    this.observeRecovery(false, io);
    if (this.storage.isWritingSnapshot || this.database.endsWithReconfig) return;
    this.storage.writeSnapshot(this.database.image(), io);
  }`,
      },
      {
        file: 'src/storage/truncation.ts',
        find: "if (snapshots.length > 0) steps.push({ kind: 'remove', files: snapshots.map(snapshotFileName) });",
        replace: '',
      },
    ],
  },
  {
    id: 'truncate-unsynced',
    title: 'a TRUNC counts as done before it is durable',
    source: 'ZOOKEEPER-1549, 4837: what is cut off comes back with a crash',
    tier: 3,
    breaks: ['skipped-stays-skipped', 'exact-recovery', 'no-illegal-events'],
    scenarios: ['sync', 'churn', 'power'],
    edits: [
      {
        file: 'src/storage/disk-work.ts',
        find: `      io.sync(step.file, token);
      return 2;
    case 'sync':`,
        replace: `      return 1;
    case 'sync':`,
      },
    ],
  },
  {
    id: 'log-unnamed',
    title: 'a new log file counts as durable before its name is',
    source: 'Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014: the directory must be synced too',
    tier: 2,
    breaks: ['exact-recovery'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/log-writer.ts',
        find: '      this.isNameDurable = false;',
        replace: '      this.isNameDurable = true;',
      },
    ],
  },
  {
    id: 'sync-of-the-future',
    title: 'a sync counts for what was appended after it began',
    source: 'SyncRequestProcessor.flush; the classic of group commit',
    tier: 2,
    breaks: ['exact-recovery'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/log-writer.ts',
        find: '    this.durableZxid = this.syncingZxid;\n',
        replace: '    this.syncingZxid = this.lastWritten;\n    this.durableZxid = this.syncingZxid;\n',
      },
    ],
  },
  {
    id: 'mark-ahead',
    title: 'the mark of what is durable runs ahead of the log',
    source: 'FAST 2018, Protocol-Aware Recovery: the mark must never claim what a crash may take',
    tier: 2,
    breaks: ['exact-recovery'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/storage.ts',
        find: '    this.watermark.write(zxid, io);',
        replace: '    this.watermark.write(this.log.lastLogged, io);',
      },
    ],
  },
  {
    id: 'tear-is-damage',
    title: 'a torn tail is taken for damage',
    source: 'FileTxnIterator; the other half of telling a tear from damage',
    tier: 2,
    breaks: ['exact-recovery'],
    scenarios: ['power', 'churn'],
    edits: [
      {
        file: 'src/storage/assembly.ts',
        find: "if (damage !== 'torn') return false;",
        replace: "if (damage !== 'none') return false;",
      },
    ],
  },
  {
    id: 'purged-too-much',
    title: 'the purge removes a log that the oldest snapshot still needs',
    source: 'PurgeTxnLog.retainNRecentSnapshots: the log that contains the snapshot',
    tier: 1,
    breaks: ['exact-recovery', 'no-illegal-events'],
    scenarios: ['churn', 'power'],
    edits: [
      {
        file: 'src/storage/purge-choice.ts',
        find: 'logs: logs.slice(0, needed) };',
        replace: 'logs: logs.slice(0, needed + 1) };',
      },
    ],
  },
];
