/** `viv explore`: every behaviour of a small world within bounds, and whether every promise is kept in all of them. */
import { SCENARIOS } from '../../scenarios/index.ts';
import { SMALL_SCENARIOS } from '../../scenarios/small.ts';
import { processorMs } from '../bench/bars.ts';
import { type Command, type Given, readArguments, UsageError } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, named, positiveNumber, wholeNumber } from '../command/values.ts';
import { whyAsymmetric, whyUnfit } from '../exploration/bridge.ts';
import { checkWritable, readCheckpoint, writeCheckpoint } from '../exploration/checkpoint.ts';
import { isHeapNearlyFull } from '../exploration/heap.ts';
import {
  type Exploration, type Explored, exploredSoFar, failureFrom, searchOf, type Tally, tallyOf, type Times,
} from '../exploration/run.ts';
import { exploreTogether, type Progress } from '../exploration/squad.ts';
import { GRAINS } from '../explore/grain.ts';
import type { Search } from '../explore/search.ts';
import { type Start, STARTS } from '../explore/start.ts';
import type { Bounds } from '../explore/subject.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { type Plan, serverIds } from '../plan/plan.ts';
import { exploredReport } from '../report/explored.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { type CrashTask, tryCrashPoints } from './explore-crashes.ts';
import { exploreMutant, huntsFor, huntTogether, mutantNamed, mutantTable } from './explore-mutants.ts';
import { keepFailure } from './keep.ts';

const MUTANT_TIME = '3m';
/** So few states at a time that a small heap is not filled between two looks at it. */
const SLICE = 200;
const LINE_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 250;
const SAVE_EVERY_MS = 60_000;
const SERVERS_MAX = 7;
const JOBS_MAX = 64;
/** Of operations and of clients: beyond it even a plan takes long to write down. */
const SIZE_MAX = 1000;
/** It takes one run, whatever is behind a crash, and every crash in it. */
const NOT_WITH_CRASH_POINTS = [
  'resume', 'checkpoint', 'depth-first', 'symmetry', 'liveness', 'unreduced', 'max-depth', 'max-states', 'memory', 'grain',
  'start', 'crashes', 'timeouts', 'partitions', 'epochs', 'rounds', 'mutants',
];

/** See the head of the file. */
export const explore: Command = {
  name: 'explore',
  summary: 'every behaviour of a small world within bounds: proof up to a bound, on the real code',
  usage: '[SCENARIO] [--servers 3] [--ops 2] [--crashes 1] [--timeouts 1] [--grain coarse] [--start proposed]',
  flags: [
    { name: 'servers', value: 'N', help: `voters, 1 to ${SERVERS_MAX} (as the scenario says)` },
    { name: 'ops', value: 'N', help: 'writes of each client (as the scenario says)' },
    { name: 'clients', value: 'N', help: 'clients (as the scenario says)' },
    { name: 'crashes', value: 'N', help: 'crashes of servers, each of which may start again (1)' },
    { name: 'partitions', value: 'N', help: 'times that all connections between two processes die (0)' },
    { name: 'disk-faults', value: 'N', help: 'appends, cuts and syncs that fail, and crashes that tear the last write (0)' },
    { name: 'lies', value: 'N', help: 'syncs of one disk that are said to be done and are not (0)' },
    { name: 'rot', value: 'N', help: 'bits that flip in what is durable on one disk, each at a few places of every file (0)' },
    { name: 'wall-jumps', value: 'N', help: 'times that a wall clock is set forward or back by an hour (0)' },
    { name: 'timeouts', value: 'N', help: 'timers that fire although their time has not come (1)' },
    { name: 'epochs', value: 'N', help: 'no epoch above this (2)' },
    { name: 'rounds', value: 'N', help: 'no round of elections above this (2)' },
    { name: 'grain', value: 'GRAIN', help: `what one step is: ${GRAINS.join(', ')} (coarse)` },
    { name: 'start', value: 'START', help: `where to begin: ${STARTS.join(', ')} (proposed or, for want of writes, serving)` },
    { name: 'depth-first', help: 'for what is deep; without it the first counterexample is a shortest one' },
    { name: 'jobs', value: 'N', help: 'search on so many cores; the verdict and the number of states are those of one (1)' },
    { name: 'max-depth', value: 'N', help: 'no path longer than this' },
    { name: 'max-states', value: 'N', help: 'end after so many distinct states' },
    { name: 'memory', value: 'MB', help: 'for the visited states (2000)' },
    {
      name: 'checkpoint', value: 'FILE', help: 'keep where the search stands there, every minute and when it is interrupted',
      notWith: ['mutant'],
    },
    {
      name: 'resume', value: 'FILE', help: 'go on where a checkpoint stood; it knows the scenario and the bounds',
      notWith: ['mutant'],
    },
    {
      name: 'crash-points', help: 'one run instead, and every way in which each disk may come out of a crash at every step',
      notWith: NOT_WITH_CRASH_POINTS,
    },
    { name: 'mutant', value: 'ID', help: 'with this bug planted: see viv mutants --help' },
    { name: 'mutants', help: 'every planted bug that a small world shows, or those named, each within bounds of its own' },
    {
      name: 'for', value: 'TIME', help: `with a planted bug: at most so long for each (${MUTANT_TIME})`,
      needs: ['mutant', 'mutants'], notWith: ['crash-points'],
    },
    { name: 'symmetry', help: 'take clients that all do the same for one another; leaves no steps out otherwise' },
    { name: 'liveness', help: 'from every state, follow a fair schedule: deadlocks, and cycles without progress' },
    { name: 'unreduced', help: 'leave no step out, however many orders of the same steps there are' },
  ],
  notes: [
    ...SMALL_SCENARIOS.map(({ name, summary }) => `${name.padEnd(12)} ${summary}`),
    'A counterexample is kept in reports/failures/, for viv replay. docs/exploring.md explains grains, starts and bounds.',
    'Exit 0: every state within the bounds was seen and held; 6: the search ended before.',
  ],
  async run(given, shell) {
    const jobs = jobsOf(given);
    if (given.has('crash-points')) return tryCrashPoints(crashTaskOf(given, jobs), given, shell);
    if (given.has('mutants')) return huntAll(given, jobs, shell);
    const planted = given.text('mutant');
    if (planted !== undefined) return exploreWith(mutantNamed(planted), given, shell);
    const talks = !given.has('json');
    const { explored, kept } = await (jobs > 1
      ? exploreOnAll(explorationOf(given), jobs, shell, talks)
      : exploreHere(taskOf(given), shell, talks));
    if (given.has('json')) shell.out(JSON.stringify({ ...explored, kept }, null, 2));
    else {
      for (const line of exploredReport(explored)) shell.out(line);
      if (kept !== null) shell.out(kept.endsWith('.json') ? `  viv replay ${kept}` : `  ${kept}`);
    }
    return EXIT_CODES[explored.outcome];
  },
};

async function exploreWith(mutant: Mutant, given: Given, shell: Shell): Promise<number> {
  const exploration = { ...explorationOf(given), properties: mutant.breaks };
  const { explored, kept } = await exploreMutant(exploration, mutant, duration('for', given.text('for') ?? MUTANT_TIME), shell);
  const file = typeof kept === 'string' ? kept : keepFailure(shell.reports, kept);
  if (given.has('json')) shell.out(JSON.stringify({ ...explored, kept: file }, null, 2));
  else for (const line of [...exploredReport(explored), ...(explored.finding === null ? [] : [`  ${file}`])]) shell.out(line);
  return EXIT_CODES[explored.outcome];
}

/** With a bug planted, its own properties judge. */
function crashTaskOf(given: Given, jobs: number): CrashTask {
  const planted = given.text('mutant');
  if (planted === undefined) return { exploration: explorationOf(given), jobs, edits: [] };
  const { id, breaks, edits } = mutantNamed(planted);
  return { exploration: { ...explorationOf(given), properties: breaks, mutant: id }, jobs, edits };
}

const WITH_MUTANTS: ReadonlySet<string> = new Set(['mutants', 'for', 'jobs', 'json']);

/** Exit 0 only if every one was found. */
async function huntAll(given: Given, jobs: number, shell: Shell): Promise<number> {
  const other = explore.flags.find(({ name }) => given.has(name) && !WITH_MUTANTS.has(name));
  if (other !== undefined) throw new UsageError(`--mutants has bounds of its own for each: leave out --${other.name}`);
  const forMs = duration('for', given.text('for') ?? MUTANT_TIME);
  const hunts = huntsFor(given.names);
  const rows = await huntTogether(hunts, jobs, forMs, shell, (flags) => explorationOf(readArguments(explore, flags)));
  if (given.has('json')) shell.out(JSON.stringify(rows.map(({ answer: { explored } }) => explored), null, 2));
  else for (const line of mutantTable(rows, given.names.length === 0)) shell.out(line);
  const areAll = rows.length === hunts.length && rows.every(({ answer: { explored } }) => explored.finding !== null);
  return areAll ? 0 : EXIT_CODES.unknown;
}

const NOT_WITH_JOBS = ['checkpoint', 'resume', 'depth-first'];

function jobsOf(given: Given): number {
  const text = given.text('jobs');
  if (text === undefined) return 1;
  const jobs = positiveNumber('jobs', text);
  if (jobs > JOBS_MAX) throw new UsageError(`--jobs must be at most ${JOBS_MAX}`);
  const other = NOT_WITH_JOBS.find((flag) => given.has(flag));
  if (jobs > 1 && other !== undefined) throw new UsageError(`--${other} is for one core: leave out --jobs`);
  if (jobs > 1 && given.has('mutant') && !given.has('crash-points')) {
    throw new UsageError('--mutant is for one core, but with --crash-points: leave out --jobs');
  }
  return jobs;
}

interface Task {
  readonly exploration: Exploration;
  readonly search: Search;
  readonly checkpoint: string | null;
}

const NOT_WITH_RESUME = [
  'servers', 'ops', 'clients', 'crashes', 'partitions', 'timeouts', 'disk-faults', 'lies', 'rot', 'wall-jumps',
  'epochs', 'rounds', 'grain', 'start', 'symmetry', 'liveness', 'unreduced', 'depth-first', 'max-depth', 'max-states', 'memory',
];

function taskOf(given: Given): Task {
  const file = given.text('resume');
  if (file === undefined) {
    const exploration = explorationOf(given);
    const checkpoint = given.text('checkpoint') ?? null;
    if (checkpoint !== null && exploration.manner.order === 'depth') {
      throw new UsageError('--checkpoint is for breadth first: leave out --depth-first');
    }
    if (checkpoint !== null) checkWritable(checkpoint);
    return { exploration, search: searchOf(exploration), checkpoint };
  }
  const other = NOT_WITH_RESUME.find((flag) => given.has(flag));
  if (other !== undefined || given.names.length > 0) {
    throw new UsageError(`--resume knows what is explored: leave out ${other === undefined ? 'the scenario' : `--${other}`}`);
  }
  const stored = readCheckpoint(file);
  const { exploration } = stored;
  const search = searchOf(exploration);
  stored.resume(search);
  return { exploration, search, checkpoint: given.text('checkpoint') ?? file };
}

/** What can be come to without a write. */
const WITHOUT_WRITES: ReadonlySet<Start> = new Set(['nothing', 'serving', 'connected']);

/** What the flags ask for; every misuse is a `UsageError`. */
export function explorationOf(given: Given): Exploration {
  if (given.names.length > 1) throw new UsageError('viv explore takes one scenario');
  const order = given.has('depth-first') ? 'depth' : 'breadth';
  const number = (flag: string, otherwise: number): number => {
    const text = given.text(flag);
    return text === undefined ? otherwise : wholeNumber(flag, text);
  };
  const plan = planOf(given);
  const [rot, wallJumps] = [number('rot', 0), number('wall-jumps', 0)];
  if (rot > 0 && plan.members.filter(({ role }) => role === 'participant').length < 3) {
    throw new UsageError('--rot needs three servers: where most disks must be whole, none of two may decay');
  }
  const bounds = {
    crashes: number('crashes', 1), partitions: number('partitions', 0), timeouts: number('timeouts', 1),
    diskFaults: number('disk-faults', 0), lies: number('lies', 0), ...(rot > 0 ? { rot } : {}),
    ...(wallJumps > 0 ? { wallJumps } : {}),
    epochs: number('epochs', 2), rounds: number('rounds', 2),
  };
  if (bounds.epochs === 0 || bounds.rounds === 0) {
    throw new UsageError('--epochs and --rounds must be at least 1: without an epoch there is nothing to see');
  }
  const spaces = given.text('max-depth');
  const manner = {
    order, maxDepth: spaces === undefined ? Number.MAX_SAFE_INTEGER : positiveNumber('max-depth', spaces),
    grain: oneOf('grain', given.text('grain') ?? 'coarse', GRAINS),
    start: oneOf('start', given.text('start') ?? (writesOf(plan) < 2 || given.has('mutant') ? 'serving' : 'proposed'), STARTS),
    maxStates: number('max-states', 1_000_000_000), maxBytes: number('memory', 2000) * 1_000_000,
    isReduced: !given.has('unreduced'), symmetry: given.has('symmetry'), liveness: given.has('liveness'),
  } as const;
  if (!WITHOUT_WRITES.has(manner.start) && writesOf(plan) < 2) {
    throw new UsageError(`--start ${manner.start} needs a client with two operations: --ops 2`);
  }
  refuseWithoutRoom(manner.start, bounds, plan.members.length, serverIds(plan).length - 1);
  const asymmetric = manner.symmetry ? whyAsymmetric(plan) : null;
  if (asymmetric !== null) throw new UsageError(`--symmetry exchanges clients, and ${asymmetric}: try same-small --clients 2`);
  return { plan, bounds, manner, properties: null, mutant: null };
}

/** Timers by which a leader that is cut off finds that it leads no longer. */
const GIVING_UP = 2;

/** The start must be within the bounds. */
function refuseWithoutRoom(start: Start, bounds: Bounds, members: number, others: number): void {
  const { crashes, partitions, timeouts, epochs, rounds } = bounds;
  const hasRoom = epochs > 1 && rounds > 1 && members > 2;
  if (start === 'skipped' && (!hasRoom || crashes === 0)) {
    const needs = 'three servers, --crashes 1, --epochs 2, --rounds 2';
    throw new UsageError(`--start skipped has a crash and two elections behind it: ${needs}`);
  }
  const least = start === 'deposed' ? GIVING_UP : 0;
  if ((start === 'deposed' || start === 'parted') && (!hasRoom || partitions < others || timeouts < least)) {
    const needs = `three servers, --partitions ${Math.max(2, others)}, --timeouts ${least}, --epochs 2, --rounds 2`;
    throw new UsageError(`--start ${start} has a leader that is cut off, and two elections, behind it: ${needs}`);
  }
  if (start === 'severed' && (members < 2 || partitions === 0)) {
    throw new UsageError('--start severed has a follower that is cut off behind it: two servers, --partitions 1');
  }
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
    return isPositive ? positiveNumber(flag, text) : wholeNumber(flag, text, SIZE_MAX);
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

/** Tells where a search stands, not too often; says whether it goes on. */
function watcher(shell: Shell, talks: boolean): (progress: Progress) => boolean {
  const began = Date.now();
  const { signal } = shell;
  let nextMs = shell.isTerminal ? 0 : LINE_EVERY_MS;
  return ({ states, depth, waiting }) => {
    const elapsedMs = Date.now() - began;
    if (talks && elapsedMs >= nextMs) {
      nextMs = elapsedMs + (shell.isTerminal ? STATUS_EVERY_MS : LINE_EVERY_MS);
      const line = `${decimal(states)} states, depth ${depth}, ${decimal(waiting)} waiting, ${inWords(elapsedMs)}`;
      if (shell.isTerminal) shell.status(line);
      else shell.err(line);
    }
    return !signal.aborted;
  };
}

/** Searches in this process; keeps the counterexample. `kept` is the file, or why there is none. */
async function exploreHere({ exploration, search, checkpoint }: Task, shell: Shell, talks: boolean): Promise<Ended> {
  const began = Date.now();
  const used = processorMs();
  const before = search.keeper.count;
  const goesOn = watcher(shell, talks);
  let nextSaveMs = SAVE_EVERY_MS;
  while (search.run(SLICE) === 'going' && !isHeapNearlyFull()) {
    if (!goesOn({ states: search.keeper.count, depth: search.depth, waiting: search.waiting })) break;
    const elapsedMs = Date.now() - began;
    if (checkpoint !== null && elapsedMs >= nextSaveMs) {
      writeCheckpoint(checkpoint, exploration, search);
      nextSaveMs = elapsedMs + SAVE_EVERY_MS;
    }
    // Ctrl-C is heard between two slices.
    await new Promise((resolve) => setImmediate(resolve));
  }
  shell.status('');
  if (checkpoint !== null && search.status === 'going') writeCheckpoint(checkpoint, exploration, search);
  const times = { elapsedMs: Date.now() - began, processorMs: processorMs() - used, before, jobs: 1 };
  return ended(exploration, tallyOf(search), times, shell);
}

/** Searches on several cores. */
async function exploreOnAll(exploration: Exploration, jobs: number, shell: Shell, talks: boolean): Promise<Ended> {
  const began = Date.now();
  const used = processorMs();
  const tally = await exploreTogether({ exploration, jobs, root: shell.root, edits: [], goesOn: watcher(shell, talks) });
  shell.status('');
  const times = { elapsedMs: Date.now() - began, processorMs: processorMs() - used, before: 0, jobs };
  return ended(exploration, tally, times, shell);
}

interface Ended {
  readonly explored: Explored;
  readonly kept: string | null;
}

function ended(exploration: Exploration, tally: Tally, times: Times, shell: Shell): Ended {
  const explored = exploredSoFar(exploration, tally, times, shell.signal.aborted ? 'interrupted' : 'heap');
  if (explored.finding === null) return { explored, kept: null };
  const failure = failureFrom(exploration, tally.found);
  return { explored, kept: typeof failure === 'string' ? failure : keepFailure(shell.reports, failure) };
}
