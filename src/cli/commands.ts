/** Every command of `viv`, in the order in which help lists them. */
import { bench } from './bench.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { fuzz } from './fuzz.ts';
import { mutants } from './mutants.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { start } from './start.ts';
import { zkShell } from './zk-shell.ts';

/** See the head of the file. */
export const COMMANDS: readonly Command[] = [start, run, fuzz, replay, mutants, check, bench, serve, zkShell];
