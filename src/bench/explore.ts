/** The explorer against its bars: three servers at the whole grain, every judge on, and what a visited state takes. */
import { zabSmall } from '../../scenarios/zab-small.ts';
import { searchOf } from '../exploration/run.ts';
import type { Grain } from '../explore/grain.ts';
import type { Search } from '../explore/search.ts';
import type { Start } from '../explore/start.ts';
import { atLeast, atMost, known, type Measurement, processorMs } from './bars.ts';

const STATES_BAR = 50_000;
const BYTES_BAR = 64;
/** Enough that what is made once is made: the first states of any space are the dear ones. */
const STATES = 400_000;
const COARSE_STATES = 100_000;

/** Distinct states a second of processor time, bytes for each, and how many times fewer steps the reduction makes of a space. */
export function benchExplorer(): Measurement[] {
  const calm = timed({ servers: 3, operations: 1, maxStates: STATES });
  const crash = timed({ servers: 3, operations: 1, maxStates: STATES, start: 'serving', crashes: 1 });
  const coarse = timed({ servers: 3, operations: 2, maxStates: COARSE_STATES, start: 'proposed', crashes: 1, grain: 'coarse' });
  const two: Searched = { servers: 2, operations: 1, maxStates: STATES };
  const whole = explored({ ...two, isReduced: false });
  const reduced = explored(two);
  const { visited } = calm.search;
  return [
    atLeast('explorer', 'distinct states, 3 servers, whole grain', calm.perSecond, 'a second', STATES_BAR),
    atLeast('explorer', 'the same from serving, with a crash', crash.perSecond, 'a second', STATES_BAR),
    known('explorer', 'the first of a coarse search with a crash', coarse.perSecond, 'a second'),
    atMost('explorer', 'for each visited state', visited.bytes / visited.count, 'bytes', BYTES_BAR),
    known('explorer', 'the reduction, 2 servers', whole.generated / reduced.generated, 'times fewer steps'),
  ];
}

interface Searched {
  readonly servers: number;
  readonly operations: number;
  readonly maxStates: number;
  readonly start?: Start;
  readonly crashes?: number;
  readonly grain?: Grain;
  readonly isReduced?: boolean;
}

function timed(what: Searched): { readonly search: Search; readonly perSecond: number } {
  const used = processorMs();
  const search = explored(what);
  return { search, perSecond: (search.visited.count * 1000) / (processorMs() - used) };
}

function explored(what: Searched): Search {
  const { servers, operations, maxStates, start = 'nothing', crashes = 0, grain = 'whole', isReduced = true } = what;
  const latest = crashes === 0 ? 1 : 2;
  const search = searchOf({
    plan: zabSmall.plan({ servers, clients: 1, operations }),
    bounds: { crashes, partitions: 0, timeouts: 0, epochs: latest, rounds: latest },
    manner: {
      order: 'breadth', maxDepth: Number.MAX_SAFE_INTEGER, maxStates, maxBytes: 1e9, grain, start, isReduced,
      symmetry: false, liveness: false,
    },
    properties: null, mutant: null,
  });
  while (search.run(10_000) === 'going');
  return search;
}
