/**
 * Where a search begins: from nothing, or from a state that real steps lead to in one fixed order. Published traces of deep
 * bugs begin with "one committed everywhere, one proposed at the leader"; to search from there saves the way.
 */
import { invariant, present } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { Act, actionOf, codeOf } from './action.ts';
import { NAMED_LUCKS } from './chances.ts';
import { AT_ONCE_MAX, Class, firstBelow } from './grain.ts';
import type { Space } from './space.ts';

/**
 * nothing: every process has started. serving: a leader is established and all others are in line with it. connected: all
 * clients have their sessions, and nothing that they ask for has arrived. committed: a client's first write is applied
 * everywhere. proposed: its second one is proposed as well, and nobody has heard of it.
 * skipped: then the leader crashed, its disk has the proposal, and the others serve under another leader; that crash counts.
 * parted: instead it was cut off and lives, and has not heard of that; the partitions count. deposed: after some time it gave up
 * to lead, and its timeouts count. severed: as committed, and then a follower was cut off from the leader, and has not heard of
 * that; the partition counts.
 */
export type Start =
  'nothing' | 'serving' | 'connected' | 'committed' | 'severed' | 'proposed' | 'skipped' | 'parted' | 'deposed';
/** For whoever must choose one. */
export const STARTS: readonly Start[] = [
  'nothing', 'serving', 'connected', 'committed', 'severed', 'proposed', 'skipped', 'parted', 'deposed',
];
/** What clients and servers say to each other until a session stands. */
const GREETINGS: ReadonlySet<string> = new Set(['connectRequest', 'connectResponse']);

const KEEP = NAMED_LUCKS.indexOf('keep');

/** What is looked for on the way. */
class Watch {
  proposed = 0;
  leader: NodeId = 0;
  /** Of whoever stated it last. */
  role = '';
  readonly applied: Map<number, number> = new Map();

  see(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.kind === 'elected') this.leader = fact.leader;
      if (fact.kind === 'role') this.role = fact.role;
      if (fact.kind !== 'proposed' && fact.kind !== 'applied') continue;
      if (fact.txn.body.kind === 'createSession') continue;
      if (fact.kind === 'proposed') this.proposed++;
      else this.applied.set(fact.txn.zxid, (this.applied.get(fact.txn.zxid) ?? 0) + 1);
    }
  }

  /** Writes that so many servers have applied. */
  everywhere(servers: number): number {
    return [...this.applied.values()].filter((count) => count >= servers).length;
  }
}

/** The way to a start, as codes of actions. Where a promise is broken on the way, it ends. */
export interface Way {
  readonly path: readonly number[];
  readonly isGood: boolean;
}

/** The way to a start; `row` is there afterwards. Undefined if the writes of the clients, or the bounds, do not lead there. */
export function goTo(space: Space, start: Start, row: Int32Array): Way | undefined {
  const way = new Walk(space, row);
  if (start === 'nothing') return way;
  space.onFacts = (list) => {
    way.watch.see(list.facts);
  };
  const servers = space.subject.nodes.filter(({ kind }) => kind === 'server').length;
  const isThere = way.go(start, servers);
  space.onFacts = null;
  return isThere || !way.isGood ? way : undefined;
}

/** Steps in one fixed order. */
class Walk implements Way {
  readonly path: number[] = [];
  isGood = true;
  readonly watch = new Watch();
  private readonly space: Space;
  private readonly row: Int32Array;
  private readonly codes: number[] = [];
  /** Hears of nothing; 0: everybody hears. */
  private deaf: NodeId = 0;

  constructor(space: Space, row: Int32Array) {
    this.space = space;
    this.row = row;
  }

  /** Whether it came to where the start is. */
  go(start: Exclude<Start, 'nothing'>, servers: number): boolean {
    if (start === 'serving') return this.rest();
    if (start === 'connected') return this.greet();
    if (!this.write(start === 'committed' || start === 'severed' ? 1 : 2, servers)) return false;
    if (start === 'skipped') return this.crashLeader();
    if (start === 'severed') return this.cutOffFollower();
    if (start !== 'parted' && start !== 'deposed') return true;
    return this.cutOffLeader() && (start === 'parted' || this.giveUp());
  }

  /** Until nothing happens but what clients ask for. */
  private rest(): boolean {
    while (this.step(Class.client));
    return this.isGood;
  }

  /** Until every client has its session. */
  private greet(): boolean {
    while (this.rest()) {
      const code = this.look().find((each) => this.isGreeting(each));
      if (code === undefined) return true;
      this.take(code);
    }
    return this.isGood;
  }

  private isGreeting(code: number): boolean {
    const { kind, index, sub } = actionOf(code);
    if (kind !== Act.deliver) return false;
    const move = this.space.moveOf(this.row, index, sub);
    if (move.kind !== 'received') return move.kind !== 'closed';
    const { kind: said } = present(this.space.cells.messages[move.message], 'messages are interned');
    return GREETINGS.has(said);
  }

  /** Until the first write is applied by all servers, and so many are proposed. Clients come last: all else is quiet then. */
  private write(proposed: number, servers: number): boolean {
    const isThere = (): boolean => this.watch.everywhere(servers) >= 1 && this.watch.proposed >= proposed;
    while (!isThere() && this.step(Class.chance));
    return isThere();
  }

  /** The leader crashes, whose disk has all that was written; what it sent last is lost, and the others elect another. */
  private crashLeader(): boolean {
    const crash = codeOf(Act.crash, this.space.nodes.indexOf(this.watch.leader), KEEP);
    if (!this.look().includes(crash)) return false;
    this.take(crash);
    return this.lose() && this.rest();
  }

  /** What the leader and the other servers sent each other last is lost; the others elect another, and it hears of nothing. */
  private cutOffLeader(): boolean {
    this.deaf = this.watch.leader;
    return this.others(this.deaf).every((other) => this.cut(other)) && this.lose() && this.rest();
  }

  /** What the leader and the last of the others sent each other last is lost, and that one hears of nothing. */
  private cutOffFollower(): boolean {
    this.deaf = this.others(this.watch.leader).at(-1) ?? 0;
    return this.cut(this.deaf) && this.lose() && this.rest();
  }

  /** The connections of the leader with another server die, if there are any; false: the bounds have no room for that. */
  private cut(other: NodeId): boolean {
    const { space, row, watch } = this;
    const pair = space.pairIndex(space.nodes.indexOf(watch.leader), space.nodes.indexOf(other));
    if (space.wires.known(row[space.nodes.length + pair] ?? 0, watch.leader) === 0) return true;
    const code = codeOf(Act.reset, pair, 0);
    const isPossible = this.look().includes(code);
    if (isPossible) this.take(code);
    return isPossible;
  }

  private others(than: NodeId): NodeId[] {
    return this.space.subject.nodes.flatMap(({ node, kind }) => (kind === 'server' && node !== than ? [node] : []));
  }

  /** The leader that was cut off hears of it, and its timers fire until it leads no longer. */
  private giveUp(): boolean {
    const leader = this.space.nodes.indexOf(this.deaf);
    this.deaf = 0;
    if (!this.lose()) return false;
    while (this.isGood && this.watch.role !== 'LOOKING') {
      const code = this.look().find((each) => each >>> 24 === Act.timeout && ((each >>> 16) & 0xff) === leader);
      if (code === undefined) return false;
      this.take(code);
    }
    return this.isGood;
  }

  /** Whatever may be lost is. */
  private lose(): boolean {
    while (this.isGood) {
      const code = this.look().find((each) => this.isLoss(each));
      if (code === undefined) return true;
      this.take(code);
    }
    return false;
  }

  /** All that may happen but to whoever is deaf. */
  private look(): readonly number[] {
    const { space, row, codes, deaf } = this;
    space.actions(row, codes);
    if (deaf === 0) return codes;
    return codes.filter((code) => {
      const { kind, index, sub } = actionOf(code);
      return kind !== Act.deliver || space.moveOf(row, index, sub).node !== deaf;
    });
  }

  private isLoss(code: number): boolean {
    const { kind, index, sub } = actionOf(code);
    return kind === Act.deliver && this.space.moveOf(this.row, index, sub).kind === 'closed';
  }

  /** One step of the lowest class below `limit`; false: there is none, or a promise is broken. */
  private step(limit: number): boolean {
    if (!this.isGood) return false;
    const code = firstBelow(this.space, this.row, this.look(), limit);
    if (code !== 0) this.take(code);
    return code !== 0;
  }

  private take(code: number): void {
    const fired = this.space.fire(this.row, code);
    invariant(fired !== 'bounded', 'the way to a start is within all bounds');
    this.isGood = fired === 'fine';
    this.path.push(code);
    invariant(this.path.length < AT_ONCE_MAX, 'the way to a start ends');
  }
}
