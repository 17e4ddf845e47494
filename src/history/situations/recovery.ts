/** Situations of recovery: what crashes leave on disks, and what comes back from them. */
import { epochOf } from '../../base/zxid.ts';
import { NO_LOG } from '../log-tree.ts';
import { type Situation, situation } from './situation.ts';

/** See the head of the file. */
export const RECOVERY: readonly Situation[] = [
  situation(
    'torn-tail', 'A server recovers over a torn end of its log.',
    'ZOOKEEPER-1489; Pillai et al. (OSDI 2014)', 'recovered', ({ tornTail }) => tornTail,
  ),
  situation(
    'tail-lost', 'A crash takes transactions that a server had logged and not synced.',
    'GEN-fsync; ZooKeeper internals: forceSync', 'recovered',
    ({ lastZxid }, { history, at }) => {
      const view = history.server(at.node);
      return !view.isUp && view.cutZxid === -1 && lastZxid < history.tree.zxid(view.tail);
    },
  ),
  situation(
    'unsynced-survives', 'A server recovers more than it knew to be durable.',
    'ZOOKEEPER-2872: what is readable is not yet durable', 'recovered',
    (_, { history, at }) => {
      const view = history.server(at.node);
      return !view.isUp && view.cutZxid === -1 && history.log !== NO_LOG
        && history.tree.zxid(history.log) > history.tree.zxid(view.durable);
    },
  ),
  situation(
    'recovers-between-epochs', 'A server recovers an acceptedEpoch that is newer than its currentEpoch.',
    'ZOOKEEPER-335, 1291, 1653', 'recovered',
    ({ acceptedEpoch, currentEpoch }, scene) => !scene.view(scene.at.node).isUp && acceptedEpoch > currentEpoch,
  ),
  situation(
    'skipped-proposal-on-disk', 'A server recovers a proposal that an established epoch has skipped.',
    'ZOOKEEPER-1154, 2845, 2832', 'recovered',
    (_, scene) => {
      const { history, at } = scene;
      const { tree } = history;
      if (history.server(at.node).isUp || history.log === NO_LOG) return false;
      return scene.hasUncommitted(history.log, (log) => epochOf(tree.zxid(log)) < scene.latestEpoch);
    },
  ),
  situation(
    'dies-in-recovery', 'A server dies again before it has recovered.',
    'ZOOKEEPER-2872: recovery must be idempotent', 'crashed', ({ node }, scene) => scene.server(node).isBooting,
  ),
  situation(
    'dies-young', 'A server dies within a tick of its recovery.',
    'Yuan et al. (OSDI 2014): failures come in sequences', 'crashed',
    ({ node }, scene) => {
      const { recoveredMs } = scene.server(node);
      return recoveredMs >= 0 && scene.at.timeMs - recoveredMs < scene.history.expectations.tickTimeMs;
    },
  ),
  situation(
    'everybody-down', 'The last server that was up dies.',
    'Alagappan et al. (OSDI 2016): correlated crashes', 'crashed',
    ({ node }, { history }) => {
      if (history.servers.get(node)?.isUp !== true) return false;
      for (const view of history.servers.values()) if (view.id !== node && view.isUp) return false;
      return true;
    },
  ),
  situation(
    'quorum-lost-under-load', 'A crash leaves fewer voters than a quorum while clients wait for answers.',
    'ZooKeeper (USENIX ATC 2010): availability', 'crashed',
    ({ node }, scene) => {
      const isVoterUp = scene.isVoter(node) && scene.server(node).recoveredMs >= 0;
      return isVoterUp && scene.votersUp === scene.quorum && scene.hasPending;
    },
  ),
  situation(
    'snapshot-under-load', 'A snapshot is finished while its server holds proposals that nobody has committed.',
    'ZooKeeper (USENIX ATC 2010): fuzzy snapshots; ZOOKEEPER-2845', 'snapshotWritten',
    (_, { history, at }) => !history.tree.isOrdered(history.server(at.node).tail),
  ),
  situation(
    'server-stops-itself', 'A server stops because it cannot trust its disk.',
    'Rebello et al. (ATC 2020): a failed sync', 'halted', () => true,
  ),
];
