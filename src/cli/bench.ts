/**
 * `viv bench`. What is measured is what is built: run from its sources, which a loader compiles on the way in, the program
 * bundles itself first, as campaigns bundle their workers, and runs that in a process of its own.
 */
import { bundleWorker } from '../fuzz/bundle.ts';
import { benchApache, FULL, QUICK } from './bench-apache.ts';
import { comparisonLines } from './bench-apache-report.ts';
import { APACHE, benchHere, readBenchOptions } from './bench-run.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import { runScript } from './run-script.ts';
import type { Shell } from './shell.ts';

const LAB = 'src/cli/bench-lab.ts';

/** The bars of this program, measured here and now. */
export const bench: Command = {
  ...benchHere,
  async run(given, shell) {
    if (given.names.includes(APACHE)) return await compare(given, shell);
    if (given.has('quick')) throw new UsageError('--quick is for viv bench apache');
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

/** Real servers beside Apache ZooKeeper's, which run in processes of their own. */
async function compare(given: Given, shell: Shell): Promise<number> {
  if (given.names.length > 1) throw new UsageError('viv bench apache is measured by itself: name no other section');
  for (const flag of ['for', 'from', 'nodes', 'recover']) {
    if (given.has(flag)) throw new UsageError(`--${flag} is not for viv bench apache`);
  }
  const comparison = await benchApache(given.has('quick') ? QUICK : FULL, shell);
  if (given.has('json')) shell.out(JSON.stringify(comparison, null, 2));
  else for (const line of comparisonLines(comparison)) shell.out(line);
  return 0;
}
