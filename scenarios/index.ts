/** Every scenario there is, the default first. A new one is a file beside this and a line here. */
import type { Scenario } from '../src/plan/scenario.ts';
import { acl } from './acl.ts';
import { calm } from './calm.ts';
import { churn } from './churn.ts';
import { disk } from './disk.ts';
import { five } from './five.ts';
import { observers } from './observers.ts';
import { partitions } from './partitions.ts';
import { power } from './power.ts';
import { quota } from './quota.ts';
import { races } from './races.ts';
import { recipes } from './recipes.ts';
import { reconfig } from './reconfig.ts';
import { sessions } from './sessions.ts';
import { storms } from './storms.ts';
import { sync } from './sync.ts';
import { ttl } from './ttl.ts';
import { watches } from './watches.ts';

/** In the order in which help lists them. */
export const SCENARIOS: readonly Scenario[] = [
  five, calm, power, partitions, observers, churn, sync, disk, sessions, reconfig, storms, races, watches,
  recipes, acl, quota, ttl,
];
