/** Every property there is, in the order in which reports list them: first the four that the service is about. */
import type { Property } from '../src/history/judge.ts';
import { agreement } from './agreement.ts';
import { atMostOnce } from './at-most-once.ts';
import { broadcastConsistency } from './broadcast-consistency.ts';
import { clientFifo } from './client-fifo.ts';
import { ephemerals } from './ephemerals.ts';
import { configurations } from './configurations.ts';
import { epochDiscipline } from './epoch-discipline.ts';
import { equalReplicas } from './equal-replicas.ts';
import { exactRecovery } from './exact-recovery.ts';
import { integrity } from './integrity.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { linearizableWrites } from './linearizable-writes.ts';
import { liveness } from './liveness.ts';
import { noIllegalEvents } from './no-illegal-events.ts';
import { noLostCommitted } from './no-lost-committed.ts';
import { oneLeaderAnEpoch } from './one-leader-an-epoch.ts';
import { prefixReads } from './prefix-reads.ts';
import { primaryOrder } from './primary-order.ts';
import { quorumDurability } from './quorum-durability.ts';
import { readYourWrites } from './read-your-writes.ts';
import { recipes } from './recipes.ts';
import { registerCrossCheck } from './register-cross-check.ts';
import { results } from './results.ts';
import { sessionMove } from './session-move.ts';
import { sessionReferences } from './session-references.ts';
import { sessions } from './sessions.ts';
import { singleSystemImage } from './single-system-image.ts';
import { skippedStaysSkipped } from './skipped-stays-skipped.ts';
import { sync } from './sync.ts';
import { timeliness } from './timeliness.ts';
import { watchCatchUp } from './watch-catch-up.ts';
import { watchExactness } from './watch-exactness.ts';
import { watchOrder } from './watch-order.ts';
import { watches } from './watches.ts';
import { writeAhead } from './write-ahead.ts';

/** See the head of the file. */
export const allProperties: readonly Property[] = [
  linearizableWrites,
  clientFifo,
  noLostCommitted,
  skippedStaysSkipped,
  agreement,
  oneLeaderAnEpoch,
  leaderCompleteness,
  quorumDurability,
  configurations,
  epochDiscipline,
  writeAhead,
  exactRecovery,
  equalReplicas,
  singleSystemImage,
  readYourWrites,
  prefixReads,
  results,
  sync,
  watches,
  ephemerals,
  sessions,
  sessionMove,
  atMostOnce,
  integrity,
  primaryOrder,
  broadcastConsistency,
  sessionReferences,
  watchOrder,
  watchCatchUp,
  watchExactness,
  timeliness,
  recipes,
  noIllegalEvents,
  registerCrossCheck,
  liveness,
];
