/**
 * A client of a simulated world that takes locks, shared ones and leases too, runs for office, fills a queue or empties it, as
 * ZooKeeper's documentation tells its users to (programmer's guide, recipes; of semaphores, Curator's). It states what it
 * believes to have gained and by which state of the tree, and judges compare. It must never believe more than its answers say:
 * what was lost on the way it looks up again.
 */
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Response } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type ResultCode } from '../wire/words.ts';
import type { ReplyOutcome } from './outcome.ts';
import { blockerOf, bySequence, byUrgency, LEASES } from './recipe.ts';
import { TurnTaker } from './turn-taker.ts';

/** How many degrees of urgency are told apart. */
const URGENCIES = 5;

/**
 * `making`: the own node. `looking`: who is there. `guarding`: leaving a watch at the node that must go first, before `waiting`
 * until it fires. `taking`: an element of the queue.
 */
type Stage = 'making' | 'looking' | 'guarding' | 'taking';

/** A process that follows a `Recipe`. Its target is the node that must go first, or the element being taken. */
export class RecipeClient extends TurnTaker<Stage> {
  /** The state in which the element was seen that is being taken. */
  private seenAt: Zxid = ZXID_ZERO;

  protected override begin(io: Io): void {
    if (this.isConsumer) this.look(io);
    else this.make(io);
  }

  /** The name says whose node it is and of which turn, so that it can be found again when the answer is lost. */
  private make(io: Io): void {
    const flags = this.isProducer ? CreateFlag.PERSISTENT_SEQUENTIAL : CreateFlag.EPHEMERAL_SEQUENTIAL;
    const path = `${this.recipe.path}/${this.prefix}`;
    this.ask('making', { kind: 'create', path, data: this.signature, acl: OPEN_ACL_UNSAFE, flags }, io);
  }

  /** Whoever goes first makes room for a lease, so all are watched. */
  private look(io: Io): void {
    this.askForChildren('looking', io, this.recipe.kind === 'lease');
  }

  /** An office is left with the session. Otherwise own nodes are looked for, to delete them: nobody may have been told of one. */
  protected override leave(io: Io): void {
    if (this.recipe.kind === 'election') this.leaveBySession(io);
    else this.askForChildren('leaving', io);
  }

  protected override onFired(io: Io): void {
    this.look(io);
  }

  /** A sync first, so that what was under way is seen if it has happened. */
  protected override onLost(io: Io): void {
    const { path, kind } = this.recipe;
    const { stage, isProducer } = this;
    if (stage === 'founding') this.begin(io);
    else if (stage === 'taking' || (stage === 'making' && isProducer)) this.endTurn(io);
    else if (stage !== 'leaving') {
      this.core.submit({ kind: 'sync', path }, io);
      this.look(io);
    } else if (kind !== 'election') this.leave(io);
  }

  protected override onAnswer({ err, zxid, response }: ReplyOutcome, io: Io): void {
    switch (this.stage) {
      case 'making':
        if (err === ErrorCode.NONODE) this.found(io);
        else if (this.isProducer) this.endTurn(io);
        else this.look(io);
        return;
      case 'looking':
        this.onSeen(err, zxid, response, io);
        return;
      case 'guarding':
        if (err === ErrorCode.OK) this.stage = 'waiting';
        else this.look(io);
        return;
      case 'taking':
        this.onTaken(err, zxid, io);
        return;
      case 'leaving':
        this.onLeaving(response, io);
        return;
      default:
    }
  }

  private onSeen(err: ResultCode, zxid: Zxid, response: Response | null, io: Io): void {
    if (err === ErrorCode.NONODE) {
      this.found(io);
      return;
    }
    const { path, kind } = this.recipe;
    const children = response?.kind === 'getChildren' ? response.children : [];
    const names = kind === 'urgentConsumer' ? byUrgency(children) : bySequence(children);
    if (this.isConsumer) {
      const first = names[0];
      if (first === undefined) this.endTurn(io);
      else {
        this.seenAt = zxid;
        this.target = `${path}/${first}`;
        this.ask('taking', { kind: 'delete', path: this.target, version: -1 }, io);
      }
      return;
    }
    const own = names.findIndex((name) => name.startsWith(this.prefix));
    const name = names[own];
    if (name === undefined) {
      this.make(io);
      return;
    }
    const blocker = blockerOf(kind, names.slice(0, own));
    if (blocker === undefined) this.hold(this.claim(`${path}/${name}`, zxid), io);
    else if (kind === 'lease') {
      this.target = path;
      this.stage = 'waiting';
    } else {
      this.target = `${path}/${blocker}`;
      this.ask('guarding', { kind: 'exists', path: this.target, watch: true }, io);
    }
  }

  private claim(path: string, zxid: Zxid): Fact {
    const { recipe: { kind }, core: { sessionId } } = this;
    if (kind === 'reader') return { kind: 'recipeShared', sessionId, path, zxid, limit: null };
    if (kind === 'lease') return { kind: 'recipeShared', sessionId, path, zxid, limit: LEASES };
    return { kind: 'recipeHeld', sessionId, path, zxid };
  }

  /** Somebody else may have been quicker: then the next one is tried. */
  private onTaken(err: ResultCode, zxid: Zxid, io: Io): void {
    if (err === ErrorCode.NONODE) {
      this.look(io);
      return;
    }
    if (err === ErrorCode.OK) {
      const { core: { sessionId }, target: path, seenAt } = this;
      io.observe({ kind: 'recipeTaken', sessionId, path, zxid });
      if (this.recipe.kind === 'urgentConsumer') io.observe({ kind: 'recipeForemost', sessionId, path, zxid: seenAt });
    }
    this.endTurn(io);
  }

  private onLeaving(response: Response | null, io: Io): void {
    if (this.recipe.kind === 'election') return;
    if (response?.kind !== 'getChildren') {
      this.leave(io);
      return;
    }
    const own = bySequence(response.children).find((name) => name.startsWith(this.prefix));
    if (own === undefined) this.endTurn(io);
    else this.ask('leaving', { kind: 'delete', path: `${this.recipe.path}/${own}`, version: -1 }, io);
  }

  private get isProducer(): boolean {
    return this.recipe.kind === 'producer' || this.recipe.kind === 'urgentProducer';
  }

  private get isConsumer(): boolean {
    return this.recipe.kind === 'consumer' || this.recipe.kind === 'urgentConsumer';
  }

  /** Of what is made: whose it is and what it is for, or of a queue's element how urgent. */
  private get prefix(): string {
    const own = `_c_${this.recipe.name}.${this.turn}`;
    if (this.recipe.kind === 'reader') return `${own}-read-`;
    if (this.recipe.kind === 'writer') return `${own}-write-`;
    if (this.recipe.kind === 'producer') return 'qn-';
    if (this.recipe.kind === 'urgentProducer') return `p${this.holdMs % URGENCIES}-`;
    return `${own}-n-`;
  }
}
