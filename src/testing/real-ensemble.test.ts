import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZooKeeper, isZooKeeperError } from '../api/index.ts';
import { ensemble } from './index.ts';

const test = suite('a real ensemble with a chaos controller');

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isZooKeeperError(error, 'CONNECTIONLOSS', 'NODEEXISTS')) throw error;
    }
  }
}

test('a client works on while servers are killed, cut off, paused and slow, from code and over HTTP', async () => {
  const three = await ensemble({ servers: 3, http: true });
  const zk = new ZooKeeper(three.connectString, { sessionTimeoutMs: 4000 });
  try {
    const url = three.controlUrl ?? '';
    const post = async (what: string): Promise<number> => (await fetch(url + what, { method: 'POST' })).status;
    await zk.create('/n', '0');
    let version = 0;
    const step = async (): Promise<void> => {
      await eventually(async () => {
        await zk.sync();
        version = (await zk.set('/n', 'x')).version;
      });
    };
    for (const id of three.ids) {
      await three.kill(id);
      await step();
      await three.restart(id);
      await three.serving();
    }
    assert.is(await post('/kill?server=2'), 200);
    assert.equal(three.status().map(({ isUp }) => isUp), [true, false, true]);
    await step();
    assert.is(await post('/restart?server=2'), 200);
    assert.is(await post('/cut?server=1&with=2'), 200);
    await step();
    three.mend(1, 2);
    three.pause(3);
    await step();
    three.resume(3);
    three.cutClients(1);
    await step();
    three.admitClients(1);
    for (const id of three.ids) three.slowDisk(id, 60);
    const before = Date.now();
    await step();
    assert.ok(Date.now() - before >= 60, 'a slow disk is slow');
    assert.is(await post('/heal'), 200);
    await step();
    assert.ok(version >= 9);
    assert.is(await post('/kill?server=9'), 400);
    assert.is(await post('/nonsense'), 400);
    assert.is((await fetch(`${url}/status`)).status, 200);
  } finally {
    await zk.close();
    await three.stop();
  }
});

test.run();
