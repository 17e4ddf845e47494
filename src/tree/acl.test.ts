import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OPEN_ACL_UNSAFE, Permission, type Id } from '../wire/words.ts';
import { SUPER, authenticate, clientInfos, digestId, isPermitted, maskAcl, normaliseAcl } from './acl.ts';
import { NO_ACLS, internedAcl, releaseAcl, retainAcl } from './acl-table.ts';
import { ipMatches, isIpExpression } from './ip-acl.ts';
import { acl, bytes } from './testing.ts';

const test = suite('tree/acl');
const IP: Id = { scheme: 'ip', id: '10.1.2.3' };
const USER: Id = { scheme: 'digest', id: 'u:hash' };

test('8 the digest id that everybody knows', () => {
  assert.is(digestId(bytes('super:test')), 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=');
  assert.is(digestId(bytes('a:b:c')).slice(0, 2), 'a:');
});

test('addauth: digest proves an id, the super digest proves two, other schemes cannot be claimed', () => {
  const superDigest = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=';
  assert.equal(authenticate('digest', bytes('super:test'), superDigest), [SUPER, { scheme: 'digest', id: superDigest }]);
  assert.is(authenticate('digest', bytes('u:p'), superDigest)?.length, 1);
  assert.is(authenticate('ip', bytes('10.0.0.1'), null), undefined);
  assert.equal(
    clientInfos([IP, SUPER, USER]),
    [{ scheme: 'ip', user: '10.1.2.3' }, { scheme: 'super', user: '' }, { scheme: 'digest', user: 'u' }],
  );
});

test('addauth: credentials are text, whatever their bytes, and no credentials prove nothing', () => {
  assert.is(authenticate('digest', null, null), undefined);
  assert.is(authenticate('digest', new Uint8Array(0), null)?.length, 1);
  assert.is(digestId(Uint8Array.of(0xff, 0x3a, 0xfe)), digestId(bytes('\ufffd:\ufffd')));
  assert.is.not(digestId(bytes('\ufeffu:p')), digestId(bytes('u:p')), 'a mark of byte order is a character like any other');
});

test('8 who is permitted what', () => {
  const list = [
    acl(Permission.READ, 'world', 'anyone'),
    acl(Permission.WRITE, 'digest', 'u:hash'),
    acl(Permission.CREATE, 'ip', '10.1.0.0/16'),
  ];
  const table: [number, readonly Id[], boolean][] = [
    [Permission.READ, [], true],
    [Permission.WRITE, [], false],
    [Permission.WRITE, [USER], true],
    [Permission.WRITE, [{ scheme: 'digest', id: 'u:other' }], false],
    [Permission.WRITE, [{ scheme: 'sasl', id: 'u:hash' }], false],
    [Permission.CREATE, [IP], true],
    [Permission.CREATE, [{ scheme: 'ip', id: '10.2.2.3' }], false],
    [Permission.ADMIN, [USER, IP], false],
    [Permission.ADMIN, [SUPER], true],
    [Permission.READ | Permission.ADMIN, [], true],
  ];
  for (const [permissions, ids, expected] of table) {
    assert.is(isPermitted(list, permissions, ids), expected, `${permissions} ${JSON.stringify(ids)}`);
  }
  assert.ok(isPermitted([], Permission.ADMIN, []));
});

test('8 what a list becomes when it is stored', () => {
  const sasl: Id = { scheme: 'sasl', id: 'bob' };
  assert.is(normaliseAcl(null, []), undefined);
  assert.is(normaliseAcl([], []), undefined);
  assert.is(normaliseAcl([acl(31, 'world', 'anyone')], []), OPEN_ACL_UNSAFE);
  assert.equal(normaliseAcl([acl(1, 'ip', '1.2.3.4'), acl(1, 'ip', '1.2.3.4')], []), [acl(1, 'ip', '1.2.3.4')]);
  assert.equal(normaliseAcl([acl(3, 'auth', 'ignored')], [IP, USER, sasl]), [{ perms: 3, id: USER }, { perms: 3, id: sasl }]);
  assert.equal(normaliseAcl([acl(99, 'world', 'anyone')], []), [acl(99, 'world', 'anyone')], 'bits are not range-checked');
  const bad = [
    ['world', 'me'], ['auth', ''], ['bogus', 'x'], ['digest', 'nocolon'], ['digest', 'a:'], ['digest', 'a:b:c'],
    ['ip', 'host'], ['x509', ''], ['super', ''],
  ];
  for (const [scheme = '', id = ''] of bad) assert.is(normaliseAcl([acl(31, scheme, id)], [IP]), undefined, `${scheme}:${id}`);
});

test('ids that only a transport can prove stand in lists where there is such a transport', () => {
  const [x509, sasl] = [[acl(31, 'x509', 'CN=a')], [acl(31, 'sasl', 'bob')]];
  assert.equal([normaliseAcl(x509, [], ['x509']), normaliseAcl(sasl, [], ['x509'])], [x509, undefined]);
  assert.equal([normaliseAcl(x509, [], []), normaliseAcl(sasl, [], [])], [undefined, undefined]);
});

test('networks', () => {
  for (const odd of ['1.2.3.4/+8', '1.2.3.+4', '0001.2.3.4', '1.2.3.4/008']) assert.ok(isIpExpression(odd), `Java reads ${odd}`);
  for (const good of ['1.2.3.4', '0.0.0.0/0', '10.0.0.0/8', '255.255.255.255/32']) assert.ok(isIpExpression(good), good);
  const faulty = ['', '1.2.3', '1.2.3.256', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/x', '::1', '1.2.3.4.5'];
  for (const bad of faulty) assert.not.ok(isIpExpression(bad), bad);
  const table: [string, string, boolean][] = [
    ['10.1.2.3', '10.1.2.3', true], ['10.1.2.4', '10.1.2.3', false],
    ['10.1.2.4', '10.1.2.0/24', true], ['10.1.3.4', '10.1.2.0/24', false],
    ['200.1.1.1', '0.0.0.0/0', true], ['::1', '0.0.0.0/0', false],
    ['10.1.2.5', '10.1.2.4/31', true], ['10.1.2.6', '10.1.2.4/31', false],
  ];
  for (const [address, network, expected] of table) assert.is(ipMatches(address, network), expected, `${address} ${network}`);
});

test('8 hashes are masked, nothing else is', () => {
  assert.equal(maskAcl([acl(1, 'digest', 'u:secret'), acl(1, 'sasl', 'a:b')]), [acl(1, 'digest', 'u:x'), acl(1, 'sasl', 'a:b')]);
});

test('55 ReferenceCountedACLCacheTest: equal lists are one object for as long as somebody uses them', () => {
  const first = [acl(1, 'ip', '1.2.3.4')];
  const second = [acl(1, 'ip', '1.2.3.4')];
  const twice = retainAcl(retainAcl(NO_ACLS, first), second);
  assert.is(internedAcl(twice, second), first);
  assert.is(releaseAcl(releaseAcl(twice, second), first).size, 0);
  assert.is(releaseAcl(twice, second).size, 1);
  assert.is(retainAcl(NO_ACLS, OPEN_ACL_UNSAFE).size, 0);
});

test.run();
