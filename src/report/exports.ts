/**
 * Runs in the formats of other tools: one JSON document a line for scripts, ShiViz's log with vector clocks for its space-time
 * diagram, a history as Jepsen writes it for other checkers. Each is text that is built from a run as it goes by.
 */
import type { Event, NodeId } from '../io/event.ts';
import type { Fact, FactOf } from '../io/fact.ts';
import { CausalRecorder } from '../run/causality.ts';
import type { RunOptions } from '../run/run.ts';
import type { Request } from '../wire/client-messages.ts';
import { describeMessage } from '../wire/describe.ts';
import type { Message } from '../wire/message.ts';
import { ErrorCode } from '../wire/words.ts';
import { describeFact, nameOf } from './trace-lines.ts';

/** Watches a run and is text afterwards. */
export interface Exporter {
  readonly trace: NonNullable<RunOptions['trace']>;
  lines(): string[];
}

/** The formats there are, by name. `byCodec`: messages go through the codec in this run. */
export const EXPORTERS: readonly { readonly name: string; readonly make: (byCodec: boolean) => Exporter }[] = [
  { name: 'jsonl', make: jsonLines },
  { name: 'shiviz', make: shiviz },
  { name: 'jepsen', make: jepsen },
];

interface Seen {
  readonly events: string[];
  readonly facts: Map<number, Fact[]>;
  readonly recorder: CausalRecorder;
}

/** Everything that happens, with the facts by step. */
function watch(byCodec: boolean): Seen & { readonly trace: Exporter['trace'] } {
  const recorder = new CausalRecorder(byCodec);
  const seen: Seen = { events: [], facts: new Map(), recorder };
  const trace: Exporter['trace'] = {
    event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId): void {
      recorder.event(step, timeUs, node, event, peer);
      seen.events.push(event.kind === 'received' ? describeMessage(event.message) : event.kind);
    },
    sent(step: number, timeUs: number, from: NodeId, to: NodeId, message: Message): void {
      recorder.sent(step, timeUs, from, to, message);
    },
    fact(fact: Fact, _node: NodeId, _timeMs: number, step: number): void {
      const known = seen.facts.get(step);
      if (known === undefined) seen.facts.set(step, [fact]);
      else known.push(fact);
    },
  };
  return { ...seen, trace };
}

/** One object an event: step, time, process, what, causes, and the facts that were stated in it. Bytes are in hexadecimal. */
function jsonLines(byCodec: boolean): Exporter {
  const seen = watch(byCodec);
  return {
    trace: seen.trace,
    lines: () => seen.recorder.events.map(({ step, timeUs, node, kind, peer, causes }, index) => {
      const facts = seen.facts.get(step) ?? [];
      return JSON.stringify({ step, timeUs, node, kind, what: seen.events[index], peer, causes, facts }, hexBytes);
    }),
  };
}

function hexBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}

/** Two lines an event, as ShiViz's default expression reads them: host and vector clock, then the event. */
function shiviz(byCodec: boolean): Exporter {
  const seen = watch(byCodec);
  return {
    trace: seen.trace,
    lines: () => {
      const clocks: ReadonlyMap<string, number>[] = [];
      return seen.recorder.events.flatMap(({ step, node, causes }, index) => {
        const clock = new Map<string, number>();
        for (const cause of causes) {
          for (const [host, time] of clocks[cause - 1] ?? []) clock.set(host, Math.max(time, clock.get(host) ?? 0));
        }
        const host = nameOf(node);
        clock.set(host, (clock.get(host) ?? 0) + 1);
        clocks.push(clock);
        const said = (seen.facts.get(step) ?? []).map(describeFact).filter((text) => text !== null);
        const what = `${seen.events[index] ?? ''}${said.length === 0 ? '' : ` [${said.join('; ')}]`}`;
        return [`${host} ${JSON.stringify(Object.fromEntries(clock))}`, what];
      });
    },
  };
}

const ERRORS: ReadonlyMap<number, string> = new Map([
  [ErrorCode.NONODE, ':no-node'], [ErrorCode.NODEEXISTS, ':node-exists'], [ErrorCode.NOTEMPTY, ':not-empty'],
  [ErrorCode.BADVERSION, ':bad-version'],
]);

/**
 * What clients asked and were told, as `viv check --model znode` and other readers of Jepsen's histories take it. Only what that
 * model knows: create, delete, set, get, exists; a sequential node is left out, for nobody knows its name when it is asked for.
 */
function jepsen(): Exporter {
  const lines: string[] = [];
  // A client sends without waiting, and a process of Jepsen's does not: each operation is a process of its own.
  const open = new Map<string, readonly [f: string, value: string, process: number]>();
  let processes = 0;
  const said: Say = (type, process, f, value, timeMs, more) => {
    lines.push(`{:type :${type}, :process ${process}, :f :${f}, :value ${value}, :time ${timeMs}000000${more}}`);
  };
  const trace: Exporter['trace'] = {
    event: () => undefined,
    fact(fact: Fact, node: NodeId, timeMs: number): void {
      if (fact.kind === 'invoked') {
        const asked = askedOf(fact.request);
        if (asked === null) return;
        open.set(`${node} ${fact.sessionId} ${fact.cxid}`, [...asked, processes]);
        said('invoke', processes++, asked[0], asked[1], timeMs, '');
      } else if (fact.kind === 'replied' || fact.kind === 'lost') {
        const key = `${node} ${fact.sessionId} ${fact.cxid}`;
        const asked = open.get(key);
        if (asked === undefined) return;
        open.delete(key);
        const [f, value, process] = asked;
        if (fact.kind === 'lost') said('info', process, f, value, timeMs, '');
        else answer(fact, process, f, value, timeMs, said);
      }
    },
  };
  return { trace, lines: () => lines };
}

type Say = (type: string, process: number, f: string, value: string, timeMs: number, more: string) => void;

function answer(fact: FactOf<'replied'>, process: number, f: string, value: string, timeMs: number, say: Say): void {
  if (fact.err !== 0) {
    const error = ERRORS.get(fact.err);
    say('fail', process, f, value, timeMs, error === undefined ? '' : `, :error ${error}`);
    return;
  }
  const { response } = fact;
  if (response?.kind === 'getData') {
    say('ok', process, f, `[${value.slice(1, -1)} ${textOf(response.data)}]`, timeMs, `, :version ${response.stat.version}`);
  } else {
    const version = response !== null && 'stat' in response && f === 'set' ? `, :version ${response.stat.version}` : '';
    say('ok', process, f, value, timeMs, version);
  }
}

/** Operation and value; null for what the model does not know. */
function askedOf(request: Request): readonly [f: string, value: string] | null {
  switch (request.kind) {
    case 'create':
    case 'create2':
      return (request.flags & 2) !== 0 ? null : ['create', `[${quoted(request.path)} ${textOf(request.data)}]`];
    case 'delete':
      return ['delete', `[${quoted(request.path)} ${request.version}]`];
    case 'setData':
      return ['set', `[${quoted(request.path)} ${textOf(request.data)} ${request.version}]`];
    case 'getData':
      return ['get', `[${quoted(request.path)}]`];
    case 'exists':
      return ['exists', `[${quoted(request.path)}]`];
    default:
      return null;
  }
}

function textOf(data: Uint8Array | null): string {
  return data === null ? 'nil' : quoted(Buffer.from(data).toString('utf8'));
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
