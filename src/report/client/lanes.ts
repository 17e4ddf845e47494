/** Where the lanes of the diagram lie: the ruler, the faults, the servers, the clients, from top to bottom. Pure. */
import type { Band } from '../page-model.ts';
import type { Trace } from './trace.ts';

/** The height of the ruler and of a row of faults, in pixels. */
export const RULER = 30;
/** See `RULER`. */
export const FAULT_ROW = 17;
const FAULT_ROWS_MAX = 4;
const GAP = 12;

/** The layout. Pixels; `middle` of each lane by process, before scrolling. */
export interface Lanes {
  /** What a fault's name stands in: the row of each band. */
  readonly rowOf: readonly number[];
  readonly faultRows: number;
  /** Where the lanes begin, below ruler and faults. They scroll under these. */
  readonly top: number;
  readonly middle: readonly number[];
  readonly height: readonly number[];
  /** What all of it would take. */
  readonly total: number;
}

/** Lays out the lanes for a canvas of some height; servers get what clients leave, within limits. */
export function layLanes(trace: Trace, canvasHeight: number, showsClients: boolean): Lanes {
  const { processes, bands } = trace.model;
  const { rowOf, rows } = faultRows(bands);
  const top = RULER + rows * FAULT_ROW + (rows > 0 ? 6 : 0);
  const servers = processes.filter(({ kind }) => kind === 'server').length;
  const clients = showsClients ? processes.length - servers : 0;
  const room = canvasHeight - top - GAP;
  const clientHeight = clients === 0 ? 0 : Math.min(34, Math.max(19, (room * 0.42) / clients));
  const serverHeight = Math.min(84, Math.max(40, (room - clients * clientHeight) / Math.max(1, servers)));
  const height = processes.map(({ kind }) => (kind === 'server' ? serverHeight : showsClients ? clientHeight : 0));
  let at = top;
  let wasServer = true;
  const middle = height.map((own, index) => {
    const isServer = processes[index]?.kind === 'server';
    if (wasServer && !isServer && own > 0) at += GAP;
    wasServer = isServer;
    at += own;
    return at - own / 2;
  });
  return { rowOf, faultRows: rows, top, middle, height, total: at + 6 };
}

/** Bands that overlap lie in rows of their own, the last of which takes all that do not fit. */
function faultRows(bands: readonly Band[]): { rowOf: number[]; rows: number } {
  const order = bands.map((_, index) => index).sort((a, b) => (bands[a]?.fromUs ?? 0) - (bands[b]?.fromUs ?? 0));
  const busyUntil: number[] = [];
  const rowOf = bands.map(() => 0);
  for (const index of order) {
    const band = bands[index];
    if (band === undefined) continue;
    const free = busyUntil.findIndex((until) => until <= band.fromUs);
    const row = free >= 0 ? free : Math.min(busyUntil.length, FAULT_ROWS_MAX - 1);
    busyUntil[row] = Math.max(busyUntil[row] ?? 0, band.toUs);
    rowOf[index] = row;
  }
  return { rowOf, rows: busyUntil.length };
}

/** The process whose lane is at a height, −1 for none. */
export function laneAt(lanes: Lanes, y: number): number {
  return lanes.middle.findIndex((middle, index) => Math.abs(y - middle) <= (lanes.height[index] ?? 0) / 2);
}
