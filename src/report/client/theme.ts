/** The colours of the page, read from its style sheet, where light and dark are told apart. */
import { FAMILIES } from './filter.ts';

/** How many colours epochs take in turn. */
export const EPOCH_COLOURS = 6;

/** Colours as CSS names them. */
export interface Theme {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly faint: string;
  readonly bad: string;
  readonly accent: string;
  readonly fault: string;
  readonly commit: string;
  readonly watch: string;
  readonly epochs: readonly string[];
  /** One for each of `FAMILIES`. */
  readonly families: readonly string[];
  readonly font: string;
}

/** The colours in force. */
export function themeNow(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: read('ground'), ink: read('ink'), soft: read('soft'), line: read('line'), faint: read('faint'), bad: read('bad'),
    accent: read('accent'), fault: read('fault'), commit: read('commit'), watch: read('watch'),
    epochs: Array.from({ length: EPOCH_COLOURS }, (_, index) => read(`epoch-${index}`)),
    families: FAMILIES.map(({ id }) => read(`family-${id}`)),
    font: read('sans'),
  };
}

/** The colour of an epoch. */
export function epochColour(theme: Theme, epoch: number): string {
  return theme.epochs[epoch % EPOCH_COLOURS] ?? theme.soft;
}
