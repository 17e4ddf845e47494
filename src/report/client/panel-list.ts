/** The events as a list of lines, of which only those in sight exist: the diagram for whoever prefers, or needs, text. */
import { grouped, make } from './dom.ts';
import { eventText, nameOf, processOf } from './trace.ts';
import type { Trace } from './trace.ts';

/** The height of a line, as the style sheet has it. */
const LINE = 22;
const MARGIN = 10;

/** See the head of the file. */
export class ListPanel {
  private readonly panel: HTMLElement;
  private readonly trace: Trace;
  private readonly go: (event: number) => void;
  private readonly lines: HTMLElement = make('div', { class: 'lines' });
  private events: readonly number[] = [];
  private selected = 0;

  constructor(panel: HTMLElement, trace: Trace, go: (event: number) => void) {
    this.panel = panel;
    this.trace = trace;
    this.go = go;
    panel.append(this.lines);
    panel.addEventListener('scroll', () => this.draw());
  }

  /** Lists these events, ascending. */
  list(events: readonly number[]): void {
    this.events = events;
    this.lines.style.height = `${events.length * LINE}px`;
    this.draw();
  }

  /** Marks an event and brings it into sight. */
  select(event: number): void {
    this.selected = event;
    const index = this.events.indexOf(event);
    const { scrollTop, clientHeight } = this.panel;
    if (index >= 0 && clientHeight > 0 && (index * LINE < scrollTop || (index + 1) * LINE > scrollTop + clientHeight)) {
      this.panel.scrollTop = Math.max(0, index * LINE - clientHeight / 2);
    }
    this.draw();
  }

  /** Makes the lines in sight. */
  draw(): void {
    const { clientHeight } = this.panel;
    if (clientHeight === 0) return;
    // Where a list that has just become shorter is scrolled to is not always bounded yet.
    const top = Math.max(0, Math.min(this.panel.scrollTop, this.events.length * LINE - clientHeight));
    const first = Math.max(0, Math.floor(top / LINE) - MARGIN);
    const end = Math.min(this.events.length, Math.ceil((top + clientHeight) / LINE) + MARGIN);
    this.lines.replaceChildren(...this.events.slice(first, end).map((event, offset) => this.line(event, first + offset)));
  }

  private line(event: number, index: number): HTMLElement {
    const line = make('button', { class: event === this.selected ? 'line selected' : 'line' },
      make('span', { class: 'number', text: grouped(event) }),
      make('span', { class: 'who', text: nameOf(this.trace, processOf(this.trace, event)) }),
      make('span', { class: 'what', text: eventText(this.trace, event) }));
    line.type = 'button';
    line.tabIndex = -1;
    line.style.top = `${index * LINE}px`;
    line.addEventListener('click', () => this.go(event));
    return line;
  }
}
