import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestEnsemble } from '../serve/serve-testing.ts';
import { Lock, Queue, ZooKeeper, ZooKeeperError, isZooKeeperError } from './index.ts';

const test = suite('the client on the real machine');

function text(data: Uint8Array | null): string {
  return new TextDecoder().decode(data ?? new Uint8Array());
}

async function withEnsemble(servers: number, work: (ensemble: TestEnsemble, connect: string) => Promise<void>): Promise<void> {
  const ensemble = await TestEnsemble.start(servers);
  try {
    await ensemble.serving();
    await work(ensemble, ensemble.ids.map((id) => `127.0.0.1:${ensemble.clientPort(id).port}`).join(','));
  } finally {
    for (const id of ensemble.ids) await ensemble.kill(id);
    await ensemble.stop();
  }
}

test('everything there is to ask, of one server', async () => {
  await withEnsemble(1, async (_, connect) => {
    const root = await ZooKeeper.connect(connect, { sessionTimeoutMs: 4000 });
    await root.create('/app');
    const auth = [{ scheme: 'digest', auth: 'me:secret' }];
    const zk = await ZooKeeper.connect(`${connect}/app`, { sessionTimeoutMs: 4000, auth });
    const events: string[] = [];
    assert.is(await zk.exists('/a', { watch: ({ type, path }) => { events.push(`${type} ${path ?? ''}`); } }), null);
    assert.is(await zk.create('/a', 'one'), '/a');
    assert.match(await zk.create('/a/s-', null, { mode: 'EPHEMERAL_SEQUENTIAL' }), /^\/a\/s-0000000000$/);
    const { data, stat } = await zk.get('/a', { watch: ({ type }) => { events.push(type); } });
    assert.is(text(data), 'one');
    assert.is((await zk.set('/a', 'two', stat.version)).version, 1);
    assert.equal(await zk.children('/a'), ['s-0000000000']);
    assert.equal(await zk.getEphemerals(), ['/a/s-0000000000']);
    assert.is(await zk.getAllChildrenNumber('/'), 2);
    assert.is((await zk.getAcl('/a')).acl.length, 1);
    await zk.setAcl('/a', [{ perms: 31, id: { scheme: 'auth', id: '' } }]);
    assert.ok((await zk.whoAmI()).some(({ scheme, user }) => scheme === 'digest' && user === 'me'));
    const results = await zk.multi().check('/a', 1).create('/b', 'x').set('/b', 'y').delete('/b').commit();
    assert.equal(results.map(({ kind }) => kind), ['check', 'create', 'set', 'delete']);
    await zk.sync('/');
    assert.equal(events, ['NodeCreated /a', 'NodeDataChanged']);
    assert.type(text((await root.config()).data), 'string');

    const failure = await root.get('/app/a').catch((error: unknown) => error);
    assert.instance(failure, ZooKeeperError);
    assert.match(failure instanceof Error ? failure.message : '', /^getData \/app\/a: NOAUTH, this session has no permission/);
    const multi = await zk.multi().create('/c').create('/c').commit().catch((error: unknown) => error);
    assert.match(multi instanceof Error ? multi.message : '', /^multi, operation 1, create \/c: NODEEXISTS/);
    const bad = await zk.get('relative').catch((error: unknown) => error);
    assert.ok(isZooKeeperError(bad, 'BADARGUMENTS'));
    await zk.close();
    assert.is(zk.state, 'Closed');
    assert.ok(isZooKeeperError(await zk.get('/a').catch((error: unknown) => error), 'SESSIONEXPIRED'));
    await root.addAuth('digest', 'me:secret');
    assert.equal(await root.children('/app/a'), []);
    await root.close();
  });
});

test('persistent watches, as they come', async () => {
  await withEnsemble(1, async (_, connect) => {
    const zk = await ZooKeeper.connect(connect, { sessionTimeoutMs: 4000 });
    const watch = await zk.watch('/', { recursive: true });
    await zk.create('/a');
    await zk.set('/a', 'x');
    await zk.create('/a/b');
    const seen: string[] = [];
    for await (const { type, path } of watch) {
      seen.push(`${type} ${path ?? ''}`);
      if (seen.length === 3) break;
    }
    assert.equal(seen, ['NodeCreated /a', 'NodeDataChanged /a', 'NodeCreated /a/b']);
    await watch.close();
    assert.ok(isZooKeeperError(await zk.removeWatches('/').catch((error: unknown) => error), 'NOWATCHER'));
    await zk.close();
  });
});

test('a watch that comes just behind the removal of another one stays', async () => {
  await withEnsemble(1, async (_, connect) => {
    const zk = await ZooKeeper.connect(connect, { sessionTimeoutMs: 4000 });
    const former = await zk.watch('/');
    const closing = former.close();
    const watch = await zk.watch('/');
    await closing;
    await zk.create('/a');
    await zk.close();
    const seen: string[] = [];
    for await (const { type, state } of watch) seen.push(type === 'None' ? state : type);
    assert.equal(seen, ['NodeChildrenChanged', 'Closed']);
  });
});

test('three servers: a session, its watches and its recipes outlive the leader', async () => {
  await withEnsemble(3, async (ensemble, connect) => {
    const [one, other] = [await ZooKeeper.connect(connect), await ZooKeeper.connect(connect)];
    const changed = new Promise<string>((resolve) => {
      void one.create('/watched').then(() => one.get('/watched', { watch: ({ type }) => { resolve(type); } }));
    });
    const held = await new Lock(one, '/lock').acquire();
    const waiting = new Lock(other, '/lock').acquire();
    const queue = new Queue(other, '/queue');
    const leader = await ensemble.leader();
    const put = [queue.put('a'), queue.put('b')];
    await ensemble.kill(leader);
    await Promise.all(put);
    await ensemble.restart(leader);
    await held?.release();
    assert.ok(((await waiting)?.fence ?? 0) > (held?.fence ?? 0));
    const taken = [text((await queue.take())?.data ?? null), text((await queue.take())?.data ?? null)];
    assert.equal(taken.sort(), ['a', 'b']);
    for (;;) {
      try {
        await other.set('/watched', 'x');
        break;
      } catch (error) {
        if (!isZooKeeperError(error, 'CONNECTIONLOSS')) throw error;
      }
    }
    assert.is(await changed, 'NodeDataChanged');
    await one.close();
    await other.close();
  });
});

test.run();
