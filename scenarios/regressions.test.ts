/** Every failure that was ever fixed, replayed from its plan and its tape: all properties must hold. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../properties/index.ts';
import { readFailure } from '../src/run/failure.ts';
import { runPlan } from '../src/run/run.ts';
import { TapeChooser } from '../src/world/chooser.ts';

const test = suite('regressions');
const directory = fileURLToPath(new URL('./regressions', import.meta.url));
const files = readdirSync(directory).filter((name) => name.endsWith('.json')).sort((a, b) => (a < b ? -1 : 1));

test('there are some', () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(`${file} holds`, () => {
    const failure = readFailure(`${directory}/${file}`);
    const result = runPlan(failure.plan, new TapeChooser(failure.tape, failure.plan.seed), { properties: allProperties });
    assert.is(result.finding, null);
  });
}

test.run();
