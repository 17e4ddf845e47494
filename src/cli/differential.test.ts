/**
 * The same random operations to Apache ZooKeeper and to our server, standalone and empty: replies and events are equal to the
 * byte but for what is masked and what is listed (`differential-compare.ts`). Needs Apache's jar and java, which
 * `.ci/interop-differential.sh` looks for; without the variable that it sets, only two servers of ours are compared.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf } from '../base/zxid.ts';
import { difference, KNOWN, readable } from './differential-compare.ts';
import type { Answers, Counts } from './differential-compare.ts';
import { sequence } from './differential-steps.ts';
import type { Run } from './differential-steps.ts';
import { Subject } from './differential-testing.ts';
import type { Kind } from './mixed-testing.ts';

const CLASSPATH = process.env['APACHE_ZOOKEEPER_CLASSPATH'] ?? '';
const SEED = Number(process.env['VIV_DIFFERENTIAL_SEED'] ?? '1');
const test = suite('differential');

interface Tally {
  operations: number;
  sequences: number;
  /** How many transactions each server had made when the last sequence began. */
  made: readonly number[];
  readonly counts: Counts;
}

/** Asks both until they differ or so many operations are done; a difference is shrunk and thrown. */
async function compare(kinds: readonly [Kind, Kind], operations: number): Promise<Tally> {
  const tally: Tally = { operations: 0, sequences: 0, made: [], counts: new Map() };
  const started: Subject[] = [];
  try {
    for (const kind of kinds) started.push(await Subject.start(kind, CLASSPATH));
    const [first, second] = started;
    if (first === undefined || second === undefined) throw new Error('two servers are needed');
    const law = fc.asyncProperty(sequence, async (runs) => {
      if (tally.operations >= operations) return;
      tally.sequences++;
      const root = `/s${String(tally.sequences).padStart(5, '0')}`;
      const [apache, ours] = await Promise.all([first.answers(runs, root), second.answers(runs, root)]);
      const found = difference(apache, ours, tally.counts);
      if (found !== null) throw new Error(found);
      tally.made = [counterOf(apache.base), counterOf(ours.base)];
      tally.operations += runs.reduce((sum, { requests }) => sum + requests.length, 0);
    });
    const { failed, counterexample, errorInstance } = await fc.check(law, { seed: SEED, numRuns: operations });
    if (failed) throw new Error(`${String(errorInstance)}\nafter:\n${told(counterexample?.[0] ?? [])}`);
    return tally;
  } finally {
    for (const subject of started) await subject.stop();
  }
}

/** The shrunk sequence, one request a line. */
function told(runs: readonly Run[]): string {
  const lines = runs.flatMap(({ session, requests }) => requests.map((one) => `  ${session} ${JSON.stringify(one, readable)}`));
  return lines.join('\n');
}

test('two servers of ours answer alike', async () => {
  const { operations, made, counts } = await compare(['ours', 'ours'], 500);
  assert.ok(operations >= 500, `${operations} operations`);
  assert.is(made[0], made[1]);
  assert.is(counts.size, 0);
});

test('a reply that says something else is found', async () => {
  const subject = await Subject.start('ours', CLASSPATH);
  try {
    const ask = (data: string): Run[] => {
      const bytes = new TextEncoder().encode(data);
      return [{ session: 1, requests: [
        { kind: 'setData', path: '~', data: bytes, version: -1 }, { kind: 'getData', path: '~', watch: false },
      ] }];
    };
    const answers = async (data: string, root: string): Promise<Answers> => subject.answers(ask(data), root);
    const [one, same, other] = [await answers('x', '/a'), await answers('x', '/b'), await answers('y', '/c')];
    assert.is(difference(one, same, new Map()), null);
    assert.match(difference(one, other, new Map()) ?? '', /session 1, payload 3, asked {"kind":"getData"/);
  } finally {
    await subject.stop();
  }
});

if (CLASSPATH !== '') {
  test('Apache ZooKeeper and our server answer alike', async () => {
    const { operations, sequences, made, counts } = await compare(['apache', 'ours'], 20_000);
    console.log(`${operations} operations in ${sequences} sequences: no unexplained difference`);
    for (const [name, reason] of Object.entries(KNOWN)) {
      const count = [...counts].find(([known]) => known === name)?.[1] ?? 0;
      console.log(`  ${name}, ${count} times: ${reason}`);
    }
    assert.ok(operations >= 20_000, `only ${operations} operations`);
    assert.is(made[0], made[1], 'the same operations made as many transactions');
  });
}

test.run();
