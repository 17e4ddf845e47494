/** `viv audit`: is one seed one run, whoever runs it? */
import { fork, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SCENARIOS } from '../../scenarios/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { firstSeed, named, positiveNumber } from '../command/values.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import { planOf } from '../plan/lineage.ts';
import type { Scenario } from '../plan/scenario.ts';
import { firstDifference, testify } from '../run/audit.ts';
import type { Question, Testimony } from '../run/audit.ts';
import { EXIT_CODES } from '../run/verdict.ts';

const WITNESS = 'src/cli/audit-worker.ts';
const DEFAULT_SEEDS = 3;
/** Processes that do nothing but turn, while a witness runs; none outlives who started it. */
const BUSY = 2;
const TURN = 'const parent = process.ppid; while (process.ppid === parent);';

/** Somebody who runs seeds. */
interface Witness {
  readonly name: string;
  /** Whether messages go the other way, through the codec or not, than the plan says. */
  readonly otherwise: boolean;
  ask(question: Question): Promise<Testimony>;
}

/** The audit. */
export const audit: Command = {
  name: 'audit',
  summary: 'runs seeds twice, in other processes, under load, through the codec and on every Node, and compares',
  usage: '[SCENARIO...] [--seeds N] [--from S] [--node PATH]',
  flags: [
    { name: 'seeds', value: 'N', help: `so many seeds of each scenario (${DEFAULT_SEEDS})` },
    { name: 'from', value: 'S', help: 'the first seed (1)' },
    { name: 'node', value: 'PATH', help: 'one more Node to run them on, beside those that are found' },
  ],
  notes: ['Exit 5 where two runs of a seed differ; the first event at which they do is named, with both stacks.'],
  async run(given, shell) {
    const scenarios = given.names.length === 0 ? SCENARIOS : given.names.map((name) => named('scenario', name, SCENARIOS));
    const seeds = positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_SEEDS));
    const from = firstSeed('from', given.text('from') ?? '1', seeds);
    const extra = given.text('node');
    if (extra !== undefined) checkNode(extra);
    const bundle = await bundleWorker(shell.root, WITNESS);
    const children: ChildProcess[] = [];
    try {
      const witnesses = witnessesOf(bundle.script, nodesFound(extra === undefined ? [] : [extra]), children);
      const differences: string[][] = [];
      let audited = 0;
      for (const scenario of scenarios) {
        for (let seed = from; seed < from + seeds && !shell.signal.aborted; seed++) {
          shell.status(`${scenario.name} ${seed}`);
          const found = await auditSeed(scenario, String(seed), witnesses, shell.signal);
          if (found === null) break;
          differences.push(...found);
          audited++;
        }
      }
      shell.status('');
      report(given.has('json'), witnesses, audited, differences, shell);
      if (differences.length > 0) return EXIT_CODES.nondeterminism;
      return shell.signal.aborted ? EXIT_CODES.unknown : 0;
    } finally {
      for (const child of children) child.kill('SIGKILL');
      bundle.remove();
    }
  },
};

function report(
  isJson: boolean, witnesses: readonly Witness[], runs: number, differences: readonly string[][], shell: Shell,
): void {
  const names = witnesses.map(({ name }) => name);
  if (isJson) {
    shell.out(JSON.stringify({ seeds: runs, witnesses: names, differences, interrupted: shell.signal.aborted }, null, 2));
    return;
  }
  for (const difference of differences) for (const line of difference) shell.out(line);
  const ended = shell.signal.aborted ? 'interrupted; ' : '';
  shell.out(`${ended}${runs} seeds, each run by ${names.length} witnesses: ${names.join('; ')}`);
  if (differences.length > 0) shell.out(`differences: ${differences.length}`);
  else if (runs > 0) shell.out(shell.signal.aborted ? 'every one of them is one run' : 'every seed is one run');
}

function witnessesOf(script: string, nodes: readonly string[], children: ChildProcess[]): Witness[] {
  const here: Witness['ask'] = (question) => Promise.resolve(testify(named('scenario', question.scenario, SCENARIOS), question));
  const there = (execPath: string): Witness['ask'] => {
    const child = fork(script, [], { execPath, execArgv: ['--enable-source-maps'], serialization: 'advanced' });
    children.push(child);
    return (question) => askChild(child, question);
  };
  const [one, two] = [there(process.execPath), there(process.execPath)];
  return [
    { name: 'this process', otherwise: false, ask: here },
    { name: 'this process again', otherwise: false, ask: here },
    { name: 'this process, the codec the other way', otherwise: true, ask: here },
    { name: 'two other processes at once, beside busy ones', otherwise: false, ask: (question) => underLoad(one, two, question) },
    ...nodes.map((path): Witness => ({ name: `the Node at ${path}`, otherwise: false, ask: there(path) })),
  ];
}

/** Both must say the same; if they do not, the second is heard, so that the difference shows. */
async function underLoad(one: Witness['ask'], two: Witness['ask'], question: Question): Promise<Testimony> {
  const busy = Array.from({ length: BUSY }, () => spawn(process.execPath, ['-e', TURN], { stdio: 'ignore' }));
  try {
    const [first, second] = await Promise.all([one(question), two(question)]);
    return first.hash === second.hash ? first : second;
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
}

function askChild(child: ChildProcess, question: Question): Promise<Testimony> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void => {
      reject(new Error(`a witness of the audit died of ${question.scenario} ${question.seed} (exit code ${code ?? 'none'})`));
    };
    child.once('exit', died);
    child.once('message', (testimony: Testimony) => {
      child.off('exit', died);
      resolve(testimony);
    });
    child.send(question, (error) => {
      if (error !== null) reject(error);
    });
  });
}

/** Lines for each witness that saw another run than the first; null where it was interrupted. */
async function auditSeed(
  scenario: Scenario, seed: string, witnesses: readonly Witness[], signal: AbortSignal,
): Promise<string[][] | null> {
  const { encode } = planOf(scenario, seed).settings;
  const asked = (otherwise: boolean, at: number): Question => {
    return { scenario: scenario.name, seed, encode: encode !== otherwise, at };
  };
  const differences: string[][] = [];
  const [first] = witnesses;
  if (first === undefined) return [];
  const expected = await first.ask(asked(first.otherwise, 0));
  for (const witness of witnesses.slice(1)) {
    // Ctrl-C is heard between two witnesses.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return null;
    const said = await witness.ask(asked(witness.otherwise, 0));
    if (said.hash === expected.hash) continue;
    const at = firstDifference(expected.trail, said.trail);
    const [mine, theirs] = [await first.ask(asked(first.otherwise, at)), await witness.ask(asked(witness.otherwise, at))];
    const where = at === 0 ? 'every event is the same: their draws or their facts differ' : `first at event ${at}`;
    const both = [`  here:  ${mine.event}`, ...indented(mine.stack), `  there: ${theirs.event}`, ...indented(theirs.stack)];
    differences.push([
      `DIFFERS ${scenario.name} ${seed}: ${witness.name} (Node ${said.node}), ${where}`,
      ...(at === 0 ? [] : both),
    ]);
  }
  return differences;
}

function indented(stack: string): string[] {
  return stack.split('\n').slice(0, 10).map((line) => `    ${line.trim()}`);
}

/** Throws `UsageError` where there is no Node. */
function checkNode(path: string): void {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0 || !/^v\d+\./.test(stdout)) throw new UsageError(`--node ${path} is no Node: it does not answer --version`);
}

/** Other Nodes: those on the path, those of nvm, and those given. */
function nodesFound(given: readonly string[]): string[] {
  const versions = join(homedir(), '.nvm/versions/node');
  const managed = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin/node')) : [];
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((directory) => {
    return ['node', 'nodejs', 'node18', 'node20', 'node22', 'node24'].map((name) => join(directory, name));
  });
  const own = realpathSync(process.execPath);
  const found = [...onPath, ...managed].filter((path) => existsSync(path)).map((path) => realpathSync(path));
  return [...new Set([...found, ...given])].filter((path) => path !== own);
}
