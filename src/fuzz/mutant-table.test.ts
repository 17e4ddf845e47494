/** That the table is read with suspicion, written in order, and held against what is found later. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MutantResult } from './mutant.ts';
import { readTable, regressions, TABLE_FILE, writeTable } from './mutant-table.ts';

const test = suite('mutant-table');

function result(id: string, found: boolean): MutantResult {
  const finding = { outcome: 'safety', property: 'agreement', sentence: 'two differ', steps: [], atMs: 1 } as const;
  const common = { id, title: '', tier: 0, seeds: 7, simulatedMs: 1.5, workMs: 2.4, elapsedMs: 3 };
  if (!found) return { ...common, found, finding: null, run: null, scheduler: null, events: 0 };
  return { ...common, found, finding, run: 'calm 7', scheduler: 'timed', events: 40 };
}

function inRepository(work: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-table-'));
  mkdirSync(join(root, 'properties/mutants'), { recursive: true });
  try {
    work(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('what was found is written in order, and what was not is taken out', () => {
  inRepository((root) => {
    writeTable(root, [], [result('b', true), result('a', true), result('c', false)]);
    assert.equal(readTable(root).map(({ id }) => id), ['a', 'b']);
    writeTable(root, readTable(root), [result('a', false)]);
    assert.equal(readTable(root), [
      { id: 'b', property: 'agreement', run: 'calm 7', scheduler: 'timed', seeds: 7, simulatedMs: 2, workMs: 2, events: 40 },
    ]);
  });
});

test('a mutant of the table that is hunted and not found is a regression; one that is not hunted is none', () => {
  inRepository((root) => {
    writeTable(root, [], [result('a', true), result('b', true)]);
    const table = readTable(root);
    assert.equal(regressions(table, [result('a', true), result('c', false)]), []);
    const [sentence, ...others] = regressions(table, [result('b', false)]);
    assert.match(sentence ?? '', /^b was found by agreement after 7 seeds \(calm 7\), and is not found in 7 now/);
    assert.is(others.length, 0);
  });
});

test('a table that is none is refused with a sentence', () => {
  inRepository((root) => {
    assert.throws(() => readTable(root), /table\.json cannot be read/);
    writeFileSync(join(root, TABLE_FILE), '[{"id":"a"}]');
    assert.throws(() => readTable(root), /property is missing/);
  });
});

test.run();
