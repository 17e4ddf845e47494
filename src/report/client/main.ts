/** Begins: unpacks the document that the page carries, and sets everything to work. */
import { isPageModel } from '../page-model.ts';
import type { PageModel } from '../page-model.ts';
import { App } from './app.ts';
import { drawLegend, makeControls } from './controls.ts';
import { make, need } from './dom.ts';
import { listenToKeys } from './keys.ts';
import { showEvent } from './panel-event.ts';
import { ListPanel } from './panel-list.ts';
import { StatePanel } from './panel-state.ts';
import { listenToPointer } from './pointer.ts';
import { States } from './states.ts';
import { tellStory } from './story.ts';
import { eventText, nameOf, processOf, traceOf } from './trace.ts';

async function unpack(): Promise<PageModel> {
  const packed = need('document', HTMLScriptElement).textContent;
  const bytes = Uint8Array.from(atob(packed.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const json: unknown = JSON.parse(await new Response(stream).text());
  if (!isPageModel(json)) throw new Error('the page carries no document that it can read');
  return json;
}

function begin(model: PageModel): void {
  const trace = traceOf(model);
  const app = new App(trace);
  const states = new States(trace);
  const go = (event: number): void => app.select(event);
  const list = new ListPanel(need('panel-list', HTMLElement), trace, go);
  const statePanel = new StatePanel(need('panel-state', HTMLElement), trace, states, app.segments);
  const shownEvents = (): number[] => {
    const events: number[] = [];
    for (let event = 1; event <= trace.count; event++) if (app.shown.events[event] === 1) events.push(event);
    return events;
  };
  const showSelected = (): void => {
    const { selected } = app;
    showEvent(need('panel-event', HTMLElement), trace, states, app.segments, selected, go);
    if (!need('panel-state', HTMLElement).hidden) statePanel.show(selected);
    list.select(selected);
    const who = nameOf(trace, processOf(trace, selected));
    need('said', HTMLElement).textContent = selected === 0 ? '' : `Event ${selected}: ${who} ${eventText(trace, selected)}`;
  };
  app.on('selection', showSelected);
  app.on('filter', () => list.list(shownEvents()));
  makeTabs(() => {
    showSelected();
    list.draw();
  });
  makeControls(app);
  tellStory(app);
  drawLegend(app);
  listenToPointer(app);
  listenToKeys(app);
  list.list(shownEvents());
  app.showViolation();
  const refit = (): void => {
    app.refit();
    drawLegend(app);
    list.draw();
  };
  new ResizeObserver(refit).observe(need('diagram', HTMLCanvasElement));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refit);
  need('loading', HTMLElement).remove();
  need('main', HTMLElement).hidden = false;
  refit();
  document.documentElement.dataset['ready'] = 'yes';
}

const TABS = ['event', 'state', 'list'] as const;

/** The tabs of the side panel, as their ARIA pattern has them. */
function makeTabs(shown: () => void): void {
  const show = (name: string): void => {
    for (const tab of TABS) {
      const button = need(`tab-${tab}`, HTMLButtonElement);
      button.setAttribute('aria-selected', String(tab === name));
      button.tabIndex = tab === name ? 0 : -1;
      need(`panel-${tab}`, HTMLElement).hidden = tab !== name;
    }
    shown();
  };
  TABS.forEach((tab, index) => {
    const button = need(`tab-${tab}`, HTMLButtonElement);
    button.addEventListener('click', () => show(tab));
    button.addEventListener('keydown', ({ key }) => {
      const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      const next = TABS[(index + by + TABS.length) % TABS.length];
      if (by === 0 || next === undefined) return;
      show(next);
      need(`tab-${next}`, HTMLButtonElement).focus();
    });
  });
}

unpack().then(begin).catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error);
  need('loading', HTMLElement).replaceChildren(make('p', { text: `The page cannot be shown: ${sentence}` }));
  throw error;
});
