/** Situations of sessions: moves, expiry, and the races between the two. */
import { NO_SESSION } from '../../base/session-id.ts';
import { ZXID_ZERO } from '../../base/zxid.ts';
import { ErrorCode } from '../../wire/words.ts';
import { type Situation, situation } from './situation.ts';

/** See the head of the file. */
export const SESSIONS: readonly Situation[] = [
  situation(
    'client-refused-as-ahead', 'A client is refused by a server that is behind what it has seen.',
    'ZOOKEEPER-1412: single system image', 'clientRefused', () => true,
  ),
  situation(
    'moves-while-expiring', 'A session is resumed although its leader has begun to expire it.',
    'ZOOKEEPER-1208, 1496', 'sessionConnected', ({ resumed }, { history }) => resumed && history.session?.isExpiring === true,
  ),
  situation(
    'expires-while-connected', 'A session is expired whose client believes to be connected.',
    'ZOOKEEPER-1366: whose clock decides', 'sessionExpiring', (_, { history }) => history.session?.isConnected === true,
  ),
  situation(
    'orphan-session-expires', 'A session expires that its client never heard of.',
    'ZOOKEEPER-2845 comments: createSession without an answer', 'sessionExpiring',
    (_, { history }) => history.session?.connectedStep === 0,
  ),
  situation(
    'expires-soon-after-election', 'A session expires within two of its timeouts of an election.',
    'ZOOKEEPER-1366: elections restart the timers', 'sessionExpiring',
    ({ timeoutMs }, { history, at }) => at.timeMs - history.server(at.node).establishedMs < 2 * timeoutMs,
  ),
  situation(
    'expired-while-writing', 'A client is told that its session is gone while a write of its is unaccounted for.',
    "programmer's guide: session expiry", 'sessionExpired',
    (_, { history }) => {
      for (const op of history.session?.ops.values() ?? []) if (op.isWrite && op.zxid === ZXID_ZERO) return true;
      return false;
    },
  ),
  situation(
    'expiry-deletes-ephemerals', 'An expired session takes ephemeral nodes with it.',
    'ZOOKEEPER-1208, 4541', 'ordered',
    ({ txn }) => txn.body.kind === 'closeSession' && txn.cxid === 0 && (txn.body.paths?.length ?? 0) > 0,
  ),
  situation(
    'closed-by-lost-close', 'A session is closed by a closeSession whose connection had died.',
    'ZOOKEEPER-417: an outcome that nobody heard of', 'ordered',
    ({ txn, op }) => txn.body.kind === 'closeSession' && op?.state === 'lost',
  ),
  situation(
    'write-behind-close', 'A write of a session is refused because the session is gone or closing.',
    'ZOOKEEPER-1208', 'ordered',
    ({ txn }) => txn.body.kind === 'error' && txn.body.err === ErrorCode.SESSIONEXPIRED && txn.clientId !== NO_SESSION,
  ),
  situation(
    'survives-two-leaders', 'A session is resumed after two elections or more.',
    'ZooKeeper (USENIX ATC 2010), section 4.4', 'sessionConnected',
    ({ sessionId, resumed }, scene) => {
      return resumed && scene.history.establishments.length >= scene.session(sessionId).bornEpochs + 2;
    },
  ),
  situation(
    'visits-every-server', 'A session has been to every server, three at least.',
    'single system image across servers', 'sessionConnected',
    ({ sessionId, server }, scene) => {
      const { servers } = scene.session(sessionId);
      const count = scene.history.servers.size;
      return count >= 3 && servers.size === count - 1 && !servers.has(server);
    },
  ),
  situation(
    'resumed-at-the-last-moment', 'A session is resumed after four fifths of its timeout had passed in silence.',
    'SessionTrackerImpl: buckets of a tick', 'sessionConnected',
    ({ resumed, timeoutMs }, { history, at }) => {
      return resumed && history.session !== null && 5 * (at.timeMs - history.session.heardMs) > 4 * timeoutMs;
    },
  ),
];
