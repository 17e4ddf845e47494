import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid } from '../base/zxid.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE, Permission, type Id } from '../wire/words.ts';
import { sequenceSuffix, type Requester } from './prepare.ts';
import { writeResponse } from './replies.ts';
import type { TxnBody } from '../wire/transactions.ts';
import { ANYBODY, Bench, OTHER_SESSION, acl, as, create, createContainer, createTtl, multi, remove, set } from './testing.ts';

const test = suite('tree/prepare');
const USER: Id = { scheme: 'digest', id: 'u:h' };

/** `/a` (version 1) with a child, an ephemeral, a container, and nodes that only the user may touch. */
function populated(): Bench {
  const bench = new Bench();
  const own = [acl(Permission.ALL, 'digest', 'u:h')];
  const requests = [
    create('/a'), set('/a', 'x'), create('/a/child'), create('/eph', 1), createContainer('/cont'), create('/own', 0, '', own),
    create('/own/child'),
  ];
  for (const request of requests) bench.write(request, as(USER));
  return bench;
}

test('5 the order of checks of section 1.8: of two faults, the earlier one is told', () => {
  const bogus = [acl(31, 'bogus', 'x')];
  const table: [string, Request, number][] = [
    ['unknown flag before everything', create('nopath', 7, '', bogus), ErrorCode.BADARGUMENTS],
    ['TTL flag on plain create', create('/x', 5), ErrorCode.BADARGUMENTS],
    ['TTL 0', createTtl('/x', 0), ErrorCode.BADARGUMENTS],
    ['TTL too large', createTtl('/x', 0x100_0000_0000), ErrorCode.BADARGUMENTS],
    ['TTL with another flag', createTtl('/x', 5, 0), ErrorCode.BADARGUMENTS],
    ['no slash before the list', create('rel', 0, '', bogus), ErrorCode.BADARGUMENTS],
    ['empty path', create(''), ErrorCode.BADARGUMENTS],
    ['NUL', create('/\0x'), ErrorCode.BADARGUMENTS],
    ['list before parent', create('/no/x', 0, '', bogus), ErrorCode.INVALIDACL],
    ['empty list', create('/x', 0, '', []), ErrorCode.INVALIDACL],
    ['null list', create('/x', 0, '', null), ErrorCode.INVALIDACL],
    ['auth without credentials', create('/x', 0, '', [acl(31, 'auth', '')]), ErrorCode.INVALIDACL],
    ['parent before syntax', create('/bad/'), ErrorCode.NONODE],
    ['parent before syntax', create('/a//b'), ErrorCode.NONODE],
    ['parent before syntax', create('/./x'), ErrorCode.NONODE],
    ['CREATE before syntax', create('/own/'), ErrorCode.NOAUTH],
    ['syntax', create('/a/'), ErrorCode.BADARGUMENTS],
    ['syntax', create('//x'), ErrorCode.BADARGUMENTS],
    ['syntax', create('/\u0001x'), ErrorCode.BADARGUMENTS],
    ['the root', create('/'), ErrorCode.NODEEXISTS],
    ['exists', create('/a'), ErrorCode.NODEEXISTS],
    ['child of an ephemeral', create('/eph/x'), ErrorCode.NOCHILDRENFOREPHEMERALS],
    ['delete: special', remove('/zookeeper/quota'), ErrorCode.BADARGUMENTS],
    ['delete: no slash', remove('a'), ErrorCode.BADARGUMENTS],
    ['delete: parent', remove('/no/x'), ErrorCode.NONODE],
    ['delete: DELETE on the parent before the node', remove('/own/none'), ErrorCode.NOAUTH],
    ['delete: node', remove('/none'), ErrorCode.NONODE],
    ['delete: version before emptiness', remove('/a', 5), ErrorCode.BADVERSION],
    ['delete: not empty', remove('/a', 1), ErrorCode.NOTEMPTY],
    ['setData: syntax', set('/a/', ''), ErrorCode.BADARGUMENTS],
    ['setData: node', set('/none', '', 9), ErrorCode.NONODE],
    ['setData: WRITE before version', set('/own', '', 9), ErrorCode.NOAUTH],
    ['setData: version', set('/a', '', 0), ErrorCode.BADVERSION],
    ['setACL: syntax before list', { kind: 'setACL', path: 'a', acl: null, version: -1 }, ErrorCode.BADARGUMENTS],
    ['setACL: list before node', { kind: 'setACL', path: '/none', acl: bogus, version: -1 }, ErrorCode.INVALIDACL],
    ['setACL: node', { kind: 'setACL', path: '/none', acl: OPEN_ACL_UNSAFE, version: -1 }, ErrorCode.NONODE],
    ['setACL: ADMIN before aversion', { kind: 'setACL', path: '/own', acl: OPEN_ACL_UNSAFE, version: 9 }, ErrorCode.NOAUTH],
    ['setACL: aversion, not version', { kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: 1 }, ErrorCode.BADVERSION],
    ['deleteContainer: neither container nor TTL', { kind: 'deleteContainer', path: '/a/child' }, ErrorCode.BADVERSION],
    ['deleteContainer: gone', { kind: 'deleteContainer', path: '/none' }, ErrorCode.NONODE],
    ['check outside a multi', { kind: 'check', path: '/a', version: -1 }, ErrorCode.UNIMPLEMENTED],
    ['unreadable', { kind: 'malformed', opcode: 14 }, ErrorCode.MARSHALLINGERROR],
  ];
  const bench = populated();
  const before = bench.tree.digest;
  for (const [name, request, err] of table) {
    assert.equal(bench.propose(request), { kind: 'error', err }, name);
    assert.is(bench.commit()?.err, err);
  }
  assert.equal(bench.tree.digest, before, 'refusals change nothing');
});

test('6 check within a multi', () => {
  const table: [string, number, Requester, number][] = [
    ['/a/', -1, ANYBODY, ErrorCode.BADARGUMENTS], ['/none', -1, ANYBODY, ErrorCode.NONODE],
    ['/own', 9, ANYBODY, ErrorCode.NOAUTH], ['/a', 0, ANYBODY, ErrorCode.BADVERSION],
    ['/a', 1, ANYBODY, ErrorCode.OK], ['/a', -1, ANYBODY, ErrorCode.OK], ['/own', 0, as(USER), ErrorCode.OK],
  ];
  const bench = populated();
  for (const [path, version, requester, err] of table) {
    const results = bench.write(multi({ kind: 'check', path, version }), requester).results;
    assert.equal(results, [err === ErrorCode.OK ? { kind: 'check' } : { kind: 'error', err }], `${path} ${version}`);
  }
});

test('TTL nodes need extended types, ephemerals a global session', () => {
  const bench = new Bench();
  bench.options = { ...bench.options, extendedTypesEnabled: false, isLocalSession: true };
  assert.is(bench.write(createTtl('/t', 0)).err, ErrorCode.UNIMPLEMENTED);
  assert.is(bench.write(create('/t', 5)).err, ErrorCode.UNIMPLEMENTED);
  assert.is(bench.write(create('rel', 1)).err, ErrorCode.EPHEMERALONLOCALSESSION);
  assert.is(bench.write(create('/p', 0)).err, ErrorCode.OK);
});

test('what a request becomes', () => {
  const bench = new Bench();
  const acls = OPEN_ACL_UNSAFE;
  const data = null;
  assert.equal(
    bench.propose({ kind: 'create', path: '/a', data, acl: acls, flags: 0 }),
    { kind: 'create', path: '/a', data, acl: acls, ephemeral: false, parentCVersion: 1 },
  );
  assert.equal(
    bench.propose({ kind: 'create2', path: '/a/s-', data, acl: acls, flags: 3 }),
    { kind: 'create2', path: '/a/s-0000000000', data, acl: acls, ephemeral: true, parentCVersion: 1 },
  );
  assert.equal(
    bench.propose({ kind: 'createContainer', path: '/c', data, acl: acls, flags: 4 }),
    { kind: 'createContainer', path: '/c', data, acl: acls, parentCVersion: 2 },
  );
  assert.equal(
    bench.propose(createTtl('/a/', 60, 6)),
    { kind: 'createTTL', path: '/a/0000000001', data, acl: acls, parentCVersion: 2, ttl: 60 },
  );
  assert.equal(bench.propose({ kind: 'setData', path: '/', data, version: 0 }), { kind: 'setData', path: '/', data, version: 1 });
  assert.equal(
    bench.propose({ kind: 'setACL', path: '/a', acl: acls, version: -1 }),
    { kind: 'setACL', path: '/a', acl: acls, version: 1 },
  );
  assert.equal(bench.propose({ kind: 'delete', path: '/a/0000000001', version: -1 }), { kind: 'delete', path: '/a/0000000001' });
  assert.equal(bench.propose({ kind: 'createSession', timeoutMs: 5 }), { kind: 'createSession', timeoutMs: 5 });
  bench.commit();
  assert.is(bench.tree.node('/a')?.stat.aversion, 1);
});

test('3 sequence numbers are signed 32-bit and ten wide', () => {
  const table: [number, string][] = [
    [0, '0000000000'], [7, '0000000007'], [2147483647, '2147483647'], [-2147483648, '-2147483648'], [-5, '-000000005'],
  ];
  for (const [cversion, suffix] of table) assert.is(sequenceSuffix(cversion), suffix);
});

test('54 PrepRequestProcessorTest: pipelined writes see each other', () => {
  const bench = new Bench();
  assert.equal([bench.propose(create('/p')).kind, bench.propose(create('/p/s-', 2)).kind], ['create', 'create']);
  const second = bench.propose(create('/p/s-', 2));
  assert.is(second.kind === 'create' && second.path, '/p/s-0000000001');
  assert.equal(bench.propose(set('/p', 'x', 1)), { kind: 'error', err: ErrorCode.BADVERSION });
  assert.is(bench.propose(set('/p', 'x', 0)).kind, 'setData');
  assert.equal(bench.propose(set('/p', 'y', 0)), { kind: 'error', err: ErrorCode.BADVERSION });
  assert.equal(bench.propose(remove('/p')), { kind: 'error', err: ErrorCode.NOTEMPTY });
  assert.is(bench.tree.node('/p'), undefined, 'nothing is applied yet');
  assert.equal(bench.pending.digest(bench.tree).low === bench.tree.digest.low, false);
  bench.commit();
  assert.is(bench.pending.ahead, null);
});

test('38 closeSession lists the session\'s pending creations and not its pending deletions (ZOOKEEPER-1208)', () => {
  const bench = new Bench();
  bench.write(create('/old', 1));
  bench.write(create('/kept', 1));
  bench.write(create('/other', 1), { sessionId: OTHER_SESSION, authInfo: [] });
  bench.propose(remove('/old'));
  bench.propose(create('/new', 1));
  assert.equal(bench.propose({ kind: 'closeSession' }), { kind: 'closeSession', paths: ['/kept', '/new'] });
  bench.commit();
  assert.equal([...bench.tree.children('/') ?? []], ['other', 'zookeeper']);
});

test('changes are forgotten when leadership ends, and kept until their own zxid is applied', () => {
  const bench = new Bench();
  bench.propose(create('/lost'));
  bench.pending.applied(makeZxid(1, 0));
  assert.is.not(bench.pending.ahead, null);
  bench.pending.clear();
  assert.is(bench.propose(create('/lost')).kind, 'create');
});

test('1 multi: all or nothing, with results as clients see them (MultiOperationTest)', () => {
  const bench = new Bench();
  const good = bench.write(multi(
    create('/m'), { ...create('/m/s-', 2), kind: 'create2' }, create('/m/s-', 2), set('/m', 'x'), remove('/m/s-0000000001'),
    { kind: 'check', path: '/m', version: 1 },
  ));
  assert.equal(good.results?.map((result) => result.kind), ['create', 'create2', 'create', 'setData', 'delete', 'check']);
  assert.equal(
    good.results?.map((result) => ('path' in result ? result.path : null)).slice(0, 3),
    ['/m', '/m/s-0000000000', '/m/s-0000000001'],
  );
  assert.is(bench.tree.stat('/m')?.czxid, bench.tree.stat('/m')?.mzxid, 'one zxid for all');
  const bad = bench.propose(multi(create('/n'), set('/n', 'x', 5), create('/o')));
  assert.equal(
    bad,
    { kind: 'multi', txns: [0, ErrorCode.BADVERSION, ErrorCode.RUNTIMEINCONSISTENCY].map((err) => ({ kind: 'error', err })) },
  );
  const applied = bench.commit();
  assert.is(applied?.err, ErrorCode.OK, 'the outer header says OK');
  assert.equal(
    applied?.results?.map((result) => (result.kind === 'error' ? result.err : '')),
    [0, ErrorCode.BADVERSION, ErrorCode.RUNTIMEINCONSISTENCY],
  );
  assert.is(bench.write(create('/n')).err, ErrorCode.OK, 'rolled back');
  assert.equal(bench.write(multi()).results, []);
  assert.equal(bench.propose(multi(create('/x'), create('/y', 9))), { kind: 'error', err: ErrorCode.MARSHALLINGERROR });
});

test('a create with the flags of a container makes one in a multi only', () => {
  const kindOf = (body: TxnBody): string => (body.kind === 'multi' ? body.txns.map(({ kind }) => kind).join(' ') : body.kind);
  const bench = new Bench();
  assert.is(kindOf(bench.propose(create('/a', 4))), 'create');
  assert.is(kindOf(bench.propose({ ...create('/b', 4), kind: 'create2' })), 'create2');
  const [c, d] = [create('/c', 4), { ...create('/d', 4), kind: 'create2' } as const];
  const all = multi(c, d, createTtl('/e', 5, 4), createTtl('/f', 5, 0));
  assert.is(kindOf(bench.propose(all)), 'createContainer createContainer createContainer create');
});

test('replies', () => {
  const bench = new Bench();
  const reply = (request: Request): unknown => writeResponse(request.kind, bench.write(request));
  assert.equal(reply(create('/a')), { kind: 'create', path: '/a' });
  assert.equal(reply(create('/c', 4)), { kind: 'create', path: '/c' }, 'a plain create makes no container');
  assert.equal(reply({ ...create('/b'), kind: 'create2' }), { kind: 'create2', path: '/b', stat: bench.tree.stat('/b') });
  assert.equal(reply(createTtl('/t', 5)), { kind: 'createTTL', path: '/t', stat: bench.tree.stat('/t') });
  assert.equal(reply(set('/a', 'x')), { kind: 'setData', stat: bench.tree.stat('/a') });
  assert.equal(
    reply({ kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: -1 }), { kind: 'setACL', stat: bench.tree.stat('/a') },
  );
  assert.equal(reply(remove('/a')), { kind: 'delete' });
  assert.is(reply(remove('/a')), null);
  assert.equal(reply(multi(create('/m'))), { kind: 'multi', results: [{ kind: 'create', path: '/m' }] });
  assert.equal(reply({ kind: 'closeSession' }), { kind: 'closeSession' });
  assert.is(bench.tree.lastProcessedZxid, bench.lastZxid);
});

test.run();
