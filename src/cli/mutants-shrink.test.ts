/** The shrinker's table, of the one mutant that is found at once. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MUTANTS } from '../../properties/mutants/index.ts';
import { DESCRIBED_MUTANTS, triggerOf } from '../../properties/mutants/triggers.ts';
import { repositoryRoot } from '../command/shell.ts';
import type { Shell } from '../command/shell.ts';
import { readFailure } from '../run/failure.ts';
import { mutants } from './mutants.ts';
import { runProgram } from './program.ts';

const test = suite('mutants --shrink');

/** As in docs/shrinking.md. */
const MARKS = ['<!-- table: viv mutants --shrink --out -->', '<!-- end of the table -->'] as const;

test('a failing run is found, shrunk below its trigger, and told on a page', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  try {
    const said: string[] = [];
    const shell: Shell = {
      out: (line) => void said.push(line), err: (line) => void said.push(line), status: () => undefined,
      isTerminal: false, root: repositoryRoot(), reports: directory, signal: new AbortController().signal,
    };
    const page = join(directory, 'table.md');
    writeFileSync(page, `# Mine\n\n${MARKS[0]}\n| old |\n${MARKS[1]}\n\nThe end.\n`);
    const argv = ['mutants', 'canary', '--shrink', '--for', '5s', '--out', page, '--jobs', '1'];
    const code = await runProgram([mutants], argv, shell);
    assert.is(code, 0, said.join('\n'));
    const written = readFileSync(page, 'utf8');
    assert.match(written, /^None is above 1\.5\.$/m);
    const [, , row = ''] = written.split('\n').filter((line) => line.startsWith('|'));
    const [, id, tier, property, run, servers] = row.split('|').map((cell) => cell.trim());
    assert.equal([id, tier, property, run], ['canary', '0', 'quorum-durability', 'calm 1']);
    assert.ok(written.startsWith(`# Mine\n\n${MARKS[0]}\n- tier 0: 1 shrunk`), written);
    assert.ok(written.endsWith(`${row}\n${MARKS[1]}\n\nThe end.\n`), written);
    assert.is(written.includes('old'), false);
    assert.match(servers ?? '', /^5 → [12]$/);
    assert.match(said.at(-2) ?? '', /^all: 1 shrunk, 1 of them to at most 1.5 triggers/);
    const failure = readFailure(join(directory, 'shrunk/canary.shrunk.json'));
    assert.equal([failure.mutant, failure.verdict.property], ['canary', 'quorum-durability']);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('the page in docs has the marks between which the table goes', () => {
  const page = readFileSync(join(repositoryRoot(), 'docs/shrinking.md'), 'utf8');
  const [from, to] = MARKS.map((mark) => page.split(mark));
  assert.is(from?.length, 2);
  assert.is(to?.length, 2);
  assert.ok(page.indexOf(MARKS[0]) < page.indexOf(MARKS[1]));
});

test('every trigger that is described is that of a mutant; the others have their tier', () => {
  for (const id of DESCRIBED_MUTANTS) assert.ok(MUTANTS.some((mutant) => mutant.id === id), id);
  for (const { id, tier } of MUTANTS) assert.ok(triggerOf(id, tier).events > 0, id);
});

test.run();
