/**
 * The trace for eyes: one line of fixed columns an event (step, time, process, role, epoch, last zxid, what happened), because
 * eyes
 * find the odd one out in a column that they would never find in a log. What a process is at the time is known from the facts
 * that it stated before; the facts that it states in the event stand at the end of its line.
 */
import { zxidToPair } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { describeError, describeMessage, describeRequest, describeTxn } from '../wire/describe.ts';
import type { Message } from '../wire/message.ts';
import type { TraceSink } from '../world/trace.ts';

/** The names of the columns, for a line at the top. */
export const TRACE_HEADER = 'event   time ms      who   role       epoch zxid      what happened';

interface Known {
  role: string;
  epoch: number;
  zxid: Zxid | null;
}

interface Open {
  readonly head: string;
  readonly what: string;
  readonly node: NodeId;
  readonly step: number;
  readonly after: string[];
  sent: number;
}

/** Turns events and facts into lines; the line of an event is complete when the next one begins. */
export class TraceLines implements TraceSink {
  private readonly write: (line: string) => void;
  private readonly known: Map<NodeId, Known> = new Map();
  private open: Open | null = null;

  constructor(write: (line: string) => void) {
    this.write = write;
  }

  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId): void {
    this.close();
    this.open = { head: this.head(step, timeUs / 1000, node), what: describeEvent(event, peer), node, step, after: [], sent: 0 };
  }

  sent(): void {
    if (this.open !== null) this.open.sent++;
  }

  /** A fact, as the world hands it to the judges. */
  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    const said = describeFact(fact);
    this.remember(fact, node);
    if (this.open?.node === node && this.open.step === step && !isOfTheWorld(fact)) {
      if (said !== null) this.open.after.push(said);
      return;
    }
    this.close();
    if (said !== null) this.write(`${this.head(step, timeMs, node)} *** ${said}`);
  }

  /** Writes the line that is still open. */
  close(): void {
    const { open } = this;
    if (open === null) return;
    this.open = null;
    const sent = open.sent === 0 ? '' : ` > ${open.sent} sent`;
    this.write(`${open.head} ${open.what}${sent}${open.after.length === 0 ? '' : `  [${open.after.join('; ')}]`}`);
  }

  private head(step: number, timeMs: number, node: NodeId): string {
    const known = this.known.get(node);
    const role = known?.role ?? '';
    const epoch = known === undefined ? '' : String(known.epoch);
    const zxid = known?.zxid === undefined || known.zxid === null ? '' : zxidToPair(known.zxid);
    const [number, time, name] = [String(step).padStart(6), timeMs.toFixed(3).padStart(11), nameOf(node).padStart(6)];
    return `${number} ${time} ${name}   ${role.padEnd(9)} ${epoch.padStart(5)} ${zxid.padEnd(8)} `;
  }

  private remember(fact: Fact, node: NodeId): void {
    let known = this.known.get(node);
    if (known === undefined) this.known.set(node, known = { role: '', epoch: 0, zxid: null });
    switch (fact.kind) {
      case 'role':
        known.role = fact.role;
        known.epoch = fact.epoch;
        return;
      case 'appended':
      case 'applied':
        if (known.zxid === null || fact.txn.zxid > known.zxid) known.zxid = fact.txn.zxid;
        return;
      case 'recovered':
        known.zxid = fact.lastZxid;
        return;
      case 'truncated':
      case 'snapshotInstalled':
        known.zxid = fact.zxid;
        return;
      case 'replied':
        if (fact.zxid > (known.zxid ?? 0)) known.zxid = fact.zxid;
        return;
      case 'crashed':
        known.role = 'down';
        return;
      default:
    }
  }
}

const OF_THE_WORLD: ReadonlySet<Fact['kind']> = new Set([
  'crashed', 'restarted', 'faultBegan', 'faultEnded', 'diskImaged', 'diskReplaced', 'healed',
]);

/** Stated by the world, between two events or in the midst of one. */
export function isOfTheWorld(fact: Fact): boolean {
  return OF_THE_WORLD.has(fact.kind);
}

/** `s3` for a server, `c1001` for a client, `world` for 0. */
export function nameOf(node: NodeId): string {
  if (node === 0) return 'world';
  return node > 255 ? `c${node}` : `s${node}`;
}

/** An event in a few words. */
export function describeEvent(event: Event, peer: NodeId): string {
  switch (event.kind) {
    case 'received':
      return `< ${nameOf(peer)} ${shortly(event.message)}`;
    case 'timer':
      return `timer ${event.timer}`;
    case 'start':
      return 'starts';
    case 'accepted':
      return `accepted ${nameOf(peer)} on the ${event.port} port`;
    case 'connected':
      return `connected to ${nameOf(peer)}`;
    case 'closed':
      return `closed by ${peer === 0 ? 'nobody' : nameOf(peer)}`;
    case 'diskDone':
      return `disk: ${event.token} done`;
    case 'diskRead':
      return `disk: ${event.token} read ${event.bytes.length} bytes`;
    case 'diskListed':
      return `disk: ${event.token} listed ${event.files.length} files`;
    case 'diskFailed':
      return `disk: ${event.token} failed with ${event.error} on ${event.file}`;
  }
}

function shortly(message: Message): string {
  const described = describeMessage(message);
  return described.length <= 90 ? described : `${described.slice(0, 87)}...`;
}

/** A fact in a few words; null for those that the event says already. */
export function describeFact(fact: Fact): string | null {
  switch (fact.kind) {
    case 'recovered':
      return `recovered ${zxidToPair(fact.lastZxid)}, epochs ${fact.acceptedEpoch}/${fact.currentEpoch}`
        + (fact.tornTail ? ', torn tail dropped' : '');
    case 'stateRefused':
      return `refused its state: ${fact.reason}`;
    case 'role':
      return `${fact.role} ${fact.epoch}`;
    case 'abandoned':
      return fact.reason;
    case 'census':
      return null;
    case 'electionStarted':
      return `election, round ${fact.round}`;
    case 'elected':
      return `elected s${fact.leader}, round ${fact.round}`;
    case 'acceptedEpoch':
    case 'currentEpoch':
      return `${fact.kind} ${fact.epoch}`;
    case 'established':
      return `established ${fact.epoch} at ${zxidToPair(fact.lastZxid)}`;
    case 'syncChosen':
      return `${fact.mode} for s${fact.learner} from ${zxidToPair(fact.peerLastZxid)} to ${zxidToPair(fact.toZxid)}`;
    case 'synchronized':
      return `synchronized by ${fact.mode} with s${fact.leader}, epoch ${fact.epoch}`;
    case 'proposed':
    case 'appended':
    case 'committed':
    case 'applied':
      return `${fact.kind} ${describeTxn(fact.txn)}`;
    case 'durable':
    case 'acked':
    case 'truncated':
    case 'snapshotInstalled':
    case 'snapshotWritten':
      return `${fact.kind} ${zxidToPair(fact.zxid)}`;
    case 'configActivated':
      return `configuration ${zxidToPair(fact.version)} is in force: voters ${fact.voters.join(', ')}`
        + (fact.observers.length > 0 ? `, observers ${fact.observers.join(', ')}` : '');
    case 'halted':
      return `halted: ${fact.reason}`;
    case 'sessionOwner':
      return `session ${fact.sessionId} is with s${fact.server}`;
    case 'sessionExpiring':
      return `session ${fact.sessionId} expires, idle for ${fact.idleMs} of ${fact.timeoutMs} ms`;
    case 'localSessionOpened':
      return `${fact.isReadOnly ? 'read-only' : 'local'} session ${fact.sessionId} opened`;
    case 'clientRefused':
      return `refused a client at ${zxidToPair(fact.clientZxid)}, being at ${zxidToPair(fact.serverZxid)}`;
    case 'syncAnswered':
      return `sync ${fact.cxid} answered at ${zxidToPair(fact.lastCommitted)}`;
    case 'sessionConnected':
      return `session ${fact.sessionId} ${fact.resumed ? 'resumed' : 'opened'} at s${fact.server}`;
    case 'sessionDisconnected':
    case 'sessionExpired':
    case 'sessionClosed':
    case 'localSessionClosed':
      return `${fact.kind} ${fact.sessionId}`;
    case 'invoked':
      return `invoked ${fact.cxid} ${describeRequest(fact.request)}`;
    case 'replied':
      return `replied ${fact.cxid} ${describeError(fact.err)} at ${zxidToPair(fact.zxid)}`;
    case 'lost':
      return `lost ${fact.cxid}`;
    case 'watchFired':
      return `watch on ${fact.path} fired at ${zxidToPair(fact.zxid)}`;
    case 'recipeHeld':
      return `holds ${fact.path} as of ${zxidToPair(fact.zxid)}`;
    case 'recipeShared':
      return `shares by ${fact.path} as of ${zxidToPair(fact.zxid)}`;
    case 'recipeNumbered':
      return `is given ${fact.first} to ${fact.first + fact.count - 1} by ${fact.path} at ${zxidToPair(fact.zxid)}`;
    case 'recipeDecided':
      return `is told ${fact.decision} by ${fact.path} as of ${zxidToPair(fact.zxid)}`;
    case 'recipeTaken':
      return `took ${fact.path} at ${zxidToPair(fact.zxid)}`;
    case 'recipeForemost':
      return `saw ${fact.path} as the most urgent as of ${zxidToPair(fact.zxid)}`;
    case 'recipeJoined':
      return `is a member by ${fact.path} as of ${zxidToPair(fact.zxid)}`;
    case 'recipeFound':
      return `found ${fact.path} as of ${zxidToPair(fact.zxid)}`;
    case 'crashed':
      return `crashed (${fact.cause}) ${fact.detail}`;
    case 'restarted':
      return 'restarted';
    case 'faultBegan':
      return `${fact.fault} begins: ${fact.detail}`;
    case 'faultEnded':
      return `${fact.fault} ends`;
    case 'diskImaged':
      return `an image is made of its disk: ${fact.image}`;
    case 'diskReplaced':
      return fact.image === 0 ? 'its disk is wiped' : `its disk is replaced by image ${fact.image}`;
    case 'healed':
      return 'healed: the quiet tail begins';
  }
}
