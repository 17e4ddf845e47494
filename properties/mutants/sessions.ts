/** What can go wrong with sessions, those who own them, and the ephemeral nodes that they own. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const sessionMutants: readonly Mutant[] = [
  {
    id: 'zk-1367',
    title: 'sessions that come with a history are not entered in the table of sessions',
    source: 'ZOOKEEPER-1367: applied to the tree alone',
    tier: 1,
    breaks: ['session-references'],
    scenarios: ['sessions', 'churn'],
    edits: [
      {
        file: 'src/server/database.ts',
        find: 'for (const txn of txns) this.apply(txn);',
        replace: `for (const txn of txns) {
      this.tree.apply(txn, txn.body);
      this.committedLog.push(txn);
    }`,
      },
    ],
  },
  {
    id: 'zk-1366',
    title: 'sessions expire by the wall clock',
    source: 'ZOOKEEPER-1366',
    tier: 1,
    breaks: ['sessions'],
    scenarios: ['ttl', 'races'],
    edits: [
      {
        file: 'src/server/request-processor.ts',
        find: 'this.tracker.touch(sessionId, io.now());',
        replace: 'this.tracker.touch(sessionId, io.wallTime());',
      },
      {
        file: 'src/server/request-processor.ts',
        find: 'this.tracker.expire(io.now())',
        replace: 'this.tracker.expire(io.wallTime())',
      },
      { file: 'src/server/request-processor.ts', find: 'owner, io.now());', replace: 'owner, io.wallTime());' },
      { file: 'src/server/server.ts', find: 'this.database, io.now());', replace: 'this.database, io.wallTime());' },
      {
        file: 'src/server/server.ts',
        find: 'this.processor?.tracker.touch(sessionId, io.now());',
        replace: 'this.processor?.tracker.touch(sessionId, io.wallTime());',
      },
      {
        file: 'src/server/server.ts',
        find: 'if (!tracker.touch(sessionId, io.now())',
        replace: 'if (!tracker.touch(sessionId, io.wallTime())',
      },
      {
        file: 'src/server/server.ts',
        find: 'this.processor.tracker.touch(sessionId, io.now());',
        replace: 'this.processor.tracker.touch(sessionId, io.wallTime());',
      },
    ],
  },
  {
    id: 'half-a-timeout',
    title: 'a session expires after half of its timeout',
    source: 'a generic one: SessionTrackerImpl; the client was promised the whole',
    tier: 1,
    breaks: ['sessions'],
    scenarios: ['sessions', 'five'],
    edits: [
      {
        file: 'src/server/session-tracker.ts',
        find: 'const deadlineMs = roundToNextTick(now + tracked.timeoutMs, this.tickMs);',
        replace: 'const deadlineMs = roundToNextTick(now + tracked.timeoutMs / 2 - this.tickMs, this.tickMs);',
      },
      {
        file: 'src/server/session-tracker.ts',
        find: 'const deadlineMs = roundToNextTick(now + timeoutMs, this.tickMs);',
        replace: 'const deadlineMs = roundToNextTick(now + timeoutMs / 2 - this.tickMs, this.tickMs);',
      },
    ],
  },
  {
    id: 'untold-touches',
    title: 'a learner does not tell its leader which sessions it has heard of',
    source: 'Learner.ping: the touch table',
    tier: 0,
    breaks: ['sessions'],
    scenarios: ['calm', 'sessions'],
    edits: [
      {
        file: 'src/zab/learner.ts',
        find: 'touched: host.takeTouched() });',
        replace: 'touched: host.takeTouched().slice(0, 0) });',
      },
    ],
  },
  {
    id: 'new-leader-knows-nobody',
    title: 'a new leader does not take over the sessions that are open',
    source: 'LeaderZooKeeperServer.createSessionTracker; LearnerSessionTracker',
    tier: 1,
    breaks: ['sessions', 'liveness'],
    scenarios: ['sessions', 'churn'],
    edits: [
      {
        file: 'src/server/request-processor.ts',
        find: 'for (const [sessionId, timeoutMs] of database.sessions) this.tracker.add(sessionId, timeoutMs, 0, now);',
        replace: '',
      },
    ],
  },
  {
    id: 'closed-in-name-only',
    title: 'closing a session leaves its ephemeral nodes',
    source: 'DataTree.killSession',
    tier: 0,
    breaks: ['prefix-reads', 'session-references'],
    scenarios: ['calm', 'sessions'],
    edits: [
      {
        file: 'src/tree/data-tree.ts',
        find: 'for (const path of paths ?? []) for',
        replace: 'for (const path of paths?.slice(paths.length) ?? []) for',
      },
      {
        file: 'src/tree/data-tree.ts',
        find: 'for (const path of this.ephemerals(clientId)) for',
        replace: 'for (const path of this.ephemerals(clientId).slice(paths?.length ?? 0)) for',
      },
    ],
  },
  {
    id: 'nobody-s-ephemerals',
    title: 'an ephemeral node is created without its owner',
    source: 'a generic one: DataTree.createNode and its ephemeralOwner',
    tier: 0,
    breaks: ['prefix-reads', 'results'],
    scenarios: ['calm', 'sessions'],
    edits: [
      {
        file: 'src/tree/data-tree.ts',
        find: 'return this.create(header, body, body.ephemeral ? header.clientId : NO_SESSION);',
        replace: 'return this.create(header, body, body.ephemeral ? NO_SESSION : NO_SESSION);',
      },
    ],
  },
  {
    id: 'zk-3144',
    title: 'a snapshot holds the tree after a createSession and the sessions from before it',
    source: 'ZOOKEEPER-3144',
    tier: 1,
    breaks: ['session-references'],
    scenarios: ['sessions', 'churn'],
    edits: [
      {
        file: 'src/server/replica.ts',
        find: '    const applied = this.database.apply(txn);',
        replace: `    this.sessionsBefore = this.database.image().sessions;
    const applied = this.database.apply(txn);`,
      },
      {
        file: 'src/server/replica.ts',
        find: '    this.outgoing = this.database.image();',
        replace: '    this.outgoing = { ...this.database.image(), sessions: this.sessionsBefore };',
      },
    ],
  },
  {
    id: 'whoever-writes-owns',
    title: 'a request from the old connection takes the session back there',
    source: 'ZOOKEEPER-417, 484: the owner must be told by a revalidation, not by a request',
    tier: 1,
    breaks: ['session-move'],
    scenarios: ['races', 'five', 'partitions'],
    edits: [
      {
        file: 'src/server/session-tracker.ts',
        find: 'if (tracked.owner === 0) tracked.owner = owner;',
        replace: 'tracked.owner = owner;',
      },
    ],
  },
  {
    id: 'forwarded-twice',
    title: 'a learner forwards a request twice',
    source: 'a generic one: resending on doubt, without anything to tell the copies apart by',
    tier: 0,
    breaks: ['at-most-once'],
    scenarios: ['calm', 'five'],
    edits: [
      {
        file: 'src/server/server.ts',
        find: "      io.send(this.learner.connection, { kind: 'REQUEST', sessionId, cxid, request, authInfo: forwarded });",
        replace: `      io.send(this.learner.connection, { kind: 'REQUEST', sessionId, cxid, request, authInfo: forwarded });
      if (cxid % 5 === 1) io.send(this.learner.connection, { kind: 'REQUEST', sessionId, cxid, request, authInfo: forwarded });`,
      },
    ],
  },
];
