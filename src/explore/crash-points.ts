/**
 * Exhaustive crash points: one run in one order, and at every step of it that leaves something on a disk which is not durable,
 * every way in which a crash may leave that disk: kept, lost, torn at every byte and at every sector, reordered, with directory
 * entries lost and renames undone. Each time the server starts again, everything goes on until it is quiet, and all is judged.
 */
import { invariant } from '../base/invariant.ts';
import { crashDraws } from './cell.ts';
import { AT_ONCE_MAX, Class, firstBelow } from './grain.ts';
import { Act } from './action.ts';
import type { Badness, Space } from './space.ts';

/** Ways that are tried at one point of one server. */
const WAYS_MAX = 4000;
/** What the last part of an action's code can tell apart. */
const LUCKS_MAX = 0x1_0000;

/** Which points one of several workers tries: all take the same run, and each tries every `of`-th point of it. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** See the head of the file. `run` may be called until `isOver`. */
export class CrashPoints {
  readonly space: Space;
  /** Steps after which a disk held what was not durable, whoever tries them; own ways to crash there, different disks left. */
  points = 0;
  ways = 0;
  disks = 0;
  /** Points at which there were more ways than are tried. */
  cut = 0;
  isOver = false;
  found: { readonly steps: readonly number[]; readonly badness: Badness } | null = null;
  private readonly row: Int32Array;
  private readonly path: number[] = [];
  private readonly codes: number[] = [];
  private readonly lucks: Map<string, number> = new Map();
  private readonly tried: Set<string> = new Set();

  private readonly share: Share;

  constructor(space: Space, share: Share = { index: 0, of: 1 }) {
    this.space = space;
    this.share = share;
    this.row = space.begin();
  }

  /** Takes one step more and tries all crashes behind it. */
  run(): void {
    const { space, row, codes } = this;
    space.actions(row, codes);
    const code = firstBelow(space, row, codes, Class.chance);
    if (code === 0) {
      this.isOver = true;
      return;
    }
    this.path.push(code);
    invariant(this.path.length < AT_ONCE_MAX, 'a run comes to its end');
    if (space.fire(row, code) === 'bad') this.fail(row, this.path);
    for (let index = 0; index < space.nodes.length && this.found === null; index++) this.crash(index);
    if (this.found !== null) this.isOver = true;
  }

  private crash(index: number): void {
    const { space, row } = this;
    const cell = space.cells.get(row[index] ?? 0);
    const { disk } = cell.host;
    const key = `${index}:${row.slice(0, space.panelAt + 1).join(' ')}`;
    if (disk === null || !cell.hasUnsynced || this.tried.has(key)) return;
    this.tried.add(key);
    const isOwn = this.points++ % this.share.of === this.share.index;
    if (!isOwn) return;
    const ways = crashDraws(disk, WAYS_MAX);
    if (ways.length === WAYS_MAX) this.cut++;
    const left = new Set<number>();
    for (const draws of ways) {
      this.ways++;
      const luck = this.luckOf(draws);
      const child = row.slice();
      child[space.crashesAt] = 1;
      const code = (Act.crash << 24) | (index << 16) | luck;
      space.fire(child, code);
      const after = child[index] ?? 0;
      if (!left.has(after)) {
        left.add(after);
        this.disks++;
        if (!this.goOn(child, [code, (Act.restart << 24) | (index << 16)])) return;
      }
    }
  }

  /** A number for draws, the same for the same ones. */
  private luckOf(draws: readonly number[]): number {
    const key = draws.join(' ');
    let luck = this.lucks.get(key);
    if (luck === undefined) {
      luck = this.space.lucks.length;
      invariant(luck < LUCKS_MAX, 'an action has no room for so many ways to crash');
      this.space.lucks.push(draws);
      this.lucks.set(key, luck);
    }
    return luck;
  }

  /** Starts again and goes on until all is quiet; false if something is wrong. */
  private goOn(row: Int32Array, steps: number[]): boolean {
    const { space, codes } = this;
    for (let code = steps[1] ?? 0; code !== 0; code = firstBelow(space, row, codes, Class.chance)) {
      if (code !== steps[1]) steps.push(code);
      const fired = space.fire(row, code);
      if (fired === 'bad') {
        this.fail(row, [...this.path, ...steps]);
        return false;
      }
      if (fired === 'bounded' || steps.length > AT_ONCE_MAX) return true;
      space.actions(row, codes);
    }
    return true;
  }

  private fail(row: Int32Array, steps: readonly number[]): void {
    this.found = { steps: [...steps], badness: this.space.badness(row) };
  }
}
