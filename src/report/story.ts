/**
 * The story of a failing run in words: of all that happened only what bears on the verdict, in order. Told are the faults, who
 * led and followed whom, what became of logs, and the life of the transactions and sessions that the verdict is about: asked for,
 * proposed, durable or not, acknowledged, committed, lost.
 */
import { zxidToHex } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { RunOptions, RunResult } from '../run/run.ts';
import { describeRequest, describeTxn } from '../wire/describe.ts';

/** One sentence, and the event that it tells of. */
export interface StoryLine {
  readonly step: number;
  readonly timeMs: number;
  readonly text: string;
}

interface Told {
  readonly fact: Fact;
  readonly node: NodeId;
  readonly timeMs: number;
  readonly step: number;
}

/** More sentences than these nobody reads: then what is not about the verdict's own transactions goes. */
const LINES_MAX = 40;

/** Hears the facts of a run; knows its story afterwards. */
export class StoryTeller implements NonNullable<RunOptions['trace']> {
  private readonly heard: Told[] = [];

  event(): void {
    // The facts say it all.
  }

  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    this.heard.push({ fact, node, timeMs, step });
  }

  /** The sentences, in order; the verdict is the last. */
  story(result: RunResult): StoryLine[] {
    const { finding } = result;
    const cited = new Set(finding?.steps ?? []);
    const about = aboutOf(this.heard.filter(({ step }) => cited.has(step)), finding?.sentence ?? '');
    const durable = new Map<NodeId, number>();
    const main: StoryLine[] = [];
    const setting: StoryLine[] = [];
    for (const told of this.heard) {
      if (told.fact.kind === 'durable') durable.set(told.node, Math.max(told.fact.zxid, durable.get(told.node) ?? 0));
      const own = ownSentence(told, about, durable);
      const text = own ?? settingSentence(told);
      if (text !== null) (own === null ? setting : main).push({ step: told.step, timeMs: told.timeMs, text });
    }
    const room = Math.max(8, LINES_MAX - main.length);
    const lines = [...main.slice(-LINES_MAX), ...setting.slice(-room)].sort((one, other) => one.step - other.step);
    if (finding !== null) {
      const text = `${finding.outcome} violated, ${finding.property}: ${finding.sentence}`;
      lines.push({ step: finding.steps.at(-1) ?? result.events, timeMs: finding.atMs, text });
    }
    return lines;
  }
}

/** What the verdict is about: transactions by zxid, sessions by id, and which request of a session. */
interface About {
  readonly zxids: ReadonlySet<number>;
  readonly requests: ReadonlySet<string>;
  readonly sessions: ReadonlySet<string>;
}

function aboutOf(cited: readonly Told[], sentence: string): About {
  const zxids = new Set<number>();
  const requests = new Set<string>();
  for (const { fact } of cited) {
    if ('txn' in fact && (fact.kind === 'proposed' || fact.kind === 'committed')) {
      zxids.add(fact.txn.zxid);
      requests.add(`${fact.txn.clientId} ${fact.txn.cxid}`);
    }
  }
  for (const [, epoch, counter] of sentence.matchAll(/\b(\d+):(\d+)\b/g)) zxids.add(Number(epoch) * 2 ** 32 + Number(counter));
  return { zxids, requests, sessions: new Set([...sentence.matchAll(/\b[0-9a-f]{16}\b/g)].map(([id]) => id)) };
}

/** A sentence on what the verdict is about; null for the rest. */
function ownSentence({ fact, node }: Told, about: About, durable: ReadonlyMap<NodeId, number>): string | null {
  const who = nameOf(node);
  switch (fact.kind) {
    case 'proposed':
      return about.zxids.has(fact.txn.zxid) ? `${who} proposed ${describeTxn(fact.txn)}` : null;
    case 'committed':
      return about.zxids.has(fact.txn.zxid) ? `${who} counted a quorum and committed ${zxidToHex(fact.txn.zxid)}` : null;
    case 'acked': {
      if (!about.zxids.has(fact.zxid)) return null;
      const early = (durable.get(node) ?? 0) < fact.zxid ? ' before its own disk had it' : '';
      return `${who} acknowledged ${zxidToHex(fact.zxid)} to ${nameOf(fact.to)}${early}`;
    }
    case 'durable':
      return about.zxids.has(fact.zxid) ? `${who} had ${zxidToHex(fact.zxid)} on disk` : null;
    case 'invoked':
      return about.requests.has(`${fact.sessionId} ${fact.cxid}`) ? `${who} asked: ${describeRequest(fact.request)}` : null;
    case 'replied': {
      if (!about.requests.has(`${fact.sessionId} ${fact.cxid}`)) return null;
      return `${who} was told that it is done, at ${zxidToHex(fact.zxid)}${fact.err === 0 ? '' : ` with error ${fact.err}`}`;
    }
    case 'lost':
      return about.requests.has(`${fact.sessionId} ${fact.cxid}`) ? `${who} lost the connection before an answer came` : null;
    case 'sessionExpiring':
      return about.sessions.has(fact.sessionId) ? `${who} decided that session ${fact.sessionId} expires` : null;
    case 'sessionConnected':
      return about.sessions.has(fact.sessionId) ? `${who} has session ${fact.sessionId} at server ${fact.server}` : null;
    case 'sessionExpired':
    case 'sessionClosed':
      return about.sessions.has(fact.sessionId) ? `${who} heard that session ${fact.sessionId} is over` : null;
    default:
      return null;
  }
}

/** A sentence on what went on around it; null for what nobody needs to know. */
function settingSentence({ fact, node }: Told): string | null {
  const who = nameOf(node);
  switch (fact.kind) {
    case 'established':
      return `${who} leads epoch ${fact.epoch}, with a history that ends at ${zxidToHex(fact.lastZxid)}`;
    case 'syncChosen':
      return `${who} brings ${nameOf(fact.learner)} in line by ${fact.mode}, from ${zxidToHex(fact.peerLastZxid)} `
        + `to ${zxidToHex(fact.toZxid)}`;
    case 'truncated':
      return `${who} cut its log back to ${zxidToHex(fact.zxid)}`;
    case 'snapshotInstalled':
      return `${who} took a snapshot at ${zxidToHex(fact.zxid)} in place of what it had`;
    case 'recovered':
      return fact.lastZxid === 0 ? null
        : `${who} found ${zxidToHex(fact.lastZxid)} as the end of its log${fact.tornTail ? ', after dropping a torn tail' : ''}`;
    case 'stateRefused':
      return `${who} cannot answer for what is on its disk: ${fact.reason}`;
    case 'configActivated':
      return `${who} goes by the configuration ${zxidToHex(fact.version)}, voters ${fact.voters.join(', ')}`;
    case 'crashed':
      return fact.cause === 'power' ? `${nameOf(fact.node)} lost its power` : `${nameOf(fact.node)} crashed: ${fact.detail}`;
    case 'restarted':
      return `${nameOf(fact.node)} is back`;
    case 'faultBegan':
      return `${fact.fault} begins${at(fact.node)}${fact.detail === '' ? '' : ` (${fact.detail})`}`;
    case 'faultEnded':
      return `${fact.fault} ends${at(fact.node)}`;
    case 'healed':
      return 'everything is healed';
    default:
      return null;
  }
}

function at(node: NodeId): string {
  return node === 0 ? '' : ` at ${nameOf(node)}`;
}

function nameOf(node: NodeId): string {
  return node === 0 ? 'the world' : node > 255 ? `client ${node}` : `server ${node}`;
}

/** The story as lines for a terminal. */
export function storyText(story: readonly StoryLine[]): string[] {
  return story.map(({ step, timeMs, text }) => `${String(step).padStart(6)} ${String(timeMs).padStart(8)} ms  ${text}`);
}
