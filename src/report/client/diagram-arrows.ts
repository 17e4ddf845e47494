/** The arrows of the messages: which of them to draw, how, and which one is under the pointer. */
import { FAMILIES, familyOf } from './filter.ts';
import { GUTTER, eventX, hasLane, laneY, pixelsPerEvent } from './scene.ts';
import type { Scene } from './scene.ts';
import { textOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** More arrows than these in one picture are a blur, and slow. */
const ARROWS_MAX = 3000;
/** Arrows that are so near to the pointer can be pointed at. */
const REACH = 5;
/** How long an arrow is that never arrives. */
const STUB = 16;

const FAMILY_OF_KIND = new WeakMap<Trace, Uint8Array>();

/** The family of a message. */
export function messageFamily(trace: Trace, message: number): number {
  let families = FAMILY_OF_KIND.get(trace);
  if (families === undefined) {
    families = new Uint8Array(trace.model.strings.length);
    for (const kind of new Set(trace.model.messages.kind)) families[kind] = familyOf(textOf(trace, kind));
    FAMILY_OF_KIND.set(trace, families);
  }
  return families[trace.model.messages.kind[message] ?? 0] ?? 0;
}

/** The messages to draw: all in view or, where these are too many, the rarer families. */
export function chosenMessages(scene: Scene): { messages: number[]; leftOut: number[] } {
  const { trace, axis, shown } = scene;
  const { sentAt, receivedAt, from, to } = trace.model.messages;
  const [first, last] = [axis.eventAt(axis.from), axis.eventAt(axis.to) + 1];
  const found: number[][] = FAMILIES.map(() => []);
  const end = trace.firstSent[Math.min(last + 1, trace.count + 1)] ?? sentAt.length;
  for (let message = 0; message < end; message++) {
    if (shown.messages[message] !== 1) continue;
    const sent = sentAt[message] ?? 0;
    const received = receivedAt[message] ?? 0;
    if ((received === 0 ? sent : received) < first || sent > last) continue;
    if (!hasLane(scene, from[message] ?? 0) || !hasLane(scene, to[message] ?? 0)) continue;
    found[messageFamily(trace, message)]?.push(message);
  }
  const rarest = found.map((_, family) => family).sort((a, b) => (found[a]?.length ?? 0) - (found[b]?.length ?? 0));
  const messages: number[] = [];
  const leftOut: number[] = [];
  for (const family of rarest) {
    const own = found[family] ?? [];
    if (messages.length + own.length <= ARROWS_MAX) messages.push(...own);
    else leftOut.push(family);
  }
  return { messages, leftOut };
}

interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly arrives: boolean;
}

function lineOf(scene: Scene, message: number): Line {
  const { sentAt, receivedAt, from, to } = scene.trace.model.messages;
  const received = receivedAt[message] ?? 0;
  const [x1, y1] = [eventX(scene, sentAt[message] ?? 0), laneY(scene, from[message] ?? 0)];
  const toY = laneY(scene, to[message] ?? 0);
  if (received !== 0) return { x1, y1, x2: eventX(scene, received), y2: toY, arrives: true };
  return { x1, y1, x2: x1 + STUB * 0.7, y2: y1 + Math.sign(toY - y1) * STUB, arrives: false };
}

/** Draws the arrows, a colour at a time; what does not stand out first. */
export function drawArrows(context: CanvasRenderingContext2D, scene: Scene, messages: readonly number[]): void {
  const perEvent = pixelsPerEvent(scene);
  const crowd = Math.max(0.28, Math.min(0.85, 0.3 + perEvent / 18));
  FAMILIES.forEach((_, family) => {
    const own = messages.filter((message) => messageFamily(scene.trace, message) === family);
    const colour = scene.theme.families[family] ?? scene.theme.ink;
    const lit = own.filter((message) => standsOut(scene, message));
    if (scene.past !== null) strokeAll(context, scene, own.filter((message) => !standsOut(scene, message)), colour, 0.1, false);
    strokeAll(context, scene, lit, colour, crowd, perEvent > 3);
  });
  if (perEvent > 40) for (const message of messages) if (standsOut(scene, message)) drawName(context, scene, message);
  drawSelected(context, scene);
}

function standsOut({ past, trace }: Scene, message: number): boolean {
  if (past === null) return true;
  const { sentAt, receivedAt } = trace.model.messages;
  const received = receivedAt[message] ?? 0;
  return past[received === 0 ? (sentAt[message] ?? 0) : received] === 1;
}

function strokeAll(
  context: CanvasRenderingContext2D, scene: Scene, messages: readonly number[], colour: string, alpha: number, heads: boolean,
): void {
  if (messages.length === 0) return;
  context.save();
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1;
  const lines = messages.map((message) => lineOf(scene, message));
  context.beginPath();
  for (const line of lines) {
    context.moveTo(line.x1, line.y1);
    context.lineTo(line.x2, line.y2);
    if (!line.arrives) cross(context, line.x2, line.y2, 3);
  }
  context.stroke();
  if (heads) {
    context.beginPath();
    for (const line of lines) if (line.arrives) head(context, line, 7);
    context.fill();
  }
  context.restore();
}

function head(context: CanvasRenderingContext2D, { x1, y1, x2, y2 }: Line, size: number): void {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 1) return;
  const [dx, dy] = [((x2 - x1) / length) * size, ((y2 - y1) / length) * size];
  context.moveTo(x2, y2);
  context.lineTo(x2 - dx - dy * 0.38, y2 - dy + dx * 0.38);
  context.lineTo(x2 - dx + dy * 0.38, y2 - dy - dx * 0.38);
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x - size, y + size);
  context.lineTo(x + size, y - size);
}

/** The kind of a message, in the middle of its arrow. */
function drawName(context: CanvasRenderingContext2D, scene: Scene, message: number): void {
  const line = lineOf(scene, message);
  const [x, y] = line.arrives ? [(line.x1 + line.x2) / 2, (line.y1 + line.y2) / 2] : [line.x2 + 8, line.y2];
  if (x < GUTTER || x > scene.width) return;
  const name = textOf(scene.trace, scene.trace.model.messages.kind[message]);
  context.font = `10px ${scene.theme.font}`;
  context.textAlign = line.arrives ? 'center' : 'left';
  context.lineWidth = 3;
  context.strokeStyle = scene.theme.ground;
  context.strokeText(name, x, y);
  context.fillStyle = scene.theme.families[messageFamily(scene.trace, message)] ?? scene.theme.ink;
  context.fillText(name, x, y);
}

/** The messages of the selected event, and the one under the pointer, over all others. */
function drawSelected(context: CanvasRenderingContext2D, scene: Scene): void {
  const { trace, selected, hoveredMessage } = scene;
  const chosen = new Set<number>();
  if (hoveredMessage >= 0) chosen.add(hoveredMessage);
  if (selected > 0) {
    const received = trace.model.events.message[selected - 1] ?? 0;
    if (received > 0) chosen.add(received - 1);
    const [from, to] = [trace.firstSent[selected] ?? 0, trace.firstSent[selected + 1] ?? 0];
    for (let message = from; message < to; message++) chosen.add(message);
  }
  for (const message of chosen) {
    if (!hasLane(scene, trace.model.messages.to[message] ?? 0)) continue;
    const line = lineOf(scene, message);
    context.strokeStyle = scene.theme.accent;
    context.fillStyle = scene.theme.accent;
    context.lineWidth = 1.75;
    context.beginPath();
    context.moveTo(line.x1, line.y1);
    context.lineTo(line.x2, line.y2);
    if (!line.arrives) cross(context, line.x2, line.y2, 4);
    context.stroke();
    context.beginPath();
    if (line.arrives) head(context, line, 9);
    context.fill();
  }
}

/** The arrow under the pointer, −1 for none. */
export function messageAt(scene: Scene, messages: readonly number[], x: number, y: number): number {
  let [best, nearest] = [-1, REACH];
  for (const message of messages) {
    const distance = distanceTo(lineOf(scene, message), x, y);
    if (distance < nearest) [best, nearest] = [message, distance];
  }
  return best;
}

function distanceTo({ x1, y1, x2, y2 }: Line, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const share = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / Math.max(1e-9, dx * dx + dy * dy)));
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
}
