/**
 * Two runs of one seed that differ: which event is the first that differs, and how. The usual culprits are an iteration over
 * something unordered, state shared between runs, and a look at the real clock or at real luck that the seal does not cover.
 */
import type { Property } from '../history/judge.ts';
import type { Event, NodeId } from '../io/event.ts';
import { luckOf } from '../plan/lineage.ts';
import type { Plan } from '../plan/plan.ts';
import { describeMessage } from '../wire/describe.ts';
import type { TraceSink } from '../world/trace.ts';
import { runPlan } from './run.ts';
import type { Finding } from './verdict.ts';

/** Keeps what happened, an entry an event. */
class Trail implements TraceSink {
  readonly entries: string[] = [];

  event(_step: number, timeUs: number, node: NodeId, event: Event): void {
    this.entries.push(`${timeUs} µs, process ${node}: ${describeEvent(event)}`);
  }
}

/** Runs a plan twice more, and tells the first event at which the two differ. */
export function divergence(plan: Plan, properties: readonly Property[]): Finding {
  const [one, other] = [trailOf(plan, properties), trailOf(plan, properties)];
  const length = Math.max(one.length, other.length);
  for (let step = 0; step < length; step++) {
    if (one[step] === other[step]) continue;
    const [here, there] = [one[step] ?? 'the end', other[step] ?? 'the end'];
    const sentence = `two runs of it differ first at event ${step + 1}: "${here}" in one, "${there}" in the other`;
    return { outcome: 'nondeterminism', property: 'nondeterminism', sentence, steps: [step + 1], atMs: 0 };
  }
  const sentence = 'two runs of it had different hashes, and two more runs the same events: '
    + 'their draws or their facts differ, or the difference comes and goes';
  return { outcome: 'nondeterminism', property: 'nondeterminism', sentence, steps: [], atMs: 0 };
}

function trailOf(plan: Plan, properties: readonly Property[]): readonly string[] {
  const trail = new Trail();
  runPlan(plan, luckOf(plan.seed), { properties, trace: trail });
  return trail.entries;
}

/** An event in a few words. */
export function describeEvent(event: Event): string {
  switch (event.kind) {
    case 'received':
      return `received ${describeMessage(event.message)}`;
    case 'timer':
      return `timer ${event.timer}`;
    case 'diskDone':
    case 'diskRead':
    case 'diskListed':
    case 'diskFailed':
      return `${event.kind} ${event.token}`;
    case 'accepted':
    case 'connected':
    case 'closed':
      return `${event.kind} ${event.connection}`;
    case 'start':
      return 'start';
  }
}
