/** Reading a scheduler back from JSON. */
import type { SchedulerPlan, Starvation } from '../world/scheduler.ts';
import { Fields, integer, list, word } from './decode.ts';
import type { Decoder } from './decode.ts';

const KINDS = ['timed', 'uniform', 'pct', 'starve', 'delay-bounded'] as const;
const count = integer(0);
const positive = integer(1);

/** Checks the JSON of a scheduler. */
export const decodeScheduler: Decoder<SchedulerPlan> = (value, path) => {
  const fields = new Fields(value, path);
  const scheduler = schedulerOf(fields, fields.get('kind', word(KINDS)));
  fields.end();
  return scheduler;
};

function schedulerOf(fields: Fields, kind: (typeof KINDS)[number]): SchedulerPlan {
  switch (kind) {
    case 'timed':
      return { kind };
    case 'uniform':
      return { kind, ...window(fields) };
    case 'pct':
      return { kind, depth: fields.get('depth', positive), ...window(fields), ...decisions(fields) };
    case 'starve':
      return { kind, windows: fields.get('windows', list(decodeStarvation)) };
    case 'delay-bounded':
      return { kind, delays: fields.get('delays', count), ...window(fields), ...decisions(fields) };
  }
}

function window(fields: Fields): { windowMs: number } {
  return { windowMs: fields.get('windowMs', count) };
}

function decisions(fields: Fields): { decisions: number } {
  return { decisions: fields.get('decisions', positive) };
}

const decodeStarvation: Decoder<Starvation> = (value, path) => {
  const fields = new Fields(value, path);
  const found: Starvation = {
    victim: fields.get('victim', positive), fromMs: fields.get('fromMs', count), forMs: fields.get('forMs', count),
  };
  fields.end();
  return found;
};
