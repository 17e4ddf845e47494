/** Every situation worth reaching, by theme. A new one is an entry in one of the themes. */
import { BROADCAST } from './broadcast.ts';
import { ELECTIONS } from './elections.ts';
import { OUTCOMES } from './outcomes.ts';
import { RECOVERY } from './recovery.ts';
import { SESSIONS } from './sessions.ts';
import type { Situation } from './situation.ts';
import { SYNCHRONIZATION } from './synchronization.ts';

/** In the order in which reports list them. */
export const SITUATIONS: readonly Situation[] = [
  ...ELECTIONS,
  ...SYNCHRONIZATION,
  ...BROADCAST,
  ...RECOVERY,
  ...SESSIONS,
  ...OUTCOMES,
];
