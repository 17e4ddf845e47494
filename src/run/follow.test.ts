/** Replays that keep working, and that say where they do not. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { schemaErrors } from '../plan/json-schema.ts';
import { SeedChooser } from '../world/chooser.ts';
import { packNames } from './align.ts';
import type { Failure } from './failure.ts';
import { decodeFailure } from './failure.ts';
import { follow, futures } from './follow.ts';
import { recordRun } from './record.ts';

const test = suite('follow');

const failure: Failure = kept();

function kept(): Failure {
  const plan = SCENARIOS.find(({ name }) => name === 'churn')?.plan('5');
  if (plan === undefined) throw new Error('there is no churn');
  const { result, tape, names, trail } = recordRun(plan, new SeedChooser(plan.seed), [], 4000);
  const verdict = { outcome: 'unknown' as const, property: 'budget', sentence: 'cut short', steps: [], atMs: 0 };
  return {
    format: 'vivarium failure', version: 2, plan, tape, names: packNames(names), trail, verdict, hash: result.hash,
    events: result.events,
  };
}

test('the recorded run is followed to its end', () => {
  const { result, departure, misfits } = follow(failure, { properties: [], maxSteps: 4000 });
  assert.is(result.hash, failure.hash);
  assert.is(departure, null);
  assert.equal(misfits, []);
});

test('a replay that stops early has left nothing', () => {
  assert.is(follow(failure, { properties: [], stopAtStep: 100 }).departure, null);
});

test('other code is named by the event and the draw: a stream that lost a draw', () => {
  const tape = failure.tape.map(([label, draws]) => [label, label === 'network/1>2' ? draws.slice(0, 3) : draws] as const);
  const { departure, misfits } = follow({ ...failure, tape }, { properties: [], maxSteps: 4000 });
  assert.is(misfits[0]?.stream, 'network/1>2');
  assert.match(departure?.because ?? '', /the draw 4 of the stream network\/1>2 is "\w+", where the tape has "nothing"/);
});

test('other code is named by the event where the draws are the same', () => {
  const plan = { ...failure.plan, knobs: { ...failure.plan.knobs, tickTimeMs: failure.plan.knobs.tickTimeMs + 50 } };
  const { departure } = follow({ ...failure, plan }, { properties: [], maxSteps: 4000 });
  assert.ok(departure !== null && departure.step > 1);
});

test('a plan of which nothing is left to draw names loses no more than the draw that is gone', () => {
  const names = failure.names ?? { words: [], streams: [] };
  const tape = failure.tape.map(([label, draws]) => [label, label === 'faults' ? [9, ...draws] : draws] as const);
  const streams = names.streams.map(([label, runs]) => {
    return [label, label === 'faults' ? [names.words.length, 1, ...runs] : runs] as const;
  });
  const extended = { ...failure, tape, names: { words: [...names.words, 'goneSince'], streams } };
  assert.is(follow(extended, { properties: [], maxSteps: 4000 }).result.hash, failure.hash);
});

test('futures are as many as asked for, and the same every time', () => {
  const one = futures(failure, 3900, 2, []);
  assert.equal(one, { afterStep: 3900, runs: 2, alike: 0, failing: 0 });
});

test('the schema in docs fits what is written, and what is decoded', () => {
  const schema: unknown = JSON.parse(readFileSync(new URL('../../docs/failure.schema.json', import.meta.url), 'utf8'));
  const written: unknown = JSON.parse(JSON.stringify({ ...failure, judged: ['sync'], mutant: 'zk-1154' }));
  assert.equal(schemaErrors(schema, written), []);
  assert.equal(decodeFailure(written).mutant, 'zk-1154');
  const old: unknown = JSON.parse(readFileSync(new URL('../../scenarios/regressions/five-2750.json', import.meta.url), 'utf8'));
  assert.equal(schemaErrors(schema, old), []);
  assert.equal(schemaErrors(schema, { format: 'vivarium failure', version: 2, surplus: 1 }).slice(0, 2), [
    'the document lacks plan', 'the document lacks tape',
  ]);
  const torn = { ...failure, events: -1, trail: '?' };
  assert.equal(schemaErrors(schema, torn), ['trail must match ^[A-Za-z0-9+/]*={0,2}$', 'events must be at least 0']);
});

test.run();
