/**
 * The service's tree and the reference model, which share no code, on the same requests: equal decisions, results, Stats,
 * triggers and trees, for any sequence of requests under any rules of the operator.
 */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sessionIdFromWords, type SessionId } from '../base/session-id.ts';
import { makeZxid, type Zxid } from '../base/zxid.ts';
import type { Applied } from '../tree/applied.ts';
import { authenticate } from '../tree/acl.ts';
import { DataTree } from '../tree/data-tree.ts';
import { PendingChanges, prepare } from '../tree/prepare.ts';
import { read } from '../tree/read.ts';
import { reapable } from '../tree/reaper.ts';
import type { CreateRequest, CreateTtlRequest, MultiOp, Request } from '../wire/client-messages.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { TxnBody } from '../wire/transactions.ts';
import { type Acl, ErrorCode, type Id, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { replay, type Verdict } from './decide.ts';
import { Model } from './model.ts';
import { provedIds, shownAcl } from './permissions.ts';
import { type ServiceRules, USUAL_RULES } from './rules.ts';

const test = suite('tree and model');
const RUNS = { seed: 53, numRuns: 200 };

const utf8 = new TextEncoder();
const bytes = (text: string): Uint8Array => utf8.encode(text);
const acl = (perms: number, scheme: string, id: string): Acl => ({ perms, id: { scheme, id } });

const LIMITS = 'count=3,bytes=-1=;byteHardLimit=50;countHardLimit=2';
const ANN: Id = { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' };
const PATHS = [
  '/a',
  '/a',
  '/b',
  '/a/a',
  '/a/b',
  '/b/a',
  '/a/a/a',
  '/\u00e9',
  '/a/s-',
  '/a/',
  '/b/',
  '/',
  '',
  'rel',
  '//',
  '/a/..',
  '/\u0001',
  '/nul\0',
  '/zookeeper',
  '/zookeeper/quota',
  '/zookeeper/config',
  '/zookeeper/x',
  '/zookeeper/quota/a',
  '/zookeeper/quota/b',
  '/zookeeper/quota/a/a',
  '/zookeeper/quota/a/zookeeper_limits',
  '/zookeeper/quota/a/zookeeper_stats',
  '/zookeeper/quota/a/a/zookeeper_limits',
  '/zookeeper/quota/a/a/zookeeper_stats',
  '/zookeeper/quota/b/zookeeper_stats',
];
const path = fc.constantFrom(...PATHS, '/a', '/a/a', '/a/b', '/b');
const version = fc.constantFrom(-1, -1, -1, 0, 1, 2, -2);
const data = fc.constantFrom(null, bytes(''), bytes('x'), bytes('longer'), bytes(LIMITS), bytes('count=2,bytes=3'));
const lists = fc.constantFrom<readonly Acl[] | null>(
  OPEN_ACL_UNSAFE,
  OPEN_ACL_UNSAFE,
  OPEN_ACL_UNSAFE,
  OPEN_ACL_UNSAFE,
  null,
  [],
  [acl(31, 'world', 'anyone'), acl(1, 'ip', '127.0.0.1')],
  [acl(29, 'world', 'anyone')],
  [acl(31, 'auth', '')],
  [acl(15, 'ip', '127.0.0.0/29'), acl(1, 'world', 'anyone')],
  [acl(31, ANN.scheme, ANN.id), acl(31, ANN.scheme, ANN.id)],
  [acl(31, 'digest', 'nocolon')],
  [acl(31, 'world', 'nobody')],
  [acl(31, 'ip', '300.1.1.1')],
  [acl(31, 'none', 'x')],
  [acl(0, 'world', 'anyone'), acl(99, 'x509', 'CN=x')],
);
const flags = fc.constantFrom(0, 0, 0, 0, 1, 2, 3, 4);
const oddFlags = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, -1);
const creates: fc.Arbitrary<CreateRequest | CreateTtlRequest> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('create', 'create2'), path, data, acl: lists, flags }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('create', 'createContainer'),
      path,
      data,
      acl: lists,
      flags: oddFlags,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('createContainer'), path, data, acl: lists, flags: fc.constant(4) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('createTTL'),
      path,
      data,
      acl: lists,
      flags: fc.constantFrom(5, 5, 6, 0),
      ttl: fc.constantFrom(1, 20, 1000, 0, -1, 2 ** 40),
    }),
  },
);
const op: fc.Arbitrary<MultiOp> = fc.oneof(
  { weight: 5, arbitrary: creates },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), path, version }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('setData'), path, data, version }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('check'), path, version }) },
);
const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 10, arbitrary: op.filter((each) => each.kind !== 'check') },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('multi'), ops: fc.array(op, { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('setACL'), path, acl: lists, version }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'closeSession' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'createSession', timeoutMs: 1000 } as const) },
);
const rules: fc.Arbitrary<ServiceRules> = fc.record({
  extendedTypesEnabled: fc.constantFrom(true, true, false),
  enforceQuota: fc.boolean(),
  skipAcl: fc.constantFrom(false, false, true),
  superDigest: fc.constantFrom(null, ANN.id),
  maxNeverUsedIntervalMs: fc.constantFrom(0, 30),
});
const who = fc.constantFrom(0, 0, 1, 2);
/** Some histories begin with quotas, one within the other, or with an ephemeral node, so that the rest runs into them. */
const QUOTAS: readonly (readonly [Request, number])[] = [
  '/a',
  '/zookeeper/quota/a',
  '/zookeeper/quota/a/zookeeper_limits',
  '/zookeeper/quota/a/zookeeper_stats',
  '/zookeeper/quota/a/a',
  '/zookeeper/quota/a/a/zookeeper_stats',
  '/zookeeper/quota/a/a/zookeeper_limits',
].map((each) => [{ kind: 'create', path: each, data: bytes(LIMITS), acl: OPEN_ACL_UNSAFE, flags: 0 }, 0]);
const free = fc.array(fc.tuple(request, who), { maxLength: 50, size: 'max' });
const EPHEMERAL: readonly [Request, number] = [
  { kind: 'create', path: '/b', data: null, acl: OPEN_ACL_UNSAFE, flags: 1 },
  0,
];
const history = fc.oneof(
  free,
  free.map((steps): (readonly [Request, number])[] => [...QUOTAS, ...steps]),
  free.map((steps): (readonly [Request, number])[] => [EPHEMERAL, ...steps]),
);

const SESSIONS = [1, 2, 3].map((number) => sessionIdFromWords(0x01000000, number));
const IP: Id = { scheme: 'ip', id: '127.0.0.1' };
const CREDENTIALS = bytes('ann:secret');

/** The service's tree with the model at its side. */
class Pair {
  readonly tree: DataTree = new DataTree();
  readonly pending: PendingChanges = new PendingChanges();
  readonly model: Model;
  readonly open: Set<SessionId> = new Set();
  counter = 0;

  constructor(given: ServiceRules) {
    this.model = new Model(given);
    for (const sessionId of SESSIONS) this.write({ kind: 'createSession', timeoutMs: 1000 }, sessionId, [IP]);
  }

  /** The first of the sessions knows ann's secret. */
  idsOf(index: number): readonly Id[] {
    const proved = authenticate('digest', CREDENTIALS, this.model.rules.superDigest) ?? [];
    assert.equal(
      proved,
      provedIds({ kind: 'auth', authType: 0, scheme: 'digest', auth: CREDENTIALS }, this.model.rules),
    );
    return index === 1 ? [IP, ...proved] : [IP];
  }

  /** What a session's table decides stands in for the service's here: it is the model's own rule. */
  write(
    asked: Request,
    sessionId: SessionId,
    ids: readonly Id[],
  ): { readonly applied: Applied; readonly verdict: Verdict; readonly body: TxnBody } {
    const zxid = makeZxid(1, ++this.counter);
    const header = { clientId: sessionId, cxid: this.counter, zxid, time: 1000 + 10 * this.counter };
    const { extendedTypesEnabled, enforceQuota, skipAcl } = this.model.rules;
    const isDead = asked.kind !== 'createSession' && !this.open.has(sessionId);
    const body: TxnBody = isDead
      ? { kind: 'error', err: ErrorCode.SESSIONEXPIRED }
      : prepare(this.tree, this.pending, asked, { sessionId, authInfo: ids }, header, {
          extendedTypesEnabled,
          enforceQuota,
          skipAcl,
          isLocalSession: false,
        });
    const applied = this.tree.apply(header, body);
    this.pending.applied(zxid);
    if (body.kind === 'createSession') this.open.add(sessionId);
    if (body.kind === 'closeSession') this.open.delete(sessionId);
    const verdict = replay(this.model, encodeTxn(header, body, this.tree.digest), asked, ids);
    return { applied, verdict, body };
  }

  get zxid(): Zxid {
    return makeZxid(1, this.counter);
  }
}

function agree(pair: Pair, asked: Request, index: number): void {
  const sessionId = SESSIONS[index] ?? SESSIONS[0];
  if (sessionId === undefined || (asked.kind === 'createSession' && pair.open.has(sessionId))) return;
  if (asked.kind === 'createSession' && pair.model.sessions.has(sessionId)) return;
  const { applied, verdict, body } = pair.write(asked, sessionId, pair.idsOf(index));
  const { effects } = verdict;
  assert.is(verdict.breach, null, JSON.stringify(asked));
  assert.ok(verdict.isDecided || asked.kind === 'createSession', JSON.stringify(asked));
  assert.equal([effects.ephemeralBreach, effects.sessionBreach], [null, null], JSON.stringify(asked));
  assert.equal(effects.triggers, applied.triggers, JSON.stringify(asked));
  if (body.kind === 'multi') {
    assert.equal(
      effects.results.map(({ kind, err }) => [kind === 'error' ? err : 0, kind]),
      (applied.results ?? []).map((result) => (result.kind === 'error' ? [result.err, 'error'] : [0, result.kind])),
    );
    assert.equal(
      effects.results.map(({ stat }) => stat),
      (applied.results ?? []).map((result, i) => {
        return 'stat' in result
          ? result.stat
          : effects.results[i]?.kind === 'create'
            ? effects.results[i].stat
            : null;
      }),
    );
  } else if (effects.results.length > 0) {
    const due = effects.results[0];
    assert.equal([due?.err, due?.stat], [applied.err, applied.stat], JSON.stringify(asked));
  }
}

/** Every node there is, as a client with all permissions would see it, on both sides. */
function assertEqualTrees(pair: Pair): void {
  const { tree, model, zxid } = pair;
  const paths = [...model.paths.keys()].filter((each) => model.node(each) !== undefined).sort();
  assert.is(paths.length, tree.nodeCount);
  for (const each of paths) {
    const node = tree.node(each);
    assert.equal(tree.stat(each), model.statAt(each, zxid), each);
    assert.equal([node?.data, node?.acl], [model.node(each)?.data, model.node(each)?.acl], each);
    assert.equal(tree.children(each), [...(model.childrenAt(each, zxid) ?? [])].sort(), each);
    assert.is(tree.descendantCount(each), model.countBelow(each, zxid), each);
  }
  for (const sessionId of SESSIONS)
    assert.equal(tree.ephemerals(sessionId), model.ephemeralsAt(sessionId, zxid).sort());
}

test('any sequence of requests comes to the same, request by request, and to the same tree', () => {
  fc.assert(
    fc.property(rules, history, (given, steps) => {
      const pair = new Pair(given);
      for (const [asked, index] of steps) agree(pair, asked, index);
      assertEqualTrees(pair);
    }),
    RUNS,
  );
});

test('the histories of these laws meet every refusal, kind of node and event that there is', () => {
  const met = new Map<number, number>();
  const kinds = new Set<string>();
  for (const [given, steps] of fc.sample(fc.tuple(rules, history), { seed: 53, numRuns: 250 })) {
    const pair = new Pair(given);
    for (const [asked, index] of steps) {
      const { effects } = pair.write(asked, SESSIONS[index] ?? sessionIdFromWords(0, 0), pair.idsOf(index)).verdict;
      for (const { err, kind } of effects.results) {
        met.set(err, (met.get(err) ?? 0) + 1);
        kinds.add(kind);
      }
      for (const { type } of effects.triggers) met.set(type, (met.get(type) ?? 0) + 1);
    }
  }
  assert.equal(
    [...met.keys()].sort((a, b) => a - b),
    [-125, -114, -112, -111, -110, -108, -103, -102, -101, -8, -6, -5, -2, 0, 1, 2, 3, 4],
  );
  for (const [code, count] of met) assert.ok(count >= 5, `${code} occurs ${count} times`);
  assert.is(kinds.size, 9);
});

test('the model tells of the past what the tree said when it was the present', () => {
  fc.assert(
    fc.property(rules, history, (given, steps) => {
      const pair = new Pair(given);
      const moments: (readonly [Zxid, DataTree])[] = [];
      for (const [asked, index] of steps) {
        agree(pair, asked, index);
        moments.push([pair.zxid, pair.tree.copy()]);
      }
      for (const [zxid, tree] of moments) {
        for (const each of pair.model.paths.keys()) {
          assert.equal(tree.stat(each), pair.model.statAt(each, zxid), each);
          assert.equal(tree.node(each)?.data, pair.model.nodeAt(each, zxid)?.data, each);
        }
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('what is shown of a list to whom is the same', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const pair = new Pair(USUAL_RULES);
      for (const [asked, index] of steps) agree(pair, asked, index);
      for (const index of [0, 1]) {
        const authInfo = pair.idsOf(index);
        for (const each of pair.model.paths.keys()) {
          const { response, err } = read(
            pair.tree,
            { kind: 'getACL', path: each },
            { sessionId: sessionIdFromWords(0, 0), authInfo },
          );
          if (err !== ErrorCode.OK || response?.kind !== 'getACL') continue;
          assert.equal(response.acl, shownAcl(pair.model.node(each)?.acl ?? [], authInfo, USUAL_RULES));
        }
      }
    }),
    { seed: 8, numRuns: 100 },
  );
});

test('what the reaper finds is what may be reaped, and nothing else', () => {
  fc.assert(
    fc.property(rules, history, fc.constantFrom(0, 15, 500), (given, steps, laterMs) => {
      const pair = new Pair(given);
      for (const [asked, index] of steps) agree(pair, asked, index);
      const time = 1000 + 10 * pair.counter + laterMs;
      const due = new Set(reapable(pair.tree, time, given.maxNeverUsedIntervalMs));
      for (const each of pair.model.paths.keys()) {
        const header = { clientId: sessionIdFromWords(0, 0), cxid: 0, zxid: makeZxid(1, 1_000_000), time };
        const model = new Model(given);
        for (const [name, value] of pair.model.paths) model.paths.set(name, value);
        model.begin();
        const { breach } = replay(model, encodeTxn(header, { kind: 'deleteContainer', path: each }, null), null);
        model.rollBack();
        assert.is(breach === null, due.has(each), each);
      }
    }),
    { seed: 9, numRuns: 100 },
  );
});

test.run();
