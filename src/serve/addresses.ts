/**
 * Keeps a server where the members in force say that it is: one that a reconfiguration gives another address listens there from
 * then on, as ZooKeeper's does (QuorumPeer.processReconfig), and who is connected stays connected. What it was started with is
 * not looked at: an operator may well write another name for the own machine than the others know it by.
 */
import { endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';
import type { Listeners, PortPlan } from '../host/listeners.ts';
import type { ServerSpec } from '../zab/quorum.ts';
import type { Logger } from './log.ts';

/** The addresses of one server. */
export class Addresses {
  private listeners: Listeners;
  private readonly plansOf: (own: ServerSpec) => readonly PortPlan[];
  private readonly log: Logger;
  /** Where it is by the members that were in force last; null: none were yet. */
  private last: readonly PortPlan[] | null = null;
  private moving: Promise<void> = Promise.resolve();

  /** `plansOf`: where a server listens that is described so; the same ports in the same order as `listeners` has. */
  constructor(listeners: Listeners, plansOf: (own: ServerSpec) => readonly PortPlan[], log: Logger) {
    this.listeners = listeners;
    this.plansOf = plansOf;
    this.log = log;
  }

  /** From now on it listens through these, at the same addresses. */
  use(listeners: Listeners): void {
    this.listeners = listeners;
  }

  /** These are in force now, and describe it so. Resolves when it listens there; what cannot be is logged. */
  follow(own: ServerSpec): Promise<void> {
    const plans = this.plansOf(own);
    const before = this.last ?? plans;
    this.last = plans;
    this.moving = this.moving.then(() => this.moveAll(before, plans));
    return this.moving;
  }

  private async moveAll(before: readonly PortPlan[], plans: readonly PortPlan[]): Promise<void> {
    if (plans.length !== this.listeners.bound.length || plans.length !== before.length) {
      this.log.warn('the members in force give this server other kinds of ports than it has: start it again to have them');
      return;
    }
    for (const [index, plan] of plans.entries()) {
      const old = before[index];
      if (old !== undefined && isSame(old.at, plan.at)) continue;
      try {
        await this.listeners.move(index, plan);
        this.log.info(`listens at ${endpointText(plan.at)} now (${plan.port}), as the members in force say`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.log.error(`${reason}; until it is started again, this server listens where it did (${plan.port})`);
      }
    }
  }
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}
