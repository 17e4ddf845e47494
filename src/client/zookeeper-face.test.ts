import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate } from '../testing/simulate.ts';
import type { Simulation, SimulationResult } from '../testing/simulate.ts';
import { isZooKeeperError } from './errors.ts';

const test = suite('the promise-based client');

function calm<T>(program: (simulation: Simulation) => Promise<T>): Promise<SimulationResult<T>> {
  return simulate({ seed: 1, limitMs: 60_000 }, program);
}

function isOver(error: unknown): boolean {
  return isZooKeeperError(error, 'SESSIONEXPIRED');
}

test('what was asked just before a close is settled, though nobody does it any more', async () => {
  await calm(async ({ connect }) => {
    const zk = connect({ auth: [{ scheme: 'digest', auth: 'me:secret' }] });
    const slept = zk.sleep(10);
    const others = [zk.now(), zk.reconnect(), zk.addAuth('digest', 'me:other'), zk.create('/a')];
    await zk.close();
    await slept;
    const [now, reconnected, presented, created] = await Promise.allSettled(others);
    for (const one of [now, reconnected, presented]) assert.ok(one?.status === 'rejected' && isOver(one.reason));
    assert.ok(created?.status === 'rejected' && isZooKeeperError(created.reason, 'CONNECTIONLOSS'));
  });
});

test('a second close waits for the first, which comes behind everything that was asked', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    await zk.connected();
    const created = zk.create('/a');
    await Promise.all([zk.close(), zk.close()]);
    assert.is(await created, '/a');
    await zk.close();
  });
});

test('the changes of a session that has ended are none', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    await zk.connected();
    await zk.close();
    for await (const event of zk.sessionEvents()) assert.unreachable(event.state);
  });
});

test('who leaves the loop takes the watch back, on the server too', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const watch = await zk.watch('/', { recursive: true });
    await zk.create('/a');
    for await (const event of watch) {
      assert.is(event.path, '/a');
      break;
    }
    assert.ok(isZooKeeperError(await zk.removeWatches('/').catch((error: unknown) => error), 'NOWATCHER'));
    await watch.close();
  });
});

test('a watch that is removed here alone is not registered again', async () => {
  const registered: number[] = [];
  await simulate({
    seed: 1, limitMs: 60_000,
    onFact: (fact) => { if (fact.kind === 'invoked' && fact.request.kind.startsWith('setWatches')) registered.push(fact.cxid); },
  }, async ({ connect, chaos }) => {
    const zk = connect({ sessionTimeoutMs: 4000 });
    const events: string[] = [];
    await zk.addWatch('/', ({ type }) => { events.push(type); });
    chaos.isolate(zk);
    const removed = zk.removeWatches('/', 'Any', { local: true });
    await zk.sleep(10);
    await zk.reconnect();
    await removed;
    chaos.rejoin(zk);
    await zk.connected();
    await zk.sync();
    assert.equal(events.filter((type) => type !== 'None'), ['PersistentWatchRemoved']);
    assert.equal(registered, []);
  });
});

test('a callback that is taken back is not called, and the others are', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const called: string[] = [];
    const one = (): void => { called.push('one'); };
    await zk.get('/', { watch: one });
    await zk.children('/', { watch: one });
    await zk.children('/', { watch: () => { called.push('other'); } });
    zk.unwatch('/', one);
    await zk.create('/a');
    assert.equal(called, ['other']);
  });
});

test('a callback that comes to nothing later on is reported like one that throws', async () => {
  const failure = await calm(async ({ connect }) => {
    const zk = connect();
    const watch = (): unknown => Promise.reject(new Error('no more of this'));
    await zk.exists('/a', { watch });
    await zk.create('/a');
    await zk.sleep(100);
  }).catch((error: unknown) => error);
  assert.match(failure instanceof Error ? failure.message : '', /simulated ms: no more of this$/);
});

test('what no types have seen is refused before it is asked, and a time that is no number is none', async () => {
  await calm(async ({ connect }) => {
    const zk = connect();
    const untyped = (method: string, ...values: readonly unknown[]): unknown => {
      const called: unknown = Reflect.get(zk, method);
      return typeof called === 'function' ? Reflect.apply(called, zk, values) : undefined;
    };
    const refused: readonly (readonly [method: string, ...values: unknown[]])[] = [
      ['create', '/a', 5], ['create', '/a', null, { mode: 'EPHEMRAL' }], ['set', '/', {}], ['set', '/', 'x', Number.NaN],
      ['delete', '/a', 1.5], ['setAcl', '/', [], 2 ** 31], ['reconfig', { leaving: '3', fromVersion: Number.NaN }],
    ];
    for (const [method, ...values] of refused) {
      const error = await Promise.resolve(untyped(method, ...values)).catch((thrown: unknown) => thrown);
      assert.ok(isZooKeeperError(error, 'BADARGUMENTS'), `${method}: ${String(error)}`);
    }
    assert.equal(await zk.children('/'), ['zookeeper']);
    await zk.sleep(Number.NaN);
    await zk.sleep(1);
  });
});

test.run();
