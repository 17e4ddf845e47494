/**
 * The panel of states: every process at the selected event, as a tree that opens where the reader opens it and stays so while
 * they step. What the event changed is marked, also on the branches that lead there.
 */
import { isViewList, isViewMap } from '../page-changes.ts';
import type { View } from '../page-model.ts';
import { roleLabel } from './diagram.ts';
import { make } from './dom.ts';
import { segmentAt } from './scene.ts';
import type { Segment } from './scene.ts';
import type { States } from './states.ts';
import { nameOf, processOf } from './trace.ts';
import type { Trace } from './trace.ts';
import { inWords } from './view-text.ts';

/** A list or a table shows so many entries. */
const ENTRIES_MAX = 400;

/** See the head of the file. Remembers which branches are open. */
export class StatePanel {
  private readonly panel: HTMLElement;
  private readonly trace: Trace;
  private readonly states: States;
  private readonly segments: readonly Segment[];
  /** Paths by process, as `3/replica/storage`. */
  private readonly open: Set<string> = new Set();

  constructor(panel: HTMLElement, trace: Trace, states: States, segments: readonly Segment[]) {
    this.panel = panel;
    this.trace = trace;
    this.states = states;
    this.segments = segments;
  }

  /** Fills the panel with what is so after an event. */
  show(event: number): void {
    const { trace, panel } = this;
    panel.replaceChildren();
    if (event === 0) {
      panel.append(make('p', { class: 'hint', text: 'Select an event to see every process after it.' }));
      return;
    }
    const busy = processOf(trace, event);
    panel.append(...trace.model.processes.map((_, process) => this.processBranch(process, event, process === busy)));
  }

  private processBranch(process: number, event: number, isBusy: boolean): HTMLElement {
    const segment = segmentAt(this.segments, process, event + 1);
    const changed = new Set<string>();
    if (isBusy) {
      for (const { path } of this.states.changedBy(process, event)) {
        for (let length = 0; length <= path.length; length++) changed.add([process, ...path.slice(0, length)].join('/'));
      }
    }
    const summary = make('summary', isBusy ? { class: 'busy' } : {},
      make('span', { class: 'who', text: nameOf(this.trace, process) }),
      make('span', { class: 'value', text: segment === undefined ? '' : roleLabel(segment) }));
    return this.branch(String(process), summary, changed, () => {
      const view = this.states.after(process, event);
      if (view === null) return [make('p', { class: 'hint', text: 'It does not run.' })];
      return this.entries(view, String(process), changed);
    });
  }

  /** A branch whose inside is made when it is opened. */
  private branch(key: string, summary: HTMLElement, changed: ReadonlySet<string>, inside: () => HTMLElement[]): HTMLElement {
    const details = make('details', changed.has(key) ? { class: 'changed' } : {}, summary);
    const body = make('div', { class: 'inside' });
    details.append(body);
    const fill = (): void => {
      if (body.childElementCount === 0) body.append(...inside());
    };
    if (this.open.has(key)) {
      details.open = true;
      fill();
    }
    details.addEventListener('toggle', () => {
      if (details.open) {
        this.open.add(key);
        fill();
      } else {
        this.open.delete(key);
      }
    });
    return details;
  }

  private entries(view: View, key: string, changed: ReadonlySet<string>): HTMLElement[] {
    const list: [string, View][] = isViewList(view)
      ? view.map((item, index): [string, View] => [String(index), item])
      : isViewMap(view) ? Object.entries(view) : [];
    const shown = list.slice(0, ENTRIES_MAX).map(([name, value]) => this.entry(name, value, `${key}/${name}`, changed));
    const more = list.length - shown.length;
    return more > 0 ? [...shown, make('p', { class: 'hint', text: `and ${more} more` })] : shown;
  }

  private entry(name: string, value: View, key: string, changed: ReadonlySet<string>): HTMLElement {
    const isBranch = (isViewList(value) && value.length > 0) || (isViewMap(value) && Object.keys(value).length > 0);
    const label = make('span', { class: 'name', text: name });
    const words = make('span', { class: 'value', text: isBranch ? sizeOf(value) : inWords(value) });
    if (!isBranch) return make('div', { class: changed.has(key) ? 'leaf changed' : 'leaf' }, label, words);
    return this.branch(key, make('summary', {}, label, words), changed, () => this.entries(value, key, changed));
  }
}

function sizeOf(view: View): string {
  const short = inWords(view);
  if (short.length <= 36) return short;
  if (isViewList(view)) return `${view.length} items`;
  return isViewMap(view) ? `${Object.keys(view).length} entries` : '';
}
