import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isOutcomeUnknown, isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { contest, type Contest } from '../testing/contest.ts';
import { decodeText } from '../wire/utf8.ts';
import { Counter } from './counter-face.ts';
import { IdGenerator } from './id-generator-face.ts';
import { PriorityQueue } from './priority-queue-face.ts';
import { Queue } from './queue-face.ts';
import { ensurePath, retrying } from './retry-face.ts';
import { inSequence } from './sequence.ts';

const test = suite('queues and counters');
const SEEDS = 10;

async function isFound(program: (of: Contest) => Promise<unknown>, words: RegExp): Promise<void> {
  for (let seed = 1; seed <= 6 * SEEDS; seed += 1) {
    try {
      await contest({ seed, faults: { reset: 3, crashLeader: 3, clientCut: 3, stall: 2 }, limitMs: 300_000 }, program);
    } catch (error) {
      assert.match(error instanceof Error ? error.message : '', words);
      return;
    }
  }
  assert.unreachable('a broken recipe was not found');
}

interface AnyQueue {
  put(data: string): Promise<unknown>;
  take(): Promise<string | null>;
}

/** Two put twenty each, two take forty. What was put and what was taken, in these orders; sessions do not end here. */
function passing(make: (zk: ZooKeeper) => AnyQueue): (of: Contest) => Promise<void> {
  return async (of) => {
    const put: string[] = [];
    const taken: string[] = [];
    const [one, other, third, fourth] = [1, 2, 3, 4].map(() => of.connect({ sessionTimeoutMs: 4000 }));
    if (one === undefined || other === undefined || third === undefined || fourth === undefined) throw new Error('four clients');
    let isOver = false;
    const putter = async (zk: ZooKeeper, name: string): Promise<void> => {
      const queue = make(zk);
      for (let i = 0; i < 20; i += 1) {
        await queue.put(`${name}${i}`);
        put.push(`${name}${i}`);
        await of.sleep(of.random(200));
      }
    };
    const taker = async (zk: ZooKeeper): Promise<void> => {
      const queue = make(zk);
      while (taken.length < 40 && !isOver) {
        const item = await queue.take();
        if (item !== null) taken.push(item);
      }
    };
    const putting = Promise.all([putter(one, 'a'), putter(other, 'b')]);
    const taking = Promise.all([taker(third), taker(fourth)]);
    try {
      await Promise.race([putting.then(() => taking), taking]);
    } catch (error) {
      // A session that ended in the middle of taking may have taken its item along.
      if (isZooKeeperError(error, 'SESSIONEXPIRED')) return;
      throw error;
    } finally {
      isOver = true;
    }
    const twice = taken.filter((item, at) => taken.indexOf(item) !== at);
    if (twice.length > 0) throw new Error(`taken twice: ${twice.join(' ')}`);
    const never = put.filter((item) => !taken.includes(item));
    if (never.length > 0) throw new Error(`never taken: ${never.join(' ')}`);
  };
}

function ours(zk: ZooKeeper): AnyQueue {
  const queue = new Queue(zk, '/queue');
  return {
    put: (data) => queue.put(data),
    take: async () => {
      const item = await queue.take({ timeoutMs: 1000 });
      return item === null ? null : decodeText(item.data ?? new Uint8Array());
    },
  };
}

test('every item is put once and taken once, whatever happens to connections', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await contest({ seed, faults: 'usual', limitMs: 300_000 }, passing(ours));
});

/** As people write it: asks again when an answer was lost. */
function naive(zk: ZooKeeper, isPutNaive: boolean): AnyQueue {
  const queue = ours(zk);
  return {
    put: async (data) => {
      if (!isPutNaive) return queue.put(data);
      await ensurePath(zk, '/queue/items');
      await ensurePath(zk, '/queue/taken');
      return retrying(zk, () => zk.create('/queue/items/n-', data, { mode: 'PERSISTENT_SEQUENTIAL' }));
    },
    take: async () => {
      if (isPutNaive) return queue.take();
      await ensurePath(zk, '/queue/items');
      for (const name of inSequence(await retrying(zk, () => zk.children('/queue/items')))) {
        try {
          const { data } = await zk.get(`/queue/items/${name}`);
          await zk.delete(`/queue/items/${name}`);
          return decodeText(data ?? new Uint8Array());
        } catch (error) {
          if (!isZooKeeperError(error, 'NONODE') && !isOutcomeUnknown(error)) throw error;
        }
      }
      await zk.sleep(100);
      return null;
    },
  };
}

test('a queue that puts again after a lost answer is found', async () => {
  await isFound(passing((zk) => naive(zk, true)), /taken twice/);
});

test('a queue that takes another item after a lost answer is found', async () => {
  await isFound(passing((zk) => naive(zk, false)), /never taken|was not over/);
});

test('one producer\'s items come in its order', async () => {
  const { value } = await contest({ seed: 5, faults: 'usual' }, async ({ connect }) => {
    const [one, other] = [connect({ sessionTimeoutMs: 4000 }), connect({ sessionTimeoutMs: 4000 })];
    const queue = new Queue(one, '/queue');
    for (let i = 0; i < 5; i += 1) await queue.put(String(i));
    const taken: string[] = [];
    const taking = new Queue(other, '/queue');
    for (let i = 0; i < 5; i += 1) taken.push(decodeText((await taking.take())?.data ?? new Uint8Array()));
    return [taken.join(' '), await queue.size(), await taking.take({ timeoutMs: 500 })];
  });
  assert.equal(value, ['0 1 2 3 4', 0, null]);
});

test('the most urgent comes first, of equals the first', async () => {
  const { value } = await contest({ seed: 5 }, async ({ connect }) => {
    const queue = new PriorityQueue(connect(), '/queue');
    await queue.put('whenever');
    await queue.put('soon', 5);
    await queue.put('now', 0);
    await queue.put('soon too', 5);
    const taken: string[] = [];
    for (let i = 0; i < 4; i += 1) taken.push(decodeText((await queue.take())?.data ?? new Uint8Array()));
    return taken.join(', ');
  });
  assert.is(value, 'now, soon, soon too, whenever');
});

type Add = (zk: ZooKeeper) => () => Promise<number>;

/** Four add one, fifteen times each. */
function adding(make: Add): (of: Contest) => Promise<void> {
  return async (of) => {
    let added = 0;
    const results = new Set<number>();
    const adders = [1, 2, 3, 4].map(async () => {
      const zk = of.connect({ sessionTimeoutMs: 4000 });
      const add = make(zk);
      for (let i = 0; i < 15; i += 1) {
        results.add(await add());
        added += 1;
        await of.sleep(of.random(300));
      }
    });
    try {
      await Promise.all(adders);
    } catch (error) {
      if (isZooKeeperError(error, 'SESSIONEXPIRED')) return;
      throw error;
    }
    const value = await new Counter(of.connect(), '/counter').get();
    if (value !== added) throw new Error(`counted ${value} of ${added}`);
    if (results.size !== added) throw new Error('a result came twice');
  };
}

test('a counter counts every change once', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    await contest({ seed, faults: 'usual', limitMs: 300_000 }, adding((zk) => {
      const counter = new Counter(zk, '/counter');
      return () => counter.add(1);
    }));
  }
});

test('a counter that adds again after a lost answer is found', async () => {
  await isFound(adding((zk) => async () => {
    await new Counter(zk, '/counter').get();
    for (;;) {
      try {
        const { data, stat } = await zk.get('/counter/value');
        const next = (data === null ? 0 : Number(decodeText(data))) + 1;
        await zk.set('/counter/value', String(next), stat.version);
        return next;
      } catch (error) {
        if (!isZooKeeperError(error, 'BADVERSION', 'CONNECTIONLOSS')) throw error;
      }
    }
  }), /counted/);
});

/** Three workers, one killed now and then, thirty ids each; how many there were. */
function generating(make: (zk: ZooKeeper) => { id(): Promise<number> }): (of: Contest) => Promise<number> {
  return async (of) => {
    const given: number[] = [];
    const workers = [1, 2, 3].map(() => of.worker(async (zk) => {
      const generator = make(zk);
      for (let i = 0; i < 15; i += 1) given.push(...(await Promise.all([generator.id(), generator.id()])));
    }));
    await of.sleep(1500);
    of.killSomebody();
    await Promise.all(workers);
    if (new Set(given).size !== given.length) throw new Error('an id was given twice');
    return given.length;
  };
}

test('no id is given twice', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { value } = await contest({ seed, faults: 'usual' }, generating((zk) => new IdGenerator(zk, '/ids', 7)));
    assert.ok(value >= 90);
  }
  await isFound(generating((zk) => ({
    id: async (): Promise<number> => {
      await ensurePath(zk, '/ids');
      const { version } = (await zk.get('/ids')).stat;
      await zk.set('/ids', null);
      return version;
    },
  })), /an id was given twice/);
});

test.run();
