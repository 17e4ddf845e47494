/**
 * A client of a simulated world that takes locks, runs for office, fills a queue or empties it, as ZooKeeper's
 * documentation tells its users to (programmer's guide, recipes). It states what it believes to have gained and by
 * which state of the tree, and judges compare. It must never believe more than its answers say: what was lost on the
 * way it looks up again.
 */
import type { Event, TimerId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type ResultCode } from '../wire/words.ts';
import { ClientCore } from './client-core.ts';
import type { ClientOutcome, ReplyOutcome } from './outcome.ts';
import { bySequence, byUrgency, type Recipe } from './recipe.ts';
import { encode, type ClientScript } from './script.ts';

const TURN_TIMER: TimerId = 1;
/** How many degrees of urgency are told apart. */
const URGENCIES = 5;

/**
 * `resting`: until the next turn. `founding`: making the parent. `making`: the own node. `looking`: who is there.
 * `guarding`: leaving a watch at the node before the own one; `waiting`: until it fires. `taking`: an element of the
 * queue. `leaving`: the own node goes, or the session does.
 */
type Stage = 'resting' | 'founding' | 'making' | 'looking' | 'guarding' | 'waiting' | 'holding' | 'taking' | 'leaving' | 'over';

/** A process that follows a `Recipe`. */
export class RecipeClient implements Process {
  readonly recipe: Recipe;
  readonly core: ClientCore;
  private readonly closeAtEnd: boolean;
  private stage: Stage = 'resting';
  private turn = 0;
  /** The request whose answer is waited for; 0: none. Answers to others are of the past. */
  private asked = 0;
  /** The node before the own one, or the element being taken. */
  private target = '';
  /** The state in which the element was seen that is being taken. */
  private seenAt: Zxid = ZXID_ZERO;

  constructor(script: ClientScript, recipe: Recipe) {
    this.recipe = Object.freeze({ ...recipe });
    this.core = new ClientCore(script);
    this.closeAtEnd = script.closeAtEnd;
  }

  handle(event: Event, io: Io): void {
    if (event.kind === 'start') {
      this.core.open(io);
      this.rest(io);
    } else if (event.kind === 'timer' && event.timer === TURN_TIMER) {
      if (this.stage === 'resting') this.begin(io);
      else if (this.stage === 'holding') this.leave(io);
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
        if (outcome.cxid === this.asked) this.onLost(io);
        return;
      case 'event':
        if (this.stage === 'waiting' && outcome.path === this.target) this.look(io);
        return;
      case 'expired':
      case 'authFailed':
      case 'closed':
        this.onOver(io);
        return;
      default:
    }
  }

  private rest(io: Io): void {
    this.asked = 0;
    const turn = this.recipe.turns[this.turn];
    this.stage = turn === undefined ? 'over' : 'resting';
    if (turn !== undefined) io.setTimer(TURN_TIMER, turn.afterMs);
    else if (this.closeAtEnd) this.core.close(io);
  }

  private endTurn(io: Io): void {
    this.turn++;
    this.rest(io);
  }

  private begin(io: Io): void {
    if (this.isConsumer) this.look(io);
    else this.make(io);
  }

  /** The name says whose node it is and of which turn, so that it can be found again when the answer is lost. */
  private make(io: Io): void {
    const { path, name } = this.recipe;
    const flags = this.isProducer ? CreateFlag.PERSISTENT_SEQUENTIAL : CreateFlag.EPHEMERAL_SEQUENTIAL;
    this.ask('making', {
      kind: 'create',
      path: `${path}/${this.prefix}`,
      data: encode(`${name}#${this.turn}`),
      acl: OPEN_ACL_UNSAFE,
      flags,
    }, io);
  }

  private look(io: Io): void {
    this.ask('looking', { kind: 'getChildren', path: this.recipe.path, watch: false }, io);
  }

  private found(io: Io): void {
    const { path, name } = this.recipe;
    this.ask('founding', { kind: 'create', path, data: encode(name), acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT }, io);
  }

  private leave(io: Io): void {
    if (this.recipe.kind === 'election') {
      this.stage = 'leaving';
      this.asked = this.core.close(io);
      return;
    }
    this.stage = 'leaving';
    this.clear(io);
  }

  /** Looks for own nodes, to delete them: there may be one that nobody was told of. */
  private clear(io: Io): void {
    this.ask('leaving', { kind: 'getChildren', path: this.recipe.path, watch: false }, io);
  }

  private ask(stage: Stage, request: Request, io: Io): void {
    this.stage = stage;
    this.asked = this.core.submit(request, io);
  }

  /** What was under way may have happened. A sync first, so that it is seen if it has. */
  private onLost(io: Io): void {
    const { path, kind } = this.recipe;
    const { stage } = this;
    const isProducer = this.isProducer;
    this.asked = 0;
    if (stage === 'founding') this.begin(io);
    else if (stage === 'taking' || (stage === 'making' && isProducer)) this.endTurn(io);
    else if (stage === 'leaving' && kind !== 'election') this.clear(io);
    else if (stage !== 'leaving') {
      this.core.submit({ kind: 'sync', path }, io);
      this.look(io);
    }
  }

  private onReply({ err, zxid, response }: ReplyOutcome, io: Io): void {
    this.asked = 0;
    switch (this.stage) {
      case 'founding':
        this.begin(io);
        return;
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
    if (name === undefined) this.make(io);
    else if (own === 0) this.hold(`${path}/${name}`, zxid, io);
    else {
      this.target = `${path}/${names[own - 1] ?? ''}`;
      this.ask('guarding', { kind: 'exists', path: this.target, watch: true }, io);
    }
  }

  private hold(path: string, zxid: Zxid, io: Io): void {
    this.stage = 'holding';
    io.observe({ kind: 'recipeHeld', sessionId: this.core.sessionId, path, zxid });
    io.setTimer(TURN_TIMER, this.recipe.turns[this.turn]?.holdMs ?? 0);
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
      this.clear(io);
      return;
    }
    const own = bySequence(response.children).find((name) => name.startsWith(this.prefix));
    if (own === undefined) this.endTurn(io);
    else this.ask('leaving', { kind: 'delete', path: `${this.recipe.path}/${own}`, version: -1 }, io);
  }

  /** The session is gone, and with it what was held or hoped for. */
  private onOver(io: Io): void {
    const isOver = this.stage === 'over';
    io.cancelTimer(TURN_TIMER);
    if (isOver) return;
    this.core.open(io);
    this.endTurn(io);
  }

  private get isProducer(): boolean {
    return this.recipe.kind === 'producer' || this.recipe.kind === 'urgentProducer';
  }

  private get isConsumer(): boolean {
    return this.recipe.kind === 'consumer' || this.recipe.kind === 'urgentConsumer';
  }

  /** Of what is made: whose it is, or of a queue's element how urgent. */
  private get prefix(): string {
    if (this.recipe.kind === 'producer') return 'qn-';
    if (this.recipe.kind === 'urgentProducer') return `p${(this.recipe.turns[this.turn]?.holdMs ?? 0) % URGENCIES}-`;
    return `_c_${this.recipe.name}.${this.turn}-n-`;
  }
}
