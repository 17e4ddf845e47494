/**
 * Where each planted bug is looked for by exhaustive search: a small world and flags of `viv explore`, and how deep it lies
 * according to others. Those of tiers 0 to 2 that are not looked for are here too, each with the reason.
 */

/** `judges`: all of them, where those that the bug is known to break need more than a small world gives. */
export interface Hunt {
  readonly id: string;
  readonly flags: string;
  readonly judges?: 'all';
  /**
   * Events from a stable leader on, estimated from the ticket, or steps of a model that was checked (`bugs.md` of the reference).
   * Left out: nobody says.
   */
  readonly published?: string;
}

/** No fault at all. */
const CALM = '--start serving --crashes 0 --timeouts 0';
/** One committed everywhere, one proposed at the leader; and crashes. */
const ONE = 'zab-small --start proposed --crashes 1 --timeouts 0';
const TWO = 'zab-small --start proposed --crashes 2 --timeouts 0 --epochs 3 --rounds 3';
/** One server, every completion of its disk. */
const ALONE = '--servers 1 --crashes 1 --timeouts 0 --grain whole';
const NOTHING = 'zab-small --start nothing --crashes 0 --timeouts 0';

/** A leader that is cut off and has not heard of it; and a timer by which much time passes. */
const LINGERING = 'lingering-small --start parted --crashes 0 --partitions 2 --timeouts 1';
/** One committed everywhere; a bit flips on a disk at rest, and somebody crashes. */
const ROTTEN = 'zab-small --start committed --crashes 1 --timeouts 0 --rot 1';
/** No fault either, and all clients have their sessions. */
const MET = '--start connected --crashes 0 --timeouts 0';

/** See the head of the file; by tier. */
export const HUNTS: readonly Hunt[] = [
  { id: 'canary', flags: `zab-small --ops 1 ${CALM}` },
  { id: 'apply-on-proposal', flags: `zab-small --ops 1 ${CALM}` },
  { id: 'zk-1863', flags: `reads-small ${CALM}`, published: '10' },
  { id: 'any-version', flags: `tree-small ${CALM}`, judges: 'all' },
  { id: 'zk-1277', flags: `counter-small ${CALM}`, published: '10' },
  { id: 'ack-of-the-next', flags: `zab-small ${CALM}` },
  { id: 'ack-of-everything', flags: `zab-small --grain elections ${CALM}` },
  { id: 'newest-first', flags: `zab-small ${CALM}` },
  { id: 'zk-108', flags: `sync-small ${CALM}`, published: '8' },
  { id: 'closed-in-name-only', flags: `tree-small ${CALM}` },
  { id: 'nobody-s-ephemerals', flags: `tree-small ${CALM}` },
  { id: 'forwarded-twice', flags: `tree-small ${CALM}` },
  { id: 'prep-stale', flags: `tree-small ${CALM}`, published: '6' },
  { id: 'half-a-multi', flags: `tree-small ${CALM}` },
  { id: 'sequence-by-children', flags: `tree-small ${CALM}` },
  { id: 'cversion-stuck', flags: `tree-small ${CALM}` },
  { id: 'pzxid-stuck', flags: `tree-small ${CALM}` },
  { id: 'time-of-its-own', flags: `tree-small ${CALM}` },
  { id: 'zk-1412', flags: `tree-small ${CALM}`, published: '8' },
  { id: 'read-of-yesterday', flags: `tree-small ${CALM}` },
  { id: 'newer-than-it-says', flags: `tree-small ${CALM}` },
  { id: 'watch-late', flags: `watches-small ${CALM}`, published: '5' },
  { id: 'watch-for-ever', flags: `watches-small ${CALM}` },
  { id: 'watch-on-nothing', flags: `watches-small ${CALM}` },
  { id: 'exists-blind', flags: `watches-small ${CALM}` },
  { id: 'persistent-once', flags: `watches-small ${CALM}` },
  { id: 'removed-watch-stays', flags: `watches-small ${CALM}` },
  { id: 'recursive-one-deep', flags: `watches-small ${CALM}` },
  { id: 'exists-watches-children', flags: `watches-small ${CALM}` },
  { id: 'children-unwatched', flags: `watches-small ${CALM}` },
  { id: 'deletion-halfway', flags: `watches-small ${CALM}` },
  { id: 'acl-in-multi', flags: `acl-small ${CALM}` },
  { id: 'quota-one-less', flags: `quota-small ${CALM}` },
  { id: 'number-again', flags: `tree-small ${CALM}`, judges: 'all' },
  { id: 'untold-touches', flags: `sessions-small --ops 1 ${CALM} --liveness` },
  { id: 'hasty-reaper', flags: 'container-small --servers 1 --start committed --crashes 0 --timeouts 2 --grain elections' },
  { id: 'recipe-any-urgency', flags: `queue-small ${MET}` },
  { id: 'recipe-joins-as-another', flags: `group-small ${MET}` },
  { id: 'recipe-finds-the-gone', flags: `group-small ${MET}` },
  { id: 'recipe-reads-past-a-writer', flags: `shared-small ${MET}` },
  { id: 'recipe-lease-too-many', flags: `semaphore-small ${MET}` },
  { id: 'recipe-numbers-again', flags: `ids-small ${MET}` },
  { id: 'recipe-commits-early', flags: `commit-small ${MET}` },
  { id: 'recipe-believes-itself', flags: `commit-small ${MET}` },

  {
    id: 'minority-quorum', judges: 'all', published: '25',
    flags: `${NOTHING} --servers 2 --clients 0 --ops 0 --grain whole`,
  },
  { id: 'zk-2959', flags: 'observers-small --start proposed --crashes 1 --timeouts 0 --grain messages', published: '25' },
  { id: 'zk-417', flags: `moves-small ${CALM}`, published: '12' },
  { id: 'zk-1208', flags: 'expiry-small --start committed --crashes 0 --timeouts 3 --grain whole', published: '6' },
  { id: 'reconfig-old-quorum', flags: `joining-small --ops 1 ${CALM}` },
  { id: 'reconfig-removed-leader', flags: `leaving-small ${CALM}` },
  { id: 'sess-resume', flags: 'expiry-small --start serving --crashes 0 --timeouts 3 --ops 0', published: '5' },
  { id: 'zk-3471', flags: `local-small --servers 1 ${CALM}`, published: '8' },
  { id: 'late-credentials', flags: `acl-small ${CALM}` },
  { id: 'zk-1387', flags: `${NOTHING} --servers 2 --clients 0 --ops 0 --grain elections`, published: '15' },
  { id: 'zk-2307', flags: `zab-small --start nothing ${ALONE}`, published: '20' },
  { id: 'epoch-unsynced', flags: `zab-small --start nothing ${ALONE}` },
  { id: 'hasty-promise', flags: `${NOTHING} --servers 2 --clients 0 --ops 0 --grain elections` },
  { id: 'zk-962', flags: ONE, published: '20' },
  { id: 'zk-508', flags: ONE, published: '25' },
  { id: 'diff-off-by-one', flags: 'zab-small --ops 1 --start serving --crashes 1 --timeouts 0' },
  { id: 'outstanding-unsent', flags: ONE },
  { id: 'early-self-ack', flags: `zab-small --ops 1 --grain elections ${CALM}` },
  { id: 'zk-1367', flags: 'sessions-small --ops 1 --start serving --crashes 1 --timeouts 0', published: '40' },
  { id: 'half-a-timeout', flags: 'sessions-small --servers 1 --start serving --crashes 0 --timeouts 6' },
  { id: 'new-leader-knows-nobody', flags: 'zab-small --ops 1 --start serving --crashes 1 --timeouts 0' },
  {
    id: 'zk-3144', published: '15',
    flags: 'snapshots-small --servers 1 --clients 2 --ops 1 --start serving --crashes 1 --timeouts 0',
  },
  { id: 'whoever-writes-owns', flags: `moves-small ${CALM}` },
  { id: 'zk-706', flags: `rewatch-small --servers 1 ${CALM}`, published: '8' },
  { id: 'missed-in-silence', flags: `rewatch-small --servers 1 ${CALM}` },
  { id: 'creation-in-silence', flags: `rewatch-small --servers 1 ${CALM}` },
  { id: 'since-the-beginning', flags: `rewatch-small --servers 1 ${CALM}` },
  {
    id: 'zk-1653',
    flags: 'afterwards-small --ops 3 --start skipped --crashes 2 --timeouts 0 --grain elections',
  },
  { id: 'zk-1366', flags: 'expiry-small --start serving --crashes 0 --timeouts 2 --wall-jumps 1' },
  { id: 'lingering-leader', flags: LINGERING },
  {
    id: 'patient-follower',
    flags: 'stale-small --ops 2 --start severed --crashes 0 --partitions 1 --timeouts 1 --epochs 1 --rounds 1',
  },
  { id: 'zk-1496', flags: 'expiry-small --start committed --crashes 0 --timeouts 3 --liveness', published: '8' },
  { id: 'purged-too-much', flags: `snapshots-small --ops 4 --start serving ${ALONE}` },
  { id: 'zk-2872', flags: 'behind-small --start serving --crashes 2 --timeouts 0', published: '25' },
  { id: 'zk-1090', flags: `snapshots-small --start serving ${ALONE}`, published: '12' },

  { id: 'gen-fsync', flags: `zab-small --ops 1 --grain elections ${CALM}`, judges: 'all', published: '25' },
  { id: 'zk-1156', flags: TWO, published: '60' },
  { id: 'reconfig-hasty', flags: 'leaving-small --start serving --crashes 1 --timeouts 0' },
  { id: 'damage-is-a-tear', flags: 'zab-small --ops 1 --start serving --crashes 2 --timeouts 0 --epochs 3 --rounds 3 --lies 1' },
  { id: 'failed-sync', flags: 'zab-small --ops 1 --start serving --crashes 1 --timeouts 0 --disk-faults 1' },
  { id: 'zk-1291', flags: `zab-small --start nothing ${ALONE}`, published: '25' },
  { id: 'zk-1144', flags: `${NOTHING} --servers 1 --clients 0 --ops 0 --liveness`, published: '12' },
  {
    id: 'zk-498', published: '20',
    flags: 'zab-small --servers 5 --clients 0 --ops 0 --start serving --crashes 1 --timeouts 0 --liveness',
  },
  { id: 'zk-4394', flags: ONE, published: '17 (model)' },
  { id: 'half-fix-apply-later', flags: ONE },
  { id: 'half-fix-split-queues', flags: ONE },
  { id: 'zk-3023', flags: ONE, published: '14 (model)' },
  { id: 'zk-4712', flags: `${ONE} --grain elections`, published: '11 (model)' },
  { id: 'diff-for-trunc', flags: TWO },
  { id: 'log-unnamed', flags: `zab-small --start nothing --ops 1 ${ALONE}` },
  { id: 'sync-of-the-future', flags: `zab-small --start serving ${ALONE}` },
  { id: 'mark-ahead', flags: `zab-small --start serving ${ALONE}` },
  { id: 'tear-is-damage', flags: `zab-small --start serving --ops 1 ${ALONE} --disk-faults 1` },
  { id: 'trusting-timers', flags: LINGERING },
  { id: 'hasty-denial', flags: 'denied-small --start parted --crashes 0 --partitions 2 --timeouts 1' },
  { id: 'local-late', flags: `upgraded-small ${CALM}` },
  {
    id: 'zk-1489', published: '45',
    flags: 'padded-small --ops 3 --start deposed --crashes 1 --partitions 2 --timeouts 2 --rounds 3',
  },
  { id: 'zk-2325', flags: ROTTEN, published: '8' },
  { id: 'zk-596', flags: ROTTEN, published: '25' },
  {
    id: 'zk-3701', published: '35',
    flags: 'zab-small --start skipped --crashes 2 --timeouts 0 --epochs 3 --rounds 3 --rot 1',
  },
  { id: 'watch-left-behind', flags: `rewatch-small --servers 1 ${CALM}` },

  { id: 'zk-2845', flags: TWO, published: '10 to 11 (model)' },
];

/** Those of tiers 0 to 2 that are not looked for, and why. */
export const NOT_HUNTED: ReadonlyMap<string, string> = new Map();
