import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('host/young-generation');

/** Keeps a million objects, looking now and then if asked to, and prints how large the space for young ones has become. */
const PROGRAM = `
  import { youngBytes, youngGeneration } from '${new URL('./young-generation.ts', import.meta.url).href}';
  const young = process.argv[1] === 'bounded' ? youngGeneration() : null;
  const kept = [];
  for (let i = 0; i < 1e6; i++) {
    kept.push({ i });
    if (i % 1000 === 0) young?.look();
  }
  console.log(kept.length === 1e6 ? youngBytes() : 'what was kept is gone');
`;

function grown(argument: string, ...flags: string[]): number {
  const argv = [...flags, '--import', 'tsx', '--input-type=module', '--eval', PROGRAM, argument];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  assert.match(stdout, /^\d+\n$/, stderr);
  return Number(stdout);
}

test('young objects are given no more space once it is enough, unless somebody said how much', () => {
  const mebibyte = 1024 * 1024;
  assert.is(grown('bounded'), 16 * mebibyte);
  const free = grown('free');
  assert.ok(free > 16 * mebibyte, `without a bound it is ${free}`);
  assert.ok(grown('bounded', '--max-semi-space-size=32') > 16 * mebibyte);
});

test.run();
