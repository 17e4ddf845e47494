/** The commands that run single failures, and so run in code with a bug planted as well: `viv` has them, and so has the lab. */
import type { Command } from '../command/command.ts';
import { explain } from './explain.ts';
import { exportRun } from './export.ts';
import { replay } from './replay.ts';
import { trace } from './trace.ts';

/** In the order in which help lists them. */
export const PLANTABLE: readonly Command[] = [replay, explain, exportRun, trace];
