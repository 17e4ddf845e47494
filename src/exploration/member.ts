/**
 * One of several workers that search one space together (`squad.ts`): a thread with its own copy of the real code
 * and its own tables, and the visited states in memory that all share. It does what it is told and says where it stands.
 */
import { parentPort } from 'node:worker_threads';
import type { Search, Status } from '../explore/search.ts';
import { isHeapNearlyFull } from './heap.ts';
import { type Exploration, searchOf, type Tally, tallyOf } from './run.ts';
import { SharedKeeper, type SharedStates } from './shared-states.ts';

/** What its heap has for young objects, with what Node adds to that. */
const HEAP_YOUNG_MB = 210;
/** What of that is asked of Node. */
export const YOUNG_MB = 192;

/** What a worker begins with. */
export interface MemberData {
  readonly exploration: Exploration;
  readonly shared: SharedStates;
  readonly members: number;
}

/** What it is told; each order is answered once. */
export type Order =
  | { readonly kind: 'run'; readonly states: number }
  | { readonly kind: 'turn' }
  | { readonly kind: 'give'; readonly count: number }
  | { readonly kind: 'take'; readonly ids: readonly number[] }
  | { readonly kind: 'room'; readonly shared: SharedStates }
  | { readonly kind: 'tell' };

/** Where it stands. */
export interface Standing {
  readonly status: Status;
  /** States that wait, of this depth and in all. */
  readonly ahead: number;
  readonly waiting: number;
  /** The heap of the thread is nearly full. */
  readonly isFull: boolean;
  /** Answers 'give'. */
  readonly given: readonly number[];
  /** Answers 'tell'. */
  readonly tally: Tally | null;
}

/** Serves until the thread is ended. */
function serve({ exploration, shared, members }: MemberData): void {
  let own: SharedKeeper | null = null;
  const search = searchOf(exploration, (sleeps) => {
    own = new SharedKeeper(shared, members, sleeps);
    return own;
  });
  const standing = (given: readonly number[], tally: Tally | null): Standing => {
    const { status, ahead, waiting } = search;
    return { status, ahead, waiting, isFull: isHeapNearlyFull(HEAP_YOUNG_MB), given, tally };
  };
  parentPort?.on('message', (order: Order) => {
    if (order.kind === 'room' && own !== null) own.shared = order.shared;
    const given = order.kind === 'give' ? search.give(order.count) : [];
    obey(search, order);
    parentPort?.postMessage(standing(given, order.kind === 'tell' ? tallyOf(search) : null));
  });
  parentPort?.postMessage(standing([], null));
}

function obey(search: Search, order: Order): void {
  if (order.kind === 'run') search.run(order.states);
  else if (order.kind === 'turn') search.turn();
  else if (order.kind === 'take') search.takeOver(order.ids);
  else if (order.kind === 'room') search.goOn();
}

parentPort?.once('message', (data: MemberData) => {
  serve(data);
});
