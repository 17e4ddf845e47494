/** The pointer over the diagram and the strip: what it points at, clicks, drags and turns. */
import type { App } from './app.ts';
import { messageAt } from './diagram-arrows.ts';
import { bandLabel } from './diagram-frame.ts';
import { grouped, make, need, timeText } from './dom.ts';
import { FAULT_ROW, RULER, laneAt } from './lanes.ts';
import { GUTTER, eventX, positionAt, xOf } from './scene.ts';
import type { Scene } from './scene.ts';
import { eventText, factsOf, nameOf, nearestOf, processOf, textOf } from './trace.ts';

/** Events that are so near to the pointer can be pointed at. */
const REACH = 9;
/** Less than this is a click and no drag. */
const CLICK = 4;

/** Listens to the pointer. */
export function listenToPointer(app: App): void {
  const canvas = need('diagram', HTMLCanvasElement);
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (pointers.size === 1) moved = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const last = pointers.get(event.pointerId);
    if (last === undefined) {
      point(app, event.offsetX, event.offsetY);
      return;
    }
    const [dx, dy] = [event.offsetX - last.x, event.offsetY - last.y];
    moved += Math.abs(dx) + Math.abs(dy);
    if (pointers.size === 2) pinch(app, pointers, event.pointerId, event.offsetX);
    else if (moved > CLICK) drag(app, dx, dy);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  });
  canvas.addEventListener('pointerup', (event) => {
    pointers.delete(event.pointerId);
    if (moved <= CLICK) click(app, event.offsetX, event.offsetY);
  });
  canvas.addEventListener('pointercancel', (event) => void pointers.delete(event.pointerId));
  canvas.addEventListener('pointerleave', () => point(app, -1, -1));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    turn(app, event);
  }, { passive: false });
  listenToStrip(app);
}

function scaleOf(app: App): number {
  const scene = app.scene();
  return (app.axis.to - app.axis.from) / Math.max(1, scene.width - GUTTER);
}

function drag(app: App, dx: number, dy: number): void {
  app.axis.pan(-dx * scaleOf(app));
  app.scrollTo(app.scrollY - dy);
}

function pinch(app: App, pointers: ReadonlyMap<number, { x: number; y: number }>, moving: number, x: number): void {
  const [still, before] = [[...pointers].find(([id]) => id !== moving)?.[1], pointers.get(moving)];
  if (still === undefined || before === undefined) return;
  const [was, is] = [Math.abs(before.x - still.x), Math.abs(x - still.x)];
  if (was < 10 || is < 10) return;
  app.axis.zoom(positionAt(app.scene(), still.x), was / is);
  app.draw();
}

function turn(app: App, event: WheelEvent): void {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  const [x, y] = [event.deltaX * unit, event.deltaY * unit];
  if (event.shiftKey || Math.abs(x) > Math.abs(y)) app.axis.pan((x === 0 ? y : x) * scaleOf(app));
  else if (event.altKey) app.scrollTo(app.scrollY + y);
  else app.axis.zoom(positionAt(app.scene(), Math.max(GUTTER, event.offsetX)), Math.exp(Math.max(-60, Math.min(60, y)) / 160));
  app.draw();
}

function eventUnder(app: App, scene: Scene, x: number, y: number): number {
  if (y < scene.lanes.top || x < GUTTER) return 0;
  const lane = laneAt(scene.lanes, y + scene.scrollY);
  if (lane < 0) return 0;
  const event = nearestOf(app.trace, lane, app.axis.eventAt(positionAt(scene, x) + (app.axis.mode === 'order' ? 0.5 : 0)));
  if (event === 0 || Math.abs(eventX(scene, event) - x) > REACH) return 0;
  return Math.abs((scene.lanes.middle[lane] ?? 0) - y - scene.scrollY) <= REACH + 3 ? event : 0;
}

function bandUnder(scene: Scene, x: number, y: number): number {
  if (y < RULER || y > scene.lanes.top) return -1;
  const row = Math.floor((y - RULER - 3) / FAULT_ROW);
  return scene.trace.model.bands.findIndex((band, index) => {
    const [from, to] = [scene.axis.between(band.fromAt, band.fromUs), scene.axis.between(band.toAt, band.toUs)];
    return scene.lanes.rowOf[index] === row && x >= xOf(scene, from) - 2 && x <= Math.max(xOf(scene, from) + 5, xOf(scene, to));
  });
}

function point(app: App, x: number, y: number): void {
  const scene = app.scene();
  const event = x < 0 ? 0 : eventUnder(app, scene, x, y);
  const isOnLanes = x >= GUTTER && y >= scene.lanes.top;
  const message = event === 0 && isOnLanes ? messageAt(scene, app.drawn.messages, x, y) : -1;
  if (event !== app.hoveredEvent || message !== app.hoveredMessage) {
    app.hoveredEvent = event;
    app.hoveredMessage = message;
    app.draw();
  }
  const lines = event > 0 ? aboutEvent(app, event) : message >= 0 ? aboutMessage(app, message) : aboutBand(scene, x, y);
  showTip(lines, x, y, scene.width);
  need('diagram', HTMLCanvasElement).style.cursor = event > 0 || message >= 0 ? 'pointer' : 'grab';
}

function aboutEvent(app: App, event: number): string[] {
  const { trace } = app;
  const stated = factsOf(trace, event).map((fact) => textOf(trace, trace.model.facts.text[fact]));
  return [
    `${nameOf(trace, processOf(trace, event))} ${eventText(trace, event)}`,
    `event ${grouped(event)} · ${timeText(trace.timeUs[event] ?? 0)}`,
    ...stated.slice(0, 6),
  ];
}

function aboutMessage(app: App, message: number): string[] {
  const { messages } = app.trace.model;
  const [sent, received] = [messages.sentAt[message] ?? 0, messages.receivedAt[message] ?? 0];
  const [from, to] = [nameOf(app.trace, messages.from[message] ?? -1), nameOf(app.trace, messages.to[message] ?? -1)];
  const took = timeText((app.trace.timeUs[received] ?? 0) - (app.trace.timeUs[sent] ?? 0));
  const fate = received === 0 ? 'not received' : `received in ${grouped(received)} after ${took}`;
  return [`${from} → ${to}: ${textOf(app.trace, messages.text[message])}`, `sent in ${grouped(sent)}, ${fate}`];
}

function aboutBand(scene: Scene, x: number, y: number): string[] {
  const band = bandUnder(scene, x, y);
  const found = scene.trace.model.bands[band];
  if (found === undefined) return [];
  return [bandLabel(scene, band), `${timeText(found.fromUs)} to ${timeText(found.toUs)}`];
}

function showTip(lines: readonly string[], x: number, y: number, width: number): void {
  const tip = need('tip', HTMLDivElement);
  tip.hidden = lines.length === 0;
  if (tip.hidden) return;
  tip.replaceChildren(...lines.map((text, index) => make('div', index === 0 ? { class: 'first', text } : { text })));
  tip.style.left = `${Math.max(4, Math.min(x + 14, width - tip.offsetWidth - 8))}px`;
  tip.style.top = `${y + 16}px`;
}

function click(app: App, x: number, y: number): void {
  const scene = app.scene();
  const event = eventUnder(app, scene, x, y);
  if (event > 0) return app.select(event);
  const message = messageAt(scene, app.drawn.messages, x, y);
  if (message < 0 || y < scene.lanes.top) return;
  const { sentAt, receivedAt } = app.trace.model.messages;
  const received = receivedAt[message] ?? 0;
  app.select(received === 0 ? (sentAt[message] ?? 0) : received);
}

/** A press or a drag on the strip moves the view there. */
function listenToStrip(app: App): void {
  const strip = need('overview', HTMLCanvasElement);
  const move = (event: PointerEvent): void => {
    const half = (app.axis.to - app.axis.from) / 2;
    const at = positionAt(app.stripScene(), event.offsetX);
    app.axis.show(at - half, at + half);
    app.draw();
  };
  strip.addEventListener('pointerdown', (event) => {
    strip.setPointerCapture(event.pointerId);
    move(event);
  });
  strip.addEventListener('pointermove', (event) => {
    if (strip.hasPointerCapture(event.pointerId)) move(event);
  });
}
