/** What frames the lanes: the ruler above, the strip of faults under it, the names at the left. */
import { roundStep } from './axis.ts';
import { grouped, timeText } from './dom.ts';
import { FAULT_ROW, RULER } from './lanes.ts';
import { GUTTER, eventX, hasLane, laneY, segmentAt, xOf } from './scene.ts';
import type { Scene } from './scene.ts';
import { epochColour } from './theme.ts';

/** Numbers of events and their times or, by time, times. */
export function drawRuler(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme, width, axis, trace } = scene;
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, width, RULER);
  context.strokeStyle = theme.line;
  context.fillStyle = theme.soft;
  context.lineWidth = 1;
  context.textAlign = 'left';
  const step = roundStep(axis.to - axis.from, (width - GUTTER) / 120);
  const unit = axis.mode === 'order' ? Math.max(1, step) : step;
  context.beginPath();
  context.moveTo(0, RULER - 0.5);
  context.lineTo(width, RULER - 0.5);
  for (let at = Math.ceil(axis.from / unit) * unit; at <= axis.to; at += unit) {
    const x = Math.round(xOf(scene, at)) + 0.5;
    if (x < GUTTER) continue;
    context.moveTo(x, RULER - 7);
    context.lineTo(x, RULER);
    if (x > width - 60) continue;
    context.font = `11px ${theme.font}`;
    if (axis.mode === 'order') {
      context.fillStyle = theme.ink;
      context.fillText(grouped(at), x + 4, 8);
      context.fillStyle = theme.soft;
      context.fillText(timeText(trace.timeUs[Math.round(at)] ?? 0), x + 4, 21);
    } else {
      context.fillStyle = theme.ink;
      context.fillText(timeLabel(at, unit), x + 4, 14);
    }
  }
  context.stroke();
  context.fillStyle = theme.soft;
  context.font = `11px ${theme.font}`;
  context.fillText(axis.mode === 'order' ? 'event' : 'time', 8, axis.mode === 'order' ? 8 : 14);
  if (axis.mode === 'order') context.fillText('time', 8, 21);
  drawSelectedFlag(context, scene);
}

function timeLabel(ms: number, step: number): string {
  if (step >= 100) return `${(ms / 1000).toFixed(step >= 1000 ? 0 : 1)} s`;
  return `${ms.toFixed(step >= 1 ? 0 : 3)} ms`;
}

function drawSelectedFlag(context: CanvasRenderingContext2D, scene: Scene): void {
  if (scene.selected === 0) return;
  const x = eventX(scene, scene.selected);
  if (x < GUTTER || x > scene.width) return;
  context.fillStyle = scene.theme.accent;
  context.beginPath();
  context.moveTo(x - 5, RULER - 7);
  context.lineTo(x + 5, RULER - 7);
  context.lineTo(x, RULER);
  context.fill();
}

/** A bar for each fault, with its name, and a tint on the lanes that it is about. */
export function drawFaults(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme, width, lanes, trace, axis } = scene;
  context.fillStyle = theme.ground;
  context.fillRect(0, RULER, width, lanes.top - RULER);
  context.save();
  context.beginPath();
  context.rect(GUTTER, RULER, width - GUTTER, scene.height);
  context.clip();
  context.font = `11px ${theme.font}`;
  context.textAlign = 'left';
  trace.model.bands.forEach((band, index) => {
    const left = xOf(scene, axis.between(band.fromAt, band.fromUs));
    const right = Math.max(left + 3, xOf(scene, axis.between(band.toAt, band.toUs)));
    if (right < GUTTER || left > width) return;
    const y = RULER + 3 + (lanes.rowOf[index] ?? 0) * FAULT_ROW;
    const [from, to] = [Math.max(left, GUTTER), Math.min(right, width)];
    context.fillStyle = theme.fault;
    context.globalAlpha = 0.22;
    context.fillRect(from, y, to - from, FAULT_ROW - 3);
    context.globalAlpha = 0.07;
    tintLanes(context, scene, band.process, from, to - from);
    context.globalAlpha = 1;
    if (left >= GUTTER) context.fillRect(left, y, 2, FAULT_ROW - 3);
    const label = bandLabel(scene, index);
    context.fillStyle = theme.ink;
    if (context.measureText(label).width < to - from - 10) context.fillText(label, from + 6, y + (FAULT_ROW - 3) / 2 + 0.5);
  });
  context.restore();
  if (lanes.faultRows > 0) {
    context.fillStyle = theme.soft;
    context.textAlign = 'left';
    context.font = `11px ${theme.font}`;
    context.fillText('faults', 8, RULER + 3 + FAULT_ROW / 2);
  }
}

function tintLanes(context: CanvasRenderingContext2D, scene: Scene, process: number, x: number, width: number): void {
  const { lanes } = scene;
  if (process < 0) {
    context.fillRect(x, lanes.top, width, scene.height - lanes.top);
    return;
  }
  const height = lanes.height[process] ?? 0;
  const top = Math.max(lanes.top, laneY(scene, process) - height / 2);
  context.fillRect(x, top, width, Math.max(0, laneY(scene, process) + height / 2 - top));
}

/** `pause s3`, `partition:halves 2 4 1 3 5`; a shape that the fault is named by is not said twice. */
export function bandLabel({ trace }: Pick<Scene, 'trace'>, index: number): string {
  const band = trace.model.bands[index];
  if (band === undefined) return '';
  const who = trace.model.processes[band.process]?.name ?? '';
  const [shape = '', ...rest] = band.detail.split(' ');
  const detail = band.fault.endsWith(`:${shape}`) ? rest.join(' ') : band.detail;
  return [band.fault, who, detail].filter((part) => part !== '').join(' ');
}

/** The names of the lanes, each with a spot of what it is at the selected event. */
export function drawGutter(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme, trace, lanes, height, selected } = scene;
  context.fillStyle = theme.ground;
  context.fillRect(0, lanes.top, GUTTER, height - lanes.top);
  context.strokeStyle = theme.line;
  context.beginPath();
  context.moveTo(GUTTER - 0.5, RULER);
  context.lineTo(GUTTER - 0.5, height);
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(0, lanes.top, GUTTER, height - lanes.top);
  context.clip();
  context.textAlign = 'left';
  trace.model.processes.forEach(({ name, kind }, process) => {
    if (!hasLane(scene, process)) return;
    const y = laneY(scene, process);
    const isBusy = selected > 0 && trace.model.events.process[selected - 1] === process;
    context.font = `${isBusy ? '600 ' : ''}${kind === 'server' ? 13 : 11}px ${theme.font}`;
    context.fillStyle = isBusy ? theme.accent : kind === 'server' ? theme.ink : theme.soft;
    context.fillText(name, 8, y);
    const segment = selected > 0 && kind === 'server' ? segmentAt(scene.segments, process, selected) : undefined;
    if (segment === undefined) return;
    context.fillStyle = segment.epoch > 0 ? epochColour(theme, segment.epoch) : theme.faint;
    context.beginPath();
    context.arc(GUTTER - 14, y, segment.role === 'LEADING' ? 5 : 3, 0, 2 * Math.PI);
    if (segment.role === 'DOWN') {
      context.strokeStyle = theme.fault;
      context.stroke();
    } else {
      context.fill();
    }
  });
  context.restore();
}
