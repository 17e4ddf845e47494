/** Every mutant there is: a file of its own, or a place in the file of its family. */
import type { Mutant } from '../../src/fuzz/mutant.ts';
import { anyVersion } from './any-version.ts';
import { applyOnProposal } from './apply-on-proposal.ts';
import { broadcastMutants } from './broadcast.ts';
import { canary } from './canary.ts';
import { damageIsATear } from './damage-is-a-tear.ts';
import { electionMutants } from './election.ts';
import { epochMutants } from './epochs.ts';
import { failedSync } from './failed-sync.ts';
import { forgetfulVoter } from './forgetful-voter.ts';
import { genFsync } from './gen-fsync.ts';
import { hastyDenial } from './hasty-denial.ts';
import { lateCredentials } from './late-credentials.ts';
import { localLate } from './local-late.ts';
import { minorityQuorum } from './minority-quorum.ts';
import { recipeMutants } from './recipes.ts';
import { reconfigHasty } from './reconfig-hasty.ts';
import { reconfigOldQuorum } from './reconfig-old-quorum.ts';
import { reconfigRemovedLeader } from './reconfig-removed-leader.ts';
import { sessResume } from './sess-resume.ts';
import { sessionMutants } from './sessions.ts';
import { storageMutants } from './storage.ts';
import { synchronizationMutants } from './synchronization.ts';
import { treeMutants } from './tree.ts';
import { watchMutants } from './watches.ts';
import { watchLeftBehind } from './watch-left-behind.ts';
import { aclInMulti } from './acl-in-multi.ts';
import { quotaOneLess } from './quota-one-less.ts';
import { hastyReaper } from './hasty-reaper.ts';
import { numberAgain } from './number-again.ts';
import { zk1082 } from './zk-1082.ts';
import { zk1154 } from './zk-1154.ts';
import { zk1156 } from './zk-1156.ts';
import { zk1208 } from './zk-1208.ts';
import { zk1496 } from './zk-1496.ts';
import { zk1863 } from './zk-1863.ts';
import { zk2325 } from './zk-2325.ts';
import { zk2845 } from './zk-2845.ts';
import { zk3471 } from './zk-3471.ts';
import { zk417 } from './zk-417.ts';

/**
 * The canary first: if that one is not found, nothing is. Then those against the four promises that the service is about,
 * then the others.
 */
export const MUTANTS: readonly Mutant[] = [
  canary,
  applyOnProposal,
  minorityQuorum,
  zk417,
  zk1863,
  genFsync,
  zk1154,
  zk2845,
  zk1082,
  zk1156,
  zk1208,
  reconfigOldQuorum,
  reconfigRemovedLeader,
  reconfigHasty,
  sessResume,
  zk1496,
  zk3471,
  localLate,
  zk2325,
  damageIsATear,
  failedSync,
  forgetfulVoter,
  anyVersion,
  hastyDenial,
  lateCredentials,
  ...electionMutants,
  ...epochMutants,
  ...synchronizationMutants,
  ...broadcastMutants,
  ...sessionMutants,
  ...treeMutants,
  ...watchMutants,
  ...storageMutants,
  watchLeftBehind,
  aclInMulti,
  quotaOneLess,
  hastyReaper,
  numberAgain,
  ...recipeMutants,
];
