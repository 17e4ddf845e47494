/** `viv run`: one run of a scenario, its verdict and its hash. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { named, seedText } from '../command/values.ts';
import { luckOf, planOf } from '../plan/lineage.ts';
import type { Plan } from '../plan/plan.ts';
import { recordPage } from '../report/page-run.ts';
import { runReport } from '../report/text.ts';
import { exitCodeOf, runPlan } from '../run/run.ts';
import type { RunResult } from '../run/run.ts';
import { updateHashes } from './hashes.ts';
import { pageGiven, writePage } from './report.ts';

/** One run. */
export const run: Command = {
  name: 'run',
  summary: 'one run of a scenario: verdicts, counters, trace hash',
  usage: '[SCENARIO] --seed S [--report PAGE.html]',
  flags: [
    { name: 'seed', value: 'S', help: 'a whole number (1)' },
    { name: 'report', value: 'PAGE.html', help: 'write a page of the run, to open in a browser' },
    { name: 'plan', help: 'print the plan of the seed, and do not run it', notWith: ['report'] },
    {
      name: 'update-hashes', help: 'renew scenarios/hashes.json, the expected hashes of every scenario, on purpose',
      notWith: ['seed', 'report', 'plan'],
    },
  ],
  notes: [`Scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}; without a name, five.`],
  run(given, shell) {
    if (!given.has('update-hashes')) return runOnce(given, shell);
    if (given.names.length > 0) throw new UsageError('--update-hashes is for every scenario: name none');
    return Promise.resolve(updateHashes(given.has('json'), shell));
  },
};

async function runOnce(given: Given, shell: Shell): Promise<number> {
  if (given.names.length > 1) throw new UsageError('viv run takes one scenario; viv fuzz takes several');
  const scenario = named('scenario', given.names[0] ?? 'five', SCENARIOS);
  const plan = planOf(scenario, seedText('seed', given.text('seed') ?? '1'));
  if (given.has('plan')) {
    shell.out(JSON.stringify(plan, null, 2));
    return 0;
  }
  const result = await play(plan, pageGiven(given), shell);
  if (given.has('json')) shell.out(JSON.stringify(result, null, 2));
  else for (const line of runReport(result)) shell.out(line);
  return exitCodeOf(result);
}

/** Runs the plan; with a page to write, everything is recorded. */
async function play(plan: Plan, page: string | undefined, shell: Shell): Promise<RunResult> {
  const chooser = luckOf(plan.seed);
  if (page === undefined) return runPlan(plan, chooser, { properties: allProperties });
  const commands = [`viv run ${plan.scenario} --seed ${plan.seed}`, `viv replay ${plan.scenario} --seed ${plan.seed} --verbose`];
  const { result, model } = recordPage(plan, chooser, { properties: allProperties, hash: null, commands });
  await writePage(shell, page, model);
  shell.err(`a page to open: ${page}`);
  return result;
}
