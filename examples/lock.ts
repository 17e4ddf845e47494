/** A lock on a real ensemble, whose leader and followers are killed one after the other while two clients compete for it. */
import { Lock, ZooKeeper } from '../src/api/index.ts';
import { ensemble } from '../src/testing/index.ts';

const three = await ensemble({ servers: 3 });
const clients = await Promise.all([1, 2].map(() => ZooKeeper.connect(three.connectString, { sessionTimeoutMs: 4000 })));
try {
  let isInside = false;
  let entered = 0;
  let lastFence = 0;
  const compete = async (zk: ZooKeeper): Promise<void> => {
    for (let i = 0; i < 10; i += 1) {
      await new Lock(zk, '/example/lock').with(async ({ fence }) => {
        if (isInside || fence <= lastFence) throw new Error('two are inside');
        isInside = true;
        lastFence = fence;
        entered += 1;
        await zk.sleep(5);
        isInside = false;
      });
    }
  };
  const competing = Promise.all(clients.map(compete));
  for (const id of three.ids) {
    await three.kill(id);
    await three.restart(id);
    await three.serving();
  }
  await competing;
  process.stdout.write(`entered ${entered} times, one at a time\n`);
} finally {
  await Promise.all(clients.map((zk) => zk.close()));
  await three.stop();
}
