/**
 * Our servers and Apache's in one ensemble, over the quorum and election protocols on real sockets. Needs Apache's jar and java:
 * `.ci/interop-ensemble.sh` looks for them; without the variable that it sets, nothing is tested here.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestClient } from '../serve/serve-testing.ts';
import { everybodyHas, Load, write } from './mixed-clients-testing.ts';
import { apacheTestsOf, CLASSPATH, MixedEnsemble } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';

const test = suite('ensembles with Apache ZooKeeper');
const apacheTest = apacheTestsOf(test);

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

apacheTest('an ensemble of Apache’s is replaced by ours one by one and back, under load, and nothing is lost', async () => {
  const ensemble = await MixedEnsemble.start(['apache', 'apache', 'apache'], CLASSPATH);
  try {
    await ensemble.serving();
    const load = new Load(ensemble);
    for (const kind of ['ours', 'apache'] as const) {
      for (const id of ensemble.ids) {
        await load.hasWritten(20);
        await ensemble.kill(id);
        await load.hasWritten(20);
        await ensemble.run(id, kind);
        await ensemble.serving();
        assert.is(ensemble.kindOf(id), kind);
      }
    }
    await load.hasWritten(20);
    const names = await load.stop();
    await everybodyHas(ensemble, names);
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
