/** The clients' side of a history: sessions and their operations, as the clients themselves tell of them. Plain data. */
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Verdict } from './decide.ts';

/** What a client knows of an operation of its own. Answered ones are forgotten, unless their transaction is still to come. */
export type OpState = 'pending' | 'lost' | 'answered';

/** One request of one session. */
export class Op {
  readonly cxid: number;
  readonly request: Request;
  readonly isWrite: boolean;
  readonly invokedStep: number;
  readonly invokedMs: number;
  /** The highest zxid of any write that anybody had been answered when this was invoked. */
  readonly answeredFloor: Zxid;
  /** The highest zxid that this session had been answered by then, and its highest write. */
  readonly sessionFloor: Zxid;
  readonly ownWriteFloor: Zxid;
  state: OpState = 'pending';
  /** The step at which the session, having lost it, was connected again; 0: not yet. */
  movedStep = 0;
  /** The zxid of its transaction; zero: none yet. */
  zxid: Zxid = ZXID_ZERO;
  verdict: Verdict | null = null;
  /** Set for a sync that a leader answered of whom another one had already taken over. */
  isAnsweredByDeposed = false;

  constructor(cxid: number, request: Request, session: SessionView, answeredFloor: Zxid, step: number, timeMs: number) {
    this.cxid = cxid;
    this.request = request;
    this.isWrite = isWrite(request);
    this.invokedStep = step;
    this.invokedMs = timeMs;
    this.answeredFloor = answeredFloor;
    this.sessionFloor = session.seenZxid;
    this.ownWriteFloor = session.ownWriteZxid;
  }
}

/** One session. */
export class SessionView {
  readonly id: SessionId;
  client: NodeId = 0;
  /** Its unanswered operations in the order of issue. */
  readonly pending: Op[] = [];
  /** Its operations by cxid, while anything may still come of them. */
  readonly ops: Map<number, Op> = new Map();
  /** The highest zxid in any answer. */
  seenZxid: Zxid = ZXID_ZERO;
  /** The highest zxid of its own answered writes. */
  ownWriteZxid: Zxid = ZXID_ZERO;
  /** The highest cxid that has a transaction. */
  orderedCxid = 0;
  isConnected = false;
  isClosing = false;
  /** Step at which its client heard that it is gone (expired or closed); 0: it is not. */
  endedStep = 0;
  connectedStep = 0;
  /** When anything was last heard of it, by the world's clock. */
  heardMs = 0;
  /** When a leader last proposed something for it, and which one: what reached a leader was a touch. */
  proposedMs = -1;
  proposedBy: NodeId = 0;
  timeoutMs = 0;
  /** A leader has announced that it expires. */
  isExpiring = false;

  constructor(id: SessionId) {
    this.id = id;
  }
}

/** Whether the request becomes a transaction. */
export function isWrite(request: Request): boolean {
  switch (request.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
    case 'delete':
    case 'deleteContainer':
    case 'setData':
    case 'setACL':
    case 'multi':
    case 'reconfig':
    case 'createSession':
    case 'closeSession':
      return true;
    default:
      return false;
  }
}
