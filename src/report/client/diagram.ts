/**
 * Draws the space-time diagram: lanes with their roles, events, messages, marks, and on top of them what is selected and what
 * the violation rests on. Only what is in view is drawn, and where there is too much of it, less: a frame must stay short.
 */
import { chosenMessages, drawArrows } from './diagram-arrows.ts';
import { drawFaults, drawGutter, drawRuler } from './diagram-frame.ts';
import { drawChains, drawEvents, drawFacts, drawSteps } from './diagram-marks.ts';
import { BAND, GUTTER, eventX, hasLane, laneY, xOf } from './scene.ts';
import type { Scene, Segment } from './scene.ts';
import { epochColour } from './theme.ts';

/** What of a picture can be pointed at, and what was left out of it. */
export interface Drawn {
  /** The messages whose arrows are there. */
  readonly messages: readonly number[];
  /** Families that are left out until one zooms in, as indices. */
  readonly leftOut: readonly number[];
}

/** Draws the scene. */
export function drawDiagram(context: CanvasRenderingContext2D, scene: Scene): Drawn {
  const { width, height, theme, lanes } = scene;
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  const chosen = chosenMessages(scene);
  context.save();
  context.beginPath();
  context.rect(GUTTER, lanes.top, width - GUTTER, height - lanes.top);
  context.clip();
  drawLaneLines(context, scene);
  for (const segment of scene.segments) drawSegment(context, scene, segment);
  drawSelectionLine(context, scene);
  drawArrows(context, scene, chosen.messages);
  drawEvents(context, scene);
  drawFacts(context, scene);
  drawChains(context, scene);
  drawSteps(context, scene);
  context.restore();
  drawFaults(context, scene);
  drawGutter(context, scene);
  drawRuler(context, scene);
  return chosen;
}

function drawLaneLines(context: CanvasRenderingContext2D, scene: Scene): void {
  context.strokeStyle = scene.theme.line;
  context.lineWidth = 1;
  context.beginPath();
  scene.trace.model.processes.forEach((_, process) => {
    if (!hasLane(scene, process)) return;
    const y = Math.round(laneY(scene, process)) + 0.5;
    context.moveTo(GUTTER, y);
    context.lineTo(scene.width, y);
  });
  context.stroke();
}

/** Left and right end of a segment. */
export function segmentEnds(scene: Scene, segment: Segment): [left: number, right: number] {
  const { axis } = scene;
  const { fromAt, fromUs, isFromBetween, toAt, toUs, isToBetween } = segment;
  const left = xOf(scene, isFromBetween ? axis.between(fromAt, fromUs) : axis.of(fromAt));
  const right = xOf(scene, isToBetween ? axis.between(toAt, toUs) : axis.of(toAt));
  return [left, right];
}

function drawSegment(context: CanvasRenderingContext2D, scene: Scene, segment: Segment): void {
  const [left, right] = segmentEnds(scene, segment);
  if (right < GUTTER || left > scene.width || !hasLane(scene, segment.process)) return;
  const [from, to] = [Math.max(left, GUTTER - 2), Math.min(right, scene.width + 2)];
  const y = laneY(scene, segment.process);
  const isServer = scene.trace.model.processes[segment.process]?.kind === 'server';
  if (isServer) drawServerBand(context, scene, segment, from, to, y);
  else drawClientBand(context, scene, segment, from, to, y);
}

function drawServerBand(
  context: CanvasRenderingContext2D, scene: Scene, segment: Segment, from: number, to: number, y: number,
): void {
  const { theme } = scene;
  paintRole(context, scene, segment, from, y - BAND.server, Math.max(1, to - from), BAND.server * 2);
  const label = roleLabel(segment);
  if (to - from < 64 || label === '') return;
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.soft;
  context.textAlign = 'left';
  if (context.measureText(label).width < to - from - 8) context.fillText(label, from + 4, y + BAND.server + 9);
}

/** `leads 3`, `follows 3`, `looking`: what stands under a band. */
export function roleLabel(segment: Segment): string {
  switch (segment.role) {
    case 'LEADING':
      return `leads ${segment.epoch}`;
    case 'FOLLOWING':
      return `follows ${segment.epoch}`;
    case 'OBSERVING':
      return `observes ${segment.epoch}`;
    case 'APART':
      return 'not connected';
    case 'ENDED':
      return 'session over';
    default:
      return segment.role.toLowerCase();
  }
}

/** Fills a rectangle as a server's role and epoch demand: colour is the epoch, form the role. */
export function paintRole(
  context: CanvasRenderingContext2D, scene: Pick<Scene, 'theme'>, segment: Pick<Segment, 'role' | 'epoch'>,
  x: number, y: number, width: number, height: number,
): void {
  const { theme } = scene;
  context.save();
  switch (segment.role) {
    case 'LEADING':
      context.fillStyle = epochColour(theme, segment.epoch);
      context.fillRect(x, y, width, height);
      break;
    case 'FOLLOWING':
    case 'OBSERVING':
      context.fillStyle = theme.ground;
      context.fillRect(x, y, width, height);
      context.fillStyle = epochColour(theme, segment.epoch);
      context.globalAlpha = segment.role === 'FOLLOWING' ? 0.34 : 0.16;
      context.fillRect(x, y, width, height);
      break;
    case 'DOWN':
      context.fillStyle = theme.ground;
      context.fillRect(x, y, width, height);
      break;
    default:
      hatch(context, theme.soft, theme.ground, x, y, width, height);
  }
  context.restore();
}

function hatch(
  context: CanvasRenderingContext2D, ink: string, ground: string, x: number, y: number, width: number, height: number,
): void {
  context.fillStyle = ground;
  context.fillRect(x, y, width, height);
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = ink;
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  context.beginPath();
  // Fixed to the canvas, so that the hatching does not crawl.
  const first = Math.floor((x - height) / 5) * 5;
  for (let at = first; at < x + width; at += 5) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
}

function drawClientBand(
  context: CanvasRenderingContext2D, scene: Scene, segment: Segment, from: number, to: number, y: number,
): void {
  if (segment.role !== 'CONNECTED') return;
  context.save();
  context.fillStyle = scene.theme.soft;
  context.globalAlpha = 0.32;
  context.fillRect(from, y - BAND.client, Math.max(1, to - from), BAND.client * 2);
  context.restore();
}

function drawSelectionLine(context: CanvasRenderingContext2D, scene: Scene): void {
  if (scene.selected === 0) return;
  const x = Math.round(eventX(scene, scene.selected)) + 0.5;
  context.strokeStyle = scene.theme.accent;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, scene.height);
  context.stroke();
  context.globalAlpha = 1;
}
