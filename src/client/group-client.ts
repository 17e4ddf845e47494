/**
 * A client of a simulated world that is a member of a group for a while, again and again, or seeks one of the members
 * (programmer's guide, recipes; Curator's GroupMember and ServiceDiscovery). It states what it believes, and by which state of
 * the tree. A name that is taken may be taken by its own session, whose answer was lost, or by somebody who is not gone yet: who
 * that is decides.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { Response } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type ResultCode } from '../wire/words.ts';
import type { ReplyOutcome } from './outcome.ts';
import { TurnTaker } from './turn-taker.ts';

/**
 * `joining`: the own node; `asking`: whose it is, before `waiting` until it is gone. `looking`: who is there; `finding`: one of
 * them.
 */
type Stage = 'joining' | 'asking' | 'looking' | 'finding';

/** A process that follows a `Recipe` of a `GroupKind`. Its target is the own node, or the member that was chosen. */
export class GroupClient extends TurnTaker<Stage> {
  protected override begin(io: Io): void {
    if (this.recipe.kind === 'seeker') this.look(io);
    else this.join(io);
  }

  private join(io: Io): void {
    const { path, name } = this.recipe;
    this.target = `${path}/${name}`;
    const flags = CreateFlag.EPHEMERAL;
    this.ask('joining', { kind: 'create', path: this.target, data: this.signature, acl: OPEN_ACL_UNSAFE, flags }, io);
  }

  private look(io: Io): void {
    this.askForChildren('looking', io);
  }

  protected override leave(io: Io): void {
    this.ask('leaving', { kind: 'delete', path: this.target, version: -1 }, io);
  }

  protected override onFired(io: Io): void {
    this.join(io);
  }

  /** It is begun again, and tells by what it meets. */
  protected override onLost(io: Io): void {
    if (this.stage === 'leaving') this.leave(io);
    else this.begin(io);
  }

  protected override onAnswer({ err, zxid, response }: ReplyOutcome, io: Io): void {
    switch (this.stage) {
      case 'joining':
        if (err === ErrorCode.NONODE) this.found(io);
        else if (err === ErrorCode.OK) this.joined(zxid, io);
        else this.ask('asking', { kind: 'exists', path: this.target, watch: true }, io);
        return;
      case 'asking':
        this.onAsked(err, zxid, response, io);
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

  private onAsked(err: ResultCode, zxid: Zxid, response: Response | null, io: Io): void {
    const owner = response?.kind === 'exists' ? response.stat.ephemeralOwner : null;
    if (err !== ErrorCode.OK) this.join(io);
    else if (owner === this.core.sessionId) this.joined(zxid, io);
    else this.stage = 'waiting';
  }

  private joined(zxid: Zxid, io: Io): void {
    this.hold({ kind: 'recipeJoined', sessionId: this.core.sessionId, path: this.target, zxid }, io);
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
}
