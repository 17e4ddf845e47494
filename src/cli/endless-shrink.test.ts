/**
 * `viv shrink` of a run that never ends: what it had by then is kept, and nothing goes on for ever, not even when nobody is left
 * to end it. The loop is planted in a copy of the sources.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import { applyEdits } from '../fuzz/bundle.ts';
import type { SourceEdit } from '../fuzz/bundle.ts';
import { readFailure } from '../run/failure.ts';
import { partsCost } from '../shrink/course.ts';
import { fuzzHere, startViv, stopAll } from './interrupted-testing.ts';

const test = suite('endless shrinking');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => {
  stopAll();
  rmSync(directory, { recursive: true, force: true });
});

/** Only so that this test leaves nothing behind where it fails. */
const PATIENCE_MS = 60_000;

/** Says on standard error which process loops, and in a file for whoever is to notice, and loops. */
const LOOP = `
  if (Reflect.get(globalThis, 'somethingIsKept') === true) {
    writeFileSync(process.env['LOOPS_FILE'] ?? '', String(process.pid));
    writeSync(2, 'it loops\\n');
    for (;;);
  }
`;

/**
 * A run loops as soon as the parent has been told of something to keep. For the parent time stands still until then, and again
 * when that process is gone, so that a slow machine does not end what only begins; without `LOOPS_END` it stands still for ever.
 */
const EDITS: readonly SourceEdit[] = [
  {
    file: 'src/shrink/serve.ts',
    find: "onKept: (kept) => tell({ kind: 'kept', kept }),",
    replace: "onKept: async (kept) => { await tell({ kind: 'kept', kept }); Reflect.set(globalThis, 'somethingIsKept', true); },",
  },
  {
    file: 'src/run/run.ts',
    find: 'export function runPlan(plan: Plan, chooser: Chooser, options: RunOptions): RunResult {',
    replace: `import { writeFileSync, writeSync } from 'node:fs';
      export function runPlan(plan: Plan, chooser: Chooser, options: RunOptions): RunResult {${LOOP}`,
  },
  {
    file: 'src/shrink/watch.ts',
    find: 'const timer = setInterval(tick, TICK_MS);',
    replace: "const timer = setInterval(() => { if (loops()) tick(); }, 5);",
  },
  {
    file: 'src/shrink/watch.ts',
    find: "import { fork } from 'node:child_process';",
    replace: `import { fork } from 'node:child_process';
      import { readFileSync } from 'node:fs';
      function loops(): boolean {
        if (process.env['LOOPS_END'] === undefined) return false;
        try {
          return process.kill(Number(readFileSync(process.env['LOOPS_FILE'] ?? '', 'utf8')), 0);
        } catch {
          return false;
        }
      }`,
  },
];

/** The sources with the loop planted; what they need beside them is there by a link. */
function plantedCopy(): string {
  const root = join(directory, 'copy');
  mkdirSync(root);
  for (const part of ['src', 'properties', 'scenarios'])
    cpSync(join(repositoryRoot(), part), join(root, part), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  for (const part of ['package.json', 'tsconfig.json']) cpSync(join(repositoryRoot(), part), join(root, part));
  symlinkSync(join(repositoryRoot(), 'node_modules'), join(root, 'node_modules'));
  for (const file of new Set(EDITS.map((edit) => edit.file))) {
    const text = readFileSync(join(root, file), 'utf8');
    writeFileSync(join(root, file), applyEdits(file, text, EDITS.filter((edit) => edit.file === file)));
  }
  return root;
}

const root = plantedCopy();
const file = join(directory, 'failing/failures/sync-1.json');

test.before(async () => {
  const hunt = ['fuzz', 'sync', '--mutant', 'zk-1154', '--seeds', '1', '--jobs', '1', '--reports', join(directory, 'failing')];
  assert.is(await fuzzHere(hunt), 2);
});

test('a run that never ends: its process is ended, the best so far is kept, and the exit code says so', async () => {
  const out = join(directory, 'smaller.json');
  const said: string[] = [];
  const viv = startViv(['shrink', file, '--for', '1h', '--out', out], (line) => void said.push(line), root, {
    LOOPS_FILE: join(directory, 'loops-1'), LOOPS_END: '1', TMPDIR: directory,
  });
  assert.is(await viv.exit, 6, said.join('\n'));
  assert.ok(said.includes('it loops'));
  assert.match(said.join('\n'), /viv: a run did not end: .* was ended; what it had by then is kept/);
  const [found, smaller] = [readFailure(file), readFailure(out)];
  assert.equal([smaller.verdict.property, smaller.mutant], [found.verdict.property, 'zk-1154']);
  assert.ok(partsCost(smaller.plan) <= partsCost(found.plan));
});

test('a run that never ends, and nobody who would end it: it ends with the process that started it', async () => {
  const viv = startViv(['shrink', file, '--for', '1h', '--out', join(directory, 'none.json')], (line, child) => {
    if (line === 'it loops') child.kill('SIGKILL');
  }, root, { LOOPS_FILE: join(directory, 'loops-2'), TMPDIR: directory });
  // Whoever it started holds the other end of its standard error, which is closed when the last of them is gone.
  const allGone = new Promise<void>((resolve) => { viv.child.once('close', () => { resolve(); }); });
  assert.is(await viv.exit, null);
  let wasLeft = false;
  const guard = setTimeout(() => {
    wasLeft = process.kill(Number(readFileSync(join(directory, 'loops-2'), 'utf8')), 'SIGKILL');
  }, PATIENCE_MS);
  await allGone;
  clearTimeout(guard);
  assert.not.ok(wasLeft, 'it was there still when its parent was gone');
});

test.run();
