/** The whole run in a strip: every server's roles, the faults, the violation, and which part the diagram shows. */
import { paintRole, segmentEnds } from './diagram.ts';
import type { Shown } from './filter.ts';
import { GUTTER, eventX, xOf } from './scene.ts';
import type { Scene } from './scene.ts';

const FAULT_HEIGHT = 4;
/** How many columns the clients' and servers' bustle is counted in. */
const COLUMN = 3;

/** Draws the strip. `scene` has the axis of the whole run; `from` and `to` are what the diagram shows. */
export function drawOverview(context: CanvasRenderingContext2D, scene: Scene, from: number, to: number): void {
  const { width, height, theme, trace } = scene;
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, width, height);
  const servers = trace.model.processes.filter(({ kind }) => kind === 'server').length;
  const bustle = 12;
  const row = Math.max(2, (height - FAULT_HEIGHT - bustle - 4) / Math.max(1, servers));
  context.fillStyle = theme.fault;
  for (const band of trace.model.bands) {
    const left = xOf(scene, scene.axis.between(band.fromAt, band.fromUs));
    const right = xOf(scene, scene.axis.between(band.toAt, band.toUs));
    context.globalAlpha = 0.5;
    context.fillRect(left, 1, Math.max(1.5, right - left), FAULT_HEIGHT);
  }
  context.globalAlpha = 1;
  for (const segment of scene.segments) {
    if (trace.model.processes[segment.process]?.kind !== 'server') continue;
    const [left, right] = segmentEnds(scene, segment);
    const y = FAULT_HEIGHT + 3 + segment.process * row;
    paintRole(context, scene, segment, left, y, Math.max(1, right - left), Math.max(1, row - 1));
  }
  drawBustle(context, scene, height - bustle, bustle - 1);
  drawSteps(context, scene);
  drawWindow(context, scene, from, to);
  context.fillStyle = theme.soft;
  context.font = `11px ${theme.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText('all', 8, height / 2);
}

/** How many events there are in each column. */
function drawBustle(context: CanvasRenderingContext2D, scene: Scene, top: number, height: number): void {
  const counts = bustleOf(scene);
  const most = Math.max(1, counts.reduce((one, other) => Math.max(one, other), 0));
  context.fillStyle = scene.theme.soft;
  context.globalAlpha = 0.6;
  counts.forEach((count, column) => {
    if (count > 0) context.fillRect(column * COLUMN, top + height, COLUMN - 0.5, -Math.max(1, (count / most) * height));
  });
  context.globalAlpha = 1;
}

/** Counted anew only when there is something else to count, for it goes over every event. */
const COUNTED = new WeakMap<Shown, { readonly key: string; readonly counts: Float64Array }>();

function bustleOf(scene: Scene): Float64Array {
  const { trace, width, shown, axis } = scene;
  const key = `${axis.mode} ${width}`;
  const known = COUNTED.get(shown);
  if (known?.key === key) return known.counts;
  const counts = new Float64Array(Math.ceil(width / COLUMN) + 1);
  for (let event = 1; event <= trace.count; event++) {
    if (shown.events[event] !== 1) continue;
    const column = Math.floor(eventX(scene, event) / COLUMN);
    counts[column] = (counts[column] ?? 0) + 1;
  }
  COUNTED.set(shown, { key, counts });
  return counts;
}

function drawSteps(context: CanvasRenderingContext2D, scene: Scene): void {
  context.strokeStyle = scene.theme.bad;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const step of scene.steps) {
    context.moveTo(eventX(scene, step), 0);
    context.lineTo(eventX(scene, step), scene.height);
  }
  context.stroke();
  if (scene.selected === 0) return;
  context.strokeStyle = scene.theme.accent;
  context.beginPath();
  context.moveTo(eventX(scene, scene.selected), 0);
  context.lineTo(eventX(scene, scene.selected), scene.height);
  context.stroke();
}

function drawWindow(context: CanvasRenderingContext2D, scene: Scene, from: number, to: number): void {
  const { theme, height, width } = scene;
  const [left, right] = [xOf(scene, from), Math.max(xOf(scene, from) + 3, xOf(scene, to))];
  context.fillStyle = theme.ground;
  context.globalAlpha = 0.45;
  context.fillRect(GUTTER, 0, left - GUTTER, height);
  context.fillRect(right, 0, width - right, height);
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.5, 0.75, right - left - 1, height - 1.5);
}
