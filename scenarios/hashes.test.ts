/**
 * Ten seeds of each scenario have the hashes that they are expected to have. `viv run --update-hashes` renews them on
 * purpose.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SEEDS_KEPT, hashOf, readHashes } from '../src/cli/hashes.ts';
import { repositoryRoot } from '../src/command/shell.ts';
import { SCENARIOS } from './index.ts';

const test = suite('hashes');
const expected = readHashes(repositoryRoot());

for (const scenario of SCENARIOS) {
  test(scenario.name, () => {
    const hashes = Array.from({ length: SEEDS_KEPT }, (_, index) => hashOf(scenario, String(index + 1)));
    assert.equal(hashes, expected.get(scenario.name), 'if this change is meant: viv run --update-hashes');
  });
}

test.run();
