/** The few helpers that the page's code makes its elements with. Text only ever enters as text, so nothing needs escaping. */

/** What an element has beside its children. */
export interface Attributes {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly label?: string;
}

/** Makes an element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (attributes.class !== undefined) made.className = attributes.class;
  if (attributes.text !== undefined) made.textContent = attributes.text;
  if (attributes.title !== undefined) made.title = attributes.title;
  if (attributes.label !== undefined) made.setAttribute('aria-label', attributes.label);
  made.append(...children);
  return made;
}

/** The element of the page with this id; the page is broken without it. */
export function need<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

/** The context of a canvas. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no canvas');
  return context;
}

/** `1234567` as `1,234,567`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Microseconds as the page says them: `12.345 ms`, `8.310 s`. */
export function timeText(us: number): string {
  if (us < 1_000_000) return `${(us / 1000).toFixed(3)} ms`;
  return `${(us / 1_000_000).toFixed(us < 100_000_000 ? 3 : 2)} s`;
}
