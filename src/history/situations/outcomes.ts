/** Situations of operations: outcomes that nobody was told, reads of the past, and news that came a long way. */
import { epochOf, ZXID_ZERO } from '../../base/zxid.ts';
import { ErrorCode, EventType } from '../../wire/words.ts';
import { EMPTY_LOG } from '../log-tree.ts';
import { type Situation, situation, when } from './situation.ts';

/** See the head of the file. */
export const OUTCOMES: readonly Situation[] = [
  {
    id: 'unknown-and-committed',
    sentence: 'A write whose connection died is committed.',
    why: "programmer's guide: ConnectionLoss",
    moments: [
      when('ordered', ({ op, txn }) => op?.state === 'lost' && op.isWrite && txn.body.kind !== 'error'),
      when('lost', (_, { history }) => history.op !== null && history.op.isWrite && history.op.zxid !== ZXID_ZERO),
    ],
  },
  situation(
    'unknown-and-never', 'A write whose connection died is never ordered, to the end of the run.',
    "programmer's guide: ConnectionLoss", 'ended',
    (_, { history }) => {
      for (const session of history.sessions.all.values()) {
        for (const op of session.ops.values()) if (op.isWrite && op.state === 'lost' && op.zxid === ZXID_ZERO) return true;
      }
      return false;
    },
  ),
  situation(
    'unknown-decided-by-successor', 'A write is committed by a later leader than the one that proposed it.',
    'Zab (DSN 2011), section 4.1', 'ordered', ({ op, txn }, scene) => op !== null && epochOf(txn.zxid) < scene.latestEpoch,
  ),
  situation(
    'unknown-after-move', 'A write is committed after its session has moved to another connection.',
    'ZOOKEEPER-417', 'ordered',
    ({ op, txn }) => op?.state === 'lost' && op.movedStep > 0 && txn.body.kind !== 'error' && txn.body.kind !== 'closeSession',
  ),
  situation(
    'leftover-refused', 'What a session left on a dead connection is refused, because the session has moved.',
    "programmer's guide: SESSIONMOVED; ZOOKEEPER-417, 484", 'ordered',
    ({ txn }) => txn.body.kind === 'error' && txn.body.err === ErrorCode.SESSIONMOVED,
  ),
  situation(
    'pipeline-lost', 'A connection dies with five requests unanswered or more.',
    'ZOOKEEPER-108: asynchronous clients', 'sessionDisconnected', (_, { history }) => (history.session?.pending.length ?? 0) >= 5,
  ),
  situation(
    'sync-lost', 'A connection dies with a sync unanswered.',
    'ZOOKEEPER-1675', 'lost', (_, { history }) => history.op?.request.kind === 'sync',
  ),
  situation(
    'sync-by-deposed-leader', 'A leader answers a sync although a later epoch is established.',
    'ZOOKEEPER-1675: sync is not a quorum operation', 'syncAnswered',
    (_, { history }) => history.op?.isAnsweredByDeposed === true,
  ),
  situation(
    'stale-read', 'A read shows a state older than a write that was answered before it was asked.',
    "programmer's guide: consistency guarantees", 'replied',
    ({ zxid, err }, { history: { op } }) => err === 0 && op !== null && !op.isWrite && zxid < op.answeredFloor,
  ),
  situation(
    'deep-stale-read', 'A read shows a state ten transactions old or more.',
    "programmer's guide: timeliness", 'replied',
    ({ zxid, err }, { history }) => {
      const { op, truth, tree } = history;
      const log = truth[truth.length - 10] ?? EMPTY_LOG;
      return err === 0 && op !== null && !op.isWrite && log !== EMPTY_LOG && zxid < op.answeredFloor && zxid < tree.zxid(log);
    },
  ),
  situation(
    'read-across-epochs', 'A read shows a state of an epoch that another has replaced with writes of its own.',
    "programmer's guide: timeliness; a server that is cut off", 'replied',
    ({ zxid, err }, { history }) => {
      const { op, tree, tip } = history;
      return err === 0 && op !== null && !op.isWrite && zxid > 0 && epochOf(zxid) < epochOf(tree.zxid(tip));
    },
  ),
  situation(
    'version-race', 'A conditional write is refused because another one was quicker.',
    "programmer's guide: BadVersion", 'replied', ({ err }) => err === ErrorCode.BADVERSION,
  ),
  situation(
    'multi-undone', 'A multi is refused in the midst of its operations.',
    'ZOOKEEPER-965; PREP-stale', 'ordered',
    ({ txn: { body } }) => body.kind === 'multi' && body.txns.length > 1 && body.txns.some((part) => part.kind === 'error'),
  ),
  situation(
    'watch-of-the-missing', 'A client hears of the creation of a node that it had watched for.',
    "programmer's guide: exists leaves a watch", 'watchFired', ({ type }) => type === EventType.NodeCreated,
  ),
  situation(
    'watch-catches-up', 'A client hears after a reconnect of a change that it had missed.',
    'ZOOKEEPER-706: setWatches', 'watchFired', ({ zxid }) => zxid < 0,
  ),
  situation(
    'watch-of-expiry', 'A client hears of a deletion that the end of a session brought about.',
    "programmer's guide: locks by ephemeral nodes", 'watchFired',
    ({ type, zxid }, { history }) => {
      if (type !== EventType.NodeDeleted || zxid <= 0) return false;
      const log = history.truth[history.positionUpTo(zxid)] ?? EMPTY_LOG;
      return history.tree.zxid(log) === zxid && history.tree.txns[log]?.body.kind === 'closeSession';
    },
  ),
  situation(
    'two-events-of-one-transaction', 'A client hears of two changes by one transaction.',
    'ZOOKEEPER-4475; a multi, a deletion, the end of a session', 'watchFired',
    ({ sessionId, zxid }, scene) => zxid > 0 && scene.session(sessionId).lastEventZxid === zxid,
  ),
];
