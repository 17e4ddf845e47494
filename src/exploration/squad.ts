/**
 * Several workers that search one space together, breadth first and depth by depth: each looks at the states that it found
 * first, whoever runs dry is given some of another's, and nobody begins a depth before all are done with the one before. So
 * what is reached, and at which depth, does not depend on how many there are; which way led to a state first does.
 */
import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Status } from '../explore/search.ts';
import { bundleWorker, type SourceEdit } from '../fuzz/bundle.ts';
import { type MemberData, type Order, type Standing, YOUNG_MB } from './member.ts';
import type { Exploration, Tally } from './run.ts';
import { bytesFor, enlarge, makeShared, type SharedStates, statesIn } from './shared-states.ts';

const MEMBER = 'src/exploration/member.ts';
const FIRST_STATES = 1 << 14;
const FIRST_ARENA = 1 << 20;
/** States that each looks at between two words with the others. */
const SLICE = 1000;
/** Fewer are not worth walking to again. */
const SHARE_MIN = 16;
/** Of the machine's memory, for the heaps of all workers together. */
const HEAPS_SHARE = 0.7;

/** Where a search together stands, for whoever watches. */
export interface Progress {
  readonly states: number;
  readonly depth: number;
  readonly waiting: number;
}

/** What is asked of a squad. */
export interface SquadTask {
  readonly exploration: Exploration;
  readonly jobs: number;
  /** The repository. */
  readonly root: string;
  /** A planted bug. */
  readonly edits: readonly SourceEdit[];
  /** Called between slices; false ends the search. */
  readonly goesOn: (progress: Progress) => boolean;
}

/** Searches together and adds up what came of it. */
export async function exploreTogether(task: SquadTask): Promise<Tally> {
  const bundle = await bundleWorker(task.root, MEMBER, task.edits);
  try {
    const squad = new Squad(task, bundle.script);
    try {
      return await squad.search();
    } finally {
      await squad.end();
    }
  } finally {
    bundle.remove();
  }
}

/** A worker, and what it said last. */
class Member {
  standing: Standing = { status: 'going', ahead: 0, waiting: 0, isFull: false, given: [], tally: null };
  private readonly worker: Worker;
  private answer: (() => void) | null = null;
  private fail: ((error: Error) => void) | null = null;

  constructor(script: string, data: MemberData) {
    const oldMb = Math.floor((totalmem() * HEAPS_SHARE) / data.members / 2 ** 20);
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: oldMb };
    this.worker = new Worker(script, { resourceLimits });
    this.worker.postMessage(data);
    this.worker.on('message', (standing: Standing) => {
      this.standing = standing;
      this.answer?.();
    });
    this.worker.on('error', (error) => this.fail?.(error));
    this.worker.on('exit', (code) => this.fail?.(new Error(`a worker of the search ended with exit code ${code}`)));
  }

  /** The next thing that it says. */
  hear(): Promise<Standing> {
    return new Promise((resolve, reject) => {
      this.answer = () => {
        resolve(this.standing);
      };
      this.fail = reject;
    });
  }

  ask(order: Order): Promise<Standing> {
    const heard = this.hear();
    this.worker.postMessage(order);
    return heard;
  }

  async end(): Promise<void> {
    this.fail = null;
    await this.worker.terminate();
  }
}

class Squad {
  private readonly task: SquadTask;
  private readonly members: Member[];
  private shared: SharedStates = makeShared(FIRST_STATES, FIRST_ARENA);
  private depth = 0;
  private widest = 1;

  constructor(task: SquadTask, script: string) {
    this.task = task;
    const data: MemberData = { exploration: task.exploration, shared: this.shared, members: task.jobs };
    this.members = Array.from({ length: task.jobs }, () => new Member(script, data));
  }

  async search(): Promise<Tally> {
    await Promise.all(this.members.map((member) => member.hear()));
    let status: Status = 'going';
    while (status === 'going') {
      const mayGoOn = this.task.goesOn(this.progress()) && !this.members.some(({ standing }) => standing.isFull);
      status = mayGoOn ? await this.slice() : 'level';
    }
    return this.added(status === 'level' ? 'going' : status);
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((member) => member.end()));
  }

  private progress(): Progress {
    return { states: statesIn(this.shared), depth: this.depth, waiting: this.sum(({ waiting }) => waiting) };
  }

  private all(order: Order): Promise<Standing[]> {
    return Promise.all(this.members.map((member) => member.ask(order)));
  }

  private sum(of: (standing: Standing) => number): number {
    return this.members.reduce((sum, { standing }) => sum + of(standing), 0);
  }

  private async slice(): Promise<Status> {
    const standings = await this.all({ kind: 'run', states: SLICE });
    const has = (status: Status): boolean => standings.some((standing) => standing.status === status);
    if (has('found')) return 'found';
    if (statesIn(this.shared) >= this.task.exploration.manner.maxStates) return 'states';
    if (has('memory') && !(await this.enlarge())) return 'memory';
    if (this.sum(({ ahead }) => ahead) > 0) {
      await this.share();
      return 'going';
    }
    const waiting = this.sum((standing) => standing.waiting);
    if (waiting === 0) return 'exhausted';
    this.depth++;
    this.widest = Math.max(this.widest, waiting);
    await this.all({ kind: 'turn' });
    await this.share();
    return 'going';
  }

  /** Makes room for twice as many states; false if that is more than may be taken. */
  private async enlarge(): Promise<boolean> {
    if (bytesFor(this.shared.parents.length * 2) > this.task.exploration.manner.maxBytes) return false;
    this.shared = enlarge(this.shared);
    await this.all({ kind: 'room', shared: this.shared });
    return true;
  }

  /** Whoever has run dry gets a part of what whoever has most has left. */
  private async share(): Promise<void> {
    for (const dry of this.members.filter(({ standing }) => standing.ahead === 0)) {
      const rich = this.members.reduce((one, other) => (other.standing.ahead > one.standing.ahead ? other : one));
      const count = Math.floor(rich.standing.ahead / 2);
      if (count < SHARE_MIN) return;
      const { given } = await rich.ask({ kind: 'give', count });
      await dry.ask({ kind: 'take', ids: given });
    }
  }

  private async added(status: Status): Promise<Tally> {
    const tallies = (await this.all({ kind: 'tell' })).flatMap(({ tally }) => (tally === null ? [] : [tally]));
    const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
    const union = (of: (tally: Tally) => readonly string[]): string[] => {
      return [...new Set(tallies.flatMap(of))].sort((one, other) => (one < other ? -1 : 1));
    };
    return {
      status, distinct: statesIn(this.shared), bytes: bytesFor(this.shared.parents.length),
      generated: sum(({ generated }) => generated), bounded: sum(({ bounded }) => bounded), slept: sum(({ slept }) => slept),
      depth: this.depth, waiting: sum(({ waiting }) => waiting), widest: this.widest, steps: sum(({ steps }) => steps),
      cells: sum(({ cells }) => cells), panels: sum(({ panels }) => panels),
      taken: tallies[0]?.taken.map((_, kind) => sum(({ taken }) => taken[kind] ?? 0)) ?? [],
      messages: union(({ messages }) => messages), situations: union(({ situations }) => situations),
      found: tallies.find(({ found }) => found !== null)?.found ?? null,
    };
  }
}
