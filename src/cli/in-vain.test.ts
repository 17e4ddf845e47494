/** What somebody types in vain is refused, and what goes wrong under `--json` is JSON. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const test = suite('in vain');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));
const kept = join(repositoryRoot(), 'scenarios/regressions/acl-416.json');
const nowhere = join(directory, 'none');

interface Said {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

async function viv(argv: readonly string[], signal: AbortSignal = new AbortController().signal): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(COMMANDS, argv, {
    out: (line) => void out.push(line), err: (line) => void err.push(line), status: () => undefined, isTerminal: false,
    root: repositoryRoot(), reports: directory, signal,
  });
  return { code, out, err };
}

test('what would have no effect is refused', async () => {
  const table: [argv: string[], said: RegExp][] = [
    [['run', 'calm', '--seed', '1', '--seed', '2'], /--seed is given twice/],
    [['run', 'calm', '--report='], /--report needs a value/],
    [['run', 'calm', '--plan', '--report', 'x.html'], /--plan does not go with --report/],
    [['run', '--update-hashes', '--seed', '3'], /--update-hashes does not go with --seed/],
    [['run', 'calm', '--update-hashes'], /--update-hashes is for every scenario/],
    [['start', 'calm'], /viv start takes flags only, not "calm"/],
    [['replay', 'calm', '--verbose', '--json'], /--verbose does not go with --json/],
    [['replay', 'calm', '--extend', '2', '--verbose'], /--verbose does not go with --extend/],
    [['replay', 'calm', '--extend', '2', '--hash', '1'], /--hash does not go with --extend/],
    [['replay', 'calm', '--break', 'agreement', '--until', '5'], /--until does not go with --break/],
    [['replay', 'calm', '--diff', kept, '--break', 'agreement'], /--break does not go with --diff/],
    [['explain', 'calm', '--futures', 'x'], /--futures must be a whole number/],
    [['export', 'calm', '--format', 'jsonl', '--json'], /without a file, the export itself is printed/],
    [['export', 'calm', '--format', 'jsonl', '--out', join(nowhere, 'file')], /there is no folder .*none/],
    [['fuzz', '--hashes', join(nowhere, 'file')], /there is no folder .*none: name another place for the hashes/],
    [['fuzz', '--junit', join(nowhere, 'file')], /there is no folder .*none: name another place for the file of --junit/],
    [['fuzz', '--sarif', directory], /is a folder: name another place for the file of --sarif/],
    [['fuzz', '--for', '0s'], /--for must be longer than no time/],
    [['fuzz', '--for', '99999h'], /--for must be at most 596h/],
    [['fuzz', '--jobs', '100000'], /--jobs must be at most 512/],
    [['fuzz', '--from', '9007199254740990', '--seeds', '10'], /--from must be at most 9007199254740981/],
    [['fuzz', '--shard', '1/99999999999999999999'], /--shard must be I\/N/],
    [['fuzz', '--reports', '/proc/none'], /\/proc\/none cannot be written/],
    [['soak', '--facts', join(nowhere, 'file')], /there is no folder .*none: name another place for the facts/],
    [['mutants', '--out', 'x.md'], /--out goes with --shrink/],
    [['mutants', '--bases', '2'], /--bases goes with --feedback/],
    [['mutants', '--shrink', '--renew'], /--renew does not go with --shrink/],
    [['mutants', '--random', '2', '--feedback'], /--feedback does not go with --random/],
    [['mutants', 'canary', '--random', '2'], /--random chooses for itself: leave out canary/],
    [['mutants', 'canary', '--tier', '1'], /--tier chooses for itself: leave out canary/],
    [['explore', '--for', '5s'], /--for goes with --mutant or --mutants/],
    [['explore', '--ops', '99999999999'], /--ops must be at most 1000/],
    [['explore', '--crash-points', '--liveness'], /--crash-points does not go with --liveness/],
    [['explore', '--mutant', 'canary', '--checkpoint', 'x'], /--checkpoint does not go with --mutant/],
    [['explore', '--resume', 'x', '--max-states', '9'], /--resume knows what is explored: leave out --max-states/],
    [['explore', '--checkpoint', directory], /cannot be written: it is a folder/],
    [['check', 'x', '--model', 'znode', '--initial', '0'], /--initial is for registers/],
    [['bench', 'tree', '--recover', directory], /--recover measures nothing else: leave out tree/],
    [['bench', '--recover', nowhere], /none cannot be read: ENOENT/],
    [['bench', '--recover', directory], /holds neither a log nor a snapshot/],
    [['snapshot', 'x', '--data', '--summary', '/'], /--data does not go with --summary/],
    [['shell', '-json'], /-json is for one command/],
    [['shell', '-timeout', '99999999999', 'ls', '/'], /-timeout must be at most 2147483647/],
    [['help', 'rum'], /no command of viv is called "rum"; did you mean "run"\?/],
  ];
  for (const [argv, said] of table) {
    const { code, out, err } = await viv(argv);
    assert.is(code, 1, `${argv.join(' ')}: exit code ${code}`);
    if (!argv.includes('--json')) assert.equal(out, []);
    assert.is(err.length, 1, argv.join(' '));
    assert.match(err[0] ?? '', said, argv.join(' '));
  }
});

test('help is had in every way in which people ask for it', async () => {
  for (const argv of [['run', '-h'], ['help', 'run'], ['--help', 'run'], ['run', 'nonsense', '--help']]) {
    const { code, out } = await viv(argv);
    assert.is(code, 0, argv.join(' '));
    assert.match(out[0] ?? '', /^viv run/);
  }
});

/** The document on standard output. */
function documentOf({ out }: Said): unknown {
  return JSON.parse(out.join('\n'));
}

test('what goes wrong under --json is JSON', async () => {
  const misuse = await viv(['run', 'fvie', '--json']);
  assert.is(misuse.code, 1);
  assert.equal(documentOf(misuse), { error: 'no scenario is called "fvie"; did you mean "five"?', exitCode: 1 });
  assert.equal(misuse.err, ['viv: no scenario is called "fvie"; did you mean "five"?']);
  const interrupted = await viv(['explore', '--mutant', 'canary', '--json'], AbortSignal.abort());
  assert.is(interrupted.code, 6);
  assert.equal(documentOf(interrupted), { error: 'interrupted', exitCode: 6 });
});

test('whatever a command is asked for, --json is one document', async () => {
  for (const argv of [
    ['replay', 'calm', '--until', '5'], ['replay', 'calm', '--break', 'agreement'], ['replay', 'calm', '--diff', kept],
    ['export', 'calm', '--format', 'jsonl', '--out', join(directory, 'calm.jsonl')], ['shell', '-json', 'nonsense'],
    ['trace', 'zab-small', '--tla', '--out', directory],
  ]) {
    const said = await viv(argv.includes('-json') ? argv : [...argv, '--json']);
    assert.type(documentOf(said), 'object', argv.join(' '));
  }
});

test('files may go into a folder that is made for the rest', async () => {
  const [reports, joined] = [join(directory, 'reports'), join(directory, 'joined')];
  const fuzzed = await viv([
    'fuzz', 'calm', '--seeds', '1', '--jobs', '1', '--fresh', '--reports', reports, '--junit', join(reports, 'junit.xml'),
  ]);
  assert.is(fuzzed.code, 0, fuzzed.err.join('\n'));
  const merged = await viv(['merge', reports, '--out', joined, '--junit', join(joined, 'junit.xml')]);
  assert.is(merged.code, 0, merged.err.join('\n'));
  for (const folder of [reports, joined]) assert.match(readFileSync(join(folder, 'junit.xml'), 'utf8'), /<testsuite/);
});

test('an audit that was interrupted says so, and how far it came', async () => {
  const { code, out } = await viv(['audit', 'calm'], AbortSignal.abort());
  assert.is(code, 6);
  assert.match(out.join('\n'), /^interrupted; 0 seeds/);
  assert.not.match(out.join('\n'), /every/);
});

test('a part of a run says how it ended', async () => {
  assert.match((await viv(['replay', 'calm', '--until', '5'])).out.join('\n'), /^calm 1: .* cut short after 5 events/);
  assert.match((await viv(['replay', 'calm', '--until', '99999999'])).out.join('\n'), /^calm 1: held$/);
});

test('a counterexample that cannot be kept does not take the verdict away', async () => {
  const file = join(directory, 'failures');
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, '');
  const { code, out, err } = await viv(['explore', '--mutant', 'canary', '--json']);
  assert.is(code, 2, err.join('\n'));
  assert.match(out.join('\n'), /the failure could not be kept in .*EEXIST/);
  rmSync(file);
  mkdirSync(file);
  const found = documentOf(await viv(['explore', '--mutant', 'canary', '--json']));
  const { kept: path } = { kept: '', ...(typeof found === 'object' ? found : {}) };
  assert.match(readFileSync(path, 'utf8'), /vivarium failure/);
});

test.run();
