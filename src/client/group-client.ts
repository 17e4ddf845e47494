/**
 * A client of a simulated world that is a member of a group for a while, again and again, or seeks one of the members
 * (programmer's guide, recipes; Curator's GroupMember and ServiceDiscovery). It states what it believes, and by which state of
 * the tree. A name that is taken may be taken by its own session, whose answer was lost, or by somebody who is not gone yet: who
 * that is decides.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Event, TimerId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type ResultCode } from '../wire/words.ts';
import { ClientCore } from './client-core.ts';
import type { ClientOutcome, ReplyOutcome } from './outcome.ts';
import type { Recipe } from './recipe.ts';
import { encode, type ClientScript } from './script.ts';

const TURN_TIMER: TimerId = 1;

/**
 * `resting`: until the next turn. `founding`: making the parent. `joining`: the own node; `asking`: whose it is; `waiting`: until
 * it is gone. `looking`: who is there; `finding`: one of them. `leaving`: the own node goes.
 */
type Stage = 'resting' | 'founding' | 'joining' | 'asking' | 'waiting' | 'holding' | 'looking' | 'finding' | 'leaving' | 'over';

/** A process that follows a `Recipe` of a `GroupKind`. */
export class GroupClient implements Process {
  readonly recipe: Recipe;
  readonly core: ClientCore;
  private readonly closeAtEnd: boolean;
  private stage: Stage = 'resting';
  private turn = 0;
  /** The request whose answer is waited for; 0: none. Answers to others are of the past. */
  private asked = 0;
  /** The own node, or the member that was chosen. */
  private target = '';

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
        if (this.stage === 'waiting' && outcome.path === this.target) this.join(io);
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
    if (this.recipe.kind === 'seeker') this.look(io);
    else this.join(io);
  }

  private join(io: Io): void {
    const { path, name } = this.recipe;
    this.target = `${path}/${name}`;
    const data = encode(`${name}#${this.turn}`);
    this.ask('joining', { kind: 'create', path: this.target, data, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.EPHEMERAL }, io);
  }

  private look(io: Io): void {
    this.ask('looking', { kind: 'getChildren', path: this.recipe.path, watch: false }, io);
  }

  private found(io: Io): void {
    const { path, name } = this.recipe;
    this.ask('founding', { kind: 'create', path, data: encode(name), acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT }, io);
  }

  private leave(io: Io): void {
    this.ask('leaving', { kind: 'delete', path: this.target, version: -1 }, io);
  }

  private ask(stage: Stage, request: Request, io: Io): void {
    this.stage = stage;
    this.asked = this.core.submit(request, io);
  }

  /** What was under way may have happened: it is begun again, and tells by what it meets. */
  private onLost(io: Io): void {
    this.asked = 0;
    if (this.stage === 'leaving') this.leave(io);
    else this.begin(io);
  }

  private onReply({ err, zxid, response }: ReplyOutcome, io: Io): void {
    this.asked = 0;
    switch (this.stage) {
      case 'founding':
        this.begin(io);
        return;
      case 'joining':
        if (err === ErrorCode.NONODE) this.found(io);
        else if (err === ErrorCode.OK) this.hold(zxid, io);
        else this.ask('asking', { kind: 'exists', path: this.target, watch: true }, io);
        return;
      case 'asking':
        this.onAnswered(err, zxid, response, io);
        return;
      case 'looking':
        this.onSeen(err, response, io);
        return;
      case 'finding':
        this.onFound(err, zxid, io);
        return;
      case 'leaving':
        this.endTurn(io);
        return;
      default:
    }
  }

  private onAnswered(err: ResultCode, zxid: Zxid, response: Response | null, io: Io): void {
    const owner = response?.kind === 'exists' ? response.stat.ephemeralOwner : null;
    if (err !== ErrorCode.OK) this.join(io);
    else if (owner === this.core.sessionId) this.hold(zxid, io);
    else this.stage = 'waiting';
  }

  private hold(zxid: Zxid, io: Io): void {
    this.stage = 'holding';
    io.observe({ kind: 'recipeJoined', sessionId: this.core.sessionId, path: this.target, zxid });
    io.setTimer(TURN_TIMER, this.recipe.turns[this.turn]?.holdMs ?? 0);
  }

  private onSeen(err: ResultCode, response: Response | null, io: Io): void {
    const names = response?.kind === 'getChildren' ? response.children : [];
    const chosen = names[this.turn % Math.max(1, names.length)];
    if (err !== ErrorCode.OK || chosen === undefined) {
      this.endTurn(io);
      return;
    }
    this.target = `${this.recipe.path}/${chosen}`;
    this.ask('finding', { kind: 'getData', path: this.target, watch: false }, io);
  }

  /** Whoever has gone meanwhile is not found, and another one is looked for. */
  private onFound(err: ResultCode, zxid: Zxid, io: Io): void {
    if (err === ErrorCode.NONODE) {
      this.look(io);
      return;
    }
    if (err === ErrorCode.OK) io.observe({ kind: 'recipeFound', sessionId: this.core.sessionId, path: this.target, zxid });
    this.endTurn(io);
  }

  /** The session is gone, and with it the own node. */
  private onOver(io: Io): void {
    const isOver = this.stage === 'over';
    io.cancelTimer(TURN_TIMER);
    if (isOver) return;
    this.core.open(io);
    this.endTurn(io);
  }
}
