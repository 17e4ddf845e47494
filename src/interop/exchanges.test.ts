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

function golden(): string {
  return readFileSync(new URL('golden-exchanges.txt', import.meta.url), 'utf8');
}

async function answersOf(kind: Kind): Promise<string> {
  const subject = await Subject.start(kind, CLASSPATH, KEYS);
  try {
    const sections: string[] = [];
    for (const exchange of EXCHANGES) {
      const lines = await answersTo(subject.at, exchange);
      sections.push(`== ${exchange.name}\n${lines.join('\n')}\n`);
    }
    return sections.join('\n');
  } finally {
    await subject.stop();
  }
}

test('our server answers as Apache ZooKeeper did', async () => {
  assert.is(await answersOf('ours'), golden());
});

if (CLASSPATH !== '') {
  test('Apache ZooKeeper answers as it did', async () => {
    assert.is(await answersOf('apache'), golden());
    console.log(`${EXCHANGES.length} exchanges that no honest client has: no difference`);
  });
}

test.run();
