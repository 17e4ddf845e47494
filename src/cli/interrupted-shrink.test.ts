/** Shrinking that is interrupted keeps the best so far: by a real SIGINT, sent as soon as it says how far it is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFailure } from '../run/failure.ts';
import { partsCost } from '../shrink/course.ts';
import { fuzzHere, startViv, stopAll } from './interrupted-testing.ts';

const test = suite('interrupted shrinking');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => {
  stopAll();
  rmSync(directory, { recursive: true, force: true });
});

test('Ctrl-C while it shrinks: the best so far is there, and breaks the same property', async () => {
  const reports = join(directory, 'failing');
  const hunt = ['fuzz', 'sync', '--mutant', 'zk-1154', '--seeds', '1', '--jobs', '1', '--reports', reports];
  assert.is(await fuzzHere(hunt), 2);
  const file = join(reports, 'failures/sync-1.json');
  const found = readFailure(file);
  const out = join(directory, 'smaller.json');
  let wasSent = false;
  const code = await startViv(['shrink', file, '--for', '1h', '--out', out], (line, child) => {
    if (/ events, /.test(line) && !wasSent) wasSent = child.kill('SIGINT');
  }).exit;
  assert.ok(wasSent, 'it said how far it is');
  assert.ok(code === 6 || code === 0, `exit code ${code ?? 'none'}`);
  const smaller = readFailure(out);
  assert.is(smaller.verdict.property, found.verdict.property);
  assert.is(smaller.mutant, 'zk-1154');
  assert.ok(partsCost(smaller.plan) <= partsCost(found.plan), `${found.events} to ${smaller.events} events`);
});

test.run();
