/** Situations of synchronization: how learners are brought in line, and where on that way they or their leader are lost. */
import { counterOf, epochOf, ZXID_ZERO } from '../../base/zxid.ts';
import { type Situation, situation } from './situation.ts';

/** See the head of the file. */
export const SYNCHRONIZATION: readonly Situation[] = [
  situation(
    'trunc-across-epochs', 'A learner is cut back into an earlier epoch than that of its last transaction.',
    'ZOOKEEPER-1154, 2832', 'syncChosen',
    ({ mode, peerLastZxid, toZxid }) => mode.startsWith('TRUNC') && epochOf(peerLastZxid) > epochOf(toZxid),
  ),
  situation(
    'trunc-of-many', 'A learner loses three proposals of one epoch or more by TRUNC.',
    'ZOOKEEPER-2845', 'syncChosen',
    ({ mode, peerLastZxid, toZxid }) => {
      const isOneEpoch = epochOf(peerLastZxid) === epochOf(toZxid);
      return mode.startsWith('TRUNC') && isOneEpoch && counterOf(peerLastZxid) >= counterOf(toZxid) + 3;
    },
  ),
  situation(
    'trunc-then-diff', 'A learner is cut back and sent what followed instead, in one synchronization.',
    'LearnerHandler.queueCommittedProposals; ZOOKEEPER-1154', 'syncChosen', ({ mode }) => mode === 'TRUNC+DIFF',
  ),
  situation(
    'snap-back', 'A learner that is ahead of its leader is sent a snapshot of less.',
    'ZOOKEEPER-4837, 1090', 'syncChosen', ({ mode, peerLastZxid, toZxid }) => mode === 'SNAP' && peerLastZxid > toZxid,
  ),
  situation(
    'snap-to-empty', 'A learner with no history at all is sent a snapshot.',
    'ZOOKEEPER-2845, initial state', 'syncChosen',
    ({ mode, peerLastZxid }) => mode === 'SNAP' && peerLastZxid === ZXID_ZERO,
  ),
  situation(
    'diff-from-disk', "A learner is sent what the leader's memory no longer holds and its log on disk does.",
    'ZOOKEEPER-1413, 3911', 'syncChosen', ({ fromLog }) => fromLog === true,
  ),
  situation(
    'sync-of-unestablished-epoch', 'A learner comes with a transaction of an epoch that was never established.',
    'ZOOKEEPER-1653: an epoch without a quorum', 'syncChosen',
    ({ peerLastZxid }, { history }) => {
      const epoch = epochOf(peerLastZxid);
      return epoch > 0 && history.establishedUpTo(epoch)?.epoch !== epoch;
    },
  ),
  situation(
    'synced-twice-in-epoch', 'A learner is brought in line a second time by the same leader.',
    'ZOOKEEPER-1194, 2678', 'syncChosen',
    ({ learner }, scene) => scene.server(learner).syncEpoch === scene.view(scene.at.node).currentEpoch,
  ),
  situation(
    'three-modes-in-epoch', 'One leader uses three ways of synchronization.',
    'LearnerHandler.syncFollower', 'syncChosen', ({ mode }, { modes }) => modes.size === 2 && !modes.has(mode),
  ),
  situation(
    'dies-in-trunc', 'A learner dies while its log is being cut back.',
    'ZOOKEEPER-1489, 2832', 'crashed',
    ({ node }, scene) => {
      const server = scene.server(node);
      return server.isSyncing && server.syncMode.startsWith('TRUNC') && scene.view(node).cutZxid !== -1;
    },
  ),
  situation(
    'dies-in-snap', 'A learner dies while a snapshot is being installed.',
    'ZOOKEEPER-1090, 4837', 'crashed',
    ({ node }, scene) => {
      const server = scene.server(node);
      return server.isSyncing && server.syncMode === 'SNAP' && scene.view(node).cutZxid !== -1;
    },
  ),
  situation(
    'dies-between-history-and-epoch', 'A learner dies with the new history durable and its old currentEpoch.',
    'ZOOKEEPER-3911, 4643, 4685', 'crashed',
    ({ node }, scene) => {
      const [server, view] = [scene.server(node), scene.view(node)];
      return server.isSyncing && server.hasSyncedHistory && view.durable === view.tail && view.acceptedEpoch > view.currentEpoch;
    },
  ),
  situation(
    'dies-with-promise-only', 'A follower dies having accepted an epoch and heard nothing more of it.',
    'ZOOKEEPER-335', 'crashed',
    ({ node }, scene) => {
      const [server, view] = [scene.server(node), scene.view(node)];
      return !server.isSyncing && server.candidate !== node && view.acceptedEpoch > view.currentEpoch;
    },
  ),
  situation(
    'dies-between-epoch-and-ack', 'A learner dies with its new currentEpoch durable, before it acknowledges NEWLEADER.',
    'ZOOKEEPER-1282, 4643', 'crashed',
    ({ node }, scene) => {
      const [server, view] = [scene.server(node), scene.view(node)];
      return server.isSyncing && view.currentEpoch === view.acceptedEpoch && server.ackedEpoch < view.currentEpoch;
    },
  ),
  situation(
    'dies-before-uptodate', 'A learner dies after it acknowledged NEWLEADER and before it serves.',
    'ZOOKEEPER-4646', 'crashed',
    ({ node }, scene) => {
      const server = scene.server(node);
      return server.isSyncing && server.ackedEpoch === scene.view(node).currentEpoch;
    },
  ),
  situation(
    'leader-lost-in-sync', 'A learner loses its leader in the midst of synchronization.',
    'ZOOKEEPER-1653, 2845', 'role', ({ role }, scene) => role === 'LOOKING' && scene.server(scene.at.node).isSyncing,
  ),
  situation(
    'proposal-during-sync', 'A learner becomes ready although its leader proposed while it was being synchronized.',
    'ZOOKEEPER-962, 4394', 'synchronized', (_, scene) => scene.server(scene.at.node).sawProposal,
  ),
  situation(
    'commit-during-sync', 'A learner becomes ready although its leader committed while it was being synchronized.',
    'ZOOKEEPER-3023, 4646', 'synchronized', (_, scene) => scene.server(scene.at.node).sawCommit,
  ),
  situation(
    'epoch-adopted-from-log', 'A server adopts an epoch on the strength of its log, nobody having told it to.',
    'ZOOKEEPER-1653', 'currentEpoch',
    (_, scene) => scene.view(scene.at.node).role === 'LOOKING' && scene.server(scene.at.node).candidate === 0,
  ),
  situation(
    'trunc-refused', 'A log cannot be cut back as the leader asks.',
    'ZOOKEEPER-2832, 3706', 'abandoned', ({ reason }) => reason === 'the log cannot be cut back as the leader asks',
  ),
  situation(
    'uncommitted-absorbed', 'A server takes the uncommitted end of its log into its tree as its role ends.',
    'ZOOKEEPER-2845, 3642, 4712', 'recovered', (_, scene) => scene.view(scene.at.node).isUp,
  ),
];
