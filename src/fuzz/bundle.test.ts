import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BundleError } from './bundle-error.ts';
import { applyEdits, bundleWorker } from './bundle.ts';

const test = suite('bundle');
const root = resolve(import.meta.dirname, '../..');

test('an edit replaces its one match, and `$` in it means nothing', () => {
  assert.is(applyEdits('a.ts', 'if (a > b) go();', [{ file: 'a.ts', find: 'a > b', replace: "'$&'" }]), "if ('$&') go();");
});

test('an edit that matches never or twice is refused', () => {
  assert.throws(() => applyEdits('a.ts', 'x', [{ file: 'a.ts', find: 'y', replace: '' }]), /a\.ts matches 0 times/);
  assert.throws(() => applyEdits('a.ts', 'x x', [{ file: 'a.ts', find: 'x', replace: '' }]), /matches 2 times/);
});

test('a bundle with an edit elsewhere is refused, and leaves nothing behind', async () => {
  const refused = async (file: string, find: string, said: RegExp): Promise<void> => {
    try {
      (await bundleWorker(root, 'src/run/verdict.ts', [{ file, find, replace: 'x' }])).remove();
      assert.unreachable('it was accepted');
    } catch (error) {
      assert.instance(error, BundleError);
      assert.match(error instanceof Error ? error.message : '', said);
    }
  };
  await refused('src/run/verdict.ts', 'not in there', /matches 0 times/);
  await refused('src/report/format.ts', 'export function decimal', /not part of the worker/);
  await refused('src/fuzz/none.ts', 'x', /is not there/);
});

test('a bundle is one file, gone when removed', async () => {
  const bundle = await bundleWorker(root, 'src/run/verdict.ts');
  assert.ok(existsSync(bundle.script));
  bundle.remove();
  assert.not.ok(existsSync(bundle.script));
});

test.run();
