/** The place of a fact in a run. */
import type { NodeId } from '../io/event.ts';

/** Where and when a fact was stated. The panel reuses the object: copy what must stay. */
export interface At {
  step: number;
  timeMs: number;
  node: NodeId;
}
