import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZooKeeper, isZooKeeperError } from '../api/index.ts';
import { repositoryRoot } from '../command/shell.ts';
import { Listeners } from '../host/listeners.ts';
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

test('what was begun when it stops outlives it no more than the rest, and stops are one', async () => {
  const one = await ensemble({ servers: 1 });
  const { port } = new URL(`http://${one.connectString}`);
  await one.kill(1);
  const restarts = [one.restart(1), one.restart(1)];
  await Promise.all([one.stop(), one.stop()]);
  await Promise.all(restarts);
  assert.equal(one.status(), [{ id: 1, isUp: false, isServing: false }]);
  const listeners = await Listeners.bind([{ port: 'client', at: { host: '127.0.0.1', port: Number(port) } }]);
  await listeners.close();
});

test('a server that is started while it is to be killed is killed', async () => {
  const one = await ensemble({ servers: 1 });
  try {
    await one.kill(1);
    await Promise.all([one.restart(1), one.kill(1)]);
    assert.equal(one.status().map(({ isUp }) => isUp), [false]);
  } finally {
    await one.stop();
  }
});

test('the controller answers what is no URL', async () => {
  const one = await ensemble({ servers: 1, http: true });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(one.controlUrl ?? '').port) });
      socket.on('error', reject);
      socket.on('data', (chunk) => { resolve(chunk.toString('latin1')); });
      socket.end('GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    assert.match(answer, /^HTTP\/1.1 400 [^]*is no URL; there are GET/);
  } finally {
    await one.stop();
  }
});

test('its files go with a process that ends without stopping it', () => {
  const place = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  try {
    const script = "import { ensemble } from './src/testing/index.ts'; await ensemble({ servers: 1 }); process.exit(3);";
    const argv = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { status } = spawnSync(process.execPath, argv, { cwd: repositoryRoot(), env: { ...process.env, TMPDIR: place } });
    assert.is(status, 3);
    assert.equal(readdirSync(place).filter((name) => name.startsWith('vivarium')), []);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

test.run();
