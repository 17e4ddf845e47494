/**
 * `viv bench`. What is measured is what is built: run from its sources, which a loader compiles on the way in, the program
 * bundles itself first, as campaigns bundle their workers. Every section runs in a process of its own, so that none collects what
 * another has left behind. By name only: real servers beside Apache ZooKeeper's, which are processes of their own in any case.
 */
import { chosenLoads } from '../bench/apache-only.ts';
import { comparisonLines } from '../bench/apache-report.ts';
import { benchApache, FULL, loadsOf, QUICK } from '../bench/apache.ts';
import { APACHE, benchHere, readBenchOptions } from '../bench/run.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import { runScript } from '../command/run-script.ts';
import type { Shell } from '../command/shell.ts';
import { bundleWorker } from '../fuzz/bundle.ts';

const LAB = 'src/cli/bench-lab.ts';

/** The bars of this program, measured here and now. */
export const bench: Command = {
  ...benchHere,
  async run(given, shell) {
    if (given.names.includes(APACHE)) return await compare(given, shell);
    // A misuse is told before anything is built.
    const { sections } = readBenchOptions(given);
    if (!import.meta.url.endsWith('.ts')) {
      const [, program] = process.argv;
      if (program === undefined || sections.length < 2) return benchHere.run(given, shell);
      return await runApart([program, bench.name], sections, given, shell);
    }
    const bundle = await bundleWorker(shell.root, LAB);
    try {
      return await runApart([bundle.script, shell.root, bench.name], sections, given, shell);
    } finally {
      bundle.remove();
    }
  },
};

/** One section after the other, each in a process; what went wrong first decides the exit code, and ends the whole. */
async function runApart(
  [script, ...before]: readonly [string, ...string[]], sections: readonly string[], given: Given, shell: Shell,
): Promise<number> {
  const flags = given.argv.filter((argument) => !sections.includes(argument));
  const reports: string[][] = [];
  for (const section of sections.length === 0 ? [[]] : sections.map((name) => [name])) {
    const lines: string[] = [];
    const collecting = { ...shell, isTerminal: false, out: (line: string): void => void lines.push(line) };
    const code = await runScript(script, [...before, ...section, ...flags], given.has('json') ? collecting : shell, []);
    if (code !== 0) return code;
    reports.push(lines);
  }
  if (given.has('json')) shell.out(joinedReports(reports.map((lines) => lines.join('\n'))));
  return 0;
}

/** The reports of sections as one: lists under one name follow one another. */
export function joinedReports(texts: readonly string[]): string {
  const [only, ...others] = texts;
  if (only !== undefined && others.length === 0) return only;
  const joined = new Map<string, unknown[]>();
  for (const text of texts) {
    const report: unknown = JSON.parse(text);
    for (const [name, list] of Object.entries(typeof report === 'object' && report !== null ? report : {})) {
      const all = joined.get(name) ?? [];
      if (Array.isArray(list)) for (const each of list) all.push(each);
      joined.set(name, all);
    }
  }
  return JSON.stringify(Object.fromEntries(joined), null, 2);
}

async function compare(given: Given, shell: Shell): Promise<number> {
  if (given.names.length > 1) throw new UsageError('viv bench apache is measured by itself: name no other section');
  for (const flag of ['for', 'from', 'nodes', 'recover']) {
    if (given.has(flag)) throw new UsageError(`--${flag} is not for viv bench apache`);
  }
  const scale = given.has('quick') ? QUICK : FULL;
  const only = given.text('only');
  const comparison = await benchApache(scale, shell, only === undefined ? null : chosenLoads(only, loadsOf(scale)));
  if (given.has('json')) shell.out(JSON.stringify(comparison, null, 2));
  else for (const line of comparisonLines(comparison)) shell.out(line);
  return comparison.whyEnded === null || shell.signal.aborted ? 0 : 4;
}
