/** `viv explore`: every behaviour of a small world within bounds, and whether every promise is kept in all of them. */
import { SMALL_SCENARIOS } from '../../scenarios/zab-small.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { GRAINS } from '../explore/grain.ts';
import { STARTS } from '../explore/start.ts';
import { whyUnfit } from '../fuzz/exploration.ts';
import { type Exploration, type Explored, exploredSoFar, failureFrom, searchOf } from '../fuzz/explore-run.ts';
import { writeFailure } from '../fuzz/failure.ts';
import type { Plan } from '../fuzz/plan.ts';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { exploredReport } from '../report/explored.ts';
import { decimal, duration } from '../report/format.ts';
import { type Command, type Given, UsageError } from './command.ts';
import type { Shell } from './shell.ts';
import { named, positiveNumber, wholeNumber } from './values.ts';

const SLICE = 2000;
const LINE_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 250;
const SERVERS_MAX = 7;

/** See the head of the file. */
export const explore: Command = {
  name: 'explore',
  summary: 'every behaviour of a small world within bounds: proof up to a bound, on the real code',
  usage: '[SCENARIO] [--servers 3] [--ops 2] [--crashes 1] [--timeouts 1] [--grain coarse] [--start nothing]',
  flags: [
    { name: 'servers', value: 'N', help: `voters, 1 to ${SERVERS_MAX} (as the scenario says)` },
    { name: 'ops', value: 'N', help: 'writes of each client (as the scenario says)' },
    { name: 'clients', value: 'N', help: 'clients (as the scenario says)' },
    { name: 'crashes', value: 'N', help: 'crashes of servers, each of which may start again (1)' },
    { name: 'partitions', value: 'N', help: 'times that all connections between two processes die (0)' },
    { name: 'timeouts', value: 'N', help: 'timers that fire although their time has not come (1)' },
    { name: 'epochs', value: 'N', help: 'no epoch above this (2)' },
    { name: 'rounds', value: 'N', help: 'no round of elections above this (3)' },
    { name: 'grain', value: 'GRAIN', help: `what one step is: ${GRAINS.join(', ')} (coarse)` },
    { name: 'start', value: 'START', help: `where to begin: ${STARTS.join(', ')} (nothing)` },
    { name: 'depth-first', help: 'for what is deep; without it the first counterexample is a shortest one' },
    { name: 'max-depth', value: 'N', help: 'no path longer than this' },
    { name: 'max-states', value: 'N', help: 'end after so many distinct states' },
    { name: 'memory', value: 'MB', help: 'for the visited states (2000)' },
    { name: 'unreduced', help: 'leave no step out, however many orders of the same steps there are' },
  ],
  notes: [
    ...SMALL_SCENARIOS.map(({ name, summary }) => `${name.padEnd(12)} ${summary}`),
    'A counterexample is kept in reports/failures/, for viv replay. docs/exploring.md explains grains, starts and bounds.',
    'Exit 0: every state within the bounds was seen and held; 6: the search ended before.',
  ],
  async run(given, shell) {
    const exploration = explorationOf(given);
    const { explored, kept } = await exploreHere(exploration, shell, !given.has('json'));
    if (given.has('json')) shell.out(JSON.stringify({ ...explored, kept }, null, 2));
    else {
      for (const line of exploredReport(explored)) shell.out(line);
      if (kept !== null) shell.out(kept.endsWith('.json') ? `  viv replay ${kept}` : `  ${kept}`);
    }
    return EXIT_CODES[explored.outcome];
  },
};

/** What the flags ask for; every misuse is a `UsageError`. */
export function explorationOf(given: Given): Exploration {
  if (given.names.length > 1) throw new UsageError('viv explore takes one scenario');
  const order = given.has('depth-first') ? 'depth' : 'breadth';
  const number = (flag: string, otherwise: number): number => {
    const text = given.text(flag);
    return text === undefined ? otherwise : wholeNumber(flag, text);
  };
  const plan = planOf(given);
  const bounds = {
    crashes: number('crashes', 1), partitions: number('partitions', 0), timeouts: number('timeouts', 1),
    epochs: number('epochs', 2), rounds: number('rounds', 3),
  };
  if (bounds.epochs === 0 || bounds.rounds === 0) {
    throw new UsageError('--epochs and --rounds must be at least 1: without an epoch there is nothing to see');
  }
  const spaces = given.text('max-depth');
  const manner = {
    order, maxDepth: spaces === undefined ? Number.MAX_SAFE_INTEGER : positiveNumber('max-depth', spaces),
    grain: oneOf('grain', given.text('grain') ?? 'coarse', GRAINS),
    start: oneOf('start', given.text('start') ?? 'nothing', STARTS),
    maxStates: number('max-states', 1_000_000_000), maxBytes: number('memory', 2000) * 1_000_000,
    isReduced: !given.has('unreduced'),
  } as const;
  if ((manner.start === 'committed' || manner.start === 'proposed') && writesOf(plan) < 2) {
    throw new UsageError(`--start ${manner.start} needs a client with two operations: --ops 2`);
  }
  return { plan, bounds, manner, properties: null };
}

function writesOf(plan: Plan): number {
  return Math.max(0, ...plan.clients.map(({ operations }) => operations.length));
}

function planOf(given: Given): Plan {
  const name = given.names[0] ?? 'zab-small';
  const timed = SCENARIOS.find((scenario) => scenario.name === name);
  if (timed !== undefined) {
    const why = whyUnfit(timed.plan('1')) ?? 'it is not made for it';
    throw new UsageError(`${name} cannot be explored: ${why}; try ${SMALL_SCENARIOS.map((each) => each.name).join(' or ')}`);
  }
  const scenario = named('scenario', name, SMALL_SCENARIOS);
  const size = (flag: string, otherwise: number, isPositive: boolean): number => {
    const text = given.text(flag);
    if (text === undefined) return otherwise;
    return isPositive ? positiveNumber(flag, text) : wholeNumber(flag, text);
  };
  const servers = size('servers', scenario.size.servers, true);
  if (servers > SERVERS_MAX) throw new UsageError(`--servers must be at most ${SERVERS_MAX}: no larger space can be searched`);
  return scenario.plan({
    servers, clients: size('clients', scenario.size.clients, false), operations: size('ops', scenario.size.operations, false),
  });
}

function oneOf<T extends string>(flag: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new UsageError(`--${flag} must be one of ${known.join(', ')}, not "${given}"`);
  return found;
}

/** Searches in this process; keeps the counterexample. `kept` is the file, or why there is none. */
async function exploreHere(
  exploration: Exploration, shell: Shell, talks: boolean,
): Promise<{ readonly explored: Explored; readonly kept: string | null }> {
  const search = searchOf(exploration);
  const began = Date.now();
  let nextMs = shell.isTerminal ? 0 : LINE_EVERY_MS;
  while (search.run(SLICE) === 'going' && !shell.signal.aborted) {
    const elapsedMs = Date.now() - began;
    if (talks && elapsedMs >= nextMs) {
      nextMs = elapsedMs + (shell.isTerminal ? STATUS_EVERY_MS : LINE_EVERY_MS);
      const line = `${decimal(search.visited.count)} states, depth ${search.depth}, ${decimal(search.waiting)} waiting, `
        + duration(elapsedMs);
      if (shell.isTerminal) shell.status(line);
      else shell.err(line);
    }
    // Ctrl-C is heard between two slices.
    await new Promise((resolve) => setImmediate(resolve));
  }
  shell.status('');
  const explored = exploredSoFar(exploration, search, Date.now() - began, shell.signal.aborted);
  if (explored.finding === null) return { explored, kept: null };
  const failure = failureFrom(exploration, search);
  return { explored, kept: typeof failure === 'string' ? failure : writeFailure(shell.reports, failure) };
}
