import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isZooKeeperError } from '../client/errors.ts';
import { simulate, SimulationFailure, type Simulation } from './simulate.ts';

const test = suite('simulate');

async function work({ connect, sleep }: Simulation): Promise<string> {
  const zk = connect({ sessionTimeoutMs: 4000 });
  const other = connect({ sessionTimeoutMs: 4000 });
  const events: string[] = [];
  for (;;) {
    try {
      await zk.create('/a', 'x');
      break;
    } catch (error) {
      if (isZooKeeperError(error, 'NODEEXISTS')) break;
      if (!isZooKeeperError(error, 'CONNECTIONLOSS')) throw error;
      await sleep(100);
    }
  }
  for (let i = 0; i < 5; i += 1) {
    try {
      await other.sync('/');
      const { stat } = await other.get('/a', { watch: ({ type }) => { events.push(type); } });
      await zk.set('/a', String(i), stat.version);
    } catch (error) {
      if (!isZooKeeperError(error)) throw error;
      events.push(error.codeName);
    }
    await sleep(Math.floor(Math.random() * 1000));
  }
  await zk.close();
  await other.close();
  return events.join(' ');
}

test('a program against three servers, and again the same', async () => {
  const one = await simulate({ seed: 1 }, work);
  assert.is(one.value, 'NodeDataChanged NodeDataChanged NodeDataChanged NodeDataChanged NodeDataChanged');
  const again = await simulate({ seed: 1 }, work);
  assert.equal(again, one);
  assert.is.not((await simulate({ seed: 2 }, work)).hash, one.hash);
});

test('faults come by seed, and the same again', async () => {
  const hashes: string[] = [];
  for (const seed of [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]) hashes.push((await simulate({ seed, faults: 'usual' }, work)).hash);
  assert.equal(hashes.slice(6), hashes.slice(0, 6));
  assert.is(new Set(hashes).size, 6);
});

test('time, timers and luck are the simulation\'s', async () => {
  const program = async ({ now }: Simulation): Promise<readonly unknown[]> => {
    const begun = Date.now();
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    let rings = 0;
    const interval = setInterval(() => { rings += 1; }, 1000);
    const never = setTimeout(() => { rings += 100; }, 10);
    clearTimeout(never);
    await new Promise((resolve) => { setTimeout(resolve, 3500); });
    clearInterval(interval);
    return [Math.floor((Date.now() - begun) / 100), rings, Math.floor(now() / 1000), new Date().getUTCFullYear(), Math.random()];
  };
  const { value } = await simulate({ seed: 7 }, program);
  assert.equal(value.slice(0, 4), [85, 3, 8, 2023]);
  assert.equal((await simulate({ seed: 7 }, program)).value, value);
  assert.ok(Math.abs(Date.now() - 1_700_000_000_000) > 1e9, 'the real clock is back');
});

test('what goes wrong is thrown with its seed', async () => {
  const fails = async (program: (simulation: Simulation) => Promise<unknown>): Promise<string> => {
    try {
      await simulate({ seed: 9, limitMs: 30_000 }, program);
    } catch (error) {
      assert.instance(error, SimulationFailure);
      return error instanceof Error ? error.message : '';
    }
    return 'nothing';
  };
  assert.match(await fails(() => Promise.reject(new Error('broken'))), /^with seed 9, after \d+ simulated ms: broken$/);
  assert.match(await fails(() => new Promise(() => undefined)), /was not over after 30000 simulated ms/);
  assert.match(await fails(async ({ connect }) => {
    const zk = connect();
    await zk.get('/', { watch: () => { throw new Error('a callback'); } });
    await zk.create('/x');
    await zk.set('/', 'x');
    await zk.set('/', 'y');
    await zk.sleep(1);
  }), /: a callback$/);
  assert.match(await fails(({ connect }) => connect().get('/none')), /getData \/none: NONODE, there is no such node$/);
});

test('chaos: a killed client\'s session expires, an isolated one is told', async () => {
  const { value } = await simulate({ seed: 3 }, async ({ connect, chaos, sleep }) => {
    const [watcher, victim, lonely] = [connect(), connect({ sessionTimeoutMs: 1000 }), connect({ sessionTimeoutMs: 1000 })];
    await victim.create('/victim', null, { mode: 'EPHEMERAL' });
    await lonely.create('/lonely', null, { mode: 'EPHEMERAL' });
    const seen: string[] = [];
    await watcher.addWatch('/', ({ type, path }) => { seen.push(`${type} ${path ?? ''}`); }, { recursive: true });
    chaos.kill(victim);
    await sleep(5000);
    chaos.isolate(lonely);
    await sleep(5000);
    chaos.rejoin(lonely);
    await sleep(5000);
    return [...seen, lonely.state];
  });
  assert.equal(value, ['NodeDeleted /victim', 'NodeDeleted /lonely', 'Expired']);
});

test.run();
