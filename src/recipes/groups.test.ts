import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSessionOver, isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { contests, isFound, type Contest } from '../testing/contest.ts';
import { simulate } from '../testing/simulate.ts';
import { NO_SESSION, parseSessionId, type SessionId } from '../base/session-id.ts';
import { Barrier } from './barrier-face.ts';
import { Configuration } from './configuration-face.ts';
import { ServiceDiscovery, type ServiceInstance } from './discovery-face.ts';
import { DoubleBarrier } from './double-barrier-face.ts';
import { Membership } from './membership-face.ts';
import { ensurePath, retrying } from './retry-face.ts';
import { type Decision, TwoPhaseCommit } from './two-phase-commit-face.ts';

const test = suite('groups');
const SEEDS = 8;
const LONG = { sessionTimeoutMs: 4000 };

/** Ends well when a session did: who has lost it cannot go on, and another would have to take its place. */
async function unlessOver(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isSessionOver(error)) throw error;
  }
}

test('nobody passes a barrier before it is lifted', async () => {
  const program = (isBroken: boolean) => async (of: Contest): Promise<void> => {
    const [keeper, ...guests] = [1, 2, 3, 4].map(() => of.connect(LONG));
    if (keeper === undefined) throw new Error('a keeper');
    let isLifted = false;
    await unlessOver((async () => {
      const barrier = new Barrier(keeper, '/app/barrier');
      await barrier.raise();
      const passing = guests.map(async (zk) => {
        await of.sleep(of.random(3000));
        if (isBroken) await zk.exists('/app/barrier');
        else await new Barrier(zk, '/app/barrier').wait();
        if (!isLifted) throw new Error('somebody passed a barrier that stood');
      });
      const lifting = of.sleep(2000).then(() => {
        isLifted = true;
        return barrier.lift();
      });
      await Promise.all([lifting, ...passing]);
    })());
  };
  await contests(SEEDS, program(false));
  await isFound(3 * SEEDS, program(true), /a barrier that stood/);
  const { value } = await simulate({}, async ({ connect }) => {
    const barrier = new Barrier(connect(), '/barrier');
    await barrier.raise();
    return barrier.wait({ timeoutMs: 700 });
  });
  assert.is(value, false);
});

test('all begin together and end together', async () => {
  const program = (isBroken: boolean) => async (of: Contest): Promise<void> => {
    const count = 4;
    let entering = 0;
    let leaving = 0;
    await unlessOver(Promise.all(Array.from({ length: count }, async (_, index) => {
      const zk = of.connect(LONG);
      const barrier = new DoubleBarrier(zk, '/barrier', isBroken ? count - 1 : count, `member${index}`);
      await of.sleep(of.random(3000));
      entering += 1;
      await barrier.enter();
      if (entering < count) throw new Error('somebody began early');
      await of.sleep(of.random(3000));
      leaving += 1;
      await barrier.leave();
      if (leaving < count) throw new Error('somebody went on early');
    })));
  };
  await contests(SEEDS, program(false));
  await isFound(3 * SEEDS, program(true), /somebody began early/);
});

test('who is here: arrivals, departures and deaths', async () => {
  const { value } = await simulate({ seed: 4 }, async ({ connect, chaos, sleep }) => {
    const [one, other, reader] = [connect(LONG), connect({ sessionTimeoutMs: 1000 }), connect(LONG)];
    const seen: string[] = [];
    const reading = (async () => {
      for await (const members of new Membership(reader, '/group').watch()) {
        seen.push(members.map(({ name }) => name).join('+'));
        if (seen.length > 1 && members.length === 0) return;
      }
    })();
    await sleep(100);
    await new Membership(one, '/group').join('one', '1');
    await sleep(500);
    await new Membership(other, '/group').join('other');
    await sleep(500);
    chaos.kill(other);
    await sleep(5000);
    // The name is free again, and whoever comes back under it is somebody new.
    await new Membership(one, '/group').join('other');
    await sleep(500);
    await one.close();
    await reading;
    return seen;
  });
  assert.equal(value, ['', 'one', 'one+other', 'one', 'one+other', '']);
});

test('members are those whose sessions live, at the end of all faults', async () => {
  await contests(SEEDS, async (of) => {
    const sure = new Set<string>();
    const joining = [1, 2, 3].map(async (index) => {
      const zk = of.connect({ sessionTimeoutMs: 1500 });
      await zk.connected();
      await unlessOver(new Membership(zk, '/group').join(`m${index}`, zk.sessionId).then(() => sure.add(zk.sessionId)));
    });
    await Promise.all(joining);
    await of.sleep(40_000);
    const reader = of.connect(LONG);
    await retrying(reader, () => reader.sync());
    const members = await new Membership(reader, '/group').members();
    const here = members.map(({ data }) => String.fromCharCode(...(data ?? [])));
    for (const session of here) assert.ok(sure.has(session) && !of.isOver(parseSessionId(session) ?? NO_SESSION), 'a ghost');
  });
});

test('services are found by name, in turn', async () => {
  const { value } = await simulate({ seed: 4 }, async ({ connect }) => {
    const [one, other] = [connect(LONG), connect(LONG)];
    const here = new ServiceDiscovery(one, '/services');
    await here.register({ service: 'mail', id: 'm1', address: '10.0.0.1', port: 25, tags: { zone: 'a' } });
    await here.register({ service: 'mail', id: 'm2', address: '10.0.0.2', port: 25 });
    await one.create('/services/mail/junk', 'not an instance');
    const there = new ServiceDiscovery(other, '/services');
    const chosen = [await there.choose('mail'), await there.choose('mail'), await there.choose('mail')].map((each) => each?.id);
    await here.unregister({ service: 'mail', id: 'm1' });
    return [...chosen, await there.choose('none'), (await there.instances('mail')).map(({ address }) => address).join()];
  });
  assert.equal(value, ['m1', 'm2', 'm1', null, '10.0.0.2']);
});

/** Chooses from the first list that had anybody in it, and never looks again. */
class Remembering extends ServiceDiscovery {
  private known: readonly ServiceInstance[] = [];
  override async instances(service: string): Promise<readonly ServiceInstance[]> {
    if (this.known.length === 0) this.known = await super.instances(service);
    return this.known;
  }
}

const MAIL = { service: 'mail', address: '10.0.0.1' };

/**
 * Three offer a service again and again, each time at another port, and some die of it; two look for it. Behind a sync nobody
 * is found who has been unregistered, or whose session has ended. How often somebody was found.
 */
function offering(make: (zk: ZooKeeper, path: string) => ServiceDiscovery): (of: Contest) => Promise<number> {
  return async (of) => {
    const sessions = new Map<number, SessionId>();
    const gone = new Set<number>();
    let offers = 18;
    let isOver = false;
    let found = 0;
    const offer = async (zk: ZooKeeper, id: string): Promise<void> => {
      const discovery = new ServiceDiscovery(zk, '/app/services');
      while (offers > 0) {
        const port = offers -= 1;
        sessions.set(port, zk.sessionId);
        await discovery.register({ ...MAIL, id, port });
        await of.sleep(of.random(2000));
        await discovery.unregister({ ...MAIL, id });
        gone.add(port);
      }
    };
    const seek = async (zk: ZooKeeper): Promise<void> => {
      const discovery = make(zk, '/app/services');
      while (!isOver) {
        const ended = new Set([...gone, ...[...sessions].flatMap(([port, session]) => (of.isOver(session) ? [port] : []))]);
        await retrying(zk, () => zk.sync());
        const chosen = await discovery.choose('mail');
        if (chosen !== null && ended.has(chosen.port)) throw new Error('somebody was found who is gone');
        if (chosen !== null) found += 1;
        await of.sleep(of.random(200));
      }
    };
    const seeking = Promise.all([1, 2].map(() => of.worker(seek)));
    const offered = Promise.all(['a', 'b', 'c'].map((id) => of.worker((zk) => offer(zk, id)))).then(() => { isOver = true; });
    const death = setInterval(() => { of.killSomebody(); }, 3000);
    await Promise.all([offered, seeking]);
    clearInterval(death);
    return found;
  };
}

test('a service that is gone is not found behind a sync, under faults too', async () => {
  for (const found of await contests(SEEDS, offering((zk, path) => new ServiceDiscovery(zk, path)))) assert.ok(found >= 10);
  await isFound(SEEDS, offering((zk, path) => new Remembering(zk, path)), /somebody was found who is gone/);
});

test('services that are there are found when all faults are over, and watched until then', async () => {
  await contests(SEEDS, async (of) => {
    const reader = of.connect({ sessionTimeoutMs: 20_000 });
    let last: readonly string[] = [];
    const watching = (async () => {
      for await (const list of new ServiceDiscovery(reader, '/services').watch('mail')) last = list.map(({ id }) => id);
    })();
    const offers = ['a', 'b', 'c'].map(async (id, index) => {
      const zk = of.connect(LONG);
      const register = (): Promise<void> => new ServiceDiscovery(zk, '/services').register({ ...MAIL, id, port: index });
      await unlessOver(of.sleep(of.random(20_000)).then(register));
      return { id, zk };
    });
    const offered = await Promise.all(offers);
    await of.sleep(40_000);
    const here = offered.filter(({ zk }) => !of.isOver(zk.sessionId)).map(({ id }) => id);
    await unlessOver((async () => {
      await retrying(reader, () => reader.sync());
      const discovery = new ServiceDiscovery(reader, '/services');
      const chosen = [];
      for (let turn = 0; turn < here.length; turn += 1) chosen.push((await discovery.choose('mail'))?.id);
      if (!of.isOver(reader.sessionId)) assert.equal([chosen, last], [here, here]);
    })());
    await unlessOver(reader.close());
    await watching;
  });
});

/** One writes, two keep copies; at the end the copies are what the servers have. */
function copying(isBroken: boolean): (of: Contest) => Promise<void> {
  return async (of) => {
    const writer = of.connect(LONG);
    await unlessOver((async () => {
      await ensurePath(writer, '/conf');
      const copies = await Promise.all([1, 2].map(async () => {
        const zk = of.connect(LONG);
        const copy = await Configuration.open(zk, '/conf');
        return { zk, copy };
      }));
      const stale = new Map<string, number>();
      const [watched] = copies;
      if (isBroken && watched !== undefined) {
        await watched.zk.addWatch('/conf', ({ path }) => {
          if (path === null) return;
          void watched.zk.exists(path).then((stat) => stale.set(path, stat?.mzxid ?? -1), () => undefined);
        }, { recursive: true });
      }
      for (let i = 0; i < 40; i += 1) {
        const key = `k${of.random(6)}`;
        await retrying(writer, async () => {
          if (of.random(4) > 0) {
            await ensurePath(writer, `/conf/${key}`);
            await writer.set(`/conf/${key}`, String(i));
          } else {
            await writer.delete(`/conf/${key}`).catch((error: unknown) => {
              if (!isZooKeeperError(error, 'NONODE')) throw error;
            });
          }
        }).catch((error: unknown) => { if (!isZooKeeperError(error, 'NONODE')) throw error; });
        await of.sleep(of.random(1000));
      }
      await of.sleep(20_000);
      const truth = await Configuration.open(writer, '/conf');
      for (const { zk, copy } of copies) {
        await retrying(zk, () => zk.sync('/'));
        await copy.settled();
        const name = (c: Configuration): string => c.keys().map((key) => `${key}=${c.text(key) ?? ''}`).sort().join(' ');
        if (name(copy) !== name(truth)) throw new Error(`a copy differs: ${name(copy)} is not ${name(truth)}`);
      }
      if (!isBroken) return;
      for (const key of truth.keys()) {
        const known = stale.get(`/conf/${key}`);
        if (known !== truth.get(key)?.stat.mzxid) throw new Error('a copy without reading again differs');
      }
    })());
  };
}

test('a copy of the configuration is the configuration', async () => {
  await contests(SEEDS, copying(false));
  await isFound(3 * SEEDS, copying(true), /a copy without reading again differs/);
});

test('changes of the configuration are told, and end with the session', async () => {
  const { value } = await simulate({ seed: 4 }, async ({ connect }) => {
    const zk = connect(LONG);
    const configuration = await Configuration.open(zk, '/conf');
    const changes = configuration.changes();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { key, setting } of changes) seen.push(`${key} ${setting?.stat.version ?? 'gone'}`);
    })();
    await configuration.set('deep/a', 'x');
    await zk.delete('/conf/deep/a');
    await zk.sync();
    await configuration.settled();
    await zk.close();
    await reading;
    return [seen.at(0), seen.at(-1), configuration.keys().join()];
  });
  assert.equal(value, ['deep 0', 'deep/a gone', 'deep']);
});

/** Three sites; what they were told. */
function deciding(isBroken: boolean): (of: Contest) => Promise<void> {
  return async (of) => {
    const sites = ['a', 'b', 'c'];
    const votes = new Map(sites.map((site): [string, Decision] => [site, of.random(5) === 0 ? 'abort' : 'commit']));
    const told = new Set<Decision>();
    let isImpatient = of.random(3) === 0;
    const playing = sites.map(async (site) => {
      const zk = of.connect(LONG);
      const transaction = new TwoPhaseCommit(zk, '/tx/1', sites);
      const vote = votes.get(site) ?? 'abort';
      await of.sleep(of.random(3000));
      await transaction.vote(site, vote);
      if (isImpatient) {
        isImpatient = false;
        await of.sleep(of.random(2000));
        const decision = await transaction.abort();
        told.add(isBroken ? 'abort' : decision);
        return;
      }
      told.add(isBroken ? vote : await transaction.decision());
    });
    await unlessOver(Promise.all(playing));
    if (told.size > 1) throw new Error('two sites were told differently');
    if (told.has('commit') && [...votes.values()].includes('abort')) throw new Error('committed against a vote');
  };
}

test('a transaction is decided once, and never against a vote', async () => {
  await contests(SEEDS, deciding(false));
  await isFound(3 * SEEDS, deciding(true), /told differently|against a vote/);
});

test.run();
