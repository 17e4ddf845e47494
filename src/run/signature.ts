/**
 * The signature of a failure: which property, and the shape of what shows it: what the process did, in the event that the
 * verdict rests on, and in which role. It is coarse on purpose: what else happens in the same event, and how messages led there,
 * differs from seed to seed of one bug. Two seeds with one signature are most likely one bug; the
 * wording of the verdict plays no part in it.
 */
import { hashString } from '../base/hash.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { RunOptions } from './run.ts';
import { sentenceShape } from './verdict.ts';
import type { Finding } from './verdict.ts';

/** Of all facts of an event, the first of these is what it was about. */
const TELLING: readonly Fact['kind'][] = [
  'established', 'truncated', 'snapshotInstalled', 'recovered', 'synchronized', 'configActivated',
  'currentEpoch', 'acceptedEpoch', 'syncChosen', 'committed', 'replied', 'watchFired', 'sessionConnected',
  'sessionExpired', 'sessionClosed', 'sessionExpiring', 'syncAnswered', 'proposed', 'applied', 'elected',
  'role',
];

/** Watches a run, and knows its signature afterwards. */
export class SignatureSink implements NonNullable<RunOptions['trace']> {
  private readonly roles: Map<NodeId, string> = new Map();
  private readonly events: { readonly role: string; readonly said: Set<Fact['kind']> }[] = [];

  event(_step: number, _timeUs: number, node: NodeId, _event: Event): void {
    this.events.push({ role: this.roles.get(node) ?? (node > 255 ? 'client' : 'starting'), said: new Set() });
  }

  fact(fact: Fact, node: NodeId, _timeMs: number, step: number): void {
    if (fact.kind === 'role') this.roles.set(node, fact.role);
    if (fact.kind === 'crashed') this.roles.set(node, 'down');
    this.events[step - 1]?.said.add(fact.kind);
  }

  /** `sync-4f2a81c3`: the property, and a hash of the shape. */
  signature(finding: Finding): string {
    return `${finding.property}-${(hashString(this.shape(finding)) >>> 0).toString(16).padStart(8, '0')}`;
  }

  /** The shape itself, for people. A verdict on the end of a run cites no event: then the roles that there are at the end. */
  shape(finding: Finding): string {
    if (finding.outcome === 'liveness') return [...new Set(this.roles.values())].sort(byWord).join(' ');
    const last = this.events[(finding.steps.at(-1) ?? 0) - 1];
    if (last === undefined) return sentenceShape(finding.sentence);
    return `${last.role} ${TELLING.find((kind) => last.said.has(kind)) ?? ''}`;
  }
}

function byWord(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
