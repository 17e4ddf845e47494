/** Exports are read by other programs: each is held against what its reader asks for. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { Tally } from '../fuzz/tally.ts';
import { readHistory } from '../history/linearizability/records.ts';
import { noResult } from '../run/examine.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { junitOf, sarifOf } from './ci.ts';
import { EXPORTERS } from './exports.ts';

const test = suite('exports');

function exported(format: string): string[] {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('3');
  const exporter = EXPORTERS.find(({ name }) => name === format)?.make(plan?.settings.encode ?? false);
  if (plan === undefined || exporter === undefined) throw new Error(`there is no ${format}`);
  runPlan(plan, new SeedChooser(plan.seed), { properties: [], maxSteps: 1500, trace: exporter.trace });
  return exporter.lines();
}

test('JSON lines are one object an event, and causes come before it', () => {
  const events = exported('jsonl').map((line): unknown => JSON.parse(line));
  assert.is(events.length, 1500);
  for (const [index, event] of events.entries()) {
    if (typeof event !== 'object' || event === null || !('step' in event) || !('causes' in event)) throw new Error('no event');
    assert.is(event.step, index + 1);
    assert.ok(Array.isArray(event.causes) && event.causes.every((cause) => Number(cause) <= index));
  }
});

test("ShiViz's clocks count every event of their own host by one, and never go back", () => {
  const lines = exported('shiviz');
  const own = new Map<string, number>();
  for (let at = 0; at < lines.length; at += 2) {
    const [, host = '', clock = ''] = /^(\S*) (\{.*\})$/.exec(lines[at] ?? '') ?? [];
    const time = Number(new Map(Object.entries(decoded(clock))).get(host));
    assert.is(time, (own.get(host) ?? 0) + 1, lines[at]);
    own.set(host, time);
    assert.ok((lines[at + 1] ?? '').length > 0);
  }
});

function decoded(clock: string): object {
  const value: unknown = JSON.parse(clock);
  return typeof value === 'object' && value !== null ? value : {};
}

test('the history is one that Jepsen could have written', () => {
  const records = readHistory(exported('jepsen').join('\n'));
  assert.ok(records.length > 10);
  assert.ok(records.some(({ type }) => type === 'ok'));
});

test('JUnit has a case for each property, SARIF a result for each failure, whatever the sentence has in it', () => {
  const tally = new Tally();
  const finding = { outcome: 'safety' as const, property: 'sync', sentence: 'a < "b" & \u0001', steps: [1], atMs: 1 };
  tally.add(noResult('five', '7', finding), 1, false, 'sync-1');
  const summary = tally.summary(10, 1, false);
  assert.match(junitOf(summary), /<failure type="safety" message="a &lt; &quot;b&quot; &amp; \?">/);
  assert.match(junitOf(summary), /viv -- replay five --seed 7/);
  const sarif = sarifOf(summary);
  assert.match(sarif, /"signature\/v1": "sync-1"/);
  assert.match(sarif, /"ruleId": "sync"/);
});

test.run();
