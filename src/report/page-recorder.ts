/**
 * Watches a run and makes the page's document of it: events, messages from send to receipt, facts, roles, faults, and what every
 * event changed in its process. A state is looked at when the next thing happens, for then the event is over. It never changes
 * what happens.
 */
import type { ConnectionId, Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Process } from '../io/process.ts';
import { describeMessage } from '../wire/describe.ts';
import type { Message } from '../wire/message.ts';
import { Xid } from '../wire/words.ts';
import type { TraceSink } from '../world/trace.ts';
import { PathTable, changesBetween } from './page-changes.ts';
import type {
  Band, EventColumns, FactColumns, MessageColumns, PageModel, PageProcess, PatchColumns, RoleChange, View,
} from './page-model.ts';
import { roleAfter } from './page-roles.ts';
import { tagsOf } from './page-tags.ts';
import { Views } from './page-views.ts';
import { describeEvent, describeFact, isOfTheWorld, nameOf } from './trace-lines.ts';

const TEXT_MAX = 240;
/** A place for every connection of every process: more than either ever has. */
const CONNECTIONS = 0x1_0000_0000;

/** What the recorder makes; the rest of the page's document is known before or after the run. */
export type Recording = Pick<
  PageModel, 'processes' | 'strings' | 'events' | 'messages' | 'facts' | 'roles' | 'bands' | 'paths' | 'patches'
>;

interface Live {
  process: Process | null;
  view: View;
}

interface Flying {
  readonly message: Message;
  readonly index: number;
}

interface OpenBand {
  readonly fault: string;
  readonly detail: string;
  readonly node: NodeId;
  readonly fromAt: number;
  readonly fromUs: number;
}

/** See the head of the file. `nodes`: every process there is, in the order of the page's lanes. */
export class PageRecorder implements TraceSink {
  private readonly processes: PageProcess[];
  private readonly numbers: Map<NodeId, number>;
  private readonly strings: string[] = [''];
  private readonly stringNumbers: Map<string, number> = new Map([['', 0]]);
  private readonly events: EventColumns = { timeUs: [], process: [], text: [], message: [] };
  private readonly messages: MessageColumns = { sentAt: [], receivedAt: [], from: [], to: [], kind: [], text: [], tags: [] };
  private readonly facts: FactColumns = { at: [], process: [], kind: [], text: [], tags: [], between: [], us: [] };
  private readonly roles: RoleChange[] = [];
  private readonly bands: Band[] = [];
  private readonly patches: PatchColumns = { at: [], process: [], changes: [] };
  private readonly table: PathTable = new PathTable();
  private readonly views: Views = new Views();
  private readonly live: Map<NodeId, Live> = new Map();
  private readonly inFlight: Map<number, Flying[]> = new Map();
  private openBands: OpenBand[] = [];
  private step = 0;
  private timeUs = 0;
  /** When the last fact was stated; facts know milliseconds. */
  private factUs = 0;
  /** Whose event is being handled, or was last. */
  private busy: NodeId = 0;

  constructor(nodes: readonly { readonly node: NodeId; readonly kind: 'server' | 'client' }[]) {
    this.processes = nodes.map(({ node, kind }) => ({ node, kind, name: nameOf(node) }));
    this.numbers = new Map(nodes.map(({ node }, index) => [node, index]));
  }

  booted(node: NodeId, process: Process): void {
    this.settle();
    this.live.set(node, { process, view: null });
    this.playRole(node, 'STARTING', 0, true);
  }

  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId, peerConnection: ConnectionId): void {
    this.settle();
    this.busy = node;
    this.step = step;
    const { events } = this;
    events.timeUs.push(timeUs - this.timeUs);
    this.timeUs = timeUs;
    events.process.push(this.numberOf(node));
    const message = event.kind === 'received' ? this.receive(event.message, peer, peerConnection) : 0;
    events.message.push(message);
    const text = message === 0 ? clipped(describeEvent(event, peer)) : `receives ${this.textOf(message - 1)}`;
    events.text.push(this.string(text));
  }

  sent(_step: number, _timeUs: number, from: NodeId, to: NodeId, message: Message, connection: ConnectionId): void {
    const { messages } = this;
    const key = from * CONNECTIONS + connection;
    const queue = this.inFlight.get(key);
    const flying: Flying = { message, index: messages.sentAt.length };
    if (queue === undefined) this.inFlight.set(key, [flying]);
    else queue.push(flying);
    messages.sentAt.push(this.step);
    messages.receivedAt.push(0);
    messages.from.push(this.numberOf(from));
    messages.to.push(this.numberOf(to));
    messages.kind.push(this.string(kindOf(message)));
    messages.text.push(this.string(clipped(describeMessage(message))));
    messages.tags.push(this.string(tagsOf(message).join('\n')));
  }

  /** A fact, as the world hands it to the judges. */
  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    const between = isOfTheWorld(fact);
    if (between) this.settle();
    this.factUs = Math.max(this.timeUs, timeMs * 1000);
    this.step = step;
    const text = describeFact(fact);
    const { facts } = this;
    if (text !== null) {
      facts.at.push(step);
      facts.process.push(this.numberOf(node));
      facts.kind.push(this.string(fact.kind));
      facts.text.push(this.string(clipped(text)));
      facts.tags.push(this.string(tagsOf(fact).join('\n')));
      facts.between.push(between ? 1 : 0);
      facts.us.push(between ? this.factUs : this.timeUs);
    }
    const role = roleAfter(fact);
    if (role !== null) this.playRole(node, role.role, role.epoch, between);
    this.followFault(fact);
    if (fact.kind === 'crashed') this.die(node);
  }

  /** The run is over: what was recorded. */
  finish(): Recording {
    this.settle();
    this.factUs = Math.max(this.factUs, this.timeUs);
    for (const open of this.openBands) this.closeBand(open);
    this.openBands = [];
    const { processes, strings, events, messages, facts, roles, bands, patches } = this;
    return { processes, strings, events, messages, facts, roles, bands, patches, paths: this.table.paths };
  }

  /** The last event is over: what did it change? */
  private settle(): void {
    const live = this.live.get(this.busy);
    if (live !== undefined && live.process !== null) this.look(this.busy, live, this.views.of(live.process));
    this.busy = 0;
  }

  private look(node: NodeId, live: Live, view: View): void {
    const changes = changesBetween(live.view, view, this.table);
    live.view = view;
    if (changes.length === 0) return;
    this.patches.at.push(this.step);
    this.patches.process.push(this.numberOf(node));
    this.patches.changes.push(changes);
  }

  private die(node: NodeId): void {
    const live = this.live.get(node);
    if (live === undefined) return;
    live.process = null;
    this.look(node, live, null);
  }

  /** The message received, as its index + 1. One that was encoded on its way is another object, and the next in order. */
  private receive(message: Message, peer: NodeId, connection: ConnectionId): number {
    const queue = this.inFlight.get(peer * CONNECTIONS + connection) ?? [];
    const place = Math.max(0, queue.findIndex((flying) => flying.message === message));
    const [flying] = queue.splice(place, 1);
    if (flying === undefined) return 0;
    this.messages.receivedAt[flying.index] = this.step;
    return flying.index + 1;
  }

  private textOf(message: number): string {
    return this.strings[this.messages.text[message] ?? 0] ?? '';
  }

  private playRole(node: NodeId, role: string, epoch: number, between: boolean): void {
    const us = between ? Math.max(this.factUs, this.timeUs) : this.timeUs;
    this.roles.push({ process: this.numberOf(node), at: this.step, role, epoch, between, us });
  }

  private followFault(fact: Fact): void {
    if (fact.kind === 'faultBegan') {
      const { fault, detail, node } = fact;
      const open: OpenBand = { fault, detail, node, fromAt: this.step, fromUs: this.factUs };
      // Damage to a disk is done at once and has no end of its own.
      if (fault.startsWith('bitRot')) this.closeBand(open);
      else this.openBands.push(open);
    } else if (fact.kind === 'faultEnded') {
      const ended = this.openBands.find(({ fault, node }) => fault === fact.fault && node === fact.node);
      this.openBands = this.openBands.filter((open) => open !== ended);
      if (ended !== undefined) this.closeBand(ended);
    }
  }

  private closeBand({ fault, detail, node, fromAt, fromUs }: OpenBand): void {
    this.bands.push({ fault, detail, process: this.numberOf(node), fromAt, toAt: this.step, fromUs, toUs: this.factUs });
  }

  private numberOf(node: NodeId): number {
    return this.numbers.get(node) ?? -1;
  }

  private string(text: string): number {
    let number = this.stringNumbers.get(text);
    if (number === undefined) {
      number = this.strings.length;
      this.strings.push(text);
      this.stringNumbers.set(text, number);
    }
    return number;
  }
}

/** The kind of a message; a client's pings and the replies to them apart from its requests. */
function kindOf(message: Message): string {
  if (message.kind === 'request' && message.request.kind === 'ping') return 'ping';
  return message.kind === 'reply' && message.xid === Xid.PING ? 'pong' : message.kind;
}

function clipped(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}
