/** The bar above the diagram: search, filters, how it is laid out, what stands out; and the legend under it. */
import type { App, Emphasis } from './app.ts';
import { messageFamily } from './diagram-arrows.ts';
import { drawShape } from './diagram-marks.ts';
import type { Shape } from './diagram-marks.ts';
import { paintRole } from './diagram.ts';
import { contextOf, grouped, make, need } from './dom.ts';
import { FAMILIES, commonTags } from './filter.ts';
import { epochColour, themeNow } from './theme.ts';
import type { Theme } from './theme.ts';
import { lastAtMost, textOf } from './trace.ts';

/** Suggestions for the filter. */
const SUGGESTIONS = 300;

/** Makes the bar work. */
export function makeControls(app: App): void {
  makeSearch(app);
  makeKinds(app);
  makeAbout(app);
  for (const mode of ['order', 'time'] as const) {
    need(`axis-${mode}`, HTMLInputElement).addEventListener('change', () => app.setMode(mode));
  }
  const emphasis = need('emphasis', HTMLSelectElement);
  const options: readonly Emphasis[] = ['all', 'violation', 'selection'];
  emphasis.addEventListener('change', () => app.emphasize(options.find((option) => option === emphasis.value) ?? 'all'));
  const clients = need('clients', HTMLInputElement);
  clients.addEventListener('change', () => app.showClients(clients.checked));
  need('show-all', HTMLButtonElement).addEventListener('click', () => app.showAll());
  need('show-violation', HTMLButtonElement).addEventListener('click', () => app.showViolation());
  need('show-help', HTMLButtonElement).addEventListener('click', () => need('help', HTMLDialogElement).showModal());
  app.on('view', () => {
    need(`axis-${app.axis.mode}`, HTMLInputElement).checked = true;
    emphasis.value = app.emphasis;
    need('note', HTMLElement).textContent = noteOf(app);
  });
}

/** What the diagram leaves out, in a sentence. */
function noteOf(app: App): string {
  const names = app.drawn.leftOut.map((family) => FAMILIES[family]?.name ?? '').filter((name) => name !== '');
  return names.length === 0 ? '' : `Too many to draw here: ${names.join(', ')}. Zoom in to see them.`;
}

function makeSearch(app: App): void {
  const field = need('search', HTMLInputElement);
  const count = need('search-count', HTMLElement);
  const tellCount = (): void => {
    const { hits, selected } = app;
    const index = lastAtMost(hits, selected);
    const place = hits[index] === selected && selected > 0 ? `${grouped(index + 1)} of ` : '';
    count.textContent = field.value.trim() === '' ? '' : `${place}${grouped(hits.length)}`;
  };
  field.addEventListener('input', () => app.search(field.value));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') app.stepHit(event.shiftKey ? -1 : 1);
  });
  need('search-next', HTMLButtonElement).addEventListener('click', () => app.stepHit(1));
  need('search-previous', HTMLButtonElement).addEventListener('click', () => app.stepHit(-1));
  app.on('search', tellCount);
  app.on('selection', tellCount);
}

/** One box for each kind of message that there is, by family. */
function makeKinds(app: App): void {
  const menu = need('kinds', HTMLElement);
  const counts = kindCounts(app);
  const boxes = new Map<string, HTMLInputElement>();
  const apply = (): void => {
    const hiddenKinds = new Set([...boxes].filter(([, box]) => !box.checked).map(([kind]) => kind));
    app.setWish({ ...app.wish, hiddenKinds });
  };
  FAMILIES.forEach(({ name }, family) => {
    const kinds = [...counts].filter(([kind]) => counts.get(kind)?.family === family);
    if (kinds.length === 0) return;
    const toggle = make('button', { class: 'all', text: 'all or none', label: `${name}: all or none` });
    toggle.type = 'button';
    toggle.addEventListener('click', () => {
      const areOn = kinds.every(([kind]) => boxes.get(kind)?.checked === true);
      for (const [kind] of kinds) setBox(boxes.get(kind), !areOn);
      apply();
    });
    const group = make('div', { class: 'family', label: name }, make('div', { class: 'head' }, swatch(family), name, toggle));
    group.setAttribute('role', 'group');
    for (const [kind, { count }] of kinds) {
      const box = make('input');
      box.type = 'checkbox';
      box.checked = !app.wish.hiddenKinds.has(kind);
      box.addEventListener('change', apply);
      boxes.set(kind, box);
      group.append(make('label', {}, box, kind, make('span', { class: 'count', text: grouped(count) })));
    }
    menu.append(group);
  });
  const whole = need('kinds-menu', HTMLDetailsElement);
  whole.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') whole.open = false;
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !whole.contains(target)) whole.open = false;
  });
  const button = need('kinds-button', HTMLElement);
  const tell = (): void => {
    const hidden = [...boxes.values()].filter((box) => !box.checked).length;
    button.textContent = hidden === 0 ? 'Messages: all' : `Messages: ${boxes.size - hidden} of ${boxes.size} kinds`;
  };
  app.on('filter', tell);
  tell();
}

function setBox(box: HTMLInputElement | undefined, isOn: boolean): void {
  if (box !== undefined) box.checked = isOn;
}

function kindCounts(app: App): Map<string, { family: number; count: number }> {
  const counts = new Map<string, { family: number; count: number }>();
  const { messages } = app.trace.model;
  messages.kind.forEach((number, message) => {
    const kind = textOf(app.trace, number);
    const known = counts.get(kind);
    if (known === undefined) counts.set(kind, { family: messageFamily(app.trace, message), count: 1 });
    else known.count++;
  });
  return counts;
}

function makeAbout(app: App): void {
  const field = need('about', HTMLInputElement);
  field.addEventListener('input', () => app.setWish({ ...app.wish, about: field.value.trim() }));
  const options = commonTags(app.trace, SUGGESTIONS).map((tag) => {
    const option = make('option');
    option.value = tag;
    return option;
  });
  need('about-options', HTMLDataListElement).append(...options);
  const count = need('about-count', HTMLElement);
  app.on('filter', () => {
    count.textContent = app.wish.about === '' ? '' : `${grouped(app.shown.count)} events`;
  });
}

/** A line in the colour of a family. */
function swatch(family: number): HTMLElement {
  const line = make('span', { class: 'swatch' });
  line.style.background = `var(--family-${FAMILIES[family]?.id ?? ''})`;
  return line;
}

/** The legend: roles by form, epochs by colour, marks. Drawn with the very code that draws the diagram. */
export function drawLegend(app: App): void {
  const theme = themeNow();
  const epochs = [...new Set(app.segments.filter(({ epoch }) => epoch > 0).map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const epoch = epochs.at(-1) ?? 1;
  const role = (name: string, text: string): HTMLElement => {
    return item(text, theme, (context) => paintRole(context, { theme }, { role: name, epoch }, 0, 3, 20, 9));
  };
  const mark = (shape: Shape, colour: 'commit' | 'watch' | 'fault' | 'ink', text: string): HTMLElement => {
    return item(text, theme, (context) => {
      context.fillStyle = theme[colour];
      context.strokeStyle = theme[colour];
      drawShape(context, shape, 10, 8);
    });
  };
  need('legend', HTMLElement).replaceChildren(
    role('LEADING', 'leads'), role('FOLLOWING', 'follows'), role('OBSERVING', 'observes'), role('LOOKING', 'looking'),
    epochItem(epochs, theme),
    mark('star', 'ink', 'leader established'), mark('diamond', 'commit', 'committed'), mark('dot', 'commit', 'applied'),
    mark('flag', 'watch', 'watch fired'), mark('square', 'ink', 'cut back or snapshot'), mark('cross', 'fault', 'crash'),
    ...FAMILIES.map(({ name }, family) => make('span', { class: 'item' }, swatch(family), name)),
  );
}

function item(text: string, theme: Theme, paint: (context: CanvasRenderingContext2D) => void): HTMLElement {
  const canvas = make('canvas');
  const scale = window.devicePixelRatio;
  [canvas.width, canvas.height] = [20 * scale, 16 * scale];
  canvas.setAttribute('aria-hidden', 'true');
  const context = contextOf(canvas);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = theme.ground;
  paint(context);
  return make('span', { class: 'item' }, canvas, text);
}

function epochItem(epochs: readonly number[], theme: Theme): HTMLElement {
  const shown = epochs.slice(0, 8).map((epoch) => {
    const spot = make('span', { class: 'spot', text: String(epoch) });
    spot.style.background = epochColour(theme, epoch);
    return spot;
  });
  return make('span', { class: 'item' }, 'epoch', ...shown, ...(epochs.length > 8 ? ['…'] : []));
}
