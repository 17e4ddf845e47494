import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InvariantViolation } from '../base/invariant.ts';
import { isZooKeeperError } from '../client/errors.ts';
import type { Fact } from '../io/fact.ts';
import { simulate } from '../testing/simulate.ts';
import type { Simulation, SimulationResult } from '../testing/simulate.ts';
import { Barrier } from './barrier-face.ts';
import { Configuration } from './configuration-face.ts';
import { Counter } from './counter-face.ts';
import { ServiceDiscovery } from './discovery-face.ts';
import { DoubleBarrier } from './double-barrier-face.ts';
import { IdGenerator } from './id-generator-face.ts';
import { Lock } from './lock-face.ts';
import { Queue } from './queue-face.ts';
import { commitOnce, ensurePath } from './retry-face.ts';

const test = suite('corners of the recipes');

function calm<T>(program: (simulation: Simulation) => Promise<T>, onFact?: (fact: Fact) => void): Promise<SimulationResult<T>> {
  return simulate({ seed: 1, limitMs: 60_000, ...(onFact === undefined ? {} : { onFact }) }, program);
}

async function isOver(work: Promise<unknown>): Promise<boolean> {
  return isZooKeeperError(await work.catch((error: unknown) => error), 'SESSIONEXPIRED');
}

test('waiting for a while with a client that is closed is refused, and nothing is left unheard', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const queue = new Queue(zk, '/queue');
    assert.is(await queue.size(), 0);
    await zk.close();
    assert.ok(await isOver(new Lock(zk, '/lock').acquire({ timeoutMs: 5 })));
    assert.ok(await isOver(new Barrier(zk, '/barrier').wait({ timeoutMs: 5 })));
    assert.ok(await isOver(queue.take({ timeoutMs: 5 })));
  });
});

test('waiting again and again for a while leaves no callbacks behind', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const holder = connect();
    assert.ok(await new Lock(holder, '/lock').acquire() !== null);
    await new Barrier(holder, '/barrier').raise();
    let dropped = 0;
    const unwatch = zk.unwatch.bind(zk);
    zk.unwatch = (path, watcher): void => {
      dropped += 1;
      unwatch(path, watcher);
    };
    for (let i = 0; i < 3; i += 1) {
      assert.is(await new Lock(zk, '/lock').acquire({ timeoutMs: 10 }), null);
      assert.is(await new Queue(zk, '/queue').take({ timeoutMs: 10 }), null);
      assert.is(await new Barrier(zk, '/barrier').wait({ timeoutMs: 10 }), false);
    }
    assert.is(dropped, 9);
  });
});

test('who stands in line asks for nobody who is gone in a way that leaves a watch', async () => {
  let watched = 0;
  await calm(async ({ connect }) => {
    const [one, other] = [connect(), connect()];
    const held = await new Lock(one, '/lock').acquire();
    const waiting = new Lock(other, '/lock').acquire();
    await one.sleep(100);
    await held?.release();
    assert.ok(await waiting !== null);
  }, (fact) => { if (fact.kind === 'invoked' && fact.request.kind === 'exists' && fact.request.watch) watched += 1; });
  assert.is(watched, 0);
});

test('what was committed is told, though the session ends before its mark is removed', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    await ensurePath(zk, '/marks');
    // The watch is told of the mark before the transaction is answered.
    await zk.children('/marks', { watch: () => { void zk.close(); } });
    const results = await commitOnce(zk, '/marks', (transaction) => transaction.create('/done'));
    assert.is(results?.length, 2);
    const other = connect();
    assert.ok(await other.exists('/done') !== null);
    assert.equal(await other.children('/marks'), []);
  });
});

test('a path is made where only its end may be', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    await ensurePath(zk, '/theirs/ours');
    await zk.setAcl('/theirs', [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }]);
    await ensurePath(zk, '/theirs/ours/a/b');
    assert.ok(await zk.exists('/theirs/ours/a/b') !== null);
  });
});

test('a member that comes again under its name enters once its former session is over', async () => {
  await calm(async ({ connect, chaos, sleep }) => {
    const former = connect({ sessionTimeoutMs: 2000 });
    void new DoubleBarrier(former, '/barrier', 2, 'one').enter();
    await sleep(500);
    chaos.kill(former);
    const [one, other] = [connect({ sessionTimeoutMs: 2000 }), connect()];
    const entering = new DoubleBarrier(one, '/barrier', 2, 'one').enter();
    await sleep(5000);
    await Promise.all([entering, new DoubleBarrier(other, '/barrier', 2, 'other').enter()]);
    assert.equal([...await other.children('/barrier/members')].sort(), ['one', 'other']);
  });
});

test('an instance that registers again is found where it says now', async () => {
  await calm(async ({ connect }) => {
    const services = new ServiceDiscovery(connect(), '/services');
    for (const port of [1, 2]) await services.register({ service: 'web', id: 'a', address: 'host', port });
    assert.equal((await services.instances('web')).map(({ port }) => port), [2]);
  });
});

test('a setting that may not be read is not there, and the others are', async () => {
  await calm(async ({ connect }) => {
    const [zk, other] = [connect(), connect({ auth: [{ scheme: 'digest', auth: 'me:secret' }] })];
    const acl = [{ perms: 31, id: { scheme: 'auth', id: '' } }];
    await ensurePath(other, '/settings/hidden');
    await other.setAcl('/settings/hidden', acl);
    const settings = await Configuration.open(zk, '/settings');
    const until = async (text: string): Promise<void> => {
      for await (const { key } of settings.changes()) if (key === 'open' && settings.text('open') === text) return;
    };
    const isX = until('x');
    await settings.set('open', 'x');
    await isX;
    await other.setAcl('/settings/open', acl);
    await other.set('/settings/open', 'y');
    await zk.reconnect();
    await zk.sync();
    await settings.settled();
    assert.equal(settings.keys(), []);
    await other.setAcl('/settings/open', [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }]);
    const isZ = until('z');
    await other.set('/settings/open', 'z');
    await isZ;
  });
});

test('settings that were not all read before the session ended are not handed out', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    for (let i = 0; i < 20; i += 1) await ensurePath(zk, `/settings/${i}`);
    const opening = Configuration.open(zk, '/settings');
    await zk.sleep(30);
    const closing = zk.close();
    assert.ok(await isOver(opening));
    await closing;
  });
});

test('the changes of settings end with the session, also when they are asked for later', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const settings = await Configuration.open(zk, '/settings');
    await zk.close();
    for await (const { key } of settings.changes()) assert.unreachable(key);
  });
});

test('recipes stand at the root of a chroot, too', async () => {
  await calm(async ({ connect }) => {
    await connect().create('/app');
    const zk = connect({}, '/app');
    await zk.create('/a', 'x');
    assert.is((await Configuration.open(zk, '/')).text('a'), 'x');
    assert.match((await new Lock(zk, '/').acquire())?.path ?? '', /^\/_c_[^/]+$/);
    const queue = new Queue(zk, '/');
    await queue.put('y');
    assert.ok(await queue.take() !== null);
  });
});

test('what is no number of ids, and no whole number, is refused', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    for (const block of [0, -1, 0.5, Number.NaN]) assert.throws(() => new IdGenerator(zk, '/ids', block), /1 or more/);
    const counter = new Counter(zk, '/counter');
    for (const delta of [Number.NaN, 0.5, 2 ** 53]) {
      assert.instance(await counter.add(delta).catch((error: unknown) => error), InvariantViolation);
    }
    assert.is(await counter.add(1), 1);
  });
});

test.run();
