/** Finds and shrinks the failure of a planted bug for the parent that asks, until it hangs up. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { findAndShrink } from '../shrink/task.ts';
import type { ShrinkTask } from '../shrink/task.ts';

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (task: ShrinkTask) => {
  void findAndShrink(task, SCENARIOS, allProperties).then((row) => {
    process.send?.(row, undefined, undefined, (error: Error | null) => {
      if (error !== null) process.exit(0);
    });
  });
});
