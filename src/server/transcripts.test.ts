/**
 * The protocol as it is spoken: transcripts of whole ensembles in a quiet world, message by message. Each
 * file in `transcripts/` begins with the words of a scene and goes on, below the line, with everything that
 * the servers said to each other. Run with UPDATE_TRANSCRIPTS=1 to write them anew, and read the difference
 * as you would read code.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { zxidToPair } from '../base/zxid.ts';
import type { ClientScript, ScriptedOperation, ScriptedReconfig } from '../client/script.ts';
import { ScriptedClient } from '../client/scripted-client.ts';
import type { Fact } from '../io/fact.ts';
import { describeMessage } from '../wire/describe.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { Fault } from '../world/fault.ts';
import type { NodeSpec } from '../world/host.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import { World } from '../world/world.ts';
import { DEFAULT_CONFIG, memberLine } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { isClientMessage, isElectionMessage } from './message-kinds.ts';
import { Server } from './server.ts';

const test = suite('transcripts');
const CLIENT = 1001;

/** One scene: who there is, what is asked, what happens, and from when to when the transcript listens. */
interface Scene {
  readonly file: string;
  readonly words: string;
  readonly voters: number;
  readonly observers?: number;
  /** Servers beyond the members, which belong to no configuration to begin with. */
  readonly spares?: number;
  readonly config?: Partial<ServerConfig>;
  readonly operations?: readonly ScriptedOperation[];
  readonly faults?: readonly { readonly atMs: number; readonly fault: Fault }[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly hasElection?: boolean;
}

function create(path: string, afterMs: number): ScriptedOperation {
  return { afterMs, waitForReply: false, request: { kind: 'create', path, data: 'x' } };
}

const WRITES = [create('/a', 1000), create('/b', 100), create('/c', 1500), create('/d', 100), create('/e', 4000)];

const SCENES: readonly Scene[] = [
  {
    file: 'election-of-three.txt',
    words: 'Three servers start empty: each votes for itself, all follow the largest id.',
    voters: 3,
    fromMs: 0,
    untilMs: 500,
    hasElection: true,
  },
  {
    file: 'one-server.txt',
    words: 'A server alone is its own quorum: it says nothing to anybody, and serves.',
    voters: 1,
    operations: [create('/a', 1000)],
    fromMs: 0,
    untilMs: 2000,
  },
  {
    file: 'first-epoch-of-two.txt',
    words: 'Two empty voters: discovery, an empty DIFF, NEWLEADER, the session of a client and its first write.',
    voters: 2,
    operations: [create('/a', 1000)],
    fromMs: 0,
    untilMs: 1500,
  },
  {
    file: 'diff.txt',
    words: 'A follower is away for two writes and gets them as a DIFF, each proposal with its commit.',
    voters: 3,
    operations: WRITES,
    faults: [{ atMs: 2000, fault: { kind: 'crash', target: { node: 1 }, downMs: 2000 } }],
    fromMs: 4000,
    untilMs: 5000,
  },
  {
    file: 'snap.txt',
    words: 'The same, but the leader remembers one transaction only and reads no log: a SNAP.',
    voters: 3,
    config: { commitLogCount: 1, snapshotSizePercent: -1 },
    operations: WRITES,
    faults: [{ atMs: 2000, fault: { kind: 'crash', target: { node: 1 }, downMs: 2000 } }],
    fromMs: 4000,
    untilMs: 5000,
  },
  {
    file: 'observer.txt',
    words: 'An observer is told of what is committed, and of nothing before.',
    voters: 1,
    observers: 1,
    operations: [create('/a', 1000)],
    fromMs: 0,
    untilMs: 2500,
  },
  {
    file: 'roll-over.txt',
    words: 'An epoch of three transactions: the fourth forces an election, and the next epoch begins with counter 1.',
    voters: 3,
    config: { counterLimit: 3 },
    operations: WRITES,
    fromMs: 2500,
    untilMs: 4500,
  },
  {
    file: 'reconfig.txt',
    words: 'A spare joins: quorums of both configurations, COMMITANDACTIVATE. Then the leader leaves, and steps down.',
    voters: 2,
    spares: 1,
    config: { reconfigEnabled: true, standaloneEnabled: false, skipACL: true },
    operations: [
      reconfig({ joining: [memberLine({ id: 3, role: 'participant' })] }, 2000),
      create('/a', 0),
      reconfig({ leaving: ['2'] }, 500),
      create('/b', 2000),
    ],
    fromMs: 1990,
    untilMs: 3500,
  },
];

function reconfig(change: Omit<ScriptedReconfig, 'kind'>, afterMs: number): ScriptedOperation {
  return { afterMs, waitForReply: false, request: { kind: 'reconfig', ...change } };
}

for (const scene of SCENES) {
  test(scene.words, () => {
    const transcript = `${scene.words}\n----\n${perform(scene).join('\n')}\n`;
    const file = new URL(`./transcripts/${scene.file}`, import.meta.url);
    if (process.env['UPDATE_TRANSCRIPTS'] !== undefined || !existsSync(file)) writeFileSync(file, transcript);
    assert.fixture(transcript, readFileSync(file, 'utf8'));
  });
}

function perform(scene: Scene): string[] {
  const members: Member[] = [];
  for (let id = 1; id <= scene.voters; id += 1) members.push({ id, role: 'participant' });
  for (let id = 1; id <= (scene.observers ?? 0); id += 1) members.push({ id: scene.voters + id, role: 'observer' });
  const script: ClientScript = {
    servers: [members.length],
    sessionTimeoutMs: 30_000,
    operations: scene.operations ?? [],
    closeAtEnd: false,
  };
  const spares = Array.from({ length: scene.spares ?? 0 }, (_, index) => members.length + index + 1);
  const servers = [...members.map(({ id }) => id), ...spares].map((id): NodeSpec => ({
    node: id,
    kind: 'server',
    disk: true,
    boot: () => new Server({ ...DEFAULT_CONFIG, ...scene.config, id, members }),
  }));
  const client: NodeSpec = { node: CLIENT, kind: 'client', disk: false, boot: () => new ScriptedClient(script) };
  const lines: string[] = [];
  const world: World = new World({
    settings: DEFAULT_SETTINGS,
    chooser: new SeedChooser('transcript'),
    nodes: scene.operations === undefined ? servers : [...servers, client],
    onFact: (fact, node, timeMs) => {
      const line = describeFact(fact);
      if (line !== undefined && timeMs >= scene.fromMs) lines.push(`${String(timeMs).padStart(5)}  ${String(node)}      ${line}`);
    },
    trace: {
      event: () => undefined,
      sent: (_step, timeUs, from, to, message) => {
        if (isClientMessage(message) || (isElectionMessage(message) && scene.hasElection !== true)) return;
        const timeMs = Math.floor(timeUs / 1000);
        if (timeMs < scene.fromMs || message.kind === 'PING') return;
        lines.push(`${String(timeMs).padStart(5)}  ${String(from)} > ${String(to)}  ${describeMessage(message)}`);
      },
    },
  });
  for (const { atMs, fault } of scene.faults ?? []) world.schedule(atMs, fault);
  world.run(scene.untilMs);
  assert.is(world.failure, null);
  return lines;
}

/** The steps of the protocol that are not messages. */
function describeFact(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'elected':
      return `elected ${String(fact.leader)}`;
    case 'acceptedEpoch':
    case 'currentEpoch':
      return `${fact.kind} ${String(fact.epoch)} is durable`;
    case 'established':
      return `established, epoch ${String(fact.epoch)}, history ends with ${zxidToPair(fact.lastZxid)}`;
    case 'durable':
    case 'snapshotInstalled':
    case 'truncated':
      return `${fact.kind} ${zxidToPair(fact.zxid)}`;
    case 'role':
      return `${fact.role} in epoch ${String(fact.epoch)}`;
    case 'configActivated':
      return `configuration ${zxidToPair(fact.version)} is in force: voters ${fact.voters.join(', ')}`;
    case 'committed':
      return `committed ${zxidToPair(fact.txn.zxid)}`;
    default:
      return undefined;
  }
}

test.run();
