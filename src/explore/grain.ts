/**
 * Grains: what is one step. Whole: every message and every completion of the disk is a step of its own. Elections: an election,
 * the making of a connection between servers, and what is read of a disk are one step. Messages: so is a sync of the disk, and
 * only messages are left.
 * Coarse: so is the synchronization of a learner, as far as nothing is proposed in the midst of it. What is not a step of
 * its own happens at once, in a fixed order, behind the step that brought it about; a coarser grain sees fewer behaviours,
 * never others, so that what it finds is real and what it does not find may still be there.
 */
import { invariant } from '../base/invariant.ts';
import { Act } from './action.ts';
import type { Fired, Space } from './space.ts';
import { type Move, PORTS } from './wires.ts';

/** See the head of the file. */
export type Grain = 'whole' | 'elections' | 'messages' | 'coarse';
/** For whoever must choose one. */
export const GRAINS: readonly Grain[] = ['whole', 'elections', 'messages', 'coarse'];

/** More steps than anything takes that happens at once. */
export const AT_ONCE_MAX = 10_000;

const CLIENT = PORTS.indexOf('client');
const ELECTION = PORTS.indexOf('election');

/** Classes of actions, the first of which is taken first where an order is fixed. */
export const Class = {
  read: 0, disk: 1, election: 2, prompt: 3, handshake: 4, sync: 5, quorum: 6, client: 7, chance: 8,
} as const;

/** The class of an action that is possible in `row`. */
export function classOf(space: Space, row: Int32Array, code: number): number {
  const kind = code >>> 24;
  if (kind === Act.disk) {
    const { reads } = space.cells.readiness(row[(code >>> 16) & 0xff] ?? 0);
    return reads.includes(code & 0xffff) ? Class.read : Class.disk;
  }
  if (kind === Act.prompt) return Class.prompt;
  if (kind !== Act.deliver) return Class.chance;
  return classOfMove(space, space.moveOf(row, (code >>> 16) & 0xff, code & 0xffff));
}

function classOfMove(space: Space, { port, kind: what, message }: Move): number {
  if (port === ELECTION) return Class.election;
  if (port === CLIENT) return Class.client;
  if (what === 'accepted' || what === 'connected') return Class.handshake;
  return what === 'received' && space.cells.isSync[message] === true ? Class.sync : Class.quorum;
}

/** Whether an action of this class is no step of its own. */
export function isAtOnce(grain: Grain, group: number): boolean {
  if (grain === 'whole') return false;
  if (group === Class.disk) return grain !== 'elections';
  if (group === Class.sync) return grain === 'coarse';
  return group <= Class.handshake;
}

/** The first action of the lowest class below `limit`; 0: there is none. */
export function firstBelow(space: Space, row: Int32Array, codes: readonly number[], limit: number): number {
  let best = limit;
  let found = 0;
  for (const code of codes) {
    const group = classOf(space, row, code);
    if (group >= best) continue;
    best = group;
    found = code;
  }
  return found;
}

/**
 * Lets an action happen, and what happens at once behind it; changes `row`. The codes of all that happened are added to `done`,
 * if it is given.
 */
export class Stepper {
  readonly space: Space;
  readonly grain: Grain;
  done: number[] | null = null;
  /** Of every pair, its first move of the lowest class: class and code, packed. */
  private readonly lowest: number[] = [];

  constructor(space: Space, grain: Grain) {
    this.space = space;
    this.grain = grain;
  }

  take(row: Int32Array, code: number): Fired {
    this.done?.push(code);
    const fired = this.space.fire(row, code);
    return this.grain === 'whole' || fired !== 'fine' ? fired : this.settle(row);
  }

  /** What happens at once in this state. */
  settle(row: Int32Array): Fired {
    if (this.grain === 'whole') return 'fine';
    for (let count = 0; ; count++) {
      invariant(count < AT_ONCE_MAX, 'what happens at once ends');
      const code = this.atOnce(row);
      if (code === 0) return 'fine';
      this.done?.push(code);
      const fired = this.space.fire(row, code);
      if (fired !== 'fine') return fired;
    }
  }

  /** What happens at once next: the first action of the lowest class, in the order of `Space.actions`; 0: nothing does. */
  private atOnce(row: Int32Array): number {
    const { space, grain } = this;
    const count = space.nodes.length;
    let best: number = Class.chance;
    let found = 0;
    for (let pair = 0; pair < space.pairs.length; pair++) {
      const low = this.lowestOf(row[count + pair] ?? 0);
      const group = low >>> 16;
      if (group >= best || !isAtOnce(grain, group)) continue;
      best = group;
      found = (Act.deliver << 24) | (pair << 16) | (low & 0xffff);
    }
    for (let index = 0; index < count; index++) {
      const { disk, reads, prompt } = space.cells.readiness(row[index] ?? 0);
      const request = isAtOnce(grain, Class.disk) ? disk[0] : reads[0];
      const timer = prompt[0];
      if (request !== undefined && best > Class.disk) {
        best = Class.disk;
        found = (Act.disk << 24) | (index << 16) | request;
      } else if (timer !== undefined && best > Class.prompt) {
        best = Class.prompt;
        found = (Act.prompt << 24) | (index << 16) | timer;
      }
    }
    return found;
  }

  private lowestOf(pair: number): number {
    let low = this.lowest[pair];
    if (low === undefined) {
      low = Class.chance << 16;
      for (const move of this.space.wires.moves(pair)) {
        const group = classOfMove(this.space, move);
        if (group < low >>> 16) low = (group << 16) | move.code;
      }
      this.lowest[pair] = low;
    }
    return low;
  }
}

/** The steps one by one that a start and a path at this grain amount to. */
export function unfold(space: Space, grain: Grain, start: readonly number[], path: readonly number[]): number[] {
  const stepper = new Stepper(space, grain);
  const row = space.begin();
  const done: number[] = [];
  for (const code of start) {
    done.push(code);
    if (space.fire(row, code) === 'bad') return done;
  }
  stepper.done = done;
  stepper.settle(row);
  for (const code of path) stepper.take(row, code);
  return done;
}
