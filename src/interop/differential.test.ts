/**
 * The same random operations to Apache ZooKeeper and to our server, standalone and empty: replies and events are equal to the
 * byte but for what is masked and what is listed (`differential-compare.ts`). Needs Apache's jar and java, which
 * `.ci/interop-differential.sh` looks for; without the variable that it sets, only two servers of ours are compared.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf } from '../base/zxid.ts';
import { difference, KNOWN, NEVER_SENT, readable } from './differential-compare.ts';
import type { Answers, Counts } from './differential-compare.ts';
import { HIDDEN_CHANGE, sequence } from './differential-steps.ts';
import type { Run } from './differential-steps.ts';
import { Subject } from './differential-testing.ts';
import { CLASSPATH } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';

const SEED = Number(process.env['VIV_DIFFERENTIAL_SEED'] ?? '1');
/** With Apache's; it takes about a millisecond and a half for each. */
const OPERATIONS = 20_000;
/** A hang guard, and the most time that is spent on shrinking. */
const PATIENCE_MS = 300_000;
const test = suite('differential');

interface Tally {
  operations: number;
  sequences: number;
  /** How many transactions each server had made when the last sequence began. */
  made: readonly number[];
  readonly counts: Counts;
}

/** Two servers, and new ones after a difference: what was left open there is in nobody's way when the sequence is shrunk. */
class Pair {
  isSpoilt = false;
  private readonly kinds: readonly [Kind, Kind];
  private started: Subject[] = [];

  constructor(kinds: readonly [Kind, Kind]) {
    this.kinds = kinds;
  }

  async answers(runs: readonly Run[], root: string): Promise<[Answers, Answers]> {
    if (this.isSpoilt) await this.stop();
    for (const kind of this.kinds.slice(this.started.length)) this.started.push(await Subject.start(kind, CLASSPATH));
    this.isSpoilt = false;
    const [first, second] = this.started;
    if (first === undefined || second === undefined) throw new Error('two servers are needed');
    return Promise.all([first.answers(runs, root), second.answers(runs, root)]);
  }

  async stop(): Promise<void> {
    const started = this.started;
    this.started = [];
    for (const subject of started) await subject.stop();
  }
}

/** Asks both until they differ or so many operations are done; a difference is shrunk and thrown. */
async function compare(kinds: readonly [Kind, Kind], operations: number): Promise<Tally> {
  const tally: Tally = { operations: 0, sequences: 0, made: [], counts: new Map() };
  const pair = new Pair(kinds);
  const law = fc.asyncProperty(sequence, async (runs) => {
    if (tally.operations >= operations) return;
    tally.sequences++;
    const root = `/s${String(tally.sequences).padStart(5, '0')}`;
    try {
      const [apache, ours] = await pair.answers(runs, root);
      const found = difference(apache, ours, tally.counts);
      if (found !== null) throw new Error(`below ${root}, ${found}`);
      tally.made = [counterOf(apache.base), counterOf(ours.base)];
    } catch (error) {
      if (!pair.isSpoilt) console.log(String(error));
      pair.isSpoilt = true;
      throw error;
    }
    tally.operations += runs.reduce((sum, { requests }) => sum + requests.length, 0);
  });
  try {
    const { failed, counterexample, errorInstance } = await fc.check(law, {
      seed: SEED, numRuns: operations, examples: [[HIDDEN_CHANGE]], interruptAfterTimeLimit: PATIENCE_MS,
    });
    if (failed) throw new Error(`${String(errorInstance)}\nafter:\n${told(counterexample?.[0] ?? [])}`);
    return tally;
  } finally {
    await pair.stop();
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
    const { operations, sequences, made, counts } = await compare(['apache', 'ours'], OPERATIONS);
    console.log(`${operations} operations in ${sequences} sequences: no unexplained difference`);
    for (const [name, reason] of Object.entries(KNOWN)) {
      const count = [...counts].find(([known]) => known === name)?.[1] ?? 0;
      console.log(`  ${name}, ${count} times: ${reason}`);
    }
    const silent = Object.keys(KNOWN).filter((name) => ![...counts.keys()].some((shown) => shown === name));
    assert.equal(silent.filter((name) => name !== 'event visibility'), [], 'a difference that never shows is none');
    for (const reason of NEVER_SENT) console.log(`  never sent: ${reason}`);
    assert.ok(operations >= OPERATIONS, `only ${operations} operations`);
    assert.is(made[0], made[1], 'the same operations made as many transactions');
  });
}

test.run();
