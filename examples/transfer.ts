/**
 * A program as a user writes it, and the test that finds what is wrong with it: two accounts, and money that is neither lost nor
 * made, whatever happens to the servers. `node --import tsx examples/transfer.ts` runs it.
 */
import { isOutcomeUnknown, isZooKeeperError, type AnyZooKeeper } from '../src/api/index.ts';
import { simulateSeeds, type Simulation } from '../src/testing/index.ts';

async function balance(zk: AnyZooKeeper, account: string): Promise<{ amount: number; version: number }> {
  const { data, stat } = await zk.get(account);
  return { amount: Number(new TextDecoder().decode(data ?? new Uint8Array())), version: stat.version };
}

/** Moves money in one transaction, which fails if somebody else was quicker. */
export async function transfer(zk: AnyZooKeeper, from: string, to: string, amount: number): Promise<boolean> {
  const [source, target] = [await balance(zk, from), await balance(zk, to)];
  if (source.amount < amount) return false;
  try {
    await zk.multi()
      .set(from, String(source.amount - amount), source.version)
      .set(to, String(target.amount + amount), target.version)
      .commit();
    return true;
  } catch (error) {
    // When the answer was lost it happened once or not at all; asking again might move the money twice.
    if (isZooKeeperError(error, 'BADVERSION') || isOutcomeUnknown(error)) return false;
    throw error;
  }
}

async function program({ connect, sleep, random }: Simulation): Promise<number> {
  const bank = connect({ sessionTimeoutMs: 4000 });
  for (const account of ['/alice', '/bob']) {
    // Created twice, it is there once.
    while (!(await bank.create(account, '100').then(() => true, (error: unknown) => isZooKeeperError(error, 'NODEEXISTS')))) {
      await sleep(100);
    }
  }
  const tellers = [connect({ sessionTimeoutMs: 4000 }), connect({ sessionTimeoutMs: 4000 })];
  await Promise.all(tellers.map(async (zk, index) => {
    for (let i = 0; i < 20; i += 1) {
      try {
        const [from, to] = index === 0 ? ['/alice', '/bob'] : ['/bob', '/alice'];
        await transfer(zk, from, to, 1 + random(20));
      } catch (error) {
        if (!isZooKeeperError(error)) throw error;
      }
      await sleep(random(500));
    }
  }));
  const auditor = connect({ sessionTimeoutMs: 20_000 });
  await sleep(20_000);
  await auditor.sync();
  const total = (await balance(auditor, '/alice')).amount + (await balance(auditor, '/bob')).amount;
  if (total !== 200) throw new Error(`the bank has ${total} instead of 200`);
  return total;
}

const results = await simulateSeeds(10, { faults: 'usual' }, program);
const events = results.reduce((sum, result) => sum + result.events, 0);
process.stdout.write(`held: ${results.length} seeds, ${events} events\n`);
