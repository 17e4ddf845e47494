/** Small charts as SVG, drawn once and for all: curves over seeds or over time. No code of their own; titles tell the numbers. */
import { decimal } from './format.ts';
import { escapeHtml } from './page-html.ts';

/** One point of a curve. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** A chart of one curve. */
export interface Chart {
  /** What it shows, above it. */
  readonly title: string;
  readonly points: readonly ChartPoint[];
  /** The highest that y could be, if there is such a thing; a line is drawn there. */
  readonly most?: number;
  /** The curve rises in steps, rather than slopes. */
  readonly isStepped?: boolean;
  /** What a value of the horizontal axis is called: `1,000 seeds`, `3.2 s`. */
  readonly nameOfX: (x: number) => string;
  /** Between round values of the horizontal axis; left out: 1, 2, 5, 10, ... */
  readonly stepsOfX?: readonly number[];
  /** Where something is to be marked, and why. */
  readonly marks?: readonly { readonly x: number; readonly title: string }[];
}

const WIDTH = 480;
const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 20;
const TOP = 8;

/** A label on the horizontal axis needs so much room to the next. */
const ROOM = 110;

/** The chart as a figure. */
export function chartHtml(chart: Chart): string {
  const { points, title, most, marks = [] } = chart;
  const last = points.at(-1) ?? { x: 0, y: 0 };
  const [right, high] = [Math.max(1e-9, last.x), Math.max(1, most ?? 0, ...points.map(({ y }) => y))];
  const x = (value: number): number => LEFT + (value / right) * (WIDTH - LEFT - 8);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / high) * (HEIGHT - BOTTOM - TOP);
  const path = curveOf(points, chart.isStepped === true, x, y);
  const area = `M${LEFT} ${y(0)} L${path.slice(1)} L${fixed(x(last.x))} ${y(0)} Z`;
  const label = `${title}: ${decimal(last.y)} after ${chart.nameOfX(last.x)}`;
  return `<figure><figcaption>${escapeHtml(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">
${levelsOf(high, most).map((level) => gridLine(level, y(level))).join('\n')}
<path class="area" d="${area}"/><path class="curve" d="${path}"/>
${marks.map((mark) => markOf(x(mark.x), y(0), mark.title)).join('\n')}
<text x="${LEFT}" y="${HEIGHT - 4}">0</text>
${roundSteps(right, chart.stepsOfX).filter((value) => isAlone(x(value))).map((value) => {
    return `<path class="tick" d="M${fixed(x(value))} ${fixed(y(0))} v4"/>` +
      `<text x="${fixed(x(value))}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(chart.nameOfX(value))}</text>`;
  }).join('\n')}
<text x="${WIDTH - 8}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(chart.nameOfX(last.x))}</text>
</svg></figure>`;
}

/** Whether a label there has room beside those at the ends. */
function isAlone(x: number): boolean {
  return x > LEFT + ROOM / 3 && x < WIDTH - ROOM;
}

/** What time is counted in: milliseconds of one, two, five, ten, twenty and thirty seconds, and so on in minutes and hours. */
export const TIME_STEPS: readonly number[] = [
  ...[10, 20, 50, 100, 200, 500],
  ...[1, 60, 3600].flatMap((seconds) => [1, 2, 5, 10, 20, 30].map((count) => count * seconds * 1000)),
];

/** 0 and at most five round numbers up to `most`; `steps`, ascending, may lie between them; left out: 1, 2, 5, 10, ... */
export function roundSteps(most: number, steps?: readonly number[]): number[] {
  const least = Math.max(1, most / 5);
  let step = steps?.find((one) => one >= least) ?? 1;
  for (let power = 1; step < least; power *= 10) {
    step = [2, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? step;
  }
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

/** Where lines are drawn across: round numbers, and the most that there could be in place of any that is too close to it. */
function levelsOf(high: number, most: number | undefined): number[] {
  const levels = roundSteps(high);
  return most === undefined ? levels : [...levels.filter((level) => level <= most * 0.88), most];
}

function curveOf(
  points: readonly ChartPoint[], isStepped: boolean, x: (value: number) => number, y: (value: number) => number,
): string {
  let path = `M${fixed(x(0))} ${fixed(y(0))}`;
  for (const point of points) {
    if (isStepped) path += ` H${fixed(x(point.x))} V${fixed(y(point.y))}`;
    else path += ` L${fixed(x(point.x))} ${fixed(y(point.y))}`;
  }
  return path;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function gridLine(value: number, y: number): string {
  const line = `<path class="grid" d="M${LEFT} ${fixed(y)} H${WIDTH - 8}"/>`;
  return `${line}<text x="${LEFT - 6}" y="${fixed(y + 4)}" text-anchor="end">${decimal(value)}</text>`;
}

function markOf(x: number, y: number, title: string): string {
  return `<path class="fail" d="M${fixed(x)} ${fixed(y - 9)} l4 9 h-8 Z"><title>${escapeHtml(title)}</title></path>`;
}

/** How much of a whole, as a bar. */
export function meterHtml(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : Math.round((part / whole) * 100);
  return `<span class="meter" role="img" aria-label="${percent} %"><i style="width:${percent}%"></i></span>`;
}
