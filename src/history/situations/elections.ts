/** Situations of elections: who leads, who thought so, and what was left of those who did. */
import { NO_LOG } from '../log-tree.ts';
import { type Situation, situation } from './situation.ts';

/** See the head of the file. */
export const ELECTIONS: readonly Situation[] = [
  situation(
    'candidate-dies', 'A server that was elected dies before it is established.',
    'Zab (DSN 2011), phases 1 and 2', 'crashed',
    ({ node }, scene) => scene.server(node).candidate === node && scene.view(node).leadsEpoch === 0,
  ),
  situation(
    'candidate-dies-between-epochs', 'A would-be leader dies with a new acceptedEpoch and its old currentEpoch on disk.',
    'ZOOKEEPER-335, 1653', 'crashed',
    ({ node }, scene) => {
      const view = scene.view(node);
      return scene.server(node).candidate === node && view.leadsEpoch === 0 && view.acceptedEpoch > view.currentEpoch;
    },
  ),
  situation(
    'leader-dies-unused', 'A leader dies after its establishment and before its first proposal.',
    'Zab (DSN 2011): an epoch may be empty', 'crashed',
    ({ node }, scene) => scene.view(node).leadsEpoch > 0 && scene.view(node).proposed === NO_LOG,
  ),
  situation(
    'dead-leader-elected', 'A server elects one that is down by then.',
    'FastLeaderElection, section on stale votes; ZOOKEEPER-1732', 'elected',
    ({ leader }, scene) => leader !== scene.at.node && !scene.view(leader).isUp,
  ),
  situation(
    'two-leaders-at-once', 'A leader is established while that of another epoch is up and believes that it leads.',
    'ZooKeeper (USENIX ATC 2010), section 4; Zab: primary uniqueness is per epoch', 'established',
    ({ epoch }, scene) => {
      for (const view of scene.history.servers.values()) {
        if (view.id !== scene.at.node && view.isUp && view.leadsEpoch > 0 && view.leadsEpoch !== epoch) return true;
      }
      return false;
    },
  ),
  situation(
    'establishments-cross', 'A leader learns that it is established when a later epoch already is.',
    'Zab (DSN 2011): NEWLEADER acknowledgements may be slow', 'established',
    ({ epoch }, scene) => scene.latestEpoch > epoch,
  ),
  situation(
    'epoch-never-established', 'An epoch is established though one before it was accepted and came to nothing.',
    'ZOOKEEPER-1282, 1653', 'established',
    (_, { history }) => {
      const index = history.establishment === null ? -1 : history.establishments.indexOf(history.establishment);
      return (history.establishments[index]?.epoch ?? 0) > (history.establishments[index - 1]?.epoch ?? 0) + 1;
    },
  ),
  situation(
    'long-election', 'A leader is established after more than four elections a voter.',
    'FastLeaderElection: liveness', 'established',
    (_, scene) => scene.electionsBegun > 4 * scene.voters.length,
  ),
  situation(
    'bare-quorum-establishes', 'A leader is established while no more than a quorum of the voters is up.',
    'Zab (DSN 2011), section 3: f failures of 2f+1', 'established',
    (_, scene) => scene.voters.length > 1 && scene.votersUp === scene.quorum,
  ),
  situation(
    'history-beats-id', 'A server leads though one with a higher id, but less history, is up.',
    'FastLeaderElection: order of votes', 'established',
    (_, scene) => {
      const { history, at } = scene;
      const tail = history.tree.zxid(history.server(at.node).tail);
      for (const view of history.servers.values()) {
        if (view.id > at.node && scene.isVoter(view.id) && view.isUp && history.tree.zxid(view.tail) < tail) return true;
      }
      return false;
    },
  ),
  situation(
    'same-leader-again', 'Two epochs in a row are led by one server.',
    'ZOOKEEPER-1549: a leader meets its own old proposals', 'established',
    (_, { history, at }) => {
      const index = history.establishment === null ? -1 : history.establishments.indexOf(history.establishment);
      return history.establishments[index - 1]?.leader === at.node;
    },
  ),
  situation(
    'quorums-meet-in-one', 'The quorums of two epochs in a row have one voter in common.',
    'Zab (DSN 2011), section 3: quorums intersect', 'established',
    ({ epoch }, scene) => {
      const { establishments, establishment } = scene.history;
      const index = establishment === null ? -1 : establishments.indexOf(establishment);
      const before = scene.newLeaderAcks.get(establishments[index - 1]?.epoch ?? -1) ?? 0;
      const common = before & (scene.newLeaderAcks.get(epoch) ?? 0);
      return scene.quorum > 1 && common !== 0 && (common & (common - 1)) === 0;
    },
  ),
  situation(
    'orphan-proposals-adopted', 'A new leader commits what an earlier one had proposed and not committed.',
    'Zab (DSN 2011), section 4.1: initial history', 'established',
    (_, { history: { establishment, establishments } }) => {
      return establishments.length > 1 && establishment !== null && establishment.agreed !== establishment.log;
    },
  ),
  situation(
    'proposal-skipped', 'A leader is established while another server holds a proposal that its history lacks.',
    'ZOOKEEPER-1154, 2845; Zab: skipped proposals', 'established',
    (_, { history, at }) => {
      for (const view of history.servers.values()) if (view.id !== at.node && !history.tree.isOrdered(view.tail)) return true;
      return false;
    },
  ),
  situation(
    'abdicates-to-history', 'A would-be leader steps down because a follower is ahead of it.',
    'Leader.waitForEpochAck; ZOOKEEPER-1270', 'abandoned',
    ({ reason }) => reason === 'a follower is ahead of the leader',
  ),
  situation(
    'abdicates-to-epoch', 'A leader steps down because a follower has accepted a newer epoch.',
    'ZOOKEEPER-1294', 'abandoned',
    ({ reason }) => reason === 'a follower has accepted a newer epoch',
  ),
  situation(
    'follower-refuses-epoch', 'A follower refuses a leader whose epoch is older than one that it has accepted.',
    'Zab (DSN 2011), phase 1; ZOOKEEPER-335', 'abandoned',
    ({ reason }) => reason === 'the leader proposes an epoch older than one already accepted',
  ),
  situation(
    'leader-loses-quorum', 'A leader steps down because too few followers are left.',
    'Leader.lead; split brain', 'abandoned',
    ({ reason }) => reason === 'too few followers are synchronised',
  ),
  situation(
    'candidate-times-out', 'A would-be leader gives up because no quorum came in time.',
    'Leader: initLimit', 'abandoned',
    ({ reason }) => reason === 'no quorum of learners was synchronised in time',
  ),
  situation(
    'roll-over-under-load', "An epoch's counter is used up while clients wait for answers.",
    'ZOOKEEPER-1277, 2789', 'abandoned',
    ({ reason }, scene) => reason === 'the counter of this epoch is used up' && scene.hasPending,
  ),
  situation(
    'leads-again-after-roll-over', 'A server whose epoch ended by its counter is the next to be established.',
    'ZOOKEEPER-1277', 'established',
    (_, scene) => scene.server(scene.at.node).hasRolledOver,
  ),
  situation(
    'observer-outlives-leaders', 'An observer serves under a third leader without having died.',
    'ZooKeeper observers; ZOOKEEPER-1294', 'synchronized',
    ({ leader }, scene) => {
      const server = scene.server(scene.at.node);
      return !scene.isVoter(scene.at.node) && server.leaders >= 2 && server.lastLeader !== leader;
    },
  ),
  situation(
    'healed-with-nobody-up', 'Faults end while no server is up.',
    'Alagappan et al. (OSDI 2016): correlated crashes', 'healed',
    (_, { history }) => [...history.servers.values()].every((view) => !view.isUp),
  ),
  situation(
    'healed-without-leader', 'Faults end while servers are up and none of them leads.',
    'liveness of elections', 'healed',
    (_, { history }) => {
      const views = [...history.servers.values()];
      return views.some((view) => view.isUp) && views.every((view) => view.leadsEpoch === 0);
    },
  ),
];
