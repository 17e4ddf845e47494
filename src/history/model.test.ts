/** Laws of the reference model: what it says of the past is what it said when that was the present. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, type Zxid } from '../base/zxid.ts';
import type { MultiRequest, Request } from '../wire/client-messages.ts';
import type { SimpleTxn, Txn } from '../wire/transactions.ts';
import { replay } from './decide.ts';
import { isValidPath } from './decisions.ts';
import { Model } from './model.ts';
import { ALICE, bytes, created, createRequest, txn } from './testing.ts';

const test = suite('reference model');

const PATHS = ['/a', '/b', '/a/x', '/a/y', '/b/x', '/a/x/deep'] as const;
const path = fc.constantFrom(...PATHS);
const version = fc.constantFrom(-1, 0, 1);
const simple = fc.oneof(
  path.map((p): Request => createRequest(p)),
  path.map((p): Request => createRequest(p, 2)),
  fc.record({ path, version }).map((op): Request => ({ kind: 'delete', ...op })),
  fc
    .record({ path, version, value: fc.nat(9) })
    .map((op): Request => ({ kind: 'setData', path: op.path, version: op.version, data: bytes(`${op.value}`) })),
);
const multi = fc.array(simple, { maxLength: 4 }).map((ops): Request => ({ kind: 'multi', ops: ops.filter(isMultiOp) }));
const requests = fc.array(fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: multi }), { maxLength: 40 });

function isMultiOp(request: Request): request is MultiRequest['ops'][number] {
  return request.kind === 'create' || request.kind === 'delete' || request.kind === 'setData';
}

/** All that the model says of the state at `zxid`. */
function told(model: Model, zxid: Zxid): string {
  const paths = [...model.paths.keys()].sort((a, b) => (a < b ? -1 : 1));
  return JSON.stringify(
    paths
      .filter((p) => model.nodeAt(p, zxid) !== undefined)
      .map((p) => [
        p,
        String(model.nodeAt(p, zxid)?.data ?? ''),
        model.statAt(p, zxid),
        [...(model.childrenAt(p, zxid) ?? [])].sort((a, b) => (a < b ? -1 : 1)),
      ]),
  );
}

/** The transaction that a leader who agrees with the model makes of a request: found by asking for the refusal that is due. */
function decided(model: Model, request: Request, counter: number): Txn {
  const guess = (body: Txn['body']): Txn => txn(1, counter, body, ALICE, counter);
  const parts = request.kind === 'multi' ? request.ops : isMultiOp(request) ? [request] : [];
  const bodies: SimpleTxn[] = [];
  let refused = false;
  model.begin();
  for (const op of parts) {
    const node = model.node(op.path);
    const parent = op.path.lastIndexOf('/') === 0 ? '/' : op.path.slice(0, op.path.lastIndexOf('/'));
    const next =
      op.kind === 'create' && op.flags === 2 ? op.path + String(model.creations(parent)).padStart(10, '0') : op.path;
    const bad =
      op.kind === 'create'
        ? model.node(next) !== undefined || model.node(parent) === undefined
        : node === undefined || ('version' in op && op.version !== -1 && op.version !== node.version);
    const full = op.kind === 'delete' && (model.paths.get(op.path)?.children.size ?? 0) > 0;
    if (bad || full) {
      refused = true;
      break;
    }
    const body: SimpleTxn =
      op.kind === 'create'
        ? { ...simpleCreate(next, model.creations(parent) + 1) }
        : op.kind === 'setData'
          ? { kind: 'setData', path: op.path, data: op.data, version: (node?.version ?? 0) + 1 }
          : { kind: 'delete', path: op.path };
    bodies.push(body);
    model.applySimple(guess(body), body);
  }
  model.rollBack();
  if (request.kind === 'multi')
    return guess({ kind: 'multi', txns: refused ? request.ops.map(() => ({ kind: 'error', err: -1 })) : bodies });
  return guess(bodies[0] ?? { kind: 'error', err: -1 });
}

function simpleCreate(p: string, parentCVersion: number): SimpleTxn {
  const body = created(p, parentCVersion);
  if (body.kind !== 'create') throw new Error('a create');
  return body;
}

test('the past stays as it was, and what succeeds is judged to', () => {
  fc.assert(
    fc.property(requests, (all) => {
      const model = new Model();
      model.apply(txn(1, 1, { kind: 'createSession', timeoutMs: 1 }, ALICE));
      const then: string[] = [];
      for (const [i, request] of all.entries()) {
        const before = told(model, makeZxid(1, i + 1));
        const entry = decided(model, request, i + 2);
        assert.is(told(model, makeZxid(1, i + 1)), before, 'trying leaves no trace');
        const verdict = replay(model, entry, request);
        const isRefusal = JSON.stringify(entry.body).includes('"error"');
        if (!isRefusal) assert.is(verdict.breach, null);
        else if (request.kind !== 'multi' || request.ops.length > 0)
          assert.match(verdict.breach ?? '', /refusal -\d+ was due|refusal 0 was due/);
        then.push(told(model, entry.zxid));
      }
      then.forEach((state, i) => {
        assert.is(told(model, makeZxid(1, i + 2)), state);
      });
    }),
    { seed: 1, numRuns: 150 },
  );
});

test('Stat arithmetic: versions, cversion as clients see it, pzxid', () => {
  const model = new Model();
  assert.equal(
    [model.statAt('/', makeZxid(0, 0))?.cversion, model.statAt('/zookeeper', makeZxid(0, 0))?.cversion],
    [-1, -2],
  );
  model.apply(txn(1, 1, created('/a', 1)));
  model.apply(txn(1, 2, created('/a/b', 1)));
  model.apply(txn(1, 3, { kind: 'delete', path: '/a/b' }));
  model.apply(txn(1, 4, { kind: 'setData', path: '/a', data: bytes('xyz'), version: 1 }));
  const stat = model.statAt('/a', makeZxid(1, 4));
  assert.equal([stat?.version, stat?.cversion, stat?.numChildren, stat?.dataLength], [1, 2, 0, 3]);
  assert.equal([stat?.czxid, stat?.mzxid, stat?.pzxid], [makeZxid(1, 1), makeZxid(1, 4), makeZxid(1, 3)]);
});

test('a node that is made again begins anew', () => {
  const model = new Model();
  for (const [i, body] of [
    created('/a', 1),
    created('/a/b', 1),
    { kind: 'delete', path: '/a/b' } as const,
    { kind: 'delete', path: '/a' } as const,
    created('/a', 2),
  ].entries()) {
    model.apply(txn(1, i + 1, body));
  }
  assert.is(model.creations('/a'), 0);
  assert.is(model.statAt('/a', makeZxid(1, 5))?.cversion, 0);
  assert.equal([...(model.childrenAt('/a', makeZxid(1, 2)) ?? [])], ['b']);
  assert.is(model.nodeAt('/a', makeZxid(1, 4)), undefined);
});

test('path rules', () => {
  for (const good of ['/', '/a', '/a/b', '/a.b', '/.a', '/...', '/ä', '/a b']) assert.ok(isValidPath(good), good);
  for (const bad of [
    '',
    'a',
    '/a/',
    '//',
    '/a//b',
    '/.',
    '/a/..',
    '/a/./b',
    '/a\u0000',
    '/\u001f',
    '/\u007f',
    '/\ud800',
    '/\uf8ff',
    '/\ufff0',
  ])
    assert.not(isValidPath(bad), bad);
});

test.run();
