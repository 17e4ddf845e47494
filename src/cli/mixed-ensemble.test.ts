/**
 * Our servers and Apache's in one ensemble, over the quorum and election protocols on real sockets. Needs Apache's jar and java:
 * `.ci/interop-ensemble.sh` looks for them; without the variable that it sets, nothing is tested here.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClientOutcome } from '../client/outcome.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { MixedEnsemble } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';
import { TestClient } from './serve-testing.ts';

const CLASSPATH = process.env['APACHE_ZOOKEEPER_CLASSPATH'] ?? '';
const test = suite('ensembles with Apache ZooKeeper');

function apacheTest(name: string, work: () => Promise<void>): void {
  // eslint-disable-next-line vivarium/suite-runs -- only where Apache ZooKeeper is not named, and the reason is printed
  if (CLASSPATH === '') test.skip(name, work);
  else test(name, work);
}
if (CLASSPATH === '') console.log('skipped: APACHE_ZOOKEEPER_CLASSPATH names no Apache ZooKeeper (.ci/interop-ensemble.sh does)');

function errorOf(outcome: ClientOutcome): number | string {
  return outcome.kind === 'reply' ? outcome.err : outcome.kind;
}

/** Writes through one server until it is acknowledged: what was lost with a connection is tried again under another name. */
async function write(client: TestClient, names: string[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const path = `/n${names.length}-${attempt}`;
    const outcome = await client.ask({ kind: 'create', path, data: new Uint8Array(100), acl: OPEN_ACL_UNSAFE, flags: 0 });
    if (errorOf(outcome) === 0) {
      names.push(path.slice(1));
      return;
    }
  }
  throw new Error('no write was acknowledged');
}

/** What one server shows below the root, once it is as new as the ensemble. */
async function namesAt(ensemble: MixedEnsemble, id: number): Promise<readonly string[]> {
  const client = new TestClient([ensemble.client(id)]);
  try {
    await client.ask({ kind: 'sync', path: '/' });
    const listed = await client.ask({ kind: 'getChildren', path: '/', watch: false });
    if (listed.kind !== 'reply' || listed.response?.kind !== 'getChildren') throw new Error(listed.kind);
    return listed.response.children.filter((name) => name !== 'zookeeper').sort();
  } finally {
    await client.stop();
  }
}

async function everybodyHas(ensemble: MixedEnsemble, names: readonly string[]): Promise<void> {
  for (const id of ensemble.ids) {
    const found = await namesAt(ensemble, id);
    for (const name of names) assert.ok(found.includes(name), `server ${id} (${ensemble.kindOf(id) ?? ''}) lacks ${name}`);
  }
}

const MIXES: readonly (readonly [string, readonly Kind[]])[] = [
  ['two of ours and one of Apache’s', ['ours', 'ours', 'apache']],
  ['two of ours and one of Apache’s, with the smallest id', ['apache', 'ours', 'ours']],
  ['two of Apache’s and one of ours', ['apache', 'apache', 'ours']],
  ['two of Apache’s and one of ours, with the smallest id', ['ours', 'apache', 'apache']],
];

for (const [name, kinds] of MIXES) {
  apacheTest(`${name} elect, serve, and survive their leaders`, async () => {
    const ensemble = await MixedEnsemble.start(kinds, CLASSPATH);
    const names: string[] = [];
    try {
      for (let round = 0; round < 3; round++) {
        const leader = await ensemble.serving();
        const client = new TestClient(ensemble.ids.map((id) => ensemble.client(id)));
        for (let i = 0; i < 20; i++) await write(client, names);
        const kind = ensemble.kindOf(leader);
        await ensemble.kill(leader);
        await write(client, names);
        await ensemble.serving();
        await write(client, names);
        await client.stop();
        await ensemble.run(leader, kind ?? 'ours');
        await ensemble.serving();
        await everybodyHas(ensemble, names);
      }
      assert.equal(ensemble.stops, []);
    } finally {
      await ensemble.stop();
    }
  });
}

apacheTest('an ensemble of Apache’s is replaced by ours one server at a time, and back, with nothing lost', async () => {
  const ensemble = await MixedEnsemble.start(['apache', 'apache', 'apache'], CLASSPATH);
  const names: string[] = [];
  try {
    for (const kind of ['ours', 'apache'] as const) {
      for (const id of ensemble.ids) {
        await ensemble.serving();
        const client = new TestClient(ensemble.ids.map((each) => ensemble.client(each)));
        for (let i = 0; i < 20; i++) await write(client, names);
        await ensemble.kill(id);
        for (let i = 0; i < 20; i++) await write(client, names);
        await ensemble.run(id, kind);
        await ensemble.serving();
        await client.stop();
        await everybodyHas(ensemble, names);
      }
    }
    assert.equal(ensemble.stops, []);
  } finally {
    await ensemble.stop();
  }
});

for (const [learner, others] of [['ours', 'apache'], ['apache', 'ours']] as const) {
  apacheTest(`a server of kind ${learner} that lost its disk is given a snapshot by one of kind ${others}`, async () => {
    const ensemble = await MixedEnsemble.start([learner, others, others], CLASSPATH);
    const names: string[] = [];
    try {
      const leader = await ensemble.serving();
      assert.is(ensemble.kindOf(leader), others);
      await ensemble.kill(1);
      const client = new TestClient([ensemble.client(2), ensemble.client(3)]);
      // More than a leader keeps in memory, so that only a snapshot can help.
      for (let i = 0; i < 40; i++) {
        await Promise.all(Array.from({ length: 20 }, () => client.ask({
          kind: 'setData', path: '/', data: new Uint8Array(100), version: -1,
        })));
        await write(client, names);
      }
      await client.stop();
      ensemble.wipe(1);
      await ensemble.run(1, learner);
      await ensemble.serving();
      await everybodyHas(ensemble, names);
      assert.equal(ensemble.stops, []);
    } finally {
      await ensemble.stop();
    }
  });
}

test.run();
