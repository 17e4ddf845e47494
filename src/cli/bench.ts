/**
 * `viv bench`. What is measured is what is built: run from its sources, which a loader compiles on the way in, the program
 * bundles itself first, as campaigns bundle their workers, and runs that in a process of its own.
 */
import { bundleWorker } from '../fuzz/bundle.ts';
import { benchHere, readBenchOptions } from './bench-run.ts';
import type { Command } from './command.ts';
import { runScript } from './run-script.ts';

const LAB = 'src/cli/bench-lab.ts';

/** The bars of this program, measured here and now. */
export const bench: Command = {
  ...benchHere,
  async run(given, shell) {
    // A misuse is told before anything is built.
    readBenchOptions(given);
    if (!import.meta.url.endsWith('.ts')) return benchHere.run(given, shell);
    const bundle = await bundleWorker(shell.root, LAB);
    try {
      return await runScript(bundle.script, [shell.root, bench.name, ...given.argv], shell, []);
    } finally {
      bundle.remove();
    }
  },
};
