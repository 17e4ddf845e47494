/**
 * The page at work: what is selected, filtered and in view, and everybody told when it changes. Drawing waits for the next
 * frame, so that ten changes are one picture.
 */
import { Axis } from './axis.ts';
import type { AxisMode } from './axis.ts';
import { chainBetween, pastOf } from './causes.ts';
import { drawDiagram } from './diagram.ts';
import type { Drawn } from './diagram.ts';
import { contextOf, need } from './dom.ts';
import { eventsSaying, shownBy } from './filter.ts';
import type { Shown, Wish } from './filter.ts';
import { layLanes } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import { drawOverview } from './overview.ts';
import { segmentsOf } from './scene.ts';
import type { Scene, Segment } from './scene.ts';
import { themeNow } from './theme.ts';
import type { Theme } from './theme.ts';
import { lastAtMost, nearestOf, processOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** What stands out: everything, what the violation follows from, or what the selected event follows from. */
export type Emphasis = 'all' | 'violation' | 'selection';
/** What changed, for those who show something of it. */
export type Topic = 'selection' | 'filter' | 'search' | 'view';

/** How many events are in view to begin with. */
const FIRST_SPAN = 110;

/** See the head of the file. */
export class App {
  readonly trace: Trace;
  readonly segments: readonly Segment[];
  readonly axis: Axis;
  readonly steps: readonly number[];
  selected = 0;
  wish: Wish = { hiddenKinds: new Set(['PING', 'ping', 'pong']), about: '' };
  shown: Shown;
  hits: readonly number[] = [];
  emphasis: Emphasis = 'all';
  showsClients = true;
  hoveredEvent = 0;
  hoveredMessage = -1;
  scrollY = 0;
  drawn: Drawn = { messages: [], leftOut: [] };
  private readonly chains: readonly (readonly number[])[];
  private readonly listeners: [Topic, () => void][] = [];
  private readonly canvas: HTMLCanvasElement = need('diagram', HTMLCanvasElement);
  private readonly strip: HTMLCanvasElement = need('overview', HTMLCanvasElement);
  private lanes: Lanes;
  private theme: Theme = themeNow();
  private past: Uint8Array | null = null;
  private hitSet: ReadonlySet<number> = new Set();
  private isDrawing = false;

  constructor(trace: Trace) {
    this.trace = trace;
    this.segments = segmentsOf(trace);
    this.axis = new Axis(trace);
    const steps = trace.model.finding?.steps ?? [];
    this.steps = [...new Set(steps)].filter((step) => step >= 1 && step <= trace.count).sort((a, b) => a - b);
    this.chains = this.steps.slice(1).map((step, index) => chainBetween(trace, this.steps[index] ?? step, step));
    this.shown = shownBy(trace, this.wish);
    this.lanes = layLanes(trace, this.canvas.clientHeight, true);
    this.showViolation();
  }

  on(topic: Topic, listener: () => void): void {
    this.listeners.push([topic, listener]);
  }

  /** Draws at the next frame. */
  draw(): void {
    if (this.isDrawing) return;
    this.isDrawing = true;
    requestAnimationFrame(() => {
      this.isDrawing = false;
      this.drawNow();
    });
  }

  /** The page's colours or sizes are others now. */
  refit(): void {
    this.theme = themeNow();
    this.lanes = layLanes(this.trace, this.canvas.clientHeight, this.showsClients);
    this.scrollTo(this.scrollY);
  }

  /** Selects an event, 0 for none, and brings it into view. */
  select(event: number): void {
    if (event < 0 || event > this.trace.count) return;
    this.selected = event;
    if (event > 0) {
      this.axis.reveal(event);
      this.revealLane(processOf(this.trace, event));
    }
    if (this.emphasis === 'selection') this.emphasize('selection');
    this.tell('selection');
  }

  /** The next shown event (or, with −1, the one before), of all processes or of the selected one's. */
  step(by: 1 | -1, isSameProcess: boolean): void {
    const own = isSameProcess && this.selected > 0 ? processOf(this.trace, this.selected) : -1;
    const beyond = by === 1 ? this.trace.count + 1 : 0;
    let event = this.selected === 0 ? Math.max(0, this.axis.eventAt(this.axis.from)) : this.selected;
    do event += by; while (event !== beyond && !this.isStop(event, own));
    if (event !== beyond && event > 0) this.select(event);
  }

  /** The nearest event of the lane above or below. */
  stepLane(by: 1 | -1): void {
    if (this.selected === 0) return;
    for (let lane = processOf(this.trace, this.selected) + by; this.trace.eventsOf[lane] !== undefined; lane += by) {
      const event = nearestOf(this.trace, lane, this.selected);
      if (event > 0 && (this.lanes.height[lane] ?? 0) > 0) return this.select(event);
    }
  }

  setWish(wish: Wish): void {
    this.wish = wish;
    this.shown = shownBy(this.trace, wish);
    this.tell('filter');
  }

  search(phrase: string): void {
    this.hits = eventsSaying(this.trace, phrase);
    this.hitSet = new Set(this.hits);
    this.tell('search');
  }

  /** Selects the next hit after the selected event, or the one before it; round and round. */
  stepHit(by: 1 | -1): void {
    const { hits, selected } = this;
    if (hits.length === 0) return;
    const index = by === 1 ? lastAtMost(hits, selected) + 1 : lastAtMost(hits, selected - 1);
    this.select(hits[(index + hits.length) % hits.length] ?? 0);
  }

  emphasize(emphasis: Emphasis): void {
    this.emphasis = emphasis;
    const roots = emphasis === 'violation' ? this.steps : emphasis === 'selection' && this.selected > 0 ? [this.selected] : [];
    this.past = roots.length === 0 ? null : pastOf(this.trace, roots);
    this.tell('view');
  }

  setMode(mode: AxisMode): void {
    this.axis.setMode(mode);
    if (this.selected > 0) this.axis.reveal(this.selected);
    this.tell('view');
  }

  showClients(isShown: boolean): void {
    this.showsClients = isShown;
    this.refit();
    this.tell('view');
  }

  showAll(): void {
    this.axis.showAll();
    this.tell('view');
  }

  /** What the violation rests on, as near as it can be; without a violation, the end. */
  showViolation(): void {
    if (this.steps.length === 0) return this.showAll();
    const last = this.steps.at(-1) ?? this.trace.count;
    const near = this.steps.filter((step) => last - step < FIRST_SPAN * 4);
    const first = near[0] ?? last;
    const span = Math.max(FIRST_SPAN, (last - first) * 1.25);
    const until = Math.min(this.trace.count, Math.round(last + span * 0.1));
    const [from, to] = [this.axis.of(Math.max(1, Math.round(until - span))), this.axis.of(until)];
    this.axis.show(from, to + (to - from) * 0.05);
    this.selected = this.steps.at(-1) ?? 0;
    this.tell('selection');
  }

  scrollTo(y: number): void {
    this.scrollY = Math.max(0, Math.min(y, this.lanes.total - this.canvas.clientHeight));
    this.draw();
  }

  /** What the diagram is drawn from, now. */
  scene(): Scene {
    const { trace, segments, axis, lanes, theme, shown, selected, hoveredEvent, hoveredMessage, past, steps, chains } = this;
    return {
      trace, segments, axis, lanes, theme, shown, selected, hoveredEvent, hoveredMessage, past, steps, chains,
      hits: this.hitSet, width: this.canvas.clientWidth, height: this.canvas.clientHeight, scrollY: this.scrollY,
    };
  }

  /** The same for the strip, with the whole run in view. */
  stripScene(): Scene {
    const axis = new Axis(this.trace);
    axis.mode = this.axis.mode;
    axis.showAll();
    return { ...this.scene(), axis, width: this.strip.clientWidth, height: this.strip.clientHeight, scrollY: 0 };
  }

  private isStop(event: number, process: number): boolean {
    return this.shown.events[event] === 1 && (process < 0 || processOf(this.trace, event) === process);
  }

  private revealLane(process: number): void {
    const { lanes, canvas } = this;
    const [middle, half] = [lanes.middle[process] ?? 0, (lanes.height[process] ?? 0) / 2];
    if (middle - half - this.scrollY < lanes.top) this.scrollTo(middle - half - lanes.top);
    else if (middle + half - this.scrollY > canvas.clientHeight) this.scrollTo(middle + half - canvas.clientHeight);
  }

  private tell(topic: Topic): void {
    for (const [wanted, listener] of this.listeners) if (wanted === topic) listener();
    this.draw();
  }

  private drawNow(): void {
    fit(this.canvas);
    this.drawn = drawDiagram(contextOf(this.canvas), this.scene());
    fit(this.strip);
    drawOverview(contextOf(this.strip), this.stripScene(), this.axis.from, this.axis.to);
    this.canvas.dataset['first'] = String(Math.max(1, this.axis.eventAt(this.axis.from)));
    this.canvas.dataset['last'] = String(this.axis.eventAt(this.axis.to));
    for (const [topic, listener] of this.listeners) if (topic === 'view') listener();
  }
}

/** A canvas has as many points as the screen has where it is. */
function fit(canvas: HTMLCanvasElement): void {
  const scale = window.devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  contextOf(canvas).setTransform(scale, 0, 0, scale, 0, 0);
}
