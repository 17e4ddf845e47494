/** `viv run`: one run of a scenario, its verdict and its hash. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { luckOf, planOf } from '../fuzz/lineage.ts';
import { exitCodeOf, runPlan } from '../fuzz/run.ts';
import { runReport } from '../report/text.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import { updateHashes } from './hashes.ts';
import type { Shell } from './shell.ts';
import { named, seedText } from './values.ts';

/** One run. */
export const run: Command = {
  name: 'run',
  summary: 'one run of a scenario: verdicts, counters, trace hash',
  usage: '[SCENARIO] --seed S',
  flags: [
    { name: 'seed', value: 'S', help: 'a whole number (1)' },
    { name: 'plan', help: 'print the plan of the seed, and do not run it' },
    { name: 'update-hashes', help: 'renew scenarios/hashes.json, the expected hashes of every scenario, on purpose' },
  ],
  notes: [`Scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}; without a name, five.`],
  run(given, shell) {
    return Promise.resolve(given.has('update-hashes') ? updateHashes(shell) : runOnce(given, shell));
  },
};

function runOnce(given: Given, shell: Shell): number {
  if (given.names.length > 1) throw new UsageError('viv run takes one scenario; viv fuzz takes several');
  const scenario = named('scenario', given.names[0] ?? 'five', SCENARIOS);
  const plan = planOf(scenario, seedText('seed', given.text('seed') ?? '1'));
  if (given.has('plan')) {
    shell.out(JSON.stringify(plan, null, 2));
    return 0;
  }
  const result = runPlan(plan, luckOf(plan.seed), { properties: allProperties });
  if (given.has('json')) shell.out(JSON.stringify(result, null, 2));
  else for (const line of runReport(result)) shell.out(line);
  return exitCodeOf(result);
}
