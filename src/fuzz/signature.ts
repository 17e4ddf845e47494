/**
 * The signature of a failure: which property, and the causal shape of what shows it. That is the role of the process in the event
 * that the verdict rests on, what it heard there, in what way it was synchronized before, and whose message led to it. It is
 * coarse on purpose: what else happens in the same event differs from seed to seed of one bug. Two seeds with one signature are
 * most likely one bug; the wording of the verdict plays no part in it.
 */
import { hashString } from '../base/hash.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Message } from '../wire/message.ts';
import { CausalRecorder } from './causality.ts';
import type { RunOptions } from './run.ts';
import { sentenceShape } from './verdict.ts';
import type { Finding } from './verdict.ts';

/** Watches a run, and knows its signature afterwards. */
export class SignatureSink implements NonNullable<RunOptions['trace']> {
  private readonly recorder: CausalRecorder;
  private readonly roles: Map<NodeId, string> = new Map();
  private readonly roleAt: Map<number, string> = new Map();
  private readonly modes: Map<NodeId, string> = new Map();
  private readonly modeAt: Map<number, string> = new Map();

  constructor(byCodec: boolean) {
    this.recorder = new CausalRecorder(byCodec);
  }

  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId): void {
    this.recorder.event(step, timeUs, node, event, peer);
    this.roleAt.set(step, this.roles.get(node) ?? (node > 255 ? 'client' : 'starting'));
    this.modeAt.set(step, this.modes.get(node) ?? '');
  }

  sent(step: number, timeUs: number, from: NodeId, to: NodeId, message: Message): void {
    this.recorder.sent(step, timeUs, from, to, message);
  }

  fact(fact: Fact, node: NodeId): void {
    if (fact.kind === 'role') this.roles.set(node, fact.role);
    if (fact.kind === 'crashed') this.roles.set(node, 'down');
    if (fact.kind === 'syncChosen') this.modes.set(fact.learner, fact.mode);
  }

  /** `sync-4f2a81c3`: the property, and a hash of the shape. */
  signature(finding: Finding): string {
    return `${finding.property}-${(hashString(this.shape(finding)) >>> 0).toString(16).padStart(8, '0')}`;
  }

  /** The shape itself, for people. A verdict on the end of a run cites no event: then the roles that there are at the end. */
  shape(finding: Finding): string {
    if (finding.outcome === 'liveness') return [...new Set(this.roles.values())].sort(byWord).join(' ');
    const last = finding.steps.at(-1);
    const event = last === undefined ? undefined : this.recorder.events[last - 1];
    if (last === undefined || event === undefined) return sentenceShape(finding.sentence);
    const from = event.sentAt === 0 ? '' : ` from ${this.roleAt.get(event.sentAt) ?? ''}`;
    return `${this.roleAt.get(last) ?? ''} ${event.kind} ${event.message}${from} after ${this.modeAt.get(last) ?? ''}`;
  }
}

function byWord(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
