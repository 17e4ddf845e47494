import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportsFolder } from './shell.ts';

const test = suite('shell');

test('reports of a checkout stay in it, those of an installed package do not', () => {
  assert.is(reportsFolder(resolve('/home/me/vivarium'), resolve('/tmp')), resolve('/home/me/vivarium/reports'));
  const installed = resolve(join('/home/me/app', 'node_modules', 'vivarium'));
  assert.is(reportsFolder(installed, resolve('/home/me/app/sub')), resolve('/home/me/app/sub/reports'));
});

test.run();
