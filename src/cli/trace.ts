/** `viv trace --tla`: a run over the variables of the published specification of Zab, for TLC to follow. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SMALL_SCENARIOS } from '../../scenarios/small.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { seedText } from '../command/values.ts';
import type { Plan } from '../plan/plan.ts';
import { EPOCHS_MAX, TlaTrace } from '../report/tla.ts';
import { chooserOf } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import { type Chooser, SeedChooser } from '../world/chooser.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { folderFor } from './keep.ts';
import { whichRun } from './which-run.ts';

const MODULE = 'ZabTrace';
/** More than TLC follows in any sensible time. */
const STATES_MAX = 2000;

/** See the head of the file. */
export const trace: Command = {
  name: 'trace',
  summary: 'a run over the variables of the published specification of Zab, for TLC to follow',
  usage: 'FILE-or-SCENARIO [--seed S] --tla [--out DIRECTORY]',
  flags: [
    { name: 'seed', value: 'S', help: 'of a scenario: the seed (1)' },
    { name: 'tla', help: 'as a TLA+ module and a configuration for TLC' },
    { name: 'out', value: 'DIRECTORY', help: 'where they go (reports/tla)' },
  ],
  notes: [
    `Small scenarios are best: ${SMALL_SCENARIOS.map(({ name }) => name).join(', ')}. docs/trace-validation.md has the mapping.`,
    'Put Zab.tla of the ZooKeeper repository beside them, and run TLC on ZabTrace: NotFollowed violated means that it followed.',
  ],
  run(given, shell) {
    if (!given.has('tla')) throw new UsageError('viv trace needs --tla: it knows no other form');
    const { plan, chooser } = runOf(given, shell);
    const other = plan.members.find(({ role }) => role !== 'participant');
    if (other !== undefined || plan.reconfig !== undefined) {
      throw new UsageError(`${plan.scenario} has observers or a changing ensemble, and the specification has not: try zab-small`);
    }
    const made = new TlaTrace(plan.members.map(({ id }) => id));
    runPlan(plan, chooser, {
      properties: [],
      trace: { event: () => undefined, fact: (fact, node) => { made.see(fact, node); } },
    });
    if (made.highestEpoch > EPOCHS_MAX) {
      throw new UsageError(`this run has ${made.highestEpoch} epochs, and the specification ${EPOCHS_MAX}: try zab-small`);
    }
    if (made.length > STATES_MAX) {
      throw new UsageError(`this run shows ${made.length} states, and TLC follows ${STATES_MAX} at most: try zab-small`);
    }
    const directory = resolve(given.text('out') ?? join(shell.reports, 'tla'));
    write(directory, `${MODULE}.tla`, made.module(MODULE));
    write(directory, `${MODULE}.cfg`, made.config());
    const file = join(directory, `${MODULE}.tla`);
    if (given.has('json')) {
      const [states, servers] = [made.length, plan.members.length];
      shell.out(JSON.stringify({ scenario: plan.scenario, states, servers, file, hasLost: made.hasLost }, null, 2));
      return Promise.resolve(0);
    }
    shell.out(`${plan.scenario}: ${made.length} states of ${plan.members.length} servers, in ${file}`);
    if (made.hasLost) shell.out('a crash took what others had already: disks of the specification never do, so it cannot follow');
    return Promise.resolve(0);
  },
};

function runOf(given: Given, shell: Shell): { readonly plan: Plan; readonly chooser: Chooser } {
  const small = SMALL_SCENARIOS.find(({ name }) => name === given.names[0]);
  if (small === undefined || given.names.length > 1) {
    const { failure } = whichRun('trace', given, shell);
    return { plan: failure.plan, chooser: chooserOf(failure) };
  }
  // Their own settings are untimed, for the explorer: what it has all orders of, a run has none of.
  const plan = { ...small.plan(small.size), settings: DEFAULT_SETTINGS };
  return { plan, chooser: new SeedChooser(seedText('seed', given.text('seed') ?? '1')) };
}

function write(directory: string, name: string, lines: readonly string[]): void {
  folderFor(directory);
  try {
    writeFileSync(join(directory, name), lines.map((line) => `${line}\n`).join(''));
  } catch (error) {
    throw new UsageError(`${join(directory, name)} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
