/** Every door is shut while a sealed function runs, and open again afterwards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SealBroken, sealed } from './seal.ts';

const test = suite('seal');

const DOORS: readonly (readonly [name: string, open: () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Math.random', () => Math.random()],
  ['performance.now', () => performance.now()],
  ['process.hrtime', () => process.hrtime()],
  ['process.hrtime', () => process.hrtime.bigint()],
  ['process.nextTick', () => process.nextTick(() => undefined)],
  ['setTimeout', () => setTimeout(() => undefined, 0)],
  ['setInterval', () => clearInterval(setInterval(() => undefined, 0))],
  ['setImmediate', () => setImmediate(() => undefined)],
  ['queueMicrotask', () => queueMicrotask(() => undefined)],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
];

for (const [name, open] of DOORS) {
  test(`${name} throws inside and works outside`, () => {
    assert.throws(
      () => sealed(open),
      (error: unknown) => error instanceof SealBroken && error.message.startsWith(name) && error.message.includes('seal.test.ts'),
    );
    open();
  });
}

test('dates made from numbers are arithmetic', () => {
  assert.is(sealed(() => new Date(5).getTime()), 5);
  assert.is(sealed(() => new Date('2020-01-01T00:00:00Z').toISOString()), '2020-01-01T00:00:00.000Z');
});

test('nested seals open only at the end of the outermost', () => {
  sealed(() => {
    sealed(() => undefined);
    assert.throws(() => Math.random());
  });
  assert.type(Math.random(), 'number');
});

test('the value comes out and errors pass', () => {
  assert.is(sealed(() => 7), 7);
  assert.throws(() => sealed(() => { throw new Error('own'); }), 'own');
  assert.type(Date.now(), 'number');
});

test.run();
