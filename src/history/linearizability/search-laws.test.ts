/** The search against every order there is, on histories so small that there are few. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judge } from './check.ts';
import { IMPOSSIBLE, type Model, NEVER, type Operation } from './model.ts';
import { type RegisterCall, RegisterModel } from './register.ts';
import { search } from './search.ts';
import { type ZnodeCall, ZnodeModel } from './znode.ts';

const test = suite('linearizability laws');
const RUNS = { seed: 20_240_911, numRuns: 1500 };

/** Whether some order of the operations, open ones in or out, respects time and is allowed by `step`; by trying them all. */
function hasOrder<S>(
  operations: readonly Operation<unknown>[], step: (state: S, index: number) => S | null, state: S, left: readonly number[],
): boolean {
  if (left.every((i) => operations[i]?.end === NEVER)) return true;
  return left.some((i) => {
    const isFirst = left.every((other) => (operations[other]?.end ?? 0) >= (operations[i]?.begin ?? 0));
    if (!isFirst) return false;
    const after = step(state, i);
    return after !== null && hasOrder(operations, step, after, left.filter((other) => other !== i));
  });
}

function bruteForce<C>(model: Model<C>, operations: readonly Operation<C>[]): boolean {
  const machine = model.compile(operations.map(({ call }) => call));
  const step = (state: number, index: number): number | null => {
    const after = machine.step(state, index);
    return after === IMPOSSIBLE ? null : after;
  };
  return hasOrder(operations, step, machine.initial, [...operations.keys()]);
}

/** The register once more, in the plainest words. */
function naiveStep(state: string, call: RegisterCall | undefined): string | null {
  if (call === undefined) return null;
  if (call.kind === 'read') return state === call.value ? state : null;
  if (call.kind === 'write') return call.value;
  if (call.kind === 'cas') return state === call.expected ? call.value : null;
  return state === call.expected ? null : state;
}

/** Up to seven operations with all the overlap that there can be; one in five is open. */
function histories<C>(call: fc.Arbitrary<C>, model: Model<C>): fc.Arbitrary<Operation<C>[]> {
  const one = fc.record({ call, begin: fc.nat({ max: 12 }), length: fc.nat({ max: 8 }), open: fc.nat({ max: 4 }) });
  return fc.array(one, { minLength: 1, maxLength: 7 }).map((all) => all.flatMap(({ call: asked, begin, length, open }, i) => {
    // Times are distinct: whole for calls, with a fraction for answers.
    const operation = { call: asked, begin: begin + i / 100, end: begin + length + 0.5 + i / 100 };
    if (open > 0) return [operation];
    const forgotten = model.forget(asked);
    return forgotten === null ? [] : [{ call: forgotten, begin: operation.begin, end: NEVER }];
  }));
}

const value = fc.constantFrom('nil', '1', '2');
const registerCall: fc.Arbitrary<RegisterCall> = fc.record({
  key: fc.constant(''), kind: fc.constantFrom('read', 'read', 'write', 'cas', 'mismatch'), value, expected: value,
});
const register = new RegisterModel('nil');

const znodeCall: fc.Arbitrary<ZnodeCall> = fc.record({
  kind: fc.constantFrom('create', 'create', 'delete', 'set', 'get', 'exists'),
  path: fc.constantFrom('/a', '/a', '/a/b', '/c'),
  data: fc.constantFrom('1', '2'),
  expectedVersion: fc.constantFrom(-1, -1, 0, 1),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'no-node', 'node-exists', 'not-empty', 'bad-version'),
  version: fc.constantFrom(-1, -1, 0, 1),
});
const znode = new ZnodeModel();

test('the search says of a register what trying every order says', () => {
  const said = { held: 0, violated: 0 };
  fc.assert(fc.property(histories(registerCall, register), (operations) => {
    const step = (state: string, index: number): string | null => naiveStep(state, operations[index]?.call);
    const expected = hasOrder(operations, step, 'nil', [...operations.keys()]);
    const result = search(register.compile(operations.map(({ call }) => call)), operations, 1_000_000);
    assert.is(result.verdict, expected ? 'linearizable' : 'violated');
    said[expected ? 'held' : 'violated']++;
  }), RUNS);
  assert.ok(said.held > 200 && said.violated > 200, JSON.stringify(said));
});

test('the search says of znodes what trying every order says, part by part or at once', () => {
  const said = { held: 0, violated: 0 };
  fc.assert(fc.property(histories(znodeCall, znode), (operations) => {
    const expected = bruteForce(znode, operations);
    const { verdict } = judge(znode, operations, 1_000_000);
    assert.is(verdict, expected ? 'linearizable' : 'violated');
    said[expected ? 'held' : 'violated']++;
  }), RUNS);
  assert.ok(said.held > 100 && said.violated > 100, JSON.stringify(said));
});

test('a linearization that is found is one', () => {
  fc.assert(fc.property(histories(registerCall, register), (operations) => {
    const result = search(register.compile(operations.map(({ call }) => call)), operations, 1_000_000);
    let state = 'nil';
    let latestBegin = -1;
    for (const index of result.order) {
      const after = naiveStep(state, operations[index]?.call);
      assert.ok(after !== null && (operations[index]?.end ?? 0) > latestBegin);
      state = after;
      latestBegin = Math.max(latestBegin, operations[index]?.begin ?? 0);
    }
    assert.is(new Set(result.order).size, result.order.length);
    if (result.verdict !== 'linearizable') return;
    for (const [i, { end }] of operations.entries()) assert.ok(end === NEVER || result.order.includes(i));
  }), RUNS);
});

/** The history with the outcome forgotten of whatever `keeps` does not keep. */
function forgetting<C>(
  model: Model<C>, operations: readonly Operation<C>[], keeps: (operation: Operation<C>, index: number) => boolean,
): Operation<C>[] {
  return operations.flatMap((operation, index) => {
    if (keeps(operation, index)) return [operation];
    const call = model.forget(operation.call);
    return call === null ? [] : [{ call, begin: operation.begin, end: NEVER }];
  });
}

function explains<C>(model: Model<C>, call: fc.Arbitrary<C>): void {
  fc.assert(fc.property(histories(call, model), (operations) => {
    const { conflict } = judge(model, operations, 1_000_000);
    if (conflict === null) return;
    const { core, blocked } = conflict;
    const until = operations[blocked]?.end ?? NEVER;
    const part = model.partition(operations.map((one) => one.call));
    const prefix = operations.filter(({ begin }, i) => begin < until && part[i] === part[blocked]);
    assert.not.ok(bruteForce(model, forgetting(model, prefix, ({ end }) => end <= until)), 'the prefix must fail');
    assert.ok(bruteForce(model, forgetting(model, prefix, ({ end }) => end < until)), 'without its last answer it must not');
    const inCore = new Set(core);
    assert.not.ok(bruteForce(model, forgetting(model, operations, (_, i) => inCore.has(i))), 'the core must fail alone');
    for (const spared of core) {
      const rest = forgetting(model, operations, ({ begin }, i) => begin < until && inCore.has(i) && i !== spared);
      assert.ok(core.length === 1 || bruteForce(model, rest), 'nothing in the core can be spared');
    }
  }), RUNS);
}

test('the prefix that fails is the shortest, and the operations that conflict do so whatever came of the others', () => {
  explains(register, registerCall);
  explains(znode, znodeCall);
});

test('whoever has no budget is told unknown', () => {
  const write = (at: number, text: string): Operation<RegisterCall> =>
    ({ call: { key: '', kind: 'write', value: text, expected: '' }, begin: at, end: 1000 + at });
  const read: Operation<RegisterCall> = {
    call: { key: '', kind: 'read', value: 'never written', expected: '' }, begin: 2000, end: 2001,
  };
  const operations = [...Array.from({ length: 40 }, (_, i) => write(i, String(i))), read];
  const { verdict, conflict } = judge(register, operations, 5000);
  assert.is(verdict, 'unknown');
  assert.is(conflict, null);
});

test.run();
