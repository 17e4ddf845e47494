import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { YoungGeneration } from './young-generation.ts';

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

test('where space was taken back it may grow again, as far as before', () => {
  const mebibyte = 1024 * 1024;
  let size = 0;
  const growths: number[] = [];
  const space = { bytes: (): number => size * mebibyte, setGrowth: (factor: number): void => void growths.push(factor) };
  const young = new YoungGeneration([], space);
  for (size of [2, 8, 16, 16, 2, 4, 16]) young.look();
  assert.equal(growths, [1, 2, 1]);
  young.letGrow();
  young.letGrow();
  assert.equal(growths, [1, 2, 1, 2]);
  const leftAlone = new YoungGeneration(['--max-semi-space-size=32'], space);
  leftAlone.look();
  assert.is(growths.length, 4);
});

test.run();
