/** Who may be served: behaviour 18 of ZooKeeper's own test suite, and what of 8 depends on the connection. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { SUPER } from '../tree/acl.ts';
import type { AuthRequest, Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { Acl } from '../wire/words.ts';
import { Ensemble } from '../world/hand.ts';
import type { Hand, Line } from '../world/hand.ts';
import { addAuth, effectiveIds, initialIds, isAuthenticatedEnough } from './authentication.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { Server } from './server.ts';
import { DEFAULT_SERVICE_CONFIG } from './service-config.ts';

const test = suite('authentication');
const utf8 = new TextEncoder();

const SUPER_DIGEST = 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=';

function auth(scheme: string, text: string): AuthRequest {
  return { kind: 'auth', authType: 0, scheme, auth: utf8.encode(text) };
}

function create(path: string, acl: readonly Acl[] = OPEN_ACL_UNSAFE): Request {
  return { kind: 'create', path, data: null, acl, flags: 0 };
}

function getData(path: string): Request {
  return { kind: 'getData', path, watch: false };
}

const MINE: readonly Acl[] = [{ perms: 31, id: { scheme: 'auth', id: '' } }];

/** A lone server, and the means to connect to it. */
function serving(config: Partial<ServerConfig> = {}): { ensemble: Ensemble; hand: Hand; line: () => Line } {
  const members: Member[] = [{ id: 1, role: 'participant' }];
  const ensemble = new Ensemble(1, 1, (id) => new Server({ ...DEFAULT_CONFIG, ...config, id, members }));
  const hand = present(ensemble.hands[0], 'a hand');
  ensemble.run(1000);
  const line = (): Line => {
    const opened = hand.connect(1);
    ensemble.run(50);
    assert.equal(opened.log, ['granted']);
    return opened;
  };
  return { ensemble, hand, line };
}

/** What comes of requests, one after the other, on one connection. */
function exchange(config: Partial<ServerConfig>, ...requests: readonly Request[]): string[] {
  const { ensemble, hand, line } = serving(config);
  const opened = line();
  for (const request of requests) hand.send(opened, request);
  ensemble.run(100);
  return opened.log.slice(1);
}

test('18 credentials that are refused, or of a scheme that is not known, are answered with −115, and the connection ends', () => {
  assert.equal(exchange({}, auth('kerberos', 'x')), [`reply -4 ${ErrorCode.AUTHFAILED}`, 'closed']);
  assert.equal(exchange({}, auth('digest', 'a:b')), ['reply -4 0']);
});

test('18 what another may not read is read with the right password, and with the superuser’s', () => {
  const { ensemble, hand, line } = serving({ superDigest: SUPER_DIGEST });
  const owner = line();
  for (const request of [auth('digest', 'ann:pw'), create('/mine', MINE)]) hand.send(owner, request);
  const logs = ['ann:pw', 'ann:other', 'super:test', 'super:wrong'].map((credentials) => {
    const reader = line();
    for (const request of [auth('digest', credentials), getData('/mine')]) hand.send(reader, request);
    ensemble.run(100);
    return reader.log.at(-1);
  });
  assert.equal(logs, ['reply 1 0', `reply 1 ${ErrorCode.NOAUTH}`, 'reply 1 0', `reply 1 ${ErrorCode.NOAUTH}`]);
});

test('18 credentials count for the requests after them, not for those that were sent before', () => {
  const log = exchange({}, create('/early', MINE), auth('digest', 'ann:pw'), create('/late', MINE));
  assert.equal(log.sort(), ['reply -4 0', `reply 1 ${ErrorCode.INVALIDACL}`, 'reply 2 0']);
});

test('18 whoAmI lists every id of the connection, each once, a superuser’s with an empty name', () => {
  const { ensemble, hand, line } = serving({ superDigest: SUPER_DIGEST });
  const opened = line();
  for (const credentials of ['ann:pw', 'ann:pw', 'super:test']) hand.send(opened, auth('digest', credentials));
  const xid = hand.send(opened, { kind: 'whoAmI' });
  ensemble.run(100);
  assert.equal(opened.replyTo(xid)?.response, {
    kind: 'whoAmI',
    users: [
      { scheme: 'ip', user: '127.0.0.1' },
      { scheme: 'digest', user: 'ann' },
      { scheme: 'super', user: '' },
      { scheme: 'digest', user: 'super' },
    ],
  });
});

test('18 enforced authentication: without it everything is answered with −124, and the connection ends', () => {
  const config = { enforceAuthEnabled: true, enforceAuthSchemes: ['sasl', 'digest'] };
  const refusal = `reply 1 ${ErrorCode.SESSIONCLOSEDREQUIRESASLAUTH}`;
  assert.equal(exchange(config, getData('/')), [refusal, 'closed']);
  assert.equal(exchange(config, { kind: 'closeSession' }), [refusal, 'closed']);
  assert.equal(exchange(config, auth('digest', 'a:b'), getData('/')), ['reply -4 0', 'reply 1 0']);
  const older = { sessionRequireClientSASLAuth: true };
  assert.equal(exchange(older, auth('digest', 'a:b'), getData('/')), ['reply -4 0', refusal, 'closed']);
});

test('18 ensemble names: the right one and none pass and prove nothing, a wrong one ends the connection', () => {
  const config = { ensembleAuthName: ['blue', 'green'] };
  assert.equal(exchange(config, auth('ensemble', 'green')), ['reply -4 0']);
  assert.equal(exchange(config, auth('ensemble', '')), ['reply -4 0']);
  assert.equal(exchange(config, auth('ensemble', 'red')), ['closed']);
  assert.equal(exchange({}, auth('ensemble', 'blue')), [`reply -4 ${ErrorCode.AUTHFAILED}`, 'closed']);
  assert.equal(addAuth([], auth('ensemble', 'blue'), { ...DEFAULT_SERVICE_CONFIG, ...config }), []);
});

test('18 what the transport has proved comes with the connection, and may be a superuser’s', () => {
  const config = { ...DEFAULT_SERVICE_CONFIG, x509SuperUser: 'CN=root', superUser: 'root' };
  const address = { scheme: 'ip', id: '10.0.0.9' };
  const table: readonly (readonly [scheme: string, id: string, isSuper: boolean])[] = [
    ['x509', 'CN=root', true], ['x509', 'CN=ann', false], ['x509', 'root', false],
    ['sasl', 'root', true], ['sasl', 'ann', false], ['sasl', 'CN=root', false],
  ];
  for (const [scheme, id, isSuper] of table) {
    const expected = isSuper ? [address, { scheme, id }, SUPER] : [address, { scheme, id }];
    assert.equal(initialIds('10.0.0.9', [{ scheme, id }], config), expected, `${scheme} ${id}`);
  }
  const enforced = { ...DEFAULT_SERVICE_CONFIG, sessionRequireClientSASLAuth: true };
  assert.ok(isAuthenticatedEnough(initialIds('10.0.0.9', [{ scheme: 'sasl', id: 'ann' }], config), enforced));
  assert.not.ok(isAuthenticatedEnough(initialIds('10.0.0.9', undefined, config), enforced));
});

test('8 with skipACL lists are kept and not asked, and whoAmI is not lied to', () => {
  const { ensemble, hand, line } = serving({ skipACL: true });
  const opened = line();
  const nobody: readonly Acl[] = [{ perms: 0, id: { scheme: 'world', id: 'anyone' } }];
  hand.send(opened, create('/a', nobody));
  const read = hand.send(opened, getData('/a'));
  const write = hand.send(opened, create('/a/b'));
  const list = hand.send(opened, { kind: 'getACL', path: '/a' });
  ensemble.run(100);
  assert.equal([read, write].map((xid) => opened.replyTo(xid)?.err), [0, 0]);
  const response = opened.replyTo(list)?.response;
  assert.equal(response?.kind === 'getACL' && response.acl, nobody);
  assert.equal(effectiveIds([], { ...DEFAULT_SERVICE_CONFIG, skipACL: true }), [SUPER]);
});

test.run();
