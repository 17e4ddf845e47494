import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportsFolder, repositoryRoot } from './shell.ts';

const test = suite('shell');

test('reports of a checkout stay in it, those of an installed package do not', () => {
  assert.is(reportsFolder(resolve('/home/me/vivarium'), resolve('/tmp')), resolve('/home/me/vivarium/reports'));
  const installed = resolve(join('/home/me/app', 'node_modules', 'vivarium'));
  assert.is(reportsFolder(installed, resolve('/home/me/app/sub')), resolve('/home/me/app/sub/reports'));
});

interface Ended {
  readonly code: number | null;
  readonly killedBy: string | null;
  readonly err: string;
}

/** A process of its own that has a real shell; what it says on standard error is heard line by line. */
async function ended(
  script: string, stdout: 'pipe' | number, onLine: (line: string, child: ChildProcess) => void,
): Promise<Ended> {
  const shell = `import { processShell } from './src/command/shell.ts'; const shell = processShell(); ${script}`;
  const argv = ['--import', 'tsx', '--input-type=module', '-e', shell];
  const child = spawn(process.execPath, argv, { cwd: repositoryRoot(), stdio: ['ignore', stdout, 'pipe'] });
  const said: string[] = [];
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    onLine(line, child);
  });
  await once(child, 'close');
  return { code: child.exitCode, killedBy: child.signalCode, err: said.join('\n') };
}

/** Longer than any signal takes; a process that nothing ends fails its test instead of holding it. */
const FOR_EVER = 'setTimeout(() => undefined, 30_000);';

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`the first ${name} asks for an end, the second one is the end`, async () => {
    const script = `shell.signal.addEventListener('abort', () => shell.err('asked')); shell.err('ready'); ${FOR_EVER}`;
    const { code, killedBy, err } = await ended(script, 'pipe', (_line, child) => child.kill(name));
    assert.is(err, 'ready\nasked');
    assert.is(killedBy, null);
    assert.is(code, 6);
  });
}

test('a command that hears of no signal is ended by one', async () => {
  const { killedBy } = await ended(`shell.err('ready'); ${FOR_EVER}`, 'pipe', (_line, child) => child.kill('SIGINT'));
  assert.is(killedBy, 'SIGINT');
});

test('a full disk behind standard output is told, and is no success', async () => {
  const { code, err } = await ended(`shell.out('lost');`, openSync('/dev/full', 'w'), () => undefined);
  assert.is(err, 'viv: standard output cannot be written: ENOSPC: no space left on device, write');
  assert.is(code, 1);
});

test('a full disk does not take a verdict away', async () => {
  const { code } = await ended(`shell.out('lost'); process.exitCode = 2;`, openSync('/dev/full', 'w'), () => undefined);
  assert.is(code, 2);
});

test('whoever stops reading asks for an end', async () => {
  const writing = `const writing = setInterval(() => shell.out('more'), 1);`;
  const script = `shell.signal.addEventListener('abort', () => { clearInterval(writing); process.exitCode = 6; }); ${writing}`;
  const { code, err } = await ended(`shell.err('ready'); ${script}`, 'pipe', (_line, child) => child.stdout?.destroy());
  assert.is(err, 'ready');
  assert.is(code, 6);
});

test.run();
