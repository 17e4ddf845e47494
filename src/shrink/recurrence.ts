/**
 * Where a run that makes no progress begins to repeat itself. A counterexample to liveness is a lasso: a stem that leads to a
 * loop, and the loop. Once the servers are, all of them, where they were before, the same steps may follow again and again.
 */
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';

const DOWN = 'down';

/**
 * Looks for the first return of a state: of each server whether it is up, its role, its epoch and whom it takes for the leader.
 * What was before the last fault was over is forgotten, for what needs a fault is no loop; and so is what was before a
 * transaction was committed or everybody who is up was in line with a leader, for what gets on is none either, unless it does so
 * too late. A crash is over when it has happened, since those that are left must get on without the dead; where they are no
 * quorum they need not, and what they do is no loop.
 */
export class Recurrence {
  /** The event with which a state has returned and after which nothing has got on in time; 0 while there is none. */
  step = 0;
  /** When the servers must have got on: judges ask what is settled by half of the tail. */
  readonly owedMs: number;
  private readonly states: Map<NodeId, string> = new Map();
  private readonly seen: Set<string> = new Set();
  private last = '';
  /** Those that may be a quorum to begin with. */
  private readonly voters: readonly NodeId[];
  /** Who is in line with `leader`. */
  private readonly inLine: Set<NodeId> = new Set();
  private leader: NodeId = 0;

  constructor({ members, safetyMs, tailMs }: Pick<Plan, 'members' | 'safetyMs' | 'tailMs'>) {
    this.voters = members.filter(({ role }) => role === 'participant').map(({ id }) => id);
    this.owedMs = safetyMs + tailMs / 2;
  }

  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    switch (fact.kind) {
      case 'role':
        if (fact.role === 'LOOKING') this.inLine.delete(node);
        this.enter(node, `${fact.role} ${fact.epoch}`, step);
        return;
      case 'elected':
        this.enter(node, `follows ${fact.leader}`, step);
        return;
      case 'crashed':
        if (fact.cause === 'fault' || fact.cause === 'power') this.forget();
        this.inLine.delete(fact.node);
        this.enter(fact.node, DOWN, step);
        return;
      case 'faultBegan':
      case 'faultEnded':
        this.forget();
        return;
      case 'established':
        this.leader = node;
        this.inLine.clear();
        this.getInLine(node, timeMs);
        return;
      case 'synchronized':
        if (fact.leader === this.leader) this.getInLine(node, timeMs);
        return;
      case 'committed':
        this.getOn(timeMs);
        return;
      default:
        return;
    }
  }

  private forget(): void {
    this.step = 0;
    this.seen.clear();
  }

  private getInLine(node: NodeId, timeMs: number): void {
    this.inLine.add(node);
    if (this.voters.every((id) => this.inLine.has(id) || this.isDown(id))) this.getOn(timeMs);
  }

  private getOn(timeMs: number): void {
    if (timeMs < this.owedMs) this.step = 0;
    this.seen.clear();
  }

  private enter(node: NodeId, state: string, step: number): void {
    this.states.set(node, state);
    const whole = [...this.states].map(([id, each]) => `${id} ${each}`).sort().join(', ');
    const isReturn = whole !== this.last && this.seen.has(whole);
    this.last = whole;
    if (2 * this.voters.filter((id) => this.isDown(id)).length >= this.voters.length) return;
    if (this.step === 0 && isReturn) this.step = step;
    this.seen.add(whole);
  }

  private isDown(id: NodeId): boolean {
    return this.states.get(id) === DOWN;
  }
}
