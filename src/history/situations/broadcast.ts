/** Situations of broadcast: what is under way between a proposal and its commit when something goes wrong. */
import { counterOf, epochOf } from '../../base/zxid.ts';
import { NO_LOG } from '../log-tree.ts';
import { type Situation, situation } from './situation.ts';

/** See the head of the file. */
export const BROADCAST: readonly Situation[] = [
  situation(
    'leader-dies-after-own-sync', 'A leader dies with a proposal durable on its own disk and on no other.',
    'Zab (DSN 2011), figure 1; ZOOKEEPER-2845', 'crashed',
    ({ node }, scene) => {
      const { bit, leadsEpoch, tail } = scene.view(node);
      const { durable } = scene.history.tree;
      return leadsEpoch > 0 && scene.hasUncommitted(tail, (log) => durable[log] === bit);
    },
  ),
  situation(
    'leader-dies-before-own-sync', 'A leader dies with a proposal durable on a follower and not on its own disk.',
    'ZOOKEEPER-1270: the leader need not be the first to sync', 'crashed',
    ({ node }, scene) => {
      const { bit, leadsEpoch, tail } = scene.view(node);
      const { durable } = scene.history.tree;
      const isElsewhere = (bits: number): boolean => bits !== 0 && (bits & bit) === 0;
      return leadsEpoch > 0 && scene.hasUncommitted(tail, (log) => isElsewhere(durable[log] ?? 0));
    },
  ),
  situation(
    'leader-dies-with-quorum-on-disk', 'A leader dies with a proposal durable on a quorum that it has not committed.',
    'Zab (DSN 2011), section 4.1: such a proposal must survive', 'crashed',
    ({ node }, scene) => {
      const { leadsEpoch, tail } = scene.view(node);
      return leadsEpoch > 0 && scene.hasUncommitted(tail, (log) => scene.history.isOnQuorum(log, false));
    },
  ),
  situation(
    'leader-dies-answering', 'A leader dies while clients wait for answers.',
    'ZooKeeper (USENIX ATC 2010): connection loss', 'crashed',
    ({ node }, scene) => scene.view(node).leadsEpoch > 0 && scene.hasPending,
  ),
  situation(
    'deposed-leader-proposes', 'A leader proposes although a later epoch is established.',
    'Zab (DSN 2011): primary order', 'proposed',
    (_, scene) => scene.view(scene.at.node).leadsEpoch < scene.latestEpoch,
  ),
  situation(
    'isolated-leader-proposes', 'A leader proposes while a partition is about it.',
    'Alquraan et al. (OSDI 2018): most partition failures isolate one node', 'proposed',
    (_, scene) => scene.server(scene.at.node).cuts > 0,
  ),
  situation(
    'leader-wakes-deposed', 'A leader that was paused goes on although a later epoch is established.',
    'ZooKeeper: a long collection of garbage', 'faultEnded',
    ({ fault, node }, scene) => {
      const leads = scene.history.servers.get(node)?.leadsEpoch ?? 0;
      return fault === 'pause' && leads > 0 && leads < scene.latestEpoch;
    },
  ),
  situation(
    'late-ack', 'A follower acknowledges a proposal of an epoch that another has replaced.',
    'ZOOKEEPER-1208; Zab: acknowledgements carry no epoch of their own', 'acked',
    ({ zxid }, scene) => counterOf(zxid) > 0 && epochOf(zxid) < scene.latestEpoch,
  ),
  situation(
    'bare-quorum-commits', 'A transaction is committed while no more than a quorum of the voters is up.',
    'Zab (DSN 2011), section 3', 'committed',
    (_, scene) => scene.voters.length > 1 && scene.votersUp === scene.quorum,
  ),
  situation(
    'leader-slower-than-quorum', "A transaction is committed before it is durable on the leader's own disk.",
    'SyncRequestProcessor: the leader acknowledges like any other', 'committed',
    (_, { history, at }) => {
      const { bit } = history.server(at.node);
      return history.log !== NO_LOG && ((history.tree.durable[history.log] ?? 0) & bit) === 0;
    },
  ),
  situation(
    'deep-pipeline', 'Twenty proposals are outstanding at once.',
    'Zab (DSN 2011), section 1: multiple outstanding transactions', 'proposed',
    ({ txn }, { history, at }) => {
      const applied = history.tree.zxid(history.server(at.node).applied);
      const done = epochOf(applied) === epochOf(txn.zxid) ? counterOf(applied) : 0;
      return counterOf(txn.zxid) === done + 20;
    },
  ),
  situation(
    'group-commit', 'One sync makes five transactions of an epoch durable or more.',
    'SyncRequestProcessor: batches', 'durable',
    ({ zxid }, scene) => {
      const { durableZxid } = scene.server(scene.at.node);
      return epochOf(zxid) === epochOf(durableZxid) && counterOf(zxid) >= counterOf(durableZxid) + 5;
    },
  ),
];
