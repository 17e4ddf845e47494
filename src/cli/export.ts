/** `viv export`: a run in the format of another tool. */
import { writeFileSync } from 'node:fs';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import { named, placeFor } from '../command/values.ts';
import { EXPORTERS } from '../report/exports.ts';
import { chooserOf } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import { whichRun } from './which-run.ts';

/** A run for somebody else's eyes. */
export const exportRun: Command = {
  name: 'export',
  summary: 'a run in the format of another tool',
  usage: 'FILE-or-SCENARIO [--seed S] --format NAME [--out FILE]',
  flags: [
    { name: 'seed', value: 'S', help: 'of a scenario: the seed (1)' },
    { name: 'format', value: 'NAME', help: EXPORTERS.map(({ name }) => name).join(', ') },
    { name: 'out', value: 'FILE', help: 'where it goes (standard output)' },
  ],
  notes: [
    'jsonl: an object an event, with its causes and facts. shiviz: the log of ShiViz, for its default expression.',
    'jepsen: what clients asked and were told, in EDN. It has what viv check --model znode knows: no multi, no sequential node.',
    'Reads of ZooKeeper may be behind, so a history with reads need not be linearizable; its writes are.',
  ],
  run(given, shell) {
    const format = given.text('format');
    if (format === undefined) throw new UsageError(`viv export needs --format: ${EXPORTERS.map(({ name }) => name).join(', ')}`);
    const { make } = named('format', format, EXPORTERS);
    const place = given.text('out');
    const out = place === undefined ? undefined : placeFor('export', place);
    if (given.has('json') && out === undefined) {
      throw new UsageError('viv export --json says what was written to --out FILE: without a file, the export itself is printed');
    }
    const { failure, properties } = whichRun('export', given, shell);
    const exporter = make(failure.plan.settings.encode);
    runPlan(failure.plan, chooserOf(failure), { properties, trace: exporter.trace });
    const lines = exporter.lines();
    if (out === undefined) {
      for (const line of lines) shell.out(line);
      return Promise.resolve(0);
    }
    try {
      writeFileSync(out, lines.map((line) => `${line}\n`).join(''));
    } catch (error) {
      throw new UsageError(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (given.has('json')) shell.out(JSON.stringify({ file: out, format, lines: lines.length }, null, 2));
    shell.err(`${lines.length} lines written to ${out}`);
    return Promise.resolve(0);
  },
};
