/**
 * Whether two servers answered alike. What must differ is masked: times, ids of sessions, passwords, and the zxid at which the
 * sequence began (a standalone server of ours begins an epoch whenever it starts, as an ensemble of one; Apache's counts on in
 * epoch 0). What Apache ZooKeeper 3.8.0, which Debian packages, does otherwise than 3.9.5, which ours follows, is listed
 * by name, and counted where it shows. Not part of the program.
 */
import { zxidFromNumber } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { MultiOp, MultiResult } from '../wire/client-messages.ts';
import { describeMessage } from '../wire/describe.ts';
import { CreateFlag, ErrorCode } from '../wire/words.ts';
import type { Stat } from '../wire/words.ts';
import type { Received } from './differential-client.ts';
import { isPrivate } from './differential-steps.ts';

/** Differences that are as they should be, each with its reason. */
export const KNOWN = {
  'children order': 'both list children, and the answers of getEphemerals and whoAmI, in an order that is nobody’s promise',
  'event zxid': 'the header of an event carries −1 before 3.9.0, and since then the zxid of the transaction',
  'exists needs READ': 'exists asks for READ since 3.8.4 and 3.9.2',
  'event visibility': 'a watcher hears nothing of what it may not read since 3.8.4 and 3.9.2, and in Debian’s mended 3.8.0',
  'checkWatches of others': 'checkWatches takes a watch of anybody on the path for the caller’s own before 3.9.0',
  'create2 in a multi': 'create2 in a multi is answered as create, without a Stat, before 3.9.0',
  'flags in a multi': 'a multi with flags that mean nothing is not read since 3.9.0 (−5); before, its operation fails (−8)',
} as const;
/** What is never sent, because the servers would part ways for good, or Apache's would not survive it; each with its reason. */
export const NEVER_SENT: readonly string[] = [
  'createTTL with the flags of another create and a negative time to live: it stops Apache’s, 3.9.5 too; ours refuses it (−8)',
  'createContainer with other flags than a container’s: Apache’s makes a container, ours refuses it (−8)',
  'check outside a multi: never answered before 3.8.5, refused (−6) since 3.9.3 and by ours',
  'createSession and deleteContainer from a client: Apache’s executes them, ours refuses them (−6)',
  'a watch by exists on what may not be read: 3.8.0 leaves one behind',
  'watches of different kinds that stay, in one session: before 3.9.0 they disturb each other (ZOOKEEPER-4466, ZOOKEEPER-4472)',
  'text that is not UTF-8: Apache’s puts U+FFFD in its place, ours cannot read the request (−5)',
  'characters beyond the basic plane: Apache’s answers with them as two surrogates of three bytes each, ours in UTF-8',
  'no path for sync or addWatch: Apache’s echoes nothing, or keeps a watch that stops it from ever closing the connection',
  'no id in a list: Apache’s cannot read it (−5) but for auth, ours takes it for the empty one (−114)',
  'no path in a multi, or a write in a multiRead: Apache’s puts a bare end behind its −5, and gives the multi no zxid',
  'a session’s id with a wrong password: Apache’s closes the connection that holds it, ours does not',
  'counts of a quota set by hand, by no tool, or nested quotas: Apache’s stops, or counts what a restart would count otherwise',
  'hard quotas within a multi: Apache’s does not count what the same multi does before',
  'requests behind a closeSession or an unknown operation: Apache’s may answer some or none before it closes',
  'requests behind an auth or a setACL that is not answered yet: Apache’s may decide on them with the old rights',
  'writes in flight below a hard quota: Apache’s counts only what is applied',
  // In ensembles, beside `stage.test.ts`.
  'zxids of a leader that has written nothing yet: Apache’s tells the beginning of its epoch, ours the last transaction',
  'the mtime of /zookeeper/config without reconfiguration: when the server began at Apache’s, 0 at ours',
  'one xid on two connections of a session: Apache’s takes the answer to the older one for that of the newer',
  'a new session at a read-only server without local sessions: Apache’s answers in a form that no client reads, ours opens one',
  'a session that a read-only server never heard of: Apache’s says that it is gone, ours, which cannot know, closes',
  'requests in flight at a read-only server: Apache’s answers what it refuses before what it reads',
  'an ephemeral by multi on a local session that stays one, at a learner: −112 in the multi at Apache’s, −120 at ours',
  'a configuration’s node that a super user wrote over: the next leader of ours sets it right, each server of Apache’s its own',
  'what mntr counts by namespace or by learner: ours has neither',
  'what a leader counts of each observer: over HTTP ours tells their ids alone',
  'the properties of a system without Java: ours has none to tell over HTTP',
  'monitor over HTTP without a leader: Apache’s breaks down (500), ours says that it serves nobody',
  'the least latency of a connection: 0 at Apache’s until its counts are reset',
  'requests in process at a read-only server: Apache’s counts those that it refused for ever',
];
/** A known difference. */
export type Known = keyof typeof KNOWN;

/** How often each known difference showed. */
export type Counts = Map<Known, number>;

/** What one server sent to each session, with what is needed to mask it. */
export interface Answers {
  readonly base: Zxid;
  readonly sessionIds: readonly string[];
  readonly streams: readonly (readonly Received[])[];
  /** How much of each stream had come before the first session closed. */
  readonly closingFrom: readonly number[];
}

interface Seen {
  readonly item: Received;
  /** Masked: equal texts are equal bytes but for what is masked, because every payload was read and written again the same. */
  readonly text: string;
  /** The same with lists in one order. */
  readonly sorted: string;
  /** The same as it was told before 3.9.0: of a create2 in a multi, no Stat. */
  readonly older: string;
}

/** The first difference that no known one explains, as lines for people; null if there is none. */
export function difference(apache: Answers, ours: Answers, counts: Counts): string | null {
  for (const [session, theirs] of apache.streams.entries()) {
    const mine = seen(ours, ours.streams[session] ?? []);
    const found = compareStreams(
      arranged(seen(apache, untilClosed(theirs)), apache.closingFrom[session] ?? 0),
      arranged(mine, ours.closingFrom[session] ?? 0),
      counts,
    );
    if (found !== null) return `session ${session}, ${found}`;
  }
  return null;
}

function seen(answers: Answers, stream: readonly Received[]): Seen[] {
  return stream.map((item) => ({
    item,
    text: masked(answers, item, false),
    sorted: masked(answers, item, true),
    older: masked(answers, older(item), false),
  }));
}

function older(item: Received): Received {
  const { message, request } = item;
  if (request?.kind !== 'multi' || message.kind !== 'reply' || message.response?.kind !== 'multi') return item;
  const results = message.response.results.map((result, index): MultiResult => {
    const isCreate2 = result.kind === 'create2' && request.ops[index]?.kind === 'create2';
    return isCreate2 && !isContainer(request.ops[index]) ? { kind: 'create', path: result.path } : result;
  });
  return { ...item, message: { ...message, response: { kind: 'multi', results } } };
}

function isContainer(op: MultiOp | undefined): boolean {
  return op !== undefined && 'flags' in op && op.flags === CreateFlag.CONTAINER;
}

/**
 * Apache's removes the watches of a closed session only when a thread has closed its socket: until then another session's close
 * may still be told to it. That is a race, so what comes after the answer is not looked at; ours must send nothing more.
 */
function untilClosed(stream: readonly Received[]): readonly Received[] {
  const end = stream.findIndex(({ request }) => request?.kind === 'closeSession');
  return end < 0 ? stream : stream.slice(0, end + 1);
}

/** The ephemeral nodes of a closing session go in nobody's promised order: the events that tell of it are put in one. */
function arranged(stream: readonly Seen[], closingFrom: number): Seen[] {
  const key = ({ item, sorted }: Seen): string => (item.message.kind === 'event' ? `0${withoutZxid(sorted)}` : '1');
  return [...stream.slice(0, closingFrom), ...stream.slice(closingFrom).sort((a, b) => byText(key(a), key(b)))];
}

function compareStreams(apache: readonly Seen[], ours: readonly Seen[], counts: Counts): string | null {
  let at = 0;
  for (const theirs of apache) {
    const mine = ours[at];
    if (mine !== undefined && theirs.text === mine.text) {
      at++;
      continue;
    }
    const known = explain(theirs, mine);
    if (known === null) return explainNot(theirs, mine, at);
    counts.set(known, (counts.get(known) ?? 0) + 1);
    if (known !== 'event visibility') at++;
  }
  return ours[at] === undefined ? null : explainNot(undefined, ours[at], at);
}

function explain({ item: { message }, text, sorted }: Seen, mine: Seen | undefined): Known | null {
  if (mine !== undefined && sorted === mine.sorted) return 'children order';
  if (mine !== undefined && text === mine.older) return 'create2 in a multi';
  if (message.kind === 'event') return explainEvent(message.path, sorted, mine);
  return mine === undefined ? null : explainReply(message, mine.item);
}

function explainReply(theirs: Received['message'], { message, request }: Received): Known | null {
  if (theirs.kind !== 'reply' || message.kind !== 'reply' || request === null || theirs.xid !== message.xid) return null;
  if (theirs.err !== ErrorCode.OK) return null;
  if (request.kind === 'checkWatches' && message.err === ErrorCode.NOWATCHER) return 'checkWatches of others';
  const isUnread = request.kind === 'multi' && message.err === ErrorCode.MARSHALLINGERROR;
  if (isUnread && request.ops.some((op) => 'flags' in op && !isFlag(op.flags))) return 'flags in a multi';
  const isRefused = request.kind === 'exists' && message.err === ErrorCode.NOAUTH && isPrivate(request.path);
  return isRefused ? 'exists needs READ' : null;
}

function explainEvent(path: string, sorted: string, mine: Seen | undefined): Known | null {
  const isSame = mine?.item.message.kind === 'event' && withoutZxid(mine.sorted) === withoutZxid(sorted);
  if (isSame && sorted.includes('"zxid":"none"')) return 'event zxid';
  return isPrivate(path) ? 'event visibility' : null;
}

function isFlag(flags: number): boolean {
  return Object.values<number>(CreateFlag).includes(flags);
}

function withoutZxid(text: string): string {
  return text.replace(/"zxid":"[^"]*"/, '');
}

function explainNot(theirs: Seen | undefined, mine: Seen | undefined, at: number): string {
  const request = theirs?.item.request ?? mine?.item.request;
  return [
    `payload ${at + 1}${request == null ? '' : `, asked ${JSON.stringify(request, readable)}`}`,
    `  Apache's: ${told(theirs)}`,
    `  ours:     ${told(mine)}`,
  ].join('\n');
}

function told(one: Seen | undefined): string {
  if (one === undefined) return 'nothing';
  const { message, bytes } = one.item;
  return `${describeMessage(message)}\n            ${one.text}\n            ${Buffer.from(bytes).toString('hex')}`;
}

/** For JSON that people read: bytes as text. */
export function readable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}

function masked({ base, sessionIds }: Answers, { message, request }: Received, isSorted: boolean): string {
  const zxid = (value: Zxid): string => (value <= 0 ? 'none' : `${value - base}`);
  const stat = (value: Stat): object => ({
    ...value,
    czxid: zxid(value.czxid), mzxid: zxid(value.mzxid), pzxid: zxid(value.pzxid),
    ctime: value.ctime === 0 ? 0 : 'some', mtime: value.mtime === 0 ? 0 : 'some',
    ephemeralOwner: owner(value.ephemeralOwner, sessionIds),
  });
  const isUnordered = isSorted && request !== null;
  return JSON.stringify(message, (key, value: unknown) => {
    if (value instanceof Uint8Array) return key === 'password' ? value.length : Buffer.from(value).toString('hex');
    if (key === 'stat' && isStat(value)) return stat(value);
    if (key === 'sessionId') return 'some';
    if (key === 'zxid' && typeof value === 'number') return zxid(zxidFromNumber(value) ?? base);
    if (isUnordered && Array.isArray(value) && UNORDERED.has(key)) return value.map((one) => JSON.stringify(one)).sort(byText);
    return value;
  });
}

const UNORDERED: ReadonlySet<string> = new Set(['children', 'paths', 'users']);

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Which session of the sequence, by its place in it. */
function owner(id: string, sessionIds: readonly string[]): string {
  const index = sessionIds.indexOf(id);
  return index < 0 ? id : `session ${index}`;
}

function isStat(value: unknown): value is Stat {
  return typeof value === 'object' && value !== null && 'czxid' in value && 'ephemeralOwner' in value;
}
