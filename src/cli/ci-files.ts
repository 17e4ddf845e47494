/** The files that a campaign leaves for other machines: JUnit's XML and SARIF. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Flag, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { placeFor } from '../command/values.ts';
import type { Summary } from '../fuzz/tally.ts';
import { junitOf, sarifOf } from '../report/ci.ts';

/** Flags that ask for them. */
export const CI_FLAGS: readonly Flag[] = [
  { name: 'junit', value: 'FILE', help: 'write the verdicts as JUnit XML' },
  { name: 'sarif', value: 'FILE', help: 'write the distinct failures as SARIF' },
];

/** Throws `UsageError` where there is no place for them. */
export function checkCiFiles(given: Given): void {
  for (const { name } of CI_FLAGS) {
    const file = given.text(name);
    if (file !== undefined) placeFor(`file of --${name}`, file);
  }
}

/** Writes what was asked for; where that cannot be, it is said, and the verdict stands. */
export function writeCiFiles(given: Given, summary: Summary, shell: Shell): void {
  for (const [flag, make] of [['junit', junitOf], ['sarif', sarifOf]] as const) {
    const file = given.text(flag);
    if (file === undefined) continue;
    try {
      writeFileSync(resolve(file), make(summary));
    } catch (error) {
      shell.err(`${file} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
