/**
 * Servers of ours and Apache's that do not hold the same: what one logged and nobody acknowledged is cut off by the other
 * (TRUNC); and observers of either kind follow leaders of the other. Needs what `mixed-ensemble.test.ts` needs.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TestClient, until } from '../serve/serve-testing.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { errorOf, everybodyHas, namesAt, write } from './mixed-clients-testing.ts';
import { apacheTestsOf, CLASSPATH, MixedEnsemble } from './mixed-testing.ts';

const test = suite('histories that differ, with Apache ZooKeeper');
const apacheTest = apacheTestsOf(test);

/** How often a tail is made: a leader that steps down at once has logged nothing that the others have not. */
const ROUNDS = 6;

/** Somebody else leads who was there earlier: without him server 3 does, of two equals that with the larger id. */
async function letLead(ensemble: MixedEnsemble, id: number): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const found = await ensemble.serving();
    if (found === id) return;
    const kind = ensemble.kindOf(found) ?? 'ours';
    await ensemble.kill(found);
    await ensemble.serving();
    await ensemble.run(found, kind);
  }
  throw new Error(`server ${id} never leads`);
}

async function writeSome(ensemble: MixedEnsemble, names: string[]): Promise<void> {
  const client = new TestClient([ensemble.client(1), ensemble.client(2)]);
  for (let i = 0; i < 5; i++) await write(client, names);
  await client.stop();
}

/** Kills the followers of server 3 while it is written to, then itself: what it logged last, it alone has. */
async function leaveTail(ensemble: MixedEnsemble, names: string[]): Promise<void> {
  const client = new TestClient([ensemble.client(3)], 4000);
  await client.connected();
  const before = names.length;
  // Nobody waits for an answer: what is sent when the followers are gone is logged by the leader alone.
  for (let sent = 0; client.core.phase === 'connected'; sent++) {
    const path = `/tail${before}-${sent}`;
    const request = { kind: 'create', path, data: new Uint8Array(100), acl: OPEN_ACL_UNSAFE, flags: 0 } as const;
    void client.ask(request).then((outcome) => {
      if (errorOf(outcome) === 0) names.push(path.slice(1));
    });
    if (sent === 50) await until(() => names.length > before, 'a write');
    if (sent === 50) void Promise.all([ensemble.kill(1), ensemble.kill(2)]);
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  await Promise.all([ensemble.kill(1), ensemble.kill(2), ensemble.kill(3)]);
  await client.stop();
}

for (const [leader, others] of [['ours', 'apache'], ['apache', 'ours']] as const) {
  apacheTest(`what a leader of kind ${leader} logged alone is cut off by the next one, of kind ${others}`, async () => {
    const ensemble = await MixedEnsemble.start([others, others, leader], CLASSPATH);
    const names: string[] = [];
    // Ours says it of itself, whichever end it is.
    const isCut = (): boolean => ensemble.said.some((line) => {
      return leader === 'ours' ? line.includes('"msg":"truncated"') : /"learner":3,"mode":"TRUNC/.test(line);
    });
    try {
      for (let round = 0; round < ROUNDS && !isCut(); round++) {
        await letLead(ensemble, 3);
        await leaveTail(ensemble, names);
        await ensemble.run(1, others);
        await ensemble.run(2, others);
        await ensemble.serving();
        // Apache's sends a snapshot instead once there is a transaction of its own epoch (Leader.queueCommittedProposals), and
        // a session is one.
        if (others === 'ours') await writeSome(ensemble, names);
        await ensemble.run(3, leader);
        await ensemble.serving();
        await writeSome(ensemble, names);
        await everybodyHas(ensemble, names);
        const [one, two, three] = await Promise.all(ensemble.ids.map((id) => namesAt(ensemble, id)));
        assert.equal(three, one);
        assert.equal(two, one);
        // So that server 3 leads again.
        for (const id of ensemble.ids) await ensemble.kill(id);
        for (const id of ensemble.ids) await ensemble.run(id, id === 3 ? leader : others);
      }
      assert.ok(isCut(), 'there was never a TRUNC');
      assert.equal(ensemble.stops, []);
    } finally {
      await ensemble.stop();
    }
  });
}

for (const [leader, observer] of [['apache', 'ours'], ['ours', 'apache']] as const) {
  apacheTest(`an observer of kind ${observer} follows leaders of either kind, and serves`, async () => {
    const ensemble = await MixedEnsemble.start([observer, observer, leader, observer], CLASSPATH, 1);
    const names: string[] = [];
    try {
      for (const kind of [leader, observer]) {
        if (kind === leader) await letLead(ensemble, 3);
        const found = await ensemble.serving();
        assert.is(ensemble.kindOf(found), kind);
        assert.is(await ensemble.mode(4), 'observer');
        const client = new TestClient([ensemble.client(4)]);
        for (let i = 0; i < 20; i++) await write(client, names);
        await client.stop();
        await everybodyHas(ensemble, names);
        // The other two voters are of the other kind, and one of them takes over.
        if (kind === leader) await ensemble.kill(found);
      }
      assert.equal(ensemble.stops, []);
    } finally {
      await ensemble.stop();
    }
  });
}

test.run();
