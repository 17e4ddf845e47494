/** The keyboard: everything that the pointer can do, and the list of it that `?` shows. */
import type { App } from './app.ts';
import { need } from './dom.ts';
import { GUTTER } from './scene.ts';
import { sentBy } from './trace.ts';

/** A key and what it does, for the list. */
interface Key {
  readonly keys: readonly string[];
  readonly run: (app: App) => void;
}

const KEYS: readonly Key[] = [
  { keys: ['ArrowRight'], run: (app) => app.step(1, false) },
  { keys: ['ArrowLeft'], run: (app) => app.step(-1, false) },
  { keys: ['Shift+ArrowRight'], run: (app) => app.step(1, true) },
  { keys: ['Shift+ArrowLeft'], run: (app) => app.step(-1, true) },
  { keys: ['ArrowDown'], run: (app) => app.stepLane(1) },
  { keys: ['ArrowUp'], run: (app) => app.stepLane(-1) },
  { keys: ['b'], run: (app) => app.select(app.trace.sender[app.selected] ?? 0) },
  { keys: ['f'], run: followMessage },
  { keys: ['Home'], run: (app) => app.select(1) },
  { keys: ['End'], run: (app) => app.select(app.trace.count) },
  { keys: ['+', '='], run: (app) => zoom(app, 0.6) },
  { keys: ['-', '_'], run: (app) => zoom(app, 1 / 0.6) },
  { keys: ['PageDown', 'd'], run: (app) => pan(app, 0.5) },
  { keys: ['PageUp', 'a'], run: (app) => pan(app, -0.5) },
  { keys: ['0'], run: (app) => app.showAll() },
  { keys: ['v'], run: (app) => app.showViolation() },
  { keys: ['n'], run: (app) => app.stepHit(1) },
  { keys: ['Shift+N'], run: (app) => app.stepHit(-1) },
  { keys: ['t'], run: (app) => app.setMode(app.axis.mode === 'order' ? 'time' : 'order') },
  { keys: ['p'], run: (app) => app.emphasize(app.emphasis === 'all' ? 'violation' : 'all') },
  { keys: ['s'], run: (app) => app.emphasize(app.emphasis === 'selection' ? 'all' : 'selection') },
  { keys: ['/'], run: () => need('search', HTMLInputElement).focus() },
  { keys: ['?'], run: () => need('help', HTMLDialogElement).showModal() },
];

/** Listens to the keyboard, except where somebody types or a control has its own use for the key. */
export function listenToKeys(app: App): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const name = event.shiftKey && (event.key.length > 1 || event.key === 'N') ? `Shift+${event.key}` : event.key;
    const key = KEYS.find(({ keys }) => keys.includes(name));
    if (key === undefined) return;
    event.preventDefault();
    key.run(app);
  });
}

/** The key belongs to the control that has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (need('help', HTMLDialogElement).open) return true;
  if (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio') {
    if (key === 'Escape') target.blur();
    return true;
  }
  const isArrow = key.startsWith('Arrow') || key === 'Home' || key === 'End' || key.startsWith('Page');
  if (target instanceof HTMLInputElement && target.type === 'radio') return isArrow;
  return isArrow && target instanceof Element && target.getAttribute('role') === 'tab';
}

/** To where the first message that the selected event sent was received. */
function followMessage(app: App): void {
  const { receivedAt } = app.trace.model.messages;
  const received = sentBy(app.trace, app.selected).map((message) => receivedAt[message] ?? 0).find((event) => event > 0);
  if (received !== undefined && app.selected > 0) app.select(received);
}

function zoom(app: App, factor: number): void {
  const { axis, selected } = app;
  const at = selected > 0 ? axis.of(selected) : (axis.from + axis.to) / 2;
  axis.zoom(Math.min(Math.max(at, axis.from), axis.to), factor);
  app.draw();
}

function pan(app: App, share: number): void {
  const { width } = app.scene();
  app.axis.pan((app.axis.to - app.axis.from) * share * Math.min(1, width / (width + GUTTER)));
  app.draw();
}
