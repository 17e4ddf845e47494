/** What a forked worker runs: knows every scenario and every property, and examines the seeds that it is sent. */
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { examine } from '../fuzz/examine.ts';
import { serveJobs } from '../fuzz/pool.ts';

serveJobs(({ scenario, seed, twice, properties }) => {
  const found = SCENARIOS.find(({ name }) => name === scenario);
  if (found === undefined) throw new Error(`there is no scenario ${scenario}`);
  const judged = properties === null ? allProperties : allProperties.filter(({ name }) => properties.includes(name));
  return examine(found, seed, twice, judged);
});
