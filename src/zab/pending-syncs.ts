/** Sync requests at the leader that wait until everything proposed before them is committed. */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';

/** Who asked, through which server, and after which proposal it may be answered. */
export interface PendingSync {
  readonly after: Zxid;
  readonly sid: number;
  readonly sessionId: SessionId;
  readonly cxid: number;
}

/** In the order asked, hence ascending in `after`. */
export class PendingSyncs {
  private readonly waiting: PendingSync[] = [];

  get size(): number {
    return this.waiting.length;
  }

  add(pending: PendingSync): void {
    this.waiting.push(pending);
  }

  /** Takes the first if everything before it is committed. */
  takeAfter(committed: Zxid): PendingSync | undefined {
    const first = this.waiting[0];
    return first !== undefined && first.after <= committed ? this.waiting.shift() : undefined;
  }
}
