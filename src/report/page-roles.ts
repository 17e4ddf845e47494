/** Which role a process plays after a fact: what colours its lane on the page. Pure. */
import type { Fact } from '../io/fact.ts';

/** A role and the epoch that it is played in, 0 where there is none. */
export interface Played {
  readonly role: string;
  readonly epoch: number;
}

/** Null: the fact changes nothing about it. */
export function roleAfter(fact: Fact): Played | null {
  switch (fact.kind) {
    case 'role':
      return { role: fact.role, epoch: fact.epoch };
    case 'crashed':
      return { role: 'DOWN', epoch: 0 };
    case 'sessionConnected':
      return { role: 'CONNECTED', epoch: 0 };
    case 'sessionDisconnected':
      return { role: 'APART', epoch: 0 };
    case 'sessionExpired':
    case 'sessionClosed':
      return { role: 'ENDED', epoch: 0 };
    default:
      return null;
  }
}
