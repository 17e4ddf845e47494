/** Smaller plans: limits that are lifted, and plainer requests. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { plainer, withoutLimits } from './plan-edits.ts';

const test = suite('plan edits');

test('limits are lifted one kind at a time, and only where there are any', () => {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  if (plan === undefined) throw new Error('there is no scenario calm');
  const limited = { ...plan, knobs: { ...plan.knobs, snapCount: 5, counterLimit: 40 } };
  const [rarely, endless, ...more] = withoutLimits(limited);
  assert.equal(more, []);
  assert.is(rarely?.knobs.counterLimit, 40);
  assert.ok((rarely?.knobs.snapCount ?? 0) > 1000);
  assert.is(endless?.knobs.snapCount, 5);
  const lifted = withoutLimits(endless ?? limited).flatMap((other) => withoutLimits(other));
  assert.equal(lifted, []);
});

test('instead of a write, a read will do, or a sync', () => {
  const operation = { afterMs: 0, waitForReply: true, request: { kind: 'create' as const, path: '/a' } };
  const kinds = plainer(operation).map(({ request }) => request.kind);
  assert.equal(kinds.slice(0, 2), ['exists', 'sync']);
  assert.equal(plainer({ ...operation, request: { kind: 'sync', path: '/' } }), []);
});

test.run();
