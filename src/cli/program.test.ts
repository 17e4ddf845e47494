import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { distance, nearest, unknownName } from '../command/nearest.ts';
import { repositoryRoot } from '../command/shell.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const test = suite('program');
const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

interface Said {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

async function viv(...argv: string[]): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runProgram(COMMANDS, argv, {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    status: () => undefined,
    isTerminal: false,
    root: repositoryRoot(),
    reports: directory,
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

test('misuse is one sentence with the nearest valid name, and exit code 1', async () => {
  const torn = file('torn.json', '{"format":"vivarium failure","version":1,"plan":{"version"');
  const noJson = file('no.json', 'hello');
  const other = file('other.json', '{"a":1}');
  const old = file('old.json', '{"format":"vivarium failure","version":99}');
  const newer = join(directory, 'newer');
  mkdirSync(newer);
  file('newer/journal-1-of-2.jsonl', '{"format":"vivarium journal","version":7}\n');
  const kept = join(repositoryRoot(), 'scenarios/regressions/acl-416.json');
  const nowhere = join(directory, 'none');
  const lacking = file('lacking.json', '{"format":"vivarium failure","version":1,"plan":{"version":1,"scenario":"five"}}');
  const table: [argv: string[], said: RegExp][] = [
    [['rum'], /no command of viv is called "rum"; did you mean "run"\?/],
    [['run', 'fvie'], /no scenario is called "fvie"; did you mean "five"\?/],
    [['run', 'five', 'calm'], /takes one scenario/],
    [['run', 'five', '--sede', '7'], /no flag of viv run is called "--sede"; did you mean "--seed"\?/],
    [['run', 'five', '--seed', 'x'], /--seed must be a whole number, not "x"/],
    [['run', 'five', '--seed', '1.5'], /--seed must be a whole number/],
    [['run', 'five', '--seed=-1'], /--seed must be a whole number/],
    [['run', 'five', '--seed', '99999999999999999999'], /--seed must be a whole number/],
    [['run', 'five', '--seed'], /--seed needs a value: --seed S/],
    [['run', 'five', '--json=yes'], /--json takes no value/],
    [['fuzz', 'five', 'clam'], /no scenario is called "clam"; did you mean "calm"\?/],
    [['fuzz', '--seeds', '0'], /--seeds must be at least 1/],
    [['fuzz', '--for', '10'], /--for must be a time such as/],
    [['fuzz', '--shard', '4/3'], /--shard must be I\/N/],
    [['fuzz', '--jobs', 'many'], /--jobs must be a whole number/],
    [['mutants', 'zk-1'], /no mutant is called "zk-1"/],
    [['mutants', '--tier', '9'], /no mutant is of tier 9; the tiers are 0 to 4/],
    [['mutants', '--shrink', '--out', join(nowhere, 'table.md')], /there is no folder .*none: name another place for the table/],
    [['mutants', '--feedback', '--bases', '0'], /--bases must be at least 1/],
    [['audit', '--node', torn], /--node .* is no Node: it does not answer --version/],
    [['fuzz', '--report', join(nowhere, 'page.html')], /there is no folder .*none: name another place for the page/],
    [['fuzz', '--reports', torn], /torn\.json cannot be written: .*torn\.json is a file/],
    [['fuzz', '--resume', '--shard', '1/2', '--reports', newer], /no journal of a campaign: it is of version 7, and this is/],
    [['merge', newer], /is no journal of a campaign: it is of version 7/],
    [['shrink', kept, '--out', join(nowhere, 'out.json')], /there is no folder .*none: name another place for the smaller/],
    [['mutants', '--budget', 'long'], /--budget must be a time such as/],
    [['mutants', '--random', '0'], /--random must be at least 1/],
    [['replay'], /takes one failure file or one scenario/],
    [['replay', 'fiv'], /no scenario is called "fiv"; did you mean "five"\?/],
    [['replay', 'five', '--until', 'x'], /--until must be a whole number/],
    [['replay', join(directory, 'none.json')], /cannot be read: ENOENT/],
    [['replay', torn], /torn\.json is torn/],
    [['replay', noJson], /is not a failure file: it is no JSON/],
    [['replay', other], /the document must be a failure file of vivarium/],
    [['replay', old], /a failure of version 99, and this reads versions 1 to 2/],
    [['replay', lacking], /plan\.seed is missing/],
    [['replay', torn, '--seed', '3'], /leave out --seed/],
    [['replay', 'calm', '--break', 'agrement'], /no property is called "agrement"; did you mean "agreement"\?/],
    [['replay', 'calm', '--mutant', 'zk-1'], /no mutant is called "zk-1"/],
    [['replay', 'calm', '--extend', '0'], /--extend must be at least 1/],
    [['shrink'], /takes one failure file/],
    [['shrink', torn], /torn\.json is torn/],
    [['shrink', join(directory, 'none.json')], /cannot be read: ENOENT/],
    [['fuzz', '--mutant', 'zk-1'], /no mutant is called "zk-1"/],
    [['fuzz', '--resume', '--reports', join(directory, 'empty')], /there is nothing to resume: .*1-of-1\.jsonl is not there/],
    [['fuzz', '--quiet', '0'], /--quiet must be at least 1/],
    [['merge'], /takes the directories/],
    [['merge', join(directory, 'empty')], /cannot be read: ENOENT/],
    [['merge', repositoryRoot()], /there is no journal of a campaign in/],
    [['replay', 'five', '--seed', '7~x'], /--seed must be a whole number, not "x"/],
    [['check'], /takes one file/],
    [['check', torn], /needs --model: one of register, cas-register, znode/],
    [['check', torn, '--model', 'registre'], /no model is called "registre"; did you mean "register"\?/],
    [['check', torn, '--model', 'register'], /torn\.json: line 1: the text breaks off/],
    [['check', join(directory, 'none.edn'), '--model', 'znode'], /cannot be read: ENOENT/],
    [['check', torn, '--model', 'register', '--initial', '1 2'], /--initial must be one value/],
    [['check', torn, '--model', 'register', '--budget', '0'], /--budget must be at least 1/],
  ];
  for (const [argv, said] of table) {
    const { code, out, err } = await viv(...argv);
    assert.is(code, 1, `${argv.join(' ')}: exit code ${code}`);
    assert.equal(out, []);
    assert.is(err.length, 1);
    assert.match(err[0] ?? '', said);
  }
});

test('every command explains itself', async () => {
  const { code, out } = await viv('--help');
  assert.is(code, 0);
  for (const { name } of COMMANDS) {
    assert.ok(out.some((line) => line.trim().startsWith(name)), name);
    const help = await viv(name, '--help');
    assert.is(help.code, 0);
    assert.match(help.out[0] ?? '', new RegExp(`^viv ${name}`));
    assert.ok(help.out.some((line) => line.includes('--json')));
  }
  assert.is((await viv()).code, 1);
  const version = await viv('--version');
  assert.is(version.code, 0);
  assert.match(version.out.join('\n'), /^vivarium 3\.9\.5-vivarium-\d+\.\d+\.\d+, built on .* UTC$/);
});

test('a run, its replay and a replay of something else', async () => {
  const ran = await viv('run', 'calm', '--seed', '2', '--json');
  assert.is(ran.code, 0, ran.out.join('\n'));
  const [, hash] = /"hash": "([0-9a-f]{14})"/.exec(ran.out.join('\n')) ?? [];
  assert.match(ran.out.join('\n'), /"outcome": "held"/);
  if (hash === undefined) throw new Error('there is no hash in it');
  assert.is((await viv('replay', 'calm', '--seed', '2', '--hash', hash)).code, 0);
  const differs = await viv('replay', 'calm', '--seed', '2', '--hash', '0123456789abcd');
  assert.is(differs.code, 5);
  assert.match(differs.err[0] ?? '', /should be 0123456789abcd/);
});

test('a verbose replay has one line an event', async () => {
  const { code, out } = await viv('replay', 'five', '--seed', '7', '--until', '50', '--verbose');
  assert.is(code, 0);
  const events = out.filter((line) => /^ +\d+ +\d+\.\d{3} +[sc]\d+ /.test(line) && !line.includes('***'));
  assert.is(events.length, 50);
  assert.ok(out.every((line) => !line.includes('\u001b')));
});

test('a history is linearizable, or not, or nobody knows', async () => {
  const invoke = '{:process 0 :type :invoke :f :write :value 1}{:process 1 :type :invoke :f :read}';
  const seen = (value: number): string => `${invoke}{:process 1 :type :ok :f :read :value ${value}}`;
  const good = file('good.edn', seen(1));
  const bad = file('bad.edn', seen(2));
  const held = await viv('check', good, '--model', 'register');
  assert.is(held.code, 0);
  assert.match(held.out[0] ?? '', /is linearizable as a register: 2 operations in 1 independent part/);
  const violated = await viv('check', bad, '--model', 'register');
  assert.is(violated.code, 2);
  assert.match(violated.out.join('\n'), /is not linearizable[^]*no place for\n +process 1 +read saw 2[^]*these conflict/);
  const asJson = await viv('check', bad, '--model', 'register', '--json');
  assert.match(asJson.out.join('\n'), /"verdict": "violated"[^]*"text": "read saw 2"/);
  const wide = Array.from({ length: 30 }, (_, i) => `{:process ${i} :type :invoke :f :write :value ${i}}`).join('');
  const answers = Array.from({ length: 30 }, (_, i) => `{:process ${i} :type :ok :f :write :value ${i}}`).join('');
  const hard = file('hard.edn', `${wide}${answers}{:process 0 :type :invoke :f :read}{:process 0 :type :ok :f :read :value 99}`);
  const unknown = await viv('check', hard, '--model', 'register', '--budget', '1000');
  assert.is(unknown.code, 6);
  assert.match(unknown.out[0] ?? '', /unknown whether/);
});

test('the nearest name', () => {
  assert.is(distance('kitten', 'sitting'), 3);
  assert.is(distance('', 'abc'), 3);
  assert.is(nearest('powr', ['five', 'power', 'partitions']), 'power');
  assert.is(nearest('x', []), undefined);
  assert.is(nearest('xyzzy', ['five', 'power', 'partitions']), undefined, 'nothing is near');
  assert.is(unknownName('scenario', 'xyzzy', ['five', 'power']), 'no scenario is called "xyzzy"; there are five, power');
  assert.is(unknownName('scenario', 'xyzzy', Array.from({ length: 25 }, (_, i) => `n${i}`)), 'no scenario is called "xyzzy"');
});

test.run();
