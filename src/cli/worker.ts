/** What a forked worker runs: knows every scenario and every property, and examines the seeds that it is sent. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { serveJobs } from '../fuzz/pool.ts';
import { examine, examineKept } from '../run/examine.ts';

serveJobs(({ scenario, seed, twice, properties, file }) => {
  const judged = properties === null ? allProperties : allProperties.filter(({ name }) => properties.includes(name));
  if (file !== undefined) return examineKept(file, judged);
  const found = SCENARIOS.find(({ name }) => name === scenario);
  if (found === undefined) throw new Error(`there is no scenario ${scenario}`);
  return examine(found, seed, twice, judged);
});
