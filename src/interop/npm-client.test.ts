/** The npm package `node-zookeeper-client`, which knows nothing of us, at work on an ensemble of ours, one of which dies. */
import zookeeper from 'node-zookeeper-client';
import type { Client, WatchEvent, ZooKeeperException } from 'node-zookeeper-client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endpointText } from '../host/endpoint.ts';
import { TestEnsemble, until } from '../serve/serve-testing.ts';

const test = suite('node-zookeeper-client');

/** A promise of what a callback is told. */
function told<T>(call: (done: (error: ZooKeeperException | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

/** The code of the error that the call fails with; 0: it does not. */
async function codeOf(call: (done: (error: ZooKeeperException | null, value: unknown) => void) => void): Promise<number> {
  return new Promise((resolve) => {
    call((error) => resolve(error?.getCode() ?? 0));
  });
}

async function connected(client: Client): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
}

/** The client reports a lost connection; what it asked then happened once or never, and is asked again. */
async function persistently(call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await call();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('the ensemble did not come back');
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

test('works on an ensemble of three, one of which is killed', async () => {
  const ensemble = await TestEnsemble.start(3);
  const servers = ensemble.ids.map((id) => endpointText(ensemble.clientPort(id))).join(',');
  const [one, two] = [1, 2].map(() => zookeeper.createClient(servers, { sessionTimeout: 8000, retries: 0 }));
  if (one === undefined || two === undefined) throw new Error('unreachable');
  try {
    await ensemble.serving();
    await connected(one);
    await connected(two);
    one.addAuthInfo('digest', bytes('somebody:secret'));
    await told<string>((done) => one.mkdirp('/app/members', done));
    assert.is(await codeOf((done) => one.create('/app', bytes('x'), zookeeper.CreateMode.PERSISTENT, done)), -110);
    await told<string>((done) => one.create('/app/config', bytes('v1'), zookeeper.CreateMode.PERSISTENT, done));
    await told<string>((done) => one.create('/app/members/m', bytes(''), zookeeper.CreateMode.EPHEMERAL, done));

    const events: WatchEvent[] = [];
    const watched = await told<Buffer>((done) => two.getData('/app/config', (event) => events.push(event), done));
    assert.is(watched.toString(), 'v1');
    await told((done) => one.transaction()
      .check('/app/config', 0).setData('/app/config', bytes('v2'), 0).create('/app/done', bytes('')).commit(done));
    assert.is(await codeOf((done) => one.transaction().check('/app/config', 7).remove('/app/done', -1).commit(done)), -103);
    await until(() => events.length === 1, 'the watch event');
    assert.equal(events.map(({ name, path }) => [name, path]), [['NODE_DATA_CHANGED', '/app/config']]);

    await ensemble.kill(await ensemble.leader());
    await persistently(() => told((done) => one.setData('/app/config', bytes('v3'), -1, done)));
    const read = (): Promise<Buffer> => told<Buffer>((done) => two.getData('/app/config', () => undefined, done));
    await persistently(async () => assert.is((await read()).toString(), 'v3'));

    // The session of `one` survived, and with it its node; when it is closed, so is the node's life.
    const members = (): Promise<string[]> => told<string[]>((done) => two.getChildren('/app/members', done));
    await persistently(async () => assert.equal(await members(), ['m']));
    one.close();
    await persistently(async () => assert.equal(await members(), []));
  } finally {
    one.close();
    two.close();
    await ensemble.stop();
  }
});

test.run();
