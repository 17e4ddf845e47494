/**
 * One server of a soak, as a process of its own: the server of `src/server` on the real machine, dialling its peers through
 * links that can be cut, and writing down what it states. It gets its plan from the process that forked it and ends with it.
 */
import type { Endpoint } from '../host/endpoint.ts';
import { makeDirectories, zooKeeperLayout } from '../host/layout.ts';
import { ListenError, Listeners } from '../host/listeners.ts';
import { Machine } from '../host/machine.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import type { ServerConfig } from '../server/config.ts';
import { Server } from '../server/server.ts';
import { Recorder, TurnFile } from './facts.ts';

/** What the parent sends, once. */
export interface SoakServerPlan {
  readonly config: ServerConfig;
  readonly directory: string;
  /** Its own ports: client, quorum, election. */
  readonly ports: readonly Endpoint[];
  /** Where it finds each port of each other server, by `id port`. */
  readonly links: ReadonlyMap<string, Endpoint>;
  /** Where its facts go. */
  readonly factsFile: string;
  /** When the soak began, by the clock that all processes share. */
  readonly sinceNs: bigint;
}

const PORTS = ['client', 'quorum', 'election'] as const;

/** A port may be in the hands of somebody's outgoing connection for a moment. */
const BIND_ATTEMPTS = 50;
const BIND_PAUSE_MS = 100;

async function bind(ports: readonly Endpoint[], attempts: number): Promise<Listeners> {
  try {
    return await Listeners.bind(ports.map((at, index) => ({ port: PORTS[index] ?? 'client', at })));
  } catch (error) {
    if (!(error instanceof ListenError) || attempts <= 1) throw error;
    await new Promise((resolve) => { setTimeout(resolve, BIND_PAUSE_MS); });
    return bind(ports, attempts - 1);
  }
}

async function serve(plan: SoakServerPlan): Promise<void> {
  const { config, directory, ports, links, factsFile, sinceNs } = plan;
  const listeners = await bind(ports, BIND_ATTEMPTS);
  const layout = zooKeeperLayout(directory, directory);
  makeDirectories(layout);
  const file = new TurnFile(factsFile);
  const machine = new Machine({
    self: config.id,
    process: new Recorder(new Server(config), sinceNs, (turn) => file.write(turn)),
    network: {
      listeners,
      locate: (node, port) => links.get(`${node} ${port}`),
      limits: { maxFrame: config.juteMaxBuffer },
      silenceTimeoutMs: config.sessionlessCnxnTimeoutMs,
      maxPerAddress: config.maxClientCnxns,
      maxClients: config.maxCnxns,
    },
    disk: { layout },
    onStop: (stop) => {
      process.stderr.write(`server ${config.id}: ${stop.kind === 'halt' ? stop.reason : String(stop.error)}\n`);
      process.exit(EXIT_CODES.crash);
    },
  });
  machine.start();
}

// Ctrl-C reaches the whole group; only the parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit(0));
process.once('message', (plan: SoakServerPlan) => {
  serve(plan).catch((error: unknown) => {
    process.stderr.write(`server ${plan.config.id} could not start: ${String(error)}\n`);
    process.exit(EXIT_CODES.crash);
  });
});
