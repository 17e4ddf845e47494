/** What an exploration came to, in lines for people. */
import type { Explored } from '../exploration/run.ts';
import { describeFinding } from './text.ts';
import { decimal, duration } from './format.ts';

const ENDINGS: Readonly<Record<Explored['status'], string>> = {
  going: 'not at its end',
  level: 'not at its end',
  exhausted: 'every state within the bounds was seen',
  found: 'a promise is broken',
  states: 'ended by --max-states, with states unseen',
  memory: 'ended because the memory for visited states is used up: give it more with --memory, or tighten a bound',
  heap: 'ended because the heap is nearly full: give Node more by NODE_OPTIONS=--max-old-space-size=MB, or tighten a bound',
  interrupted: 'interrupted, with states unseen',
};

/** The result. */
export function exploredReport(explored: Explored): string[] {
  const { bounds, manner, finding } = explored;
  const limits = Object.entries(bounds).map(([kind, most]) => `${kind} ${most}`).join(', ');
  return [
    `${explored.scenario}: ${finding === null ? explored.outcome : describeFinding(finding)} (${ENDINGS[explored.status]})`,
    `  ${explored.servers} servers, ${explored.clients} clients, ${explored.operations} operations each; ${limits}`,
    `  grain ${manner.grain}, start ${manner.start}, ${manner.order} first`,
    `  distinct ${decimal(explored.distinct)}  generated ${decimal(explored.generated)}  depth ${explored.depth}`
      + `  frontier ${decimal(explored.waiting)} (at most ${decimal(explored.widest)})`,
    `  ${decimal(explored.statesPerSecond)} distinct states/s of processor time; ${duration(explored.elapsedMs)}`
      + `; ${explored.bytesPerState.toFixed(1)} bytes a state; odds of a miss ${explored.oddsOfMiss.toExponential(1)}`,
    `  reduction ${explored.reductionPercent.toFixed(1)} % of all steps; ${decimal(explored.bounded)} steps led beyond a bound`,
    `  real code ran for ${decimal(explored.steps)} steps: ${decimal(explored.cells)} states of processes,`
      + ` ${decimal(explored.panels)} of the judges`,
    `  actions ${explored.taken.map(([name, count]) => `${name} ${decimal(count)}`).join(', ')}`,
    ...(explored.neverTaken.length === 0 ? [] : [`  never taken: ${explored.neverTaken.join(', ')}`]),
    `  messages ${explored.messages.join(', ')}`,
    ...(explored.situations.length === 0 ? [] : [`  situations ${explored.situations.join(', ')}`]),
    ...(finding === null ? [] : [`  found after ${explored.pathLength} steps (${explored.stepCount} one by one from nothing)`]),
  ];
}
