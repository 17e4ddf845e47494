import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { contest, contests, isFound, type Contest } from '../testing/contest.ts';
import { Election } from './election-face.ts';
import { Line, type Blocker } from './line-face.ts';
import { Lock } from './lock-face.ts';
import { ReadWriteLock } from './read-write-lock-face.ts';
import { Semaphore } from './semaphore-face.ts';
import { inSequence, sequenceOf } from './sequence.ts';

const test = suite('locks');
const SEEDS = 8;

interface Holder {
  readonly zk: ZooKeeper;
  readonly fence: number;
  readonly isShared: boolean;
}

/** Holders whose sessions the servers have ended do not count: they hold nothing, and their fences say so. */
class HolderJudge {
  entered = 0;
  private readonly holders: Set<Holder> = new Set();
  private lastFence = 0;
  private readonly of: Contest;
  private readonly most: number;

  constructor(of: Contest, most = 1) {
    this.of = of;
    this.most = most;
  }

  enter(zk: ZooKeeper, fence: number, isShared = false): Holder {
    const self = { zk, fence, isShared };
    this.entered += 1;
    if (this.of.isOver(zk.sessionId)) return self;
    const others = [...this.holders].filter((each) => !this.of.isOver(each.zk.sessionId) && !(isShared && each.isShared));
    if (others.length >= this.most) throw new Error(`${others.length + 1} hold what ${this.most} may hold`);
    if (!isShared && this.most === 1) {
      if (fence <= this.lastFence) throw new Error('a fence does not grow');
      this.lastFence = fence;
    }
    this.holders.add(self);
    return self;
  }

  leave(holder: Holder): void {
    this.holders.delete(holder);
  }
}

interface Held {
  readonly fence: number;
  release(): Promise<void>;
}

type Acquire = (zk: ZooKeeper, round: number) => Promise<(Held & { readonly isShared?: boolean }) | null>;

/** Four workers, a number of rounds, and now and then a death. How often somebody got in. */
function competing(acquire: Acquire, most = 1): (of: Contest) => Promise<number> {
  return async (of) => {
    const judge = new HolderJudge(of, most);
    let rounds = 24;
    const body = async (zk: ZooKeeper): Promise<void> => {
      while (rounds > 0) {
        rounds -= 1;
        const held = await acquire(zk, rounds);
        if (held === null) continue;
        const holder = judge.enter(zk, held.fence, held.isShared ?? false);
        await of.sleep(of.random(400));
        judge.leave(holder);
        await held.release();
      }
    };
    const workers = Array.from({ length: 4 }, () => of.worker(body));
    const death = setInterval(() => { of.killSomebody(); }, 2000 + of.random(3000));
    await Promise.all(workers);
    clearInterval(death);
    return judge.entered;
  };
}

async function holds(program: (of: Contest) => Promise<number>): Promise<void> {
  const values = await contests(SEEDS, program);
  for (const [index, value] of values.entries()) assert.ok(value >= 10, `seed ${index + 1}: only ${value} got in`);
}

test('numbers at the end of names', () => {
  assert.is(sequenceOf('a-0000000012'), 12);
  assert.is(sequenceOf('a--2147483648'), -2_147_483_648);
  assert.is(sequenceOf('a--000000005'), -5);
  assert.is(sequenceOf('a-12'), undefined);
  const sorted = inSequence(['z-0000000001', 'ready', 'a-0000000010', 'b-0000000002']);
  assert.equal(sorted, ['z-0000000001', 'b-0000000002', 'a-0000000010']);
});

test('one holds a lock at a time, and fences grow', async () => {
  await holds(competing((zk) => new Lock(zk, '/app/lock').acquire()));
});

test('a lock that nobody waits for is found', async () => {
  class Broken extends Lock {
    protected override blocker(): Blocker {
      return () => undefined;
    }
  }
  await isFound(2 * SEEDS, competing((zk) => new Broken(zk, '/lock').acquire()), /hold what 1 may hold/);
});

test('a lock that waits for the first instead of all ahead of it is found', async () => {
  // It asks only once whether the other is gone, and takes an event for the answer.
  const acquire: Acquire = async (zk) => {
    const line = new Line(zk, '/lock');
    const place = await line.join('lock');
    const [first] = await line.names();
    if (first !== undefined && first !== place.name) {
      await new Promise<void>((resolve, reject) => {
        zk.exists(`/lock/${first}`, { watch: () => { resolve(); } }).then((stat) => { if (stat === null) resolve(); }, reject);
      });
    }
    return { fence: place.zxid, release: () => line.leave(place) };
  };
  await isFound(2 * SEEDS, competing(acquire), /hold what 1 may hold|a fence does not grow/);
});

test('who does not want to wait any longer leaves the line', async () => {
  const { value } = await contest({ seed: 1 }, async ({ connect, now }) => {
    const [one, other] = [connect(), connect()];
    const held = await new Lock(one, '/lock').acquire();
    const before = now();
    const none = await new Lock(other, '/lock').acquire({ timeoutMs: 1000 });
    const waited = now() - before;
    const left = await one.children('/lock');
    await held?.release();
    const next = await new Lock(other, '/lock').with(({ isSafe }) => Promise.resolve(isSafe));
    return { none, waited: Math.floor(waited / 100), left: left.length, next };
  });
  assert.equal(value, { none: null, waited: 10, left: 1, next: true });
});

test('readers share, writers do not', async () => {
  const acquire: Acquire = async (zk, round) => {
    const lock = new ReadWriteLock(zk, '/rw');
    const isShared = round % 3 > 0;
    const held = await (isShared ? lock.read : lock.write).acquire();
    return held === null ? null : { fence: held.fence, release: () => held.release(), isShared };
  };
  await holds(competing(acquire));
  const broken: Acquire = async (zk, round) => {
    const isShared = round % 3 > 0;
    const held = await (isShared ? new ReadWriteLock(zk, '/rw').read : new Lock(zk, '/other')).acquire();
    return held === null ? null : { fence: held.fence, release: () => held.release(), isShared };
  };
  await isFound(2 * SEEDS, competing(broken), /hold what 1 may hold/);
});

test('a semaphore has so many leases and no more', async () => {
  await holds(competing((zk) => new Semaphore(zk, '/semaphore', 2).acquire(), 2));
  await isFound(2 * SEEDS, competing((zk) => new Semaphore(zk, '/semaphore', 3).acquire(), 2), /3 hold what 2 may hold/);
});

test('one leads at a time, and terms grow', async () => {
  const acquire: Acquire = async (zk) => {
    const { term, resign } = await new Election(zk, '/election').elected('me');
    return { fence: term, release: resign };
  };
  await holds(competing(acquire));
  const { value } = await contest({ seed: 2 }, async ({ connect }) => {
    const [one, other] = [connect(), connect()];
    const none = await new Election(other, '/election').leader();
    const { term, resign } = await new Election(one, '/election').elected('one');
    const leader = await new Election(other, '/election').leader();
    const next = new Election(other, '/election').elected('other');
    await resign();
    return [none, leader?.term === term, String.fromCharCode(...(leader?.data ?? [])), (await next).term > term];
  });
  assert.equal(value, [null, true, 'one', true]);
});

test.run();
