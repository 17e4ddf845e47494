/**
 * Where a run that makes no progress begins to repeat itself. A counterexample to liveness is a lasso: a stem that leads to a
 * loop, and the loop. Once the servers are, all of them, where they were before, the same steps may follow again and again.
 */
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Looks for the first return of a state: of each server whether it is up, its role, its epoch and whom it takes for the leader.
 * States from before the last fault was over, or before a transaction was committed, are forgotten: what needs a fault is no
 * loop, and what gets on is none either, unless it does so when it is too late. A crash is over when it has happened, since those
 * that are left must get on without the dead; where they are no quorum they need not, and what they do is no loop.
 */
export class Recurrence {
  /** The event with which a state has returned since the last fault was over; 0 while none has. */
  step = 0;
  private readonly states: Map<NodeId, string> = new Map();
  private readonly seen: Set<string> = new Set();
  private last = '';
  /** Those that may be a quorum to begin with, */
  private readonly voters: readonly NodeId[];
  /** and when they must have got on: judges ask what is settled by half of the tail. */
  private readonly owedMs: number;

  constructor({ members, safetyMs, tailMs }: Pick<Plan, 'members' | 'safetyMs' | 'tailMs'>) {
    this.voters = members.filter(({ role }) => role === 'participant').map(({ id }) => id);
    this.owedMs = safetyMs + tailMs / 2;
  }

  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    switch (fact.kind) {
      case 'role':
        this.enter(node, `${fact.role} ${fact.epoch}`, step);
        return;
      case 'elected':
        this.enter(node, `follows ${fact.leader}`, step);
        return;
      case 'crashed':
        if (fact.cause === 'fault' || fact.cause === 'power') this.forget();
        this.enter(fact.node, DOWN, step);
        return;
      case 'faultBegan':
      case 'faultEnded':
        this.forget();
        return;
      case 'committed':
        if (timeMs < this.owedMs) this.step = 0;
        this.seen.clear();
        return;
      default:
        return;
    }
  }

  private forget(): void {
    this.step = 0;
    this.seen.clear();
  }

  private enter(node: NodeId, state: string, step: number): void {
    this.states.set(node, state);
    const whole = [...this.states].map(([id, each]) => `${id} ${each}`).sort().join(', ');
    const isReturn = whole !== this.last && this.seen.has(whole);
    this.last = whole;
    if (!this.isQuorum()) return;
    if (this.step === 0 && isReturn) this.step = step;
    this.seen.add(whole);
  }

  private isQuorum(): boolean {
    const down = this.voters.filter((id) => this.states.get(id) === DOWN).length;
    return 2 * down < this.voters.length;
  }
}

const DOWN = 'down';
