/** `viv explore` from outside: misuse, a space that holds, a search that is interrupted and gone on with, crash points. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MUTANTS } from '../../properties/mutants/index.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { repositoryRoot } from '../command/shell.ts';
import { readCheckpoint, writeCheckpoint } from '../exploration/checkpoint.ts';
import { crashPointsOf, type Exploration, searchOf } from '../exploration/run.ts';
import { COMMANDS } from './commands.ts';
import { HUNTS, NOT_HUNTED } from './explore-hunts.ts';
import { mutantNamed } from './explore-mutants.ts';
import { runProgram } from './program.ts';

const test = suite('explore');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

interface Said { readonly code: number; readonly out: string; readonly err: string }

function viv(...argv: string[]): Promise<Said> {
  return vivUntil(new AbortController().signal, argv);
}

async function vivUntil(signal: AbortSignal, argv: readonly string[]): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(COMMANDS, ['explore', ...argv], {
    out: (line) => void out.push(line), err: (line) => void err.push(line), status: () => undefined,
    isTerminal: false, root: repositoryRoot(), reports: directory, signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const SMALL: Exploration = {
  plan: zabSmall.plan({ servers: 2, clients: 0, operations: 0 }),
  bounds: { crashes: 0, partitions: 0, timeouts: 0, epochs: 1, rounds: 1 },
  manner: {
    order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates: 1e6, maxBytes: 1e9, grain: 'whole', start: 'nothing',
    isReduced: true, symmetry: false, liveness: false,
  },
  properties: null,
  mutant: null,
};

test('misuse is one sentence and exit code 1', async () => {
  const path = join(directory, 'checkpoint');
  writeCheckpoint(path, SMALL, searchOf(SMALL));
  const content = readFileSync(path);
  const old = join(directory, 'old');
  writeFileSync(old, content.toString('latin1').replace('"version":1', '"version":9'), 'latin1');
  const torn = join(directory, 'torn');
  writeFileSync(torn, content.subarray(0, content.length - 3));
  const alien = join(directory, 'alien');
  writeFileSync(alien, 'a shopping list\n');
  // The first step of another search: where that leads, this one has never been.
  const moved = join(directory, 'moved');
  const other = searchOf({ ...SMALL, plan: zabSmall.plan({ servers: 3, clients: 0, operations: 0 }) });
  other.run(20);
  writeCheckpoint(moved, SMALL, other);
  const table: [argv: string[], said: RegExp][] = [
    [['five'], /five cannot be explored: its plan has faults at fixed times/],
    [['zab-smal'], /no scenario is called "zab-smal"; did you mean "zab-small"\?/],
    [['--servers', '0'], /--servers must be at least 1/],
    [['--servers', '9'], /--servers must be at most 7/],
    [['--epochs', '0'], /--epochs and --rounds must be at least 1/],
    [['--grain', 'fine'], /--grain must be one of whole, elections, messages, coarse/],
    [['--start', 'proposed', '--ops', '1'], /--start proposed needs a client with two operations/],
    [['--mutant', 'zk-1'], /no mutant is called "zk-1"/],
    [['--mutants', 'canarie'], /no mutant is called "canarie"; did you mean "canary"\?/],
    [['--mutants', 'zk-1154'], /zk-1154 is not looked for: it is of a tier above 2/],
    [['--mutants', 'canary', '--crashes', '1'], /--mutants has bounds of its own for each: leave out --crashes/],
    [['--resume', path, '--servers', '3'], /--resume knows what is explored: leave out --servers/],
    [['--resume', join(directory, 'none')], /cannot be read/],
    [['--resume', old], /is a checkpoint of version 9, and this is version 1/],
    [['--resume', torn], /is torn: it ends before its states do/],
    [['--jobs', '0'], /--jobs must be at least 1/],
    [['--jobs', '65'], /--jobs must be at most 64/],
    [['--jobs', '2', '--depth-first'], /--depth-first is for one core: leave out --jobs/],
    [['--jobs', '2', '--resume', path], /--resume is for one core: leave out --jobs/],
    [['--symmetry', '--clients', '2'], /--symmetry exchanges clients, and they do not all do the same/],
    [['same-small', '--symmetry', '--clients', '1'], /--symmetry exchanges clients, and there are not two of them/],
    [['--disk-faults', 'one'], /--disk-faults/],
    [['--start', 'deposed'], /--start deposed has .*: three servers, --partitions 2, --timeouts 2, --epochs 2, --rounds 2/],
    [['--start', 'parted', '--partitions', '1'], /--start parted has .*: three servers, --partitions 2, --timeouts 0,/],
    [['--start', 'severed'], /--start severed has .*: two servers, --partitions 1/],
    [['--rot', '1', '--servers', '2'], /--rot needs three servers/],
    [['--wall-jumps', 'x'], /--wall-jumps must be/],
    [['--rot', 'x'], /--rot must be/],
    [['--resume', path, '--rot', '1'], /--resume knows what is explored: leave out --rot/],
    [['--resume', path, '--disk-faults', '1'], /--resume knows what is explored: leave out --disk-faults/],
    [['--checkpoint', path, '--depth-first'], /--checkpoint is for breadth first/],
    [['--checkpoint', join(directory, 'none', 'file'), '--max-states', '50'], /none.file cannot be written/],
    [['--resume', alien], /is no checkpoint of viv explore/],
    [['--resume', moved], /is of other code: its steps lead elsewhere now/],
    [['--resume', path, 'zab-small'], /--resume knows what is explored: leave out the scenario/],
    [['--crashes', '-1'], /--crashes must be/],
    [['--timeouts', '1.5'], /--timeouts must be/],
    [['--lies', 'x'], /--lies must be/],
    [['--rounds', '0'], /--epochs and --rounds must be at least 1/],
    [['--max-depth', '0'], /--max-depth must be at least 1/],
    [['--start', 'anywhere'], /--start must be one of nothing, .*, severed, proposed, skipped, parted, deposed/],
    [['--jobs', '2', '--mutant', 'canary'], /--mutant is for one core, but with --crash-points: leave out --jobs/],
    [['zab-small', 'reads-small'], /viv explore takes one scenario/],
    [['wipes'], /no scenario is called "wipes"/],
    [['sessions'], /sessions cannot be explored: its plan has faults at fixed times/],
  ];
  for (const [argv, said] of table) {
    const { code, out, err } = await viv(...argv);
    assert.is(code, 1, `${argv.join(' ')}: ${err}`);
    assert.is(out, '', argv.join(' '));
    assert.is(err.split('\n').length, 1, err);
    assert.match(err, said);
  }
});

test('a space that is exhausted holds, and one that is not is unknown', async () => {
  const small = ['--ops', '1', '--crashes', '0', '--timeouts', '0'];
  const held = await viv(...small);
  assert.is(held.code, 0);
  assert.match(held.out, /zab-small: held \(every state within the bounds was seen\)/);
  const unknown = await viv(...small, '--max-states', '20');
  assert.is(unknown.code, 6);
  assert.match(unknown.out, /unknown \(ended by --max-states/);
});

test('a search that goes on from a checkpoint comes to the same numbers', () => {
  const whole = searchOf(SMALL);
  while (whole.run(1000) === 'going');
  const first = searchOf(SMALL);
  first.run(2500);
  assert.is(first.status, 'going');
  const path = join(directory, 'half');
  writeCheckpoint(path, SMALL, first);
  const stored = readCheckpoint(path);
  const second = searchOf(stored.exploration);
  stored.resume(second);
  while (second.run(1000) === 'going');
  const numbers = ({ status, visited, generated, slept, depth }: typeof whole): unknown[] => {
    return [status, visited.count, generated, slept, depth];
  };
  assert.equal(numbers(second), numbers(whole));
});

test('a bug that keeps everybody waiting is found by --liveness alone', async () => {
  const alone = ['zab-small', '--mutant', 'zk-1144', '--servers', '1', '--clients', '0', '--ops', '0'];
  const { code, out } = await viv(...alone, '--crashes', '0', '--timeouts', '0', '--start', 'nothing', '--liveness');
  assert.is(code, 3);
  assert.match(out, /liveness violated: liveness: .*server 1 did not come to serve/);
});

const KEPT_WAITING: readonly (readonly [mutant: string, flags: string, said: RegExp])[] = [
  ['zk-498', 'zab-small --servers 5 --clients 0 --ops 0 --start serving --crashes 1 --timeouts 0', /, without server \d/],
  ['zk-1496', 'expiry-small --start committed --crashes 0 --timeouts 3', /session \w+, which nobody holds, was not closed/],
  ['untold-touches', 'sessions-small --ops 1 --start serving --crashes 0 --timeouts 0', /in the quiet session \w+ is given up/],
];
for (const [mutant, flags, said] of KEPT_WAITING) {
  test(`and so are those who wait without the dead, and sessions that nobody holds or that are given up: ${mutant}`, async () => {
    const { code, out } = await viv(...flags.split(' '), '--mutant', mutant, '--liveness', '--for', '1h');
    assert.is(code, 3, out);
    assert.match(out, said);
    assert.match(out, /-small-1\S*\.json/, 'the world confirms it');
  });
}

test('every planted bug of tiers 0 to 2 is looked for, or it is said why not', () => {
  const ids = HUNTS.map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
  for (const id of [...ids, ...NOT_HUNTED.keys()]) assert.is(mutantNamed(id).id, id);
  for (const { id, tier } of MUTANTS) if (tier <= 2) assert.is(ids.includes(id), !NOT_HUNTED.has(id), id);
});

test('a planted bug is found by exhaustive search, at the least depth, and the world confirms it', async () => {
  const { code, out } = await viv('zab-small', '--mutant', 'canary', '--ops', '1', '--crashes', '0', '--timeouts', '0');
  assert.is(code, 2);
  assert.match(out, /safety violated: quorum-durability/);
  assert.match(out, /found after 4 steps/);
  assert.match(out, /zab-small-1\.json/);
});

test('planted bugs by name, each within bounds of its own', async () => {
  const { code, out } = await viv('--mutants', 'ack-of-the-next', 'canary');
  assert.is(code, 0, out);
  assert.match(out, /canary +0 +quorum-durability +4 /);
  assert.match(out, /ack-of-the-next/);
  assert.match(out, /2 of 2 found, 2 of them confirmed by a run of the world/);
  assert.not.match(out, /not looked for/);
});

test('a hunt that is interrupted tells what it has, and one search says that it was', async () => {
  const gone = AbortSignal.abort();
  const hunted = await vivUntil(gone, ['--mutants', 'canary']);
  assert.is(hunted.code, 6);
  assert.match(hunted.out, /0 of 0 found/);
  const single = await vivUntil(gone, ['zab-small', '--mutant', 'canary']);
  assert.is(single.code, 6);
  assert.is(single.err, 'viv: interrupted');
});

test('shares of the crash points add up to all of them', () => {
  const alone = { ...SMALL, plan: zabSmall.plan({ servers: 1, clients: 0, operations: 0 }) };
  const tried = (share?: { readonly index: number; readonly of: number }): number[] => {
    const points = crashPointsOf(alone, share);
    while (!points.isOver) points.run();
    return [points.points, points.ways, points.disks];
  };
  const [[one = 0, ...ways], [first = 0, ...some], [second = 0, ...others]] = [
    tried(), tried({ index: 0, of: 2 }), tried({ index: 1, of: 2 }),
  ];
  assert.equal([first, second], [one, one]);
  assert.equal(some.map((count, index) => count + (others[index] ?? 0)), ways);
  assert.ok(one > 5 && some.every((count) => count > 0) && others.every((count) => count > 0));
});

test('a torn write shows a planted bug, in a failure file that replays', async () => {
  const flags = '--servers 1 --ops 1 --crashes 1 --grain whole --disk-faults 1 --start serving --timeouts 0 --for 1h';
  const { code, out } = await viv('zab-small', '--mutant', 'tear-is-damage', ...flags.split(' '));
  assert.is(code, 2, out);
  assert.match(out, /exact-recovery/);
  assert.match(out, /zab-small-1\S*\.json/);
});

test.run();
