import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failureKey, gravest, sentenceShape } from './verdict.ts';
import type { Finding, Outcome } from './verdict.ts';

const test = suite('verdict');

test('the gravest outcome wins', () => {
  const table: [Outcome[], Outcome][] = [
    [[], 'held'],
    [['held', 'held'], 'held'],
    [['held', 'unknown'], 'unknown'],
    [['unknown', 'liveness'], 'liveness'],
    [['liveness', 'nondeterminism'], 'nondeterminism'],
    [['crash', 'nondeterminism'], 'crash'],
    [['crash', 'held', 'safety', 'liveness'], 'safety'],
  ];
  for (const [outcomes, expected] of table) assert.is(gravest(outcomes), expected, outcomes.join(' '));
});

test('sentences of one shape are one failure', () => {
  const same: [string, string][] = [
    ['server 3 applied 0x200000004 after 2:7', 'server 1 applied 0x10000000a after 13:2'],
    ['session 058bcfe56d440000 got /a/b', 'session 018bcfe56c480001 got /c'],
    ['created "x 1" twice', 'created "another" twice'],
    ['servers 1, 2 and 3 differ', 'servers 4, 5 differ'],
  ];
  for (const [one, other] of same) assert.is(sentenceShape(one), sentenceShape(other));
  assert.is.not(sentenceShape('server 3 lost 2:7'), sentenceShape('server 3 applied 2:7'));
});

test('the property counts too', () => {
  const finding: Finding = { outcome: 'safety', property: 'agreement', sentence: 'server 1 differs', steps: [], atMs: 0 };
  assert.is(failureKey(finding), failureKey({ ...finding, sentence: 'server 2 differs', steps: [4] }));
  assert.is.not(failureKey(finding), failureKey({ ...finding, property: 'sync' }));
});

test.run();
