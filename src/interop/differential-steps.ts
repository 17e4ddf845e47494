/**
 * Random sequences of client operations for the comparison of two servers (fast-check): what a few sessions ask, in runs that one
 * session sends without waiting. Nothing in a sequence depends on how fast a server is. Not part of the program.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { zxidFromNumber, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { MultiOp, MultiReadOp, Request, SetWatches2Request, SetWatchesRequest } from '../wire/client-messages.ts';
import { AddWatchMode, CreateFlag, OPEN_ACL_UNSAFE, Permission, WatcherType } from '../wire/words.ts';
import type { Acl, Bytes } from '../wire/words.ts';

/** How many sessions a sequence has. */
export const SESSIONS = 4;

/** What one session sends at once; the next run waits for all its replies. */
export interface Run {
  readonly session: number;
  readonly requests: readonly Request[];
}

/** Stands in a path for the node below which a sequence works. */
const ROOT = '~';
/** Only nodes whose names begin so may be hidden from a reader: 3.8.0 and 3.9.5 differ in who may notice those. */
const PRIVATE = 'p';

/** Whether some node on the path may be hidden from a reader. */
export function isPrivate(path: string): boolean {
  return path.split('/').some((name) => name.startsWith(PRIVATE));
}

const one = <const T>(...values: T[]): Arbitrary<T> => fc.constantFrom(...values);

const make = <T extends object>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> => {
  return fc.record<T>(model, { noNullPrototype: true });
};

const goodPath = one('', '/a', '/b', '/a/a', '/a/b', '/a/a/a', '/p', '/p/a', '/a/p', '/q-', '/a/q-', '/ä', '/b/中')
  .map((path) => `${ROOT}${path}`);
const badPath = one(
  '', 'a', '/', '//', '~/', '~/a/', '~//a', '~/a//b', '~/.', '~/a/../b', '~/a\u0000', '~/\u0001', '~/a\u007f', '~/\ufffe',
  '/zookeeper', '/zookeeper/quota', '/zookeeper/config', '/zookeeper/none/a', '~/\ud7ff', '~/none/a',
);
const path = fc.oneof({ weight: 12, arbitrary: goodPath }, { weight: 1, arbitrary: badPath });
const data: Arbitrary<Bytes | null> = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(100).fill(120)) },
);
const version = fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 3, arbitrary: fc.nat({ max: 3 }) }, one(-2, 99));

const entry = (scheme: string, id: string, perms: number): Acl => ({ perms, id: { scheme, id } });
const DIGEST = 'user:2Om+GBbT2q/tS6pdvACZbbm7/1A=';
/** Everybody may read, or the list is refused. */
const openAcl: Arbitrary<readonly Acl[] | null> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(OPEN_ACL_UNSAFE) },
  {
    weight: 3,
    arbitrary: one<readonly Acl[] | null>(
      [entry('world', 'anyone', Permission.READ)],
      [entry('world', 'anyone', Permission.READ | Permission.CREATE), entry('ip', '10.0.0.0/8', Permission.ALL)],
      [entry('world', 'anyone', Permission.ALL), entry('world', 'anyone', Permission.ALL)],
      null, [], [entry('world', 'somebody', Permission.ALL)], [entry('nobody', 'knows', Permission.ALL)],
      [entry('digest', 'no-colon', Permission.ALL)], [entry('ip', 'no-address', Permission.ALL)],
      [entry('x509', 'CN=nobody', Permission.ALL)], [entry('sasl', 'nobody', Permission.ALL)],
    ),
  },
);
const privateAcl: Arbitrary<readonly Acl[] | null> = fc.oneof(
  openAcl,
  one<readonly Acl[]>(
    [entry('auth', '', Permission.ALL)], [entry('digest', DIGEST, Permission.ALL)], [entry('world', 'anyone', 0)],
    [entry('ip', '127.0.0.1', Permission.ALL)], [entry('world', 'anyone', Permission.WRITE), entry('auth', '', 99)],
    [entry('world', 'anyone', Permission.ALL & ~Permission.READ)],
  ),
);
/** A path and a list that it may be given. */
const guarded = path.chain((at) => {
  const name = at.slice(at.lastIndexOf('/') + 1);
  return (name.startsWith(PRIVATE) ? privateAcl : openAcl).map((acl) => ({ path: at, acl }));
});

const flags = fc.oneof(
  { weight: 5, arbitrary: fc.constant<number>(CreateFlag.PERSISTENT) }, { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: one(7, -1, 99) },
);
const ttl = fc.oneof({ weight: 4, arbitrary: one(600_000, 1_099_511_627_775) }, one(0, -1, 1_099_511_627_776));
/**
 * createTTL with other flags than its own and a negative time to live passes Apache's checks and stops the server when it is
 * applied (3.8.0 and 3.9.5 alike; ours refuses it): it is never sent.
 */
const flagsAndTtl: Arbitrary<readonly [flags: number, ttl: number]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(one(5, 6), ttl) }, fc.tuple(one(0, 1, 2, 3, 4, 7, -1), one(0, 600_000)),
);

const create: Arbitrary<MultiOp> = fc.tuple(one('create', 'create2'), guarded, data, flags)
  .map(([kind, at, bytes, flag]) => ({ kind, ...at, data: bytes, flags: flag }));
/** Apache's takes createContainer with any known flags, ours with its own only (`NEVER_SENT`). */
const containerFlags = fc.oneof({ weight: 4, arbitrary: fc.constant<number>(CreateFlag.CONTAINER) }, one(7, -1));
const createOther: Arbitrary<MultiOp> = fc.oneof(
  fc.tuple(guarded, data, containerFlags)
    .map(([at, bytes, flag]) => ({ kind: 'createContainer' as const, ...at, data: bytes, flags: flag })),
  fc.tuple(guarded, data, flagsAndTtl)
    .map(([at, bytes, [flag, ms]]) => ({ kind: 'createTTL' as const, ...at, data: bytes, flags: flag, ttl: ms })),
);
const change: Arbitrary<MultiOp> = fc.oneof(
  make({ kind: one('setData'), path, data, version }),
  make({ kind: one('delete'), path, version }),
);
const check: Arbitrary<MultiOp> = make({ kind: one('check'), path, version });
const write: Arbitrary<MultiOp> = fc.oneof({ weight: 4, arbitrary: create }, createOther, { weight: 4, arbitrary: change });
const createInMulti: Arbitrary<MultiOp> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(one('create', 'create', 'create2'), guarded, data, fc.oneof(one(0), fc.nat({ max: 4 })))
    .map(([kind, at, bytes, flag]) => ({ kind, ...at, data: bytes, flags: flag })) },
  fc.tuple(guarded, data).map(([at, bytes]) => ({ kind: 'createContainer' as const, ...at, data: bytes, flags: 4 })),
  { weight: 2, arbitrary: fc.tuple(guarded, data, fc.oneof(one(5, 6), fc.nat({ max: 7 })), ttl)
    .map(([at, bytes, flag, ms]) => ({ kind: 'createTTL' as const, ...at, data: bytes, flags: flag, ttl: ms })) },
);
/** Flags that a multi cannot be read with; alone, because 3.8.0 may or may not remember what stood before. */
const oddMulti: Arbitrary<Request> = fc.tuple(guarded, one(5, 6, 7, -1))
  .map(([at, flag]) => ({ kind: 'multi', ops: [{ kind: 'create', ...at, data: null, flags: flag }] }));
const opOfMulti = fc.oneof({ weight: 4, arbitrary: createInMulti }, { weight: 3, arbitrary: change }, check);
const opOfMultiRead = (watch: Arbitrary<boolean>): Arbitrary<MultiReadOp> => {
  return make({ kind: one('getData', 'getChildren'), path, watch });
};

/** Who may not read a node leaves a watch on it in 3.8.0 only, which later operations would see: it is never asked for. */
const exists = (watch: Arbitrary<boolean>): Arbitrary<Request> => fc.tuple(path, watch)
  .map(([at, isWatched]) => ({ kind: 'exists', path: at, watch: isWatched && !isPrivate(at) }));

const paths = fc.array(goodPath.filter((at) => !isPrivate(at)), { maxLength: 3 });
/** The newest transaction that the client says it has seen, counted from the start of the sequence. */
const relativeZxid: Arbitrary<Zxid> = fc.nat({ max: 40 }).map((count) => zxidFromNumber(count) ?? ZXID_ZERO);
const lists = { relativeZxid, dataWatches: paths, existWatches: paths, childWatches: paths };
const setWatches: Arbitrary<Request> = make<SetWatchesRequest>({ kind: one('setWatches'), ...lists });
const none: Arbitrary<readonly string[]> = fc.constant([]);
const setStayingWatches = (mode: number): Arbitrary<Request> => make<SetWatches2Request>({
  kind: one('setWatches2'), relativeZxid, dataWatches: none, existWatches: none, childWatches: none,
  persistentWatches: mode === AddWatchMode.PERSISTENT ? paths : none,
  persistentRecursiveWatches: mode === AddWatchMode.PERSISTENT ? none : paths,
});

const common = [
  { weight: 12, arbitrary: write },
  { weight: 4, arbitrary: make<Request>({ kind: one('multi'), ops: fc.array(opOfMulti, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: oddMulti },
  { weight: 3, arbitrary: make<Request>({ kind: one('getACL', 'sync', 'getAllChildrenNumber', 'getEphemerals'), path }) },
  { weight: 1, arbitrary: make<Request>({ kind: one('whoAmI') }) },
];

const reads = (watch: Arbitrary<boolean>): { weight: number; arbitrary: Arbitrary<Request> }[] => [
  { weight: 2, arbitrary: exists(watch) },
  { weight: 6, arbitrary: make<Request>({ kind: one('getData', 'getChildren', 'getChildren2'), path, watch }) },
  { weight: 1, arbitrary: make<Request>({ kind: one('multiRead'), ops: fc.array(opOfMultiRead(watch), { maxLength: 4 }) }) },
];

const watchers = (...types: number[]): Arbitrary<Request> => {
  return make<Request>({ kind: one('checkWatches', 'removeWatches'), path: goodPath, watcherType: one(...types) });
};

const { Children, Data, Any } = WatcherType;
/** Watches that fire once. */
const onceRequest: Arbitrary<Request> = fc.oneof(
  ...common, ...reads(fc.boolean()), { weight: 1, arbitrary: setWatches },
  { weight: 1, arbitrary: watchers(Children, Data, Any, 0) },
);
/**
 * Watches that stay are other sessions', one for each mode: before 3.9.0 the kinds disturb each other on overlapping paths
 * (ZOOKEEPER-4466), and cannot be named apart when they are removed (ZOOKEEPER-4472).
 */
const stayingRequest = (mode: number): Arbitrary<Request> => fc.oneof(
  ...common, ...reads(fc.constant(false)), { weight: 1, arbitrary: setStayingWatches(mode) },
  { weight: 1, arbitrary: watchers(Any) },
  { weight: 2, arbitrary: make<Request>({ kind: one('addWatch'), path: goodPath, mode: one(mode) }) },
);
const BY_SESSION = [
  onceRequest, onceRequest, stayingRequest(AddWatchMode.PERSISTENT), stayingRequest(AddWatchMode.PERSISTENT_RECURSIVE),
];

/** Authentication overtakes what was sent before it, and so goes alone. An address adds nothing to what is known. */
const authentication: Arbitrary<readonly Request[]> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(one('digest'), one('user:pw', 'other:pw')) }, fc.tuple(one('ip'), one('', '10.0.0.1')),
).map(([scheme, text]) => [{ kind: 'auth', authType: 0, scheme, auth: new TextEncoder().encode(text) }]);
/** Goes alone: until it is applied, Apache's holds what is sent behind it against the list that it replaces. */
const setAcl: Arbitrary<readonly Request[]> = fc.tuple(guarded, version)
  .map(([at, expected]) => [{ kind: 'setACL', ...at, version: expected }]);
const run: Arbitrary<Run> = fc.nat({ max: SESSIONS - 1 }).chain((session) => {
  const some = fc.array(BY_SESSION[session] ?? onceRequest, { minLength: 1, maxLength: 24, size: 'max' });
  const block = fc.oneof({ weight: 15, arbitrary: some }, authentication, { weight: 3, arbitrary: setAcl });
  return block.map((requests) => ({ session, requests }));
});

/** A whole sequence. */
export const sequence: Arbitrary<readonly Run[]> = fc.array(run, { maxLength: 40, size: 'max' });

const placed = (at: string, root: string): string => (at.startsWith(ROOT) ? root + at.slice(ROOT.length) : at);

/** The request as it is sent where the sequence works below `root`, which was made by transaction `base`. */
export function place(asked: Request, root: string, base: Zxid): Request {
  const all = (many: readonly string[]): readonly string[] => many.map((at) => placed(at, root));
  switch (asked.kind) {
    case 'multi':
      return { ...asked, ops: asked.ops.map((op) => ({ ...op, path: placed(op.path, root) })) };
    case 'multiRead':
      return { ...asked, ops: asked.ops.map((op) => ({ ...op, path: placed(op.path, root) })) };
    case 'setWatches':
    case 'setWatches2': {
      const at = {
        relativeZxid: zxidFromNumber(base + asked.relativeZxid) ?? base,
        dataWatches: all(asked.dataWatches), existWatches: all(asked.existWatches), childWatches: all(asked.childWatches),
      };
      if (asked.kind === 'setWatches') return { ...asked, ...at };
      const persistentWatches = all(asked.persistentWatches);
      return { ...asked, ...at, persistentWatches, persistentRecursiveWatches: all(asked.persistentRecursiveWatches) };
    }
    default:
      return 'path' in asked ? { ...asked, path: placed(asked.path, root) } : asked;
  }
}

const ALL_BUT_READ: readonly Acl[] = [entry('world', 'anyone', Permission.ALL & ~Permission.READ)];
/** What chance seldom comes upon: somebody watches a node, may not read it any more, and it changes. */
export const HIDDEN_CHANGE: readonly Run[] = [
  { session: 0, requests: [{ kind: 'create', path: '~/p', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 }] },
  { session: 1, requests: [{ kind: 'getData', path: '~/p', watch: true }] },
  { session: 0, requests: [{ kind: 'setACL', path: '~/p', acl: ALL_BUT_READ, version: -1 }] },
  { session: 0, requests: [{ kind: 'setData', path: '~/p', data: null, version: -1 }] },
];
