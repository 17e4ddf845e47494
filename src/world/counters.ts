/** Counts how often each fault happened and how often it changed anything: a fault that never has an effect is a defect. */
import { present } from '../base/invariant.ts';
import type { CrashLosses } from './disk-crash.ts';
import { type ActiveFault, FAULT_NAMES, type FaultCounter } from './fault.ts';

interface Row {
  readonly name: string;
  fired: number;
  effective: number;
}

/** One row for every name of `FAULT_NAMES`. */
export class Counters {
  readonly rows: Map<string, Row> = new Map();

  constructor() {
    for (const name of FAULT_NAMES) this.rows.set(name, { name, fired: 0, effective: 0 });
  }

  fired(name: string): void {
    this.row(name).fired++;
  }

  effective(name: string): void {
    this.row(name).effective++;
  }

  /** It happened, and that alone changed something. */
  hit(name: string, times = 1): void {
    const row = this.row(name);
    row.fired += times;
    row.effective += times;
  }

  /** An ongoing fault changed something; counted once. */
  touched(fault: ActiveFault): void {
    if (fault.effective) return;
    fault.effective = true;
    this.effective(fault.name);
  }

  crashLosses(losses: CrashLosses): void {
    this.hit('lostWrite', losses.lostWrite);
    this.hit('tornWrite', losses.tornWrite);
    this.hit('reorderedWrite', losses.reorderedWrite);
    this.hit('lostDirectoryEntry', losses.lostDirectoryEntry);
    this.hit('lostRename', losses.lostRename);
    this.hit('undoneRemove', losses.undoneRemove);
  }

  /** A copy of the rows, in the order of `FAULT_NAMES`. */
  list(): FaultCounter[] {
    return [...this.rows.values()].map((row) => ({ ...row }));
  }

  private row(name: string): Row {
    return present(this.rows.get(name), 'a fault must be counted under a known name');
  }
}
