/** Which loads of `viv bench apache` are asked for: `--only 1:set:100:16,3:create` names one, and six with three servers. */
import { UsageError } from '../command/command.ts';
import type { LoadOperation } from './load-job.ts';

/** One load: a row of the table. */
export interface Load {
  readonly servers: number;
  readonly operation: LoadOperation;
  readonly bytes: number;
  readonly inFlight: number;
}

const PARTS_MAX = 4;

/**
 * Of `all`, those that `text` names: parts in the order of the table's columns, joined by colons; what is left out at the end, or
 * a `*`, stands for any. Throws `UsageError` for a name that none of them has.
 */
export function chosenLoads(text: string, all: readonly Load[]): readonly Load[] {
  const names = text.split(',');
  for (const name of names) {
    if (all.some((load) => isCalled(load, name))) continue;
    const form = 'SERVERS:OPERATION:BYTES:IN-FLIGHT, such as 1:set:100:16, 3:create or *:get';
    throw new UsageError(`--only names loads as ${form}; none is called "${name}"`);
  }
  return all.filter((load) => names.some((name) => isCalled(load, name)));
}

function isCalled({ servers, operation, bytes, inFlight }: Load, name: string): boolean {
  const parts = name.split(':');
  const own = [servers, operation, bytes, inFlight];
  return parts.length <= PARTS_MAX && parts.every((part, index) => part === '*' || part === String(own[index]));
}
