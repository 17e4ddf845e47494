import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, Permission, type Id } from '../wire/words.ts';
import { read } from './read.ts';
import { ANYBODY, Bench, acl, as, create, text } from './testing.ts';

const test = suite('tree/read');
const USER: Id = { scheme: 'digest', id: 'u:h' };

function populated(): Bench {
  const bench = new Bench();
  const secret = [acl(Permission.ALL, 'digest', 'u:h')];
  const admin = [acl(Permission.READ, 'world', 'anyone'), acl(Permission.ADMIN, 'digest', 'u:h')];
  const requests = [
    create('/b'), create('/a'), create('/a/e', 1), create('/a-e', 1), create('/secret', 0, 's', secret),
    create('/admin', 0, '', admin),
  ];
  for (const request of requests) bench.write(request, as(USER));
  return bench;
}

test('checks and watches of section 1.9', () => {
  const { tree } = populated();
  const table: [Request, number, unknown][] = [
    [{ kind: 'exists', path: '/a', watch: true }, ErrorCode.OK, { path: '/a', table: 'data' }],
    [{ kind: 'exists', path: '/none', watch: true }, ErrorCode.NONODE, { path: '/none', table: 'data' }],
    [{ kind: 'exists', path: '/none', watch: false }, ErrorCode.NONODE, null],
    [{ kind: 'exists', path: '/secret', watch: true }, ErrorCode.NOAUTH, null],
    [{ kind: 'exists', path: '/\0', watch: true }, ErrorCode.BADARGUMENTS, null],
    [{ kind: 'getData', path: '/a', watch: true }, ErrorCode.OK, { path: '/a', table: 'data' }],
    [{ kind: 'getData', path: '/none', watch: true }, ErrorCode.NONODE, null],
    [{ kind: 'getData', path: '/secret', watch: true }, ErrorCode.NOAUTH, null],
    [{ kind: 'getChildren', path: '/a', watch: true }, ErrorCode.OK, { path: '/a', table: 'child' }],
    [{ kind: 'getChildren2', path: '/none', watch: true }, ErrorCode.NONODE, null],
    [{ kind: 'getACL', path: '/secret' }, ErrorCode.NOAUTH, null],
    [{ kind: 'getAllChildrenNumber', path: '/secret' }, ErrorCode.NOAUTH, null],
    [{ kind: 'getAllChildrenNumber', path: '/none' }, ErrorCode.NONODE, null],
    [{ kind: 'getData', path: 'a', watch: false }, ErrorCode.NONODE, null],
    [{ kind: 'getData', path: '/a/', watch: false }, ErrorCode.NONODE, null],
    [{ kind: 'getData', path: '//', watch: false }, ErrorCode.NONODE, null],
    [{ kind: 'getData', path: '', watch: false }, ErrorCode.OK, null],
    [{ kind: 'create', path: '/x', data: null, acl: null, flags: 0 }, ErrorCode.UNIMPLEMENTED, null],
  ];
  for (const [request, err, watch] of table) {
    const outcome = read(tree, request, ANYBODY);
    assert.equal([outcome.err, outcome.watch], [err, watch], JSON.stringify(request));
    assert.is(outcome.response === null, err !== ErrorCode.OK);
  }
});

test('answers', () => {
  const { tree } = populated();
  const answer = (request: Request, ids: readonly Id[] = []): unknown => read(tree, request, as(...ids)).response;
  const stat = tree.stat('/a');
  assert.equal(
    answer({ kind: 'getChildren', path: '/', watch: false }),
    { kind: 'getChildren', children: ['a', 'a-e', 'admin', 'b', 'secret', 'zookeeper'] },
  );
  assert.equal(answer({ kind: 'getChildren2', path: '/a', watch: false }), { kind: 'getChildren2', children: ['e'], stat });
  assert.equal(answer({ kind: 'exists', path: '/a', watch: false }), { kind: 'exists', stat });
  assert.equal(answer({ kind: 'getAllChildrenNumber', path: '/a' }), { kind: 'getAllChildrenNumber', total: 1 });
  assert.equal(answer({ kind: 'getAllChildrenNumber', path: '/' }), { kind: 'getAllChildrenNumber', total: 9 });
  const secret = read(tree, { kind: 'getData', path: '/secret', watch: false }, as(USER)).response;
  assert.is(secret?.kind === 'getData' && text(secret.data), 's');
  const masked = [acl(Permission.READ, 'world', 'anyone'), acl(Permission.ADMIN, 'digest', 'u:x')];
  assert.equal(answer({ kind: 'getACL', path: '/admin' }), { kind: 'getACL', acl: masked, stat: tree.stat('/admin') });
  assert.equal(
    answer({ kind: 'getACL', path: '/admin' }, [USER]), { kind: 'getACL', acl: tree.acl('/admin'), stat: tree.stat('/admin') },
  );
  assert.equal(answer({ kind: 'whoAmI' }, [USER]), { kind: 'whoAmI', users: [{ scheme: 'digest', user: 'u' }] });
});

test('15 getEphemerals: the caller\'s own, by prefix (GetEphemeralsTest)', () => {
  const { tree } = populated();
  const table: [string, string[]][] = [
    ['/', ['/a-e', '/a/e']], ['', ['/a-e', '/a/e']], ['/a', ['/a-e', '/a/e']], ['/a/', ['/a/e']], ['/x', []],
  ];
  for (const [path, paths] of table) {
    assert.equal(read(tree, { kind: 'getEphemerals', path }, ANYBODY).response, { kind: 'getEphemerals', paths }, path);
  }
});

test('multiRead: each on its own', () => {
  const { tree } = populated();
  const ops = [
    { kind: 'getData', path: '/b', watch: true },
    { kind: 'getChildren', path: '/none', watch: false },
    { kind: 'getData', path: '/secret', watch: false },
  ] as const;
  const outcome = read(tree, { kind: 'multiRead', ops }, ANYBODY);
  const response = outcome.response;
  assert.equal(
    response?.kind === 'multiRead' && response.results.map((result) => (result.kind === 'error' ? result.err : result.kind)),
    ['getData', ErrorCode.NONODE, ErrorCode.NOAUTH],
  );
  assert.is(outcome.watch, null);
});

test.run();
