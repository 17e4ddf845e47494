/** What stands on the lanes: events, marks of what was stated in them, and the events that the violation rests on. */
import { BAND, GUTTER, eventX, hasLane, laneY, pixelsPerEvent, xOf } from './scene.ts';
import type { Scene } from './scene.ts';
import { lastAtMost, textOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** Ticks that are nearer to each other than this are one. */
const APART = 2;

/** Where events are to be drawn: x, y and half the height of each, one after the other. */
type Spots = number[];

/** The events in view, as ticks from afar and as dots from near. */
export function drawEvents(context: CanvasRenderingContext2D, scene: Scene): void {
  const perEvent = pixelsPerEvent(scene);
  const radius = perEvent > 14 ? 3.2 : perEvent > 3 ? 2.2 : 0;
  const [plain, lit]: [Spots, Spots] = [[], []];
  scene.trace.model.processes.forEach((_, process) => {
    if (hasLane(scene, process)) findEvents(scene, process, radius === 0, plain, lit);
  });
  context.fillStyle = scene.theme.ink;
  for (const [spots, alpha] of [[plain, 0.16], [lit, radius === 0 ? 0.42 : 0.8]] as const) {
    context.globalAlpha = alpha;
    for (let i = 0; i < spots.length; i += 3) {
      const [x, y, half] = [spots[i] ?? 0, spots[i + 1] ?? 0, spots[i + 2] ?? 0];
      // Many small rectangles are faster than one large path.
      if (radius === 0) context.fillRect(Math.round(x), y - half, 1, half * 2);
      else dot(context, x, y, radius);
    }
  }
  context.globalAlpha = 1;
  drawRings(context, scene);
}

function findEvents(scene: Scene, process: number, areTicks: boolean, plain: Spots, lit: Spots): void {
  const { trace, axis, shown, past } = scene;
  const [first, last] = [Math.max(1, axis.eventAt(axis.from)), axis.eventAt(axis.to)];
  const own = trace.eventsOf[process] ?? [];
  const y = laneY(scene, process);
  const half = BAND[trace.model.processes[process]?.kind ?? 'client'] + 2;
  let lastX = -1;
  for (let index = Math.max(0, lastAtMost(own, first)); index < own.length; index++) {
    const event = own[index] ?? 0;
    if (event > last) break;
    const x = eventX(scene, event);
    if (areTicks && x - lastX < APART) continue;
    lastX = x;
    const isPlain = shown.events[event] !== 1 || (past !== null && past[event] !== 1);
    (isPlain ? plain : lit).push(x, y, half);
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** What was found, what is under the pointer, what is selected. */
function drawRings(context: CanvasRenderingContext2D, scene: Scene): void {
  const { trace, theme, selected, hoveredEvent } = scene;
  const ring = (event: number, radius: number, width: number): void => {
    const process = trace.model.events.process[event - 1] ?? 0;
    const x = eventX(scene, event);
    if (x < GUTTER - 9 || x > scene.width + 9 || !hasLane(scene, process)) return;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, laneY(scene, process), radius, 0, 2 * Math.PI);
    context.stroke();
  };
  context.strokeStyle = theme.accent;
  for (const event of scene.hits) ring(event, 5, 1);
  if (hoveredEvent > 0) ring(hoveredEvent, 6, 1.5);
  if (selected > 0) ring(selected, 7, 2.5);
}

export type Shape = 'diamond' | 'dot' | 'flag' | 'square' | 'cross' | 'star';

interface Mark {
  readonly shape: Shape;
  readonly colour: 'commit' | 'watch' | 'fault' | 'ink';
  /** From so many pixels an event on. */
  readonly from: number;
}

/** Which facts have a mark. */
const MARKS: ReadonlyMap<string, Mark> = new Map<string, Mark>([
  ['committed', { shape: 'diamond', colour: 'commit', from: 0.6 }],
  ['applied', { shape: 'dot', colour: 'commit', from: 3 }],
  ['watchFired', { shape: 'flag', colour: 'watch', from: 0.2 }],
  ['established', { shape: 'star', colour: 'ink', from: 0 }],
  ['truncated', { shape: 'square', colour: 'ink', from: 0.1 }],
  ['snapshotInstalled', { shape: 'square', colour: 'ink', from: 0.1 }],
  ['crashed', { shape: 'cross', colour: 'fault', from: 0 }],
  ['sessionExpired', { shape: 'cross', colour: 'watch', from: 0 }],
]);

const MARK_OF_KIND = new WeakMap<Trace, ReadonlyMap<number, Mark>>();

function marksOf(trace: Trace): ReadonlyMap<number, Mark> {
  let marks = MARK_OF_KIND.get(trace);
  if (marks === undefined) {
    const kinds = [...new Set(trace.model.facts.kind)];
    marks = new Map(kinds.flatMap((kind): [number, Mark][] => {
      const mark = MARKS.get(textOf(trace, kind));
      return mark === undefined ? [] : [[kind, mark]];
    }));
    MARK_OF_KIND.set(trace, marks);
  }
  return marks;
}

/** The marks of the facts in view. */
export function drawFacts(context: CanvasRenderingContext2D, scene: Scene): void {
  const { trace, axis, theme } = scene;
  const { facts, processes } = trace.model;
  const marks = marksOf(trace);
  const perEvent = pixelsPerEvent(scene);
  const first = trace.firstFact[Math.max(0, axis.eventAt(axis.from) - 1)] ?? 0;
  const end = trace.firstFact[Math.min(trace.count, axis.eventAt(axis.to)) + 1] ?? 0;
  for (let fact = first; fact < end; fact++) {
    const mark = marks.get(facts.kind[fact] ?? 0);
    const process = facts.process[fact] ?? -1;
    if (mark === undefined || perEvent < mark.from || !hasLane(scene, process)) continue;
    const [at, isBetween] = [facts.at[fact] ?? 0, facts.between[fact] === 1];
    const isPlain = scene.past !== null && !isBetween && scene.past[at] !== 1;
    const x = isBetween ? xOf(scene, axis.between(at, facts.us[fact] ?? 0)) : eventX(scene, at);
    const isServer = processes[process]?.kind === 'server';
    const y = laneY(scene, process) - (mark.shape === 'cross' ? 0 : isServer ? BAND.server + 7 : BAND.client + 5);
    context.globalAlpha = isPlain ? 0.15 : 1;
    context.fillStyle = theme[mark.colour];
    context.strokeStyle = theme[mark.colour];
    drawShape(context, mark.shape, x, y);
  }
  context.globalAlpha = 1;
}

/** One mark, about nine pixels wide, around a point. */
export function drawShape(context: CanvasRenderingContext2D, shape: Shape, x: number, y: number): void {
  context.beginPath();
  context.lineWidth = 2;
  switch (shape) {
    case 'diamond':
      polygon(context, [x, y - 4.5, x + 4.5, y, x, y + 4.5, x - 4.5, y]);
      return context.fill();
    case 'dot':
      context.arc(x, y, 1.6, 0, 2 * Math.PI);
      return context.fill();
    case 'flag':
      polygon(context, [x, y - 5, x + 7, y - 2, x, y + 1]);
      context.rect(x - 1, y - 5, 1.5, 10);
      return context.fill();
    case 'square':
      context.rect(x - 3.5, y - 3.5, 7, 7);
      return context.fill();
    case 'star':
      context.arc(x, y, 4.2, 0, 2 * Math.PI);
      context.stroke();
      context.beginPath();
      context.arc(x, y, 1.6, 0, 2 * Math.PI);
      return context.fill();
    case 'cross':
      for (const side of [-1, 1]) {
        context.moveTo(x - 5, y - 5 * side);
        context.lineTo(x + 5, y + 5 * side);
      }
      return context.stroke();
  }
}

function polygon(context: CanvasRenderingContext2D, points: readonly number[]): void {
  for (let i = 0; i < points.length; i += 2) context.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
  context.closePath();
}

/** The chains of causes that lead from one event of the violation to the next. */
export function drawChains(context: CanvasRenderingContext2D, scene: Scene): void {
  const { trace, theme } = scene;
  context.strokeStyle = theme.bad;
  context.lineJoin = 'round';
  for (const chain of scene.chains) {
    context.lineWidth = 2;
    context.globalAlpha = 0.75;
    context.beginPath();
    chain.forEach((event, index) => {
      const [x, y] = [eventX(scene, event), laneY(scene, trace.model.events.process[event - 1] ?? 0)];
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The events that the violation rests on: ringed and numbered. */
export function drawSteps(context: CanvasRenderingContext2D, scene: Scene): void {
  const { trace, theme, steps } = scene;
  steps.forEach((event, index) => {
    const process = trace.model.events.process[event - 1] ?? 0;
    const x = eventX(scene, event);
    if (x < GUTTER - 12 || x > scene.width + 12 || !hasLane(scene, process)) return;
    const y = laneY(scene, process);
    context.strokeStyle = theme.bad;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.stroke();
    context.fillStyle = theme.bad;
    dot(context, x + 10, y - 11, 8);
    context.fillStyle = theme.ground;
    context.font = `700 10px ${theme.font}`;
    context.textAlign = 'center';
    context.fillText(String(index + 1), x + 10, y - 10.5);
  });
}
