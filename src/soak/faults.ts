/** Which faults befall a soak, and when: a function of the seed. Some hurt one server, some the connections between two. */
import type { NodeId } from '../io/event.ts';
import { Draw } from '../plan/scenario.ts';

/** One fault. `other` 0: between the server and its clients. */
export interface SoakFault {
  readonly kind: 'kill' | 'pause' | 'cut' | 'stall';
  readonly atMs: number;
  readonly forMs: number;
  readonly server: NodeId;
  readonly other: NodeId;
}

/** Time between two, on the average. */
const GAP_MS = [300, 1700] as const;
/** How long the first election may take undisturbed. */
const CALM_MS = 700;

/** The faults of a soak of so long, by time. */
export function drawSoakFaults(seed: string, forMs: number, servers: number): SoakFault[] {
  const draw = new Draw(seed);
  const faults: SoakFault[] = [];
  let atMs = CALM_MS;
  for (let index = 0; atMs < forMs; index++) {
    const label = `soak/${index}`;
    const kind = draw.weighted(`${label}/kind`, [['kill', 4], ['pause', 3], ['cut', 3], ['stall', 1]] as const);
    const server = draw.integer(`${label}/server`, 1, servers);
    // 0 .. servers − 1, leaving the server itself out.
    const drawn = draw.integer(`${label}/other`, 0, servers - 1);
    const other = drawn >= server ? drawn + 1 : drawn;
    const [least, most] = kind === 'pause' ? [50, 3000] : [50, 2000];
    faults.push({ kind, atMs, server, other, forMs: draw.integer(`${label}/for`, least, most) });
    atMs += draw.integer(`${label}/gap`, GAP_MS[0], GAP_MS[1]);
  }
  return faults;
}
