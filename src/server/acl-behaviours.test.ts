/**
 * What clients may rely on of permissions and of who they are, as the original's own tests pin it, asked of real servers
 * in small worlds. The number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Puppet, SmallWorld } from '../run/small-world.ts';
import { encodeText } from '../wire/utf8.ts';
import { type Acl, ErrorCode, Permission } from '../wire/words.ts';
import { alone, children, create, exists, get, move, remove, set, WORLD } from './behaviours-testing.ts';

const test = suite('acl behaviours');

const ALL = Permission.ALL;

test('8 ACLTest: `auth` becomes the ids that the connection has proved; who has proved none is refused', () => {
  const { small, client, ask } = alone();
  const mine: Acl[] = [{ perms: ALL, id: { scheme: 'auth', id: '' } }];
  assert.is(ask(create('/early', 0, 'd', mine)).err, ErrorCode.INVALIDACL);
  client.wish((io) => {
    client.core.addAuth('digest', encodeText('ann:secret'), io);
  });
  assert.is(ask(create('/mine', 0, 'd', mine)).err, 0);
  const { response } = ask({ kind: 'getACL', path: '/mine' });
  assert.equal(response?.kind === 'getACL' ? response.acl : [], [{ perms: ALL, id: { scheme: 'digest', id: ANN } }]);
  const other = small.client();
  for (const request of [
    get('/mine'),
    exists('/mine'),
    children('/mine'),
    set('/mine', 'x'),
    { kind: 'getACL', path: '/mine' } as const,
  ]) {
    assert.is(small.ask(other, request).err, ErrorCode.NOAUTH, request.kind);
  }
  assert.is(small.ask(other, remove('/mine')).err, 0, 'a delete asks the parent');
  small.end();
});

const ANN = 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=';

test('8 ACLTest: ids last as long as the client, over reconnects; a hash is shown to those who may change the list', () => {
  const small = new SmallWorld();
  const client = small.client();
  client.wish((io) => {
    client.core.addAuth('digest', encodeText('ann:secret'), io);
  });
  const acl: Acl[] = [
    { perms: ALL, id: { scheme: 'digest', id: ANN } },
    { perms: Permission.READ, id: WORLD },
  ];
  small.ask(client, create('/m', 0, 'd', acl));
  move(small, client);
  assert.is(small.ask(client, set('/m', 'x')).err, 0);
  const idsFor = (who: Puppet): string[] => {
    const { response } = small.ask(who, { kind: 'getACL', path: '/m' });
    return response?.kind === 'getACL' ? response.acl.map(({ id }) => id.id) : [];
  };
  assert.equal(idsFor(client), [ANN, 'anyone']);
  const other = small.client();
  small.ask(other, { kind: 'sync', path: '/m' });
  assert.equal(idsFor(other), ['ann:x', 'anyone']);
  small.end();
});

test('8 ACLRootTest, FinalRequestProcessorTest: the root can be closed; exists needs READ; an empty `world` id is none', () => {
  const { small, client, ask } = alone();
  client.wish((io) => {
    client.core.addAuth('digest', encodeText('ann:secret'), io);
  });
  assert.is(
    ask(create('/w', 0, 'd', [{ perms: ALL, id: { scheme: 'world', id: 'somebody' } }])).err,
    ErrorCode.INVALIDACL,
  );
  assert.is(
    ask({ kind: 'setACL', path: '/', acl: [{ perms: ALL, id: { scheme: 'digest', id: ANN } }], version: -1 }).err,
    0,
  );
  const other = small.client();
  for (const request of [create('/x'), get('/'), exists('/'), children('/')]) {
    assert.is(small.ask(other, request).err, ErrorCode.NOAUTH, request.kind);
  }
  assert.is(ask(create('/x', 0, 'd', [{ perms: Permission.WRITE, id: WORLD }])).err, 0);
  assert.is(small.ask(other, exists('/x')).err, ErrorCode.NOAUTH);
  assert.is(small.ask(other, set('/x', 'y')).err, 0);
  small.end();
});

test('8 ACLTest: a list without double entries, in the order of the first', () => {
  const { small, ask } = alone();
  const read: Acl = { perms: 1, id: WORLD };
  const admin: Acl = { perms: 16, id: WORLD };
  ask(create('/d', 0, 'd', [read, admin, read, admin]));
  const { response } = ask({ kind: 'getACL', path: '/d' });
  assert.equal(response?.kind === 'getACL' ? response.acl : [], [read, admin]);
  small.end();
});

test.run();
