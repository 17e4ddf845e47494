/** That the catalogue is sound: whether each mutant is found takes minutes, and is `viv mutants`'s to say. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { applyEdits } from '../../src/fuzz/bundle.ts';
import { readTable } from '../../src/fuzz/mutant-table.ts';
import { allProperties } from '../index.ts';
import { MUTANTS } from './index.ts';

const test = suite('mutants');
const root = resolve(import.meta.dirname, '../..');

test('every edit matches the source exactly once, one after the other', () => {
  for (const { edits } of MUTANTS) {
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const source = readFileSync(resolve(root, file), 'utf8');
      assert.is.not(applyEdits(file, source, edits.filter((edit) => edit.file === file)), source);
    }
  }
});

test('ids are unique; properties and scenarios exist', () => {
  assert.is(new Set(MUTANTS.map(({ id }) => id)).size, MUTANTS.length);
  for (const { id, breaks, scenarios } of MUTANTS) {
    assert.ok(breaks.length > 0 && breaks.every((name) => allProperties.some((property) => property.name === name)), id);
    assert.ok(scenarios.length > 0 && scenarios.every((name) => SCENARIOS.some((scenario) => scenario.name === name)), id);
  }
});

test('each of the four promises has two mutants that it alone must find', () => {
  for (const promise of ['linearizable-writes', 'client-fifo', 'no-lost-committed', 'skipped-stays-skipped']) {
    const alone = MUTANTS.filter(({ breaks }) => breaks.length === 1 && breaks[0] === promise);
    assert.ok(alone.length >= 2, `${promise} has ${alone.length}`);
  }
});

test('a property names just the mutants that are to be found by it', () => {
  for (const { name, mutants } of allProperties) {
    const breaking = MUTANTS.filter(({ breaks }) => breaks.includes(name)).map(({ id }) => id);
    assert.equal([...mutants].sort(byName), breaking.sort(byName), name);
  }
});

test('a property without a mutant proves nothing, so each has one', () => {
  for (const { name, mutants } of allProperties) assert.ok(mutants.length > 0, `${name} has no mutant`);
});

test('the committed table is of mutants that there are, found by a property that they break', () => {
  for (const { id, property } of readTable(root)) {
    const mutant = MUTANTS.find((each) => each.id === id);
    assert.ok(mutant?.breaks.includes(property) === true, `${id}, found by ${property}`);
  }
});

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

test.run();
