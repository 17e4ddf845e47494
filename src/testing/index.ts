/** What `import ... from 'vivarium/testing'` gives: a simulated ensemble to run code against, and a real one to break. */
import { RealEnsemble, type RealEnsembleOptions } from './real-ensemble.ts';

export { contest, type Contest } from './contest.ts';
export { OptionError } from './options.ts';
export { simulate, SimulationFailure, simulateSeeds } from './simulate.ts';
export type { SimulateOptions, Simulation, SimulationResult } from './simulate.ts';
export { type Machine, SimulatedChaos } from './simulated-chaos.ts';
export { RealEnsemble, type RealEnsembleOptions } from './real-ensemble.ts';

/** A real ensemble on loopback, serving; stop it when you are done. */
export function ensemble(options: RealEnsembleOptions = {}): Promise<RealEnsemble> {
  return RealEnsemble.start(options);
}
