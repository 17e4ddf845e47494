/**
 * The place of a promise-based client on the real machine: sockets, the machine's clock, nothing on disk. Each client has one
 * of its own, since servers are numbered by the connect string that names them.
 */
import { CALL_TIMER, type ClientHost, type ClientSeat } from '../client/client-host.ts';
import type { ServerAddress } from '../client/connect-string.ts';
import { Machine } from '../host/machine.ts';
import { checkIdentity, type TlsIdentity } from '../host/tls.ts';
import type { NodeId } from '../io/event.ts';
import type { Process } from '../io/process.ts';

/** What a client calls itself; nobody else is told. */
const SELF: NodeId = 1001;

/** See the head of the file. */
export class RealHost implements ClientHost {
  private readonly tls: TlsIdentity | undefined;
  private servers: readonly ServerAddress[] = [];

  /** `tls`: how to dial; left out: in the clear. Throws a `TypeError` where nobody could prove anything by it. */
  constructor(tls?: TlsIdentity) {
    if (tls !== undefined) checkIdentity(tls);
    this.tls = tls;
  }

  resolve(servers: readonly ServerAddress[]): readonly NodeId[] {
    this.servers = servers;
    return servers.map((_, index) => index + 1);
  }

  seat(process: Process): ClientSeat {
    const machine = new Machine({
      self: SELF,
      process,
      network: {
        locate: (node) => this.servers[node - 1],
        ...(this.tls === undefined ? {} : { dialTls: { client: this.tls } }),
      },
      onStop: (stop) => { if (stop.kind === 'crash') this.report(stop.error); },
    });
    machine.start();
    return {
      call: () => {
        queueMicrotask(() => { machine.perform((io) => { process.handle({ kind: 'timer', timer: CALL_TIMER }, io); }); });
      },
      stop: () => { void machine.stop(); },
    };
  }

  /** As an unhandled rejection: whoever wrote the callback must hear of it. */
  report(error: unknown): void {
    void Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
