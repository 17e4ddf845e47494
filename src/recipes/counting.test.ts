import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isOutcomeUnknown, isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { contest, contests, isFound, type Contest } from '../testing/contest.ts';
import { decodeText } from '../wire/utf8.ts';
import { Counter } from './counter-face.ts';
import { IdGenerator } from './id-generator-face.ts';
import { PriorityQueue } from './priority-queue-face.ts';
import { Queue } from './queue-face.ts';
import { createMarked, ensurePath, retrying } from './retry-face.ts';
import { inSequence } from './sequence.ts';

const test = suite('queues and counters');
const SEEDS = 10;

/** What loses answers and little else: broken recipes are found sooner than by everything at once. */
const LOSSES = { faults: { reset: 3, crashLeader: 12, clientCut: 3, stall: 2 } };

async function isFoundByLosses(program: (of: Contest) => Promise<unknown>, words: RegExp): Promise<void> {
  await isFound(20 * SEEDS, program, words, LOSSES);
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
  await contests(SEEDS, passing(ours));
  await contests(2 * SEEDS, passing(ours), LOSSES);
});

/** As people write it: asks again when an answer was lost. */
function naive(zk: ZooKeeper, isPutNaive: boolean): AnyQueue {
  const queue = ours(zk);
  return {
    put: async (data) => {
      if (!isPutNaive) return queue.put(data);
      await ensurePath(zk, '/queue/items');
      await ensurePath(zk, '/queue/marks');
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
  await isFoundByLosses(passing((zk) => naive(zk, true)), /taken twice/);
});

test('a queue that takes another item after a lost answer is found', async () => {
  await isFoundByLosses(passing((zk) => naive(zk, false)), /never taken|was not over/);
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

test('a queue that takes an item that it cannot find for one that it never put is found', async () => {
  // What was put and taken before its putter looked is not there either.
  await isFoundByLosses(passing((zk) => ({
    ...ours(zk),
    put: async (data): Promise<void> => {
      await ensurePath(zk, '/queue/marks');
      await createMarked(zk, '/queue/items', 'item', data, 'PERSISTENT_SEQUENTIAL');
    },
  })), /taken twice/);
});

test('every item of a queue by priority is put once and taken once, whatever happens to connections', async () => {
  const byPriority = passing((zk) => {
    const queue = new PriorityQueue(zk, '/queue');
    return {
      put: (data) => queue.put(data, Number(data.slice(1)) % 4),
      take: async () => {
        const item = await queue.take({ timeoutMs: 1000 });
        return item === null ? null : decodeText(item.data ?? new Uint8Array());
      },
    };
  });
  await contests(SEEDS, byPriority);
  await contests(2 * SEEDS, byPriority, LOSSES);
});

/** An item of a queue by priority, and the moments of its life; a moment is a number that grows. */
interface Urgent {
  readonly priority: number;
  readonly owner: ZooKeeper;
  putAt: number;
  taker?: ZooKeeper;
  takeBegan: number;
  takeEnded: number;
}

function comesBefore(one: Urgent, other: Urgent): boolean {
  return one.priority < other.priority
    || (one.priority === other.priority && one.owner === other.owner && one.putAt < other.putAt);
}

/** Whether `one` was there and free while `other` was taken, and its taker knew. */
function wasThereFor(one: Urgent, { taker, takeBegan, takeEnded }: Urgent): boolean {
  return one.owner === taker && one.putAt < takeBegan && one.takeBegan > takeEnded;
}

/**
 * Three put bursts and take what they find. Whoever put something sees it; so nobody may take an item while one of its own is
 * there that is more urgent, or as urgent and older, and that nobody else is about to take. Whether no session ended meanwhile.
 */
function hurrying(make: (zk: ZooKeeper) => PriorityQueue): (of: Contest) => Promise<boolean> {
  return async (of) => {
    const items: Urgent[] = [];
    let moment = 0;
    let [toPut, toTake] = [45, 45];
    const body = async (zk: ZooKeeper): Promise<void> => {
      const queue = make(zk);
      while (toTake > 0) {
        for (let burst = of.random(5); burst >= 0 && toPut > 0; burst -= 1) {
          toPut -= 1;
          const item: Urgent = { priority: of.random(3), owner: zk, putAt: Infinity, takeBegan: Infinity, takeEnded: Infinity };
          await queue.put(String(items.push(item) - 1), item.priority);
          item.putAt = moment += 1;
        }
        const takeBegan = moment += 1;
        const taken = await queue.take({ timeoutMs: 500 });
        const item = taken === null ? undefined : items[Number(decodeText(taken.data ?? new Uint8Array()))];
        if (item === undefined) continue;
        toTake -= 1;
        Object.assign(item, { taker: zk, takeBegan, takeEnded: moment += 1 });
        await of.sleep(of.random(200));
      }
    };
    try {
      await Promise.all([1, 2, 3].map(() => body(of.connect({ sessionTimeoutMs: 4000 }))));
    } catch (error) {
      if (isZooKeeperError(error, 'SESSIONEXPIRED')) return false;
      throw error;
    }
    for (const item of items) {
      const passedOver = items.find((other) => comesBefore(other, item) && wasThereFor(other, item));
      if (passedOver !== undefined) throw new Error('taken before a more urgent one');
    }
    return true;
  };
}

test('nobody takes an item while it has a more urgent one there, under faults too', async () => {
  const whole = (await contests(2 * SEEDS, hurrying((zk) => new PriorityQueue(zk, '/queue')))).filter(Boolean);
  assert.ok(whole.length >= SEEDS / 2, `only ${whole.length} runs came to their end`);
  class ByAge extends PriorityQueue {
    protected override inOrder(names: readonly string[]): string[] {
      return inSequence(names);
    }
  }
  await isFound(SEEDS, hurrying((zk) => new ByAge(zk, '/queue')), /taken before a more urgent one/);
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
  await contests(SEEDS, adding((zk) => {
    const counter = new Counter(zk, '/counter');
    return () => counter.add(1);
  }));
});

test('a counter that adds again after a lost answer is found', async () => {
  await isFoundByLosses(adding((zk) => async () => {
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
  for (const given of await contests(SEEDS, generating((zk) => new IdGenerator(zk, '/ids', 7)))) assert.ok(given >= 90);
  await isFoundByLosses(generating((zk) => ({
    id: async (): Promise<number> => {
      await ensurePath(zk, '/ids');
      const { version } = (await zk.get('/ids')).stat;
      await zk.set('/ids', null);
      return version;
    },
  })), /an id was given twice/);
});

test.run();
