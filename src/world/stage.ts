/** What faults are made to happen in: the world, from the side of whoever makes them. */
import type { NodeId } from '../io/event.ts';
import type { WorldFact } from '../io/fact.ts';
import type { Atlas } from './atlas.ts';
import type { Core } from './core.ts';
import type { ActiveFault } from './fault.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';

/** See the head of the file. */
export interface Stage {
  readonly core: Core;
  readonly hosts: Map<NodeId, Host>;
  readonly network: Network;
  readonly atlas: Atlas;
  announce(fact: WorldFact): void;
  kill(host: Host, cause: 'fault' | 'power', detail: string): boolean;
  restartLater(host: Host, delayUs: number): void;
  suspend(host: Host, cause: ActiveFault): boolean;
  wake(host: Host): void;
  setDrift(host: Host, ppm: number): void;
}
