/**
 * The servers that a hostile test attacks, in a process of their own, so that what they keep can be measured apart from those who
 * attack: forked by `hostile-testing.ts` with `--expose-gc`, and ended with it. Not part of the program.
 */
import { TestEnsemble, until } from '../serve/serve-testing.ts';

/** What the parent asks. */
export type Order =
  | { readonly kind: 'start'; readonly servers: number }
  /** Once no more than so many client sockets and sessions are left. */
  | { readonly kind: 'measure'; readonly clients: number; readonly sessions: number }
  | { readonly kind: 'stop' };

/** What servers hold after a collection of garbage: bytes, sockets of every kind, clients; and why some stopped. */
export interface Measured {
  readonly bytes: number;
  readonly sockets: number;
  readonly clients: number;
  /** How often any of them took a role. */
  readonly roles: number;
  readonly stops: readonly string[];
}

/** What it is told. */
export type Told =
  | { readonly kind: 'started'; readonly ports: readonly (readonly number[])[] }
  | { readonly kind: 'measured' } & Measured;

/** Collections that a measurement waits for: what one finds garbage may hold what the next one does. */
const COLLECTIONS = 4;

let ensemble: TestEnsemble | null = null;

function tell(told: Told): void {
  process.send?.(told);
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'start': {
      // Patient with each other: a machine that is busy with the attackers is not to look like a server that is gone.
      const config = { maxClientCnxns: 0, sessionlessCnxnTimeoutMs: 2000, syncLimit: 150 };
      const started = await TestEnsemble.start(order.servers, config);
      ensemble = started;
      await started.serving();
      tell({ kind: 'started', ports: started.ids.map((id) => ([0, 1, 2] as const).map((index) => started.port(id, index))) });
      return;
    }
    case 'measure':
      await measure(order.clients, order.sessions);
      return;
    case 'stop':
      await ensemble?.stop();
      process.exit(0);
  }
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function measure(clients: number, open: number): Promise<void> {
  const servers = ensemble === null ? [] : ensemble.ids.map((id) => ensemble?.server(id));
  const count = (): number => servers.reduce((sum, server) => sum + (server?.machine.network.clients.length ?? 0), 0);
  const sessions = (): number => servers[0]?.server.database.sessions.size ?? 0;
  await until(() => count() <= clients && sessions() <= open, 'the end of the attackers and of their sessions');
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  const roles = ensemble?.facts.filter(({ fact }) => fact.kind === 'role').length ?? 0;
  const stops = ensemble?.stops.map((stop) => JSON.stringify(stop)) ?? [];
  tell({ kind: 'measured', bytes: heapUsed + external, sockets: sockets(), clients: count(), roles, stops });
}

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
