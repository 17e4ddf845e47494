/** Laws of the tree for any sequence of requests: images, replays, digests, pending changes. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32 } from '../base/checksum.ts';
import type { MultiOp, Request } from '../wire/client-messages.ts';
import { decodeSnapshot, encodeSnapshot } from '../wire/snapshot-codec.ts';
import { decodeTxn, encodeTxn } from '../wire/transaction-codec.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { DataTree } from './data-tree.ts';
import { subtree } from './node-map.ts';
import { DEFAULT_PREPARE_OPTIONS, PendingChanges, prepare, type Requester } from './prepare.ts';
import { ANYBODY, Bench, OTHER_SESSION, SESSION, acl, bytes, content, create } from './testing.ts';

const test = suite('tree/laws');
const RUNS = { seed: 21, numRuns: 300 };

const path = fc.constantFrom(
  '/a', '/b', '/a/a', '/a/b', '/b/a', '/a/a/a', '/a/a/b', '/\u00e9', '/zookeeper/quota/a', '/a/s-', '/b/', '/zookeeper',
  '/zookeeper/quota/a/zookeeper_limits', '/zookeeper/quota/a/zookeeper_stats',
);
const version = fc.constantFrom(-1, -1, -1, 0, 1, 2);
const data = fc.constantFrom(null, bytes(''), bytes('x'), bytes('longer'));
const lists = fc.constantFrom(
  OPEN_ACL_UNSAFE, OPEN_ACL_UNSAFE, [acl(31, 'world', 'anyone'), acl(1, 'ip', '1.2.3.4')], [acl(29, 'world', 'anyone')],
);
const op: fc.Arbitrary<MultiOp> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { kind: fc.constantFrom('create', 'create2'), path, data, acl: lists, flags: fc.constantFrom(0, 0, 0, 1, 2, 3, 4) },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      { kind: fc.constant('createTTL'), path, data, acl: lists, flags: fc.constantFrom(5, 6), ttl: fc.constantFrom(1, 1000) },
    ),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), path, version }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('setData'), path, data, version }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('check'), path, version }) },
);
const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 8, arbitrary: op },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('multi'), ops: fc.array(op, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('setACL'), path, acl: lists, version }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'closeSession' } as const) },
);
const requester: fc.Arbitrary<Requester> = fc.constantFrom(SESSION, OTHER_SESSION).map(
  (sessionId) => ({ sessionId, authInfo: [{ scheme: 'ip', id: '1.2.3.4' }] }),
);
/** Quotas to begin with, one within the other. */
const QUOTAS: readonly (readonly [Request, Requester])[] = [
  '/zookeeper/quota/a', '/zookeeper/quota/a/zookeeper_limits', '/zookeeper/quota/a/zookeeper_stats', '/zookeeper/quota/a/a',
  '/zookeeper/quota/a/a/zookeeper_stats', '/zookeeper/quota/a/a/zookeeper_limits',
].map((each) => [create(each), ANYBODY]);
const free = fc.array(fc.tuple(request, requester), { maxLength: 40, size: 'max' });
const history = fc.oneof(free, free.map((steps): (readonly [Request, Requester])[] => [...QUOTAS, ...steps]));

function run(steps: readonly (readonly [Request, Requester])[]): Bench {
  const bench = new Bench();
  for (const [each, who] of steps) bench.write(each, who);
  return bench;
}

/** Section 3.4 taken literally: bytes of every field, one after the other. */
function digestFromScratch(tree: DataTree): bigint {
  let sum = 0n;
  for (const { path: name, data: content, stat } of subtree(tree.nodes, '')) {
    if (name.startsWith('/zookeeper/')) continue;
    const fields = new DataView(new ArrayBuffer(60));
    [stat.czxid, stat.mzxid, stat.pzxid, stat.ctime, stat.mtime].forEach((field, i) => fields.setBigInt64(8 * i, BigInt(field)));
    [stat.version, stat.cversion, stat.aversion].forEach((field, i) => fields.setInt32(40 + 4 * i, field));
    fields.setBigUint64(52, BigInt(`0x${stat.ephemeralOwner}`));
    const all = [...bytes(name), ...(content ?? []), ...new Uint8Array(fields.buffer)];
    sum += BigInt(crc32(Uint8Array.from(all)));
  }
  return sum % (1n << 64n);
}

test('the digest kept on the way is the digest taken at the end', () => {
  fc.assert(fc.property(history, (steps) => {
    const { tree } = run(steps);
    assert.is((BigInt(tree.digest.high) << 32n) | BigInt(tree.digest.low), digestFromScratch(tree));
  }), RUNS);
});

test('a tree is what its image says, indexes and all', () => {
  fc.assert(fc.property(history, (steps) => {
    const { tree } = run(steps);
    const sessions = [{ id: SESSION, timeoutMs: 5 }];
    const image = tree.image(sessions);
    const loaded = DataTree.fromImage(image);
    assert.equal(content(loaded), content(tree));
    assert.equal(content(loaded.image(sessions)), content(image));
  }), RUNS);
});

test('applying any suffix again comes to the same tree', () => {
  fc.assert(fc.property(history, fc.nat(40), (steps, from) => {
    const bench = run(steps);
    const image = bench.tree.image([]);
    const before = content(image);
    for (const { header, body } of bench.log.slice(from)) bench.tree.apply(header, body);
    assert.equal(content(bench.tree.image([])), before);
    assert.equal(content(image), before);
    assert.equal(content(DataTree.fromImage(image)), content(bench.tree));
  }), RUNS);
});

test('an image is a point in time: applying the rest to it comes to the same tree', () => {
  fc.assert(fc.property(history, fc.nat(40), (steps, at) => {
    const bench = run(steps.slice(0, at));
    const image = bench.tree.image([]);
    for (const [each, who] of steps.slice(at)) bench.write(each, who);
    const replica = DataTree.fromImage(image);
    for (const { header, body } of bench.log) if (header.zxid > image.zxid) replica.apply(header, body);
    assert.equal(content(replica), content(bench.tree));
  }), RUNS);
});

test('a log read from anywhere at or before any snapshot, through the bytes of both, comes to the same tree', () => {
  fc.assert(fc.property(history, fc.nat(40), fc.nat(40), (steps, at, back) => {
    const bench = run(steps.slice(0, at));
    const snapshot = encodeSnapshot(bench.tree.image([{ id: SESSION, timeoutMs: 5 }]));
    for (const [each, who] of steps.slice(at)) bench.write(each, who);
    const replica = DataTree.fromImage(decodeSnapshot(snapshot));
    for (const { header, body } of bench.log.slice(Math.max(0, Math.min(at, steps.length) - back))) {
      const txn = decodeTxn(encodeTxn(header, body, null).bytes);
      replica.apply(txn, txn.body);
    }
    assert.equal(content(replica.image([])), content(bench.tree.image([])));
    assert.equal(content(replica), content(bench.tree));
  }), RUNS);
});

test('a snapshot is the tree: to bytes and back, it is the same, and its bytes are', () => {
  fc.assert(fc.property(history, (steps) => {
    const { tree } = run(steps);
    const written = encodeSnapshot(tree.image([]));
    const read = DataTree.fromImage(decodeSnapshot(written));
    assert.equal(content(read), content(tree));
    assert.equal(encodeSnapshot(read.image([])), written);
  }), { seed: 22, numRuns: 150 });
});

test('in whatever groups transactions are prepared and applied, the digest is the same after each', () => {
  fc.assert(fc.property(history, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 50, maxLength: 50 }), (steps, sizes) => {
    const grouped = new Bench();
    const single = run(steps);
    let left = 0;
    for (const [each, who] of steps) {
      grouped.propose(each, who);
      if (--left > 0) continue;
      grouped.commit();
      left = sizes[grouped.log.length % sizes.length] ?? 1;
    }
    grouped.commit();
    assert.equal(grouped.log, single.log);
    assert.equal(grouped.tree.digest, single.tree.digest);
  }), { seed: 23, numRuns: 150 });
});

test('preparing against pending changes is preparing against the applied tree', () => {
  fc.assert(fc.property(fc.array(fc.tuple(request, requester, fc.boolean()), { maxLength: 40, size: 'max' }), (steps) => {
    const piped = new Bench();
    const plain = new Bench();
    for (const [each, who, isCommitted] of steps) {
      const body = piped.propose(each, who);
      plain.write(each, who);
      assert.equal(body, plain.log.at(-1)?.body);
      assert.equal(piped.pending.digest(piped.tree), plain.tree.digest);
      if (isCommitted) piped.commit();
    }
    piped.commit();
    assert.equal(content(piped.tree), content(plain.tree));
    assert.is(piped.pending.ahead, null);
  }), RUNS);
});

test('what is prepared succeeds, and what is refused changes nothing', () => {
  fc.assert(fc.property(history, request, requester, (steps, last, who) => {
    const bench = run(steps);
    const before = content(bench.tree.image([]));
    const nodesBefore = content([...bench.tree.image([]).nodes]);
    const header = { zxid: bench.lastZxid, time: 0 };
    const body = prepare(bench.tree, new PendingChanges(), last, who, header, DEFAULT_PREPARE_OPTIONS);
    assert.equal(content(bench.tree.image([])), before, 'preparing does not touch the tree');
    const applied = bench.write(last, who);
    if (body.kind === 'error') {
      assert.is(applied.err, body.err);
      assert.equal(content([...bench.tree.image([]).nodes]), nodesBefore);
    } else {
      assert.is(applied.err, 0);
      const isRefused = body.kind === 'multi' && body.txns.some((txn) => txn.kind === 'error');
      if (body.kind === 'multi' && !isRefused) assert.not.ok(applied.results?.some((result) => result.kind === 'error'));
      if (isRefused) assert.equal(content([...bench.tree.image([]).nodes]), nodesBefore);
    }
  }), RUNS);
});

test.run();
