/**
 * What bytes that no honest client sends are answered with: by our server as Apache ZooKeeper 3.8.0 did (`golden-exchanges.txt`),
 * and by Apache's still, where `.ci/interop-differential.sh` has found it. Every answer is the last of its step, so nothing
 * depends on time.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Subject } from './differential-testing.ts';
import { EXCHANGES } from './exchanges.ts';
import { answersTo } from './exchange.ts';
import { CLASSPATH } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';

/** No session of an exchange may expire before the last one is over. */
const KEYS = ['maxSessionTimeout=600000'];
const test = suite('exchanges');

/** What was answered to each exchange, by its name. */
function golden(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL('golden-exchanges.txt', import.meta.url), 'utf8');
  return new Map(text.split(/^== /m).slice(1).map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end), section.slice(end + 1).trimEnd()];
  }));
}

async function compare(kind: Kind): Promise<void> {
  const expected = golden();
  assert.equal([...expected.keys()], EXCHANGES.map(({ name }) => name));
  const subject = await Subject.start(kind, CLASSPATH, KEYS);
  try {
    for (const exchange of EXCHANGES) {
      assert.is((await answersTo(subject.at, exchange)).join('\n'), expected.get(exchange.name), exchange.name);
    }
  } finally {
    await subject.stop();
  }
}

test('our server answers as Apache ZooKeeper did', async () => {
  await compare('ours');
});

if (CLASSPATH !== '') {
  test('Apache ZooKeeper answers as it did', async () => {
    await compare('apache');
    console.log(`${EXCHANGES.length} exchanges that no honest client has: no difference`);
  });
}

test.run();
