/**
 * What is shown and what is found: kinds of messages that are switched off, a session, path or zxid that everything must be
 * about, and the events whose text has a phrase in it. Pure.
 */
import { factsOf, sentBy } from './trace.ts';
import type { Trace } from './trace.ts';

/** A family of messages: what they are for. */
export interface Family {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly string[];
}

/** Every family, in the order of the protocol; a kind that is in none of them is of the last. */
export const FAMILIES: readonly Family[] = [
  { id: 'election', name: 'Election', kinds: ['notification', 'electionHello'] },
  {
    id: 'sync',
    name: 'Synchronization',
    kinds: ['FOLLOWERINFO', 'OBSERVERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'TRUNC', 'SNAP', 'NEWLEADER', 'UPTODATE'],
  },
  {
    id: 'broadcast',
    name: 'Broadcast',
    kinds: ['PROPOSAL', 'ACK', 'COMMIT', 'INFORM', 'COMMITANDACTIVATE', 'INFORMANDACTIVATE'],
  },
  { id: 'forward', name: 'Forwarding', kinds: ['REQUEST', 'SYNC', 'REVALIDATE', 'REVALIDATED'] },
  { id: 'client', name: 'Clients', kinds: ['connectRequest', 'connectResponse', 'request', 'reply', 'event'] },
  { id: 'heartbeat', name: 'Heartbeats', kinds: ['PING', 'ping', 'pong'] },
];

/** The family of a kind, as an index of `FAMILIES`. */
export function familyOf(kind: string): number {
  const index = FAMILIES.findIndex(({ kinds }) => kinds.includes(kind));
  return index < 0 ? FAMILIES.length - 1 : index;
}

/** What the reader wants to see. */
export interface Wish {
  /** Kinds of messages that are switched off. */
  readonly hiddenKinds: ReadonlySet<string>;
  /** A session, path or zxid; empty for everything. */
  readonly about: string;
}

/** What a wish leaves: 1 for each event and each message that is shown. */
export interface Shown {
  readonly events: Uint8Array;
  readonly messages: Uint8Array;
  /** How many events. */
  readonly count: number;
}

/** Applies a wish. */
export function shownBy(trace: Trace, wish: Wish): Shown {
  const { messages, events, facts, strings } = trace.model;
  const hidden = new Set([...wish.hiddenKinds].map((kind) => strings.indexOf(kind)));
  const isAbout = aboutTest(strings, wish.about);
  const shownMessages = new Uint8Array(messages.kind.length);
  for (let message = 0; message < shownMessages.length; message++) {
    const isShown = !hidden.has(messages.kind[message] ?? 0) && isAbout(messages.tags[message] ?? 0);
    shownMessages[message] = isShown ? 1 : 0;
  }
  const shownEvents = new Uint8Array(trace.count + 1);
  let count = 0;
  for (let event = 1; event <= trace.count; event++) {
    const message = events.message[event - 1] ?? 0;
    let isShown = message === 0 ? wish.about === '' : shownMessages[message - 1] === 1;
    if (!isShown && wish.about !== '') {
      isShown = sentBy(trace, event).some((sent) => shownMessages[sent] === 1)
        || factsOf(trace, event).some((fact) => isAbout(facts.tags[fact] ?? 0));
    }
    if (!isShown) continue;
    shownEvents[event] = 1;
    count++;
  }
  return { events: shownEvents, messages: shownMessages, count };
}

/**
 * Whether the tags with a number are about something: named exactly if anything is, else with it in their text. A zxid may be
 * given as `2:5` or as `0x200000005`.
 */
function aboutTest(strings: readonly string[], about: string): (tags: number) => boolean {
  const wanted = about.trim();
  if (wanted === '') return () => true;
  const names = new Set([wanted, `session ${wanted}`, `zxid ${wanted}`, `zxid ${pairOfHex(wanted)}`]);
  const exact = new Set<number>();
  const loose = new Set<number>();
  strings.forEach((text, number) => {
    if (text.split('\n').some((tag) => names.has(tag))) exact.add(number);
    else if (text.includes(wanted)) loose.add(number);
  });
  const chosen = exact.size > 0 ? exact : loose;
  return (tags) => chosen.has(tags);
}

/** `0x200000005` as `2:5`; anything else as it is. */
export function pairOfHex(text: string): string {
  const [, high, low] = /^0x([0-9a-f]{1,6})([0-9a-f]{8})$/.exec(text) ?? [];
  return high === undefined || low === undefined ? text : `${Number.parseInt(high, 16)}:${Number.parseInt(low, 16)}`;
}

/** The events whose text, or one of whose facts, has `phrase` in it, whatever the case; ascending. */
export function eventsSaying(trace: Trace, phrase: string): number[] {
  const wanted = phrase.trim().toLowerCase();
  if (wanted === '') return [];
  const { strings, events, facts, processes } = trace.model;
  const byName = processes.findIndex(({ name }) => name === wanted);
  const having = new Set<number>();
  strings.forEach((text, number) => {
    if (text.toLowerCase().includes(wanted)) having.add(number);
  });
  const found: number[] = [];
  for (let event = 1; event <= trace.count; event++) {
    const says = having.has(events.text[event - 1] ?? 0) || events.process[event - 1] === byName
      || factsOf(trace, event).some((fact) => having.has(facts.text[fact] ?? 0) || having.has(facts.kind[fact] ?? 0));
    if (says) found.push(event);
  }
  return found;
}

/** The things that messages are about, most often first, at most `limit`. */
export function commonTags(trace: Trace, limit: number): string[] {
  const counts = new Map<string, number>();
  for (const number of trace.model.messages.tags) {
    const text = trace.model.strings[number] ?? '';
    if (text !== '') for (const tag of text.split('\n')) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  const common = [...counts].sort(([, one], [, other]) => other - one).slice(0, limit);
  return common.map(([tag]) => tag.replace(/^(session|zxid) /, ''));
}
