/**
 * A client of a simulated world that takes blocks of numbers off a counter, so that no number is given twice (Curator's
 * DistributedAtomicLong; the id generator of `src/recipes`). The counter is a node; a block is taken by changing it, if nobody
 * has changed it since it was read. A block whose answer is lost is given to nobody.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { Response } from '../wire/client-messages.ts';
import { decodeText } from '../wire/utf8.ts';
import { ErrorCode, type ResultCode } from '../wire/words.ts';
import type { ReplyOutcome } from './outcome.ts';
import { encode } from './script.ts';
import { TurnTaker } from './turn-taker.ts';

/** How many numbers are taken at a time. */
const BLOCK = 3;

/** `reading`: the counter. `writing`: what it is after the block. */
type Stage = 'reading' | 'writing';

/** A process that follows a `Recipe` of kind `generator`: one block a turn. */
export class GeneratorClient extends TurnTaker<Stage> {
  /** The first number of the block that is being taken. */
  private first = 0;

  protected override begin(io: Io): void {
    this.ask('reading', { kind: 'getData', path: this.recipe.path, watch: false }, io);
  }

  protected override onAnswer({ err, zxid, response }: ReplyOutcome, io: Io): void {
    if (err === ErrorCode.NONODE) this.found(io, '0');
    else if (this.stage === 'reading') this.onRead(response, io);
    else this.onWritten(err, zxid, io);
  }

  private onRead(response: Response | null, io: Io): void {
    if (response?.kind !== 'getData') {
      this.endTurn(io);
      return;
    }
    const { stat: { version }, data } = response;
    this.first = data === null ? 0 : Number(decodeText(data));
    this.ask('writing', { kind: 'setData', path: this.recipe.path, data: encode(`${this.first + BLOCK}`), version }, io);
  }

  /** Somebody else may have been quicker: then it is read again. */
  private onWritten(err: ResultCode, zxid: Zxid, io: Io): void {
    if (err === ErrorCode.BADVERSION) {
      this.begin(io);
      return;
    }
    const { core: { sessionId }, recipe: { path }, first } = this;
    if (err === ErrorCode.OK) io.observe({ kind: 'recipeNumbered', sessionId, path, zxid, first, count: BLOCK });
    this.endTurn(io);
  }

  protected override onLost(io: Io): void {
    if (this.stage === 'writing') this.endTurn(io);
    else this.begin(io);
  }

  /** Nothing is held, and nothing waited for. */
  protected override leave(): void {}
  protected override onFired(): void {}
}
