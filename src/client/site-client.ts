/**
 * A client of a simulated world that is a site of transactions which all sites commit or none (programmer's guide, recipes,
 * two-phased commit; `src/recipes/two-phase-commit-face.ts`). A vote is a node whose name says it, so that one list shows all
 * votes of one state. Anybody may decide; whoever writes the decision first has decided, and everybody else is told so. A site
 * states what it was told, and must never take for the decision what it only wanted to write.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { Response } from '../wire/client-messages.ts';
import { decodeText } from '../wire/utf8.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE, type ResultCode } from '../wire/words.ts';
import type { ReplyOutcome } from './outcome.ts';
import { type Decision, decisionOf, patienceOf, SITES, voteOf } from './recipe.ts';
import { encode } from './script.ts';
import { TurnTaker } from './turn-taker.ts';

/** `looking`: at the votes, before `waiting` for more of them. `deciding`: writing what they come to. `reading`: the decision. */
type Stage = 'voting' | 'looking' | 'deciding' | 'reading';

/** A process that follows a `Recipe` of kind `site`: one transaction a turn. */
export class SiteClient extends TurnTaker<Stage> {
  /** What it would have decided, while it is deciding. */
  private wanted: Decision = 'abort';

  /** A vote is cast once: its name is the site's own, and the same whenever this turn is begun. */
  protected override begin(io: Io): void {
    const { recipe: { path, name }, transaction } = this;
    const vote = `${path}/${transaction}-${voteOf(this.holdMs)}-${name}`;
    const flags = CreateFlag.PERSISTENT;
    this.ask('voting', { kind: 'create', path: vote, data: this.signature, acl: OPEN_ACL_UNSAFE, flags }, io);
  }

  private look(io: Io): void {
    this.askForChildren('looking', io, true);
  }

  private decide(decision: Decision, io: Io): void {
    this.wanted = decision;
    const flags = CreateFlag.PERSISTENT;
    this.ask('deciding', { kind: 'create', path: this.place, data: encode(decision), acl: OPEN_ACL_UNSAFE, flags }, io);
  }

  private read(io: Io): void {
    this.ask('reading', { kind: 'getData', path: this.place, watch: false }, io);
  }

  protected override onFired(io: Io): void {
    this.look(io);
  }

  /** Whoever is waited for in vain is overruled. */
  protected override onTired(io: Io): void {
    this.decide('abort', io);
  }

  /** The vote is cast again, which changes nothing; a decision that was under way is looked for, and else made again. */
  protected override onLost(io: Io): void {
    if (this.stage === 'founding' || this.stage === 'voting') this.begin(io);
    else this.look(io);
  }

  protected override onAnswer({ err, zxid, response }: ReplyOutcome, io: Io): void {
    switch (this.stage) {
      case 'voting':
        if (err === ErrorCode.NONODE) this.found(io);
        else this.look(io);
        return;
      case 'looking':
        this.onSeen(response, io);
        return;
      case 'deciding':
        this.onDecided(err, zxid, io);
        return;
      case 'reading':
        this.onRead(zxid, response, io);
        return;
      default:
    }
  }

  private onSeen(response: Response | null, io: Io): void {
    const { recipe: { path }, transaction } = this;
    const names = response?.kind === 'getChildren' ? response.children : [];
    const decision = decisionOf(names, transaction);
    if (names.includes(`${transaction}-decision`)) this.read(io);
    else if (decision !== null) this.decide(decision, io);
    else this.waitAt(path, patienceOf(this.holdMs), io);
  }

  /** Somebody else may have been quicker, or its own request whose answer was lost. */
  private onDecided(err: ResultCode, zxid: Zxid, io: Io): void {
    if (err === ErrorCode.NODEEXISTS) this.read(io);
    else if (err === ErrorCode.OK) this.told(this.wanted, zxid, io);
    else this.endTurn(io);
  }

  private onRead(zxid: Zxid, response: Response | null, io: Io): void {
    if (response?.kind !== 'getData' || response.data === null) this.endTurn(io);
    else this.told(decodeText(response.data) === 'commit' ? 'commit' : 'abort', zxid, io);
  }

  private told(decision: Decision, zxid: Zxid, io: Io): void {
    const { core: { sessionId }, place: path } = this;
    io.observe({ kind: 'recipeDecided', sessionId, path, zxid, decision, sites: SITES });
    this.endTurn(io);
  }

  private get transaction(): string {
    return `t${this.turn}`;
  }

  /** Where the decision is written. */
  private get place(): string {
    return `${this.recipe.path}/${this.transaction}-decision`;
  }

  /** Nothing is held. */
  protected override leave(): void {}
}
