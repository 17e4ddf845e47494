/** A witness of the audit: answers each question that the parent sends, until the parent hangs up. */
import { SCENARIOS } from '../../scenarios/index.ts';
import { testify } from '../run/audit.ts';
import type { Question } from '../run/audit.ts';

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (question: Question) => {
  const scenario = SCENARIOS.find(({ name }) => name === question.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${question.scenario}`);
  process.send?.(testify(scenario, question), undefined, undefined, (error: Error | null) => {
    if (error !== null) process.exit(0);
  });
});
