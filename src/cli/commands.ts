/** Every command of `viv`, in the order in which help lists them. */
import type { Command } from '../command/command.ts';
import { audit } from './audit.ts';
import { bench } from './bench.ts';
import { check } from './check.ts';
import { explore } from './explore.ts';
import { fuzz } from './fuzz.ts';
import { merge } from './merge.ts';
import { withMutantFlag } from './mutant-flag.ts';
import { mutants } from './mutants.ts';
import { PLANTABLE } from './plantable.ts';
import { plantable } from './planted.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { snapshot } from './snapshot.ts';
import { soak } from './soak.ts';
import { shrink } from './shrink.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { txnlog } from './txnlog.ts';
import { zkShell } from './zk-shell.ts';

/** See the head of the file. */
export const COMMANDS: readonly Command[] = [
  start, run, fuzz, ...PLANTABLE.map(plantable), withMutantFlag(shrink), report, merge, explore, mutants, audit, check, bench,
  serve, soak, zkShell, status, txnlog, snapshot,
];
