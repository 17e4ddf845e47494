/**
 * What every client has in common that follows a recipe: it takes its turns one after the other, asks one thing at a time, makes
 * the parent where there is none, holds what it has gained for as long as its turn says, and begins anew in another session
 * when its own is gone. Which requests a recipe takes, and what their answers mean, its own class says.
 */
import type { Event, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Request } from '../wire/client-messages.ts';
import { CreateFlag, OPEN_ACL_UNSAFE, type Bytes } from '../wire/words.ts';
import { ClientCore } from './client-core.ts';
import type { ClientOutcome, ReplyOutcome } from './outcome.ts';
import type { Recipe, RecipeTurn } from './recipe.ts';
import { encode, type ClientScript } from './script.ts';

const TURN_TIMER: TimerId = 1;

/**
 * `resting`: until the next turn. `founding`: making the parent. `waiting`: until a watch at the target fires. `holding`: until
 * the turn is up. `leaving`: giving back what was held.
 */
type CommonStage = 'resting' | 'founding' | 'waiting' | 'holding' | 'leaving' | 'over';

/** A process that takes the turns of a `Recipe`. `Stage`: what it may be about besides. */
export abstract class TurnTaker<Stage extends string = never> implements Process {
  readonly recipe: Recipe;
  readonly core: ClientCore;
  private readonly closeAtEnd: boolean;
  protected stage: CommonStage | Stage = 'resting';
  protected turn = 0;
  /** The request whose answer is waited for; 0: none. Answers to others are of the past. */
  private asked = 0;
  /** The node that it is all about at this stage. */
  protected target = '';

  constructor(script: ClientScript, recipe: Recipe) {
    this.recipe = Object.freeze({ ...recipe });
    this.core = new ClientCore(script);
    this.closeAtEnd = script.closeAtEnd;
  }

  /** The turn begins, or what it began with is done again. */
  protected abstract begin(io: Io): void;
  /** The time to hold is up. */
  protected abstract leave(io: Io): void;
  /** The watch at the target has fired that was waited for. */
  protected abstract onFired(io: Io): void;
  /** It has waited for as long as it wanted to; who waits for any time never has. */
  protected onTired(io: Io): void {
    this.onFired(io);
  }
  /** An answer to what was asked at this stage. */
  protected abstract onAnswer(reply: ReplyOutcome, io: Io): void;
  /** The answer was lost: what was asked may have happened. */
  protected abstract onLost(io: Io): void;

  handle(event: Event, io: Io): void {
    if (event.kind === 'start') {
      this.core.open(io);
      this.rest(io);
    } else if (event.kind === 'timer' && event.timer === TURN_TIMER) {
      if (this.stage === 'resting') this.begin(io);
      else if (this.stage === 'holding') this.leave(io);
      else if (this.stage === 'waiting') this.onTired(io);
    } else {
      this.core.handle(event, io);
      for (const outcome of this.core.drain()) this.take(outcome, io);
    }
  }

  private take(outcome: ClientOutcome, io: Io): void {
    switch (outcome.kind) {
      case 'reply':
        if (outcome.cxid === this.asked) this.onReply(outcome, io);
        return;
      case 'lost':
        if (outcome.cxid !== this.asked) return;
        this.asked = 0;
        this.onLost(io);
        return;
      case 'event':
        if (this.stage === 'waiting' && outcome.path === this.target) this.onFired(io);
        return;
      case 'expired':
      case 'authFailed':
      case 'closed':
        this.onOver(io);
        return;
      default:
    }
  }

  private onReply(reply: ReplyOutcome, io: Io): void {
    this.asked = 0;
    if (this.stage === 'founding') this.begin(io);
    else this.onAnswer(reply, io);
  }

  private rest(io: Io): void {
    this.asked = 0;
    const { current } = this;
    this.stage = current === undefined ? 'over' : 'resting';
    if (current !== undefined) io.setTimer(TURN_TIMER, current.afterMs);
    else if (this.closeAtEnd) this.core.close(io);
  }

  /** The turn that it is; undefined after the last. */
  private get current(): RecipeTurn | undefined {
    return this.recipe.turns[this.turn];
  }

  /** How long to hold what is gained in this turn, in milliseconds. */
  protected get holdMs(): number {
    return this.current?.holdMs ?? 0;
  }

  /** What the own nodes hold: whose they are and of which turn. */
  protected get signature(): Bytes | null {
    return encode(`${this.recipe.name}#${this.turn}`);
  }

  protected endTurn(io: Io): void {
    this.turn++;
    this.rest(io);
  }

  /** Makes the parent, and then begins. */
  protected found(io: Io, text: string = this.recipe.name): void {
    const { path } = this.recipe;
    this.ask('founding', { kind: 'create', path, data: encode(text), acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT }, io);
  }

  protected ask(stage: CommonStage | Stage, request: Request, io: Io): void {
    this.stage = stage;
    this.asked = this.core.submit(request, io);
  }

  /** Asks who is there, below the parent. */
  protected askForChildren(stage: CommonStage | Stage, io: Io, watch: boolean = false): void {
    this.ask(stage, { kind: 'getChildren', path: this.recipe.path, watch }, io);
  }

  /** Gives back by ending the session. */
  protected leaveBySession(io: Io): void {
    this.stage = 'leaving';
    this.asked = this.core.close(io);
  }

  /** Claims something, and holds it. */
  protected hold(claim: Fact, io: Io): void {
    this.stage = 'holding';
    io.observe(claim);
    io.setTimer(TURN_TIMER, this.holdMs);
  }

  /** Waits for the watch at a node, for so many milliseconds. */
  protected waitAt(target: string, patienceMs: number, io: Io): void {
    this.target = target;
    this.stage = 'waiting';
    io.setTimer(TURN_TIMER, patienceMs);
  }

  /** The session is gone, and with it what was held or hoped for. */
  private onOver(io: Io): void {
    const isOver = this.stage === 'over';
    io.cancelTimer(TURN_TIMER);
    if (isOver) return;
    this.core.open(io);
    this.endTurn(io);
  }
}
