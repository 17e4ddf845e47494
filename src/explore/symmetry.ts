/**
 * Symmetry of clients: those with the same script are interchangeable, so a state and the one with two of them exchanged
 * have the same future, and one of the two is enough. A state is known by the least of its prints under all ways to name the
 * clients. Servers are never exchanged: their ids decide elections.
 */
import type { NodeId } from '../io/event.ts';
import { type Print, Renaming } from './print.ts';

/** More would have too many orders. */
export const SYMMETRIC_MAX = 4;

/** The prints of the parts of states under every other way to name clients, by part and way. */
export class OtherNames {
  readonly renamings: readonly Renaming[];
  private readonly prints: Print[][];

  constructor(renamings: readonly Renaming[]) {
    this.renamings = renamings;
    this.prints = renamings.map(() => []);
  }

  /** Keeps the prints of the part that has this number; parts come in the order of their numbers. */
  add(printWith: (names: Renaming) => Print): void {
    this.renamings.forEach((names, way) => this.prints[way]?.push(printWith(names)));
  }

  at(way: number, part: number): Print | undefined {
    return this.prints[way]?.[part];
  }
}

/**
 * Every way to name the clients but their own, in a fixed order. Clients have consecutive numbers; `perPeer` is how many ids of
 * wires each has.
 */
export function renamingsOf(clients: readonly NodeId[], perPeer: number): Renaming[] {
  let orders: number[][] = [[]];
  for (let count = 0; count < clients.length; count++) {
    orders = orders.flatMap((order) => clients.flatMap((_, each) => (order.includes(each) ? [] : [[...order, each]])));
  }
  const others = orders.filter((order) => order.some((each, index) => each !== index));
  return others.map((order) => new Renaming(clients[0] ?? 0, order, perPeer));
}
