/** The explorer against its bars: three servers at the whole grain, every judge on, and what a visited state takes. */
import { zabSmall } from '../../scenarios/zab-small.ts';
import { searchOf } from '../fuzz/explore-run.ts';
import type { Search } from '../explore/search.ts';
import { atLeast, atMost, known, type Measurement, processorMs } from './bench-bars.ts';

const STATES_BAR = 50_000;
const BYTES_BAR = 64;
/** Enough that what is made once is made: the first states of any space are the dear ones. */
const STATES = 400_000;

/** Distinct states a second of processor time, bytes for each, and how many times fewer steps the reduction makes of a space. */
export function benchExplorer(): Measurement[] {
  const used = processorMs();
  const large = explored(3, STATES, true);
  const tookMs = processorMs() - used;
  const whole = explored(2, STATES, false);
  const reduced = explored(2, STATES, true);
  return [
    atLeast('explorer', 'distinct states, 3 servers, whole grain', (large.visited.count * 1000) / tookMs, 'a second', STATES_BAR),
    atMost('explorer', 'for each visited state', large.visited.bytes / large.visited.count, 'bytes', BYTES_BAR),
    known('explorer', 'the reduction, 2 servers', whole.generated / reduced.generated, 'times fewer steps'),
  ];
}

function explored(servers: number, maxStates: number, isReduced: boolean): Search {
  const search = searchOf({
    plan: zabSmall.plan({ servers, clients: 1, operations: 1 }),
    bounds: { crashes: 0, partitions: 0, timeouts: 0, epochs: 1, rounds: 1 },
    manner: {
      order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates, maxBytes: 1e9, grain: 'whole', start: 'nothing', isReduced,
      symmetry: false, liveness: false,
    },
    properties: null, mutant: null,
  });
  while (search.run(10_000) === 'going');
  return search;
}
