/** That the catalogue of properties leaves out nothing of what can be promised, and claims nothing else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from './index.ts';

const test = suite('codes');
/** Of promises that the literature has no code for. */
const UNCODED: readonly string[] = ['configurations', 'recipes'];

function codes(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}

test('P1 to P21, Z1 to Z18 and L1 to L4 are covered, and nothing else is claimed', () => {
  const all = [...codes('P', 21), ...codes('Z', 18), ...codes('L', 4)];
  const covered = new Set(allProperties.flatMap((property) => property.codes));
  assert.equal(all.filter((code) => !covered.has(code)), []);
  assert.equal([...covered].filter((code) => !all.includes(code)), []);
});

test('every property covers something', () => {
  for (const { name, codes: own } of allProperties) {
    assert.is(own.length === 0, UNCODED.includes(name), name);
    assert.is(new Set(own).size, own.length, name);
  }
});

test.run();
