/** The front end of the tests is itself tested on folders of planted tests, in processes of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('run-tests');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'vivarium-run-tests-'));
const HEAD = `import { suite } from '${import.meta.resolve('uvu')}';\nconst test = suite('planted');\n`;

test.after(() => { rmSync(folder, { recursive: true }); });

interface Outcome {
  readonly status: number | null;
  readonly text: string;
  readonly lastLine: string | undefined;
}

function plant(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, body] of Object.entries(files)) writeFileSync(join(path, file), body);
  return path;
}

function runTests(...args: string[]): Outcome {
  const argv = ['--import', 'tsx', 'properties/run-tests.ts', ...args];
  const child = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
  const text = child.stdout + child.stderr;
  return { status: child.status, text, lastLine: text.trimEnd().split('\n').at(-1) };
}

test('counts what passed and what was skipped', () => {
  const path = plant('good', {
    'one.test.ts': `${HEAD}test('a', () => { console.log('chatter'); });\ntest('b', async () => {});\ntest.run();`,
    'two.test.ts': `${HEAD}console.log('skipped: no d here');\ntest('c', () => {});\ntest.skip('d', () => {});\ntest.run();`,
    'helper.ts': 'throw new Error("not a test");',
  });
  const outcome = runTests(path);
  assert.is(outcome.status, 0, outcome.text);
  assert.is(outcome.lastLine, '3 passed, 0 failed, 1 skipped');
  assert.not.match(outcome.text, 'chatter');
  assert.match(outcome.text, 'two.test.ts: no d here');
  const filtered = runTests(path, '--only', 'one.test');
  assert.is(filtered.lastLine, '2 passed, 0 failed');
});

test('whatever went wrong fails, is named and spares the other files', () => {
  const path = plant('bad', {
    'a-assertion.test.ts': `${HEAD}test('a', () => { console.log('chatter'); throw new Error('planted'); });
      test('b', () => {});
      test.run();`,
    'b-not-run.test.ts': `${HEAD}test('a', () => {});`,
    'c-empty.test.ts': 'export {};',
    'd-import.test.ts': `import './missing.ts';`,
    'e-rejection.test.ts': `${HEAD}test('a', () => { void Promise.reject(new Error('lost')); });\ntest.run();`,
    'f-exit.test.ts': `${HEAD}test('a', () => { process.exit(0); });\ntest.run();`,
    'g-hook.test.ts': `${HEAD}test.before(() => { throw new Error('hook'); });\ntest('a', () => {});\ntest.run();`,
    'i-good.test.ts': `${HEAD}test('a', () => {});\ntest.run();`,
  });
  const outcome = runTests(path, '--jobs', '1');
  assert.is(outcome.status, 1);
  assert.is(outcome.lastLine, '3 passed, 7 failed', outcome.text);
  const expected = ['a-assertion.test.ts', 'planted', 'chatter', 'b-not-run.test.ts', 'registers no test', 'c-empty.test.ts',
    'd-import.test.ts', 'missing.ts', 'unhandled rejection: Error: lost', 'ended its process (exit 0)',
    'a hook of the suite threw'];
  for (const words of expected) assert.ok(outcome.text.includes(words), `${words} must be said in:\n${outcome.text}`);
});

test('a file that hangs is given up', () => {
  // Alone in its folder: however slow the machine, there is nothing else that the limit could end.
  const path = plant('hanging', { 'a.test.ts': `${HEAD}test('a', () => new Promise(() => {}));\ntest.run();` });
  const outcome = runTests(path, '--timeout', '1');
  assert.is(outcome.status, 1);
  assert.is(outcome.lastLine, '0 passed, 1 failed', outcome.text);
  assert.match(outcome.text, 'did not finish in 1 s');
});

test('no test at all is a failure', () => {
  const path = plant('none', { 'helper.ts': '' });
  const outcome = runTests(path);
  assert.is(outcome.status, 1);
  assert.match(outcome.text, 'no test ran');
  assert.is(outcome.lastLine, '0 passed, 0 failed');
});

test('wrong arguments are said in a sentence', () => {
  for (const args of [[], ['--jobs', '0', 'src'], ['--bogus', 'src'], [join(folder, 'missing')]]) {
    const outcome = runTests(...args);
    assert.is(outcome.status, 1);
    assert.match(outcome.text, 'usage: run-tests');
    assert.not.match(outcome.text, '    at ');
  }
});

test.run();
