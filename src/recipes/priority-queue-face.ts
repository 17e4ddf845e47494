/** A queue whose most urgent item is taken first; of equally urgent ones, the one that came first. 0 is the most urgent. */
import { invariant } from '../base/invariant.ts';
import type { Data } from '../client/operations.ts';
import { Queue } from './queue-face.ts';
import { inSequence } from './sequence.ts';

const PRIORITY_MAX = 999;

/** See the head of the file. */
export class PriorityQueue extends Queue {
  /** Adds an item of the least urgency, or of a whole number from 0 to 999. */
  override put(data: Data, priority: number = PRIORITY_MAX): Promise<void> {
    invariant(Number.isInteger(priority) && priority >= 0 && priority <= PRIORITY_MAX, 'a priority is a whole number, 0 to 999');
    return this.putNamed(`p${String(priority).padStart(3, '0')}`, data);
  }

  protected override inOrder(names: readonly string[]): string[] {
    // The sort is stable: what is equally urgent stays in sequence.
    return inSequence(names).sort((one, other) => priorityOf(one) - priorityOf(other));
  }
}

function priorityOf(name: string): number {
  return Number(/^p(\d{3})-/.exec(name)?.[1] ?? PRIORITY_MAX);
}
