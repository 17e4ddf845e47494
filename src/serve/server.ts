/**
 * One server on the real machine: the state machine of `src/server` in the host of `src/host`. `viv serve` and tests start it;
 * what an operator wrote has become values before it comes here.
 */
import type { DiskOptions } from '../host/disk.ts';
import type { Endpoint } from '../host/endpoint.ts';
import type { Listeners } from '../host/listeners.ts';
import { Machine } from '../host/machine.ts';
import type { Stop } from '../host/machine.ts';
import type { NetworkOptions } from '../host/network.ts';
import type { Fact } from '../io/fact.ts';
import type { ServerConfig } from '../server/config.ts';
import { Server } from '../server/server.ts';
import type { Port } from '../wire/message.ts';

/** Everything that one server needs. Directories exist, ports are bound. */
export interface RealServerOptions {
  readonly config: ServerConfig;
  readonly disk: DiskOptions;
  readonly listeners: Listeners;
  /** What concerns the network beside where the others are, which follows from the configuration in force. */
  readonly network?: Partial<NetworkOptions>;
  readonly onFact?: (fact: Fact) => void;
  /** It stopped of itself. */
  readonly onStop?: (stop: Stop) => void;
}

/** A server that runs. */
export class RealServer {
  readonly server: Server;
  readonly machine: Machine;

  constructor({ config, disk, listeners, network, onFact, onStop }: RealServerOptions) {
    this.server = new Server(config);
    this.machine = new Machine({
      self: config.id,
      process: this.server,
      network: {
        locate: (node, port) => this.locate(node, port),
        listeners,
        limits: { maxFrame: config.juteMaxBuffer },
        silenceTimeoutMs: config.sessionlessCnxnTimeoutMs,
        maxPerAddress: config.maxClientCnxns,
        maxClients: config.maxCnxns,
        ...network,
      },
      disk,
      ...(onFact === undefined ? {} : { onFact }),
      ...(onStop === undefined ? {} : { onStop }),
    });
  }

  start(): void {
    this.machine.start();
  }

  stop(): Promise<void> {
    return this.machine.stop();
  }

  /** As SIGKILL would. */
  kill(): Promise<void> {
    return this.machine.kill();
  }

  /** What is in force says where a peer is; what may be next says it of those who are new. */
  private locate(node: number, port: Port): Endpoint | undefined {
    for (const { servers } of this.server.membership.configs) {
      const spec = servers.find(({ id }) => id === node);
      if (spec === undefined) continue;
      if (port === 'client') return spec.client ?? undefined;
      return { host: spec.host, port: port === 'quorum' ? spec.quorumPort : spec.electionPort };
    }
    return undefined;
  }
}
