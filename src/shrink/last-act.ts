/**
 * The last act of a failing run by itself: what happened after some leader was established, with a fresh ensemble in the place of
 * all that came before. Where a failure needs nothing of its past but a leader that everybody follows, this leaves out in one
 * step what could not be left out part by part, since each part changed when and where all later ones happened.
 */
import type { ClientScript } from '../client/script.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { withOperations } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import type { Fault } from '../world/fault.ts';
import type { TraceSink } from '../world/trace.ts';

/** After the first leader is established, clients are connected by then. */
const SETTLED_MS = 300;

interface Invocation {
  readonly timeMs: number;
  /** Where the client was connected; 0: nowhere. */
  readonly server: NodeId;
}

/** A trace that keeps what the acts of a run are. */
export class ActSink implements TraceSink {
  private readonly leaders: { readonly node: NodeId; readonly timeMs: number }[] = [];
  /** Where each client was connected, the last time. */
  readonly servers: Map<NodeId, NodeId> = new Map();
  private readonly invocations: Map<NodeId, Invocation[]> = new Map();

  event(): void {
    // Facts say it all.
  }

  fact(fact: Fact, node: NodeId, timeMs: number): void {
    if (fact.kind === 'established') this.leaders.push({ node, timeMs });
    else if (fact.kind === 'sessionConnected') this.servers.set(node, fact.server);
    else if (fact.kind === 'invoked') {
      const invocation = { timeMs, server: this.servers.get(node) ?? 0 };
      const before = this.invocations.get(node);
      if (before === undefined) this.invocations.set(node, [invocation]);
      else before.push(invocation);
    }
  }

  /** For each leader but the first, the latest first, what came after it was established; with and without idle clients. */
  acts(plan: Plan): Plan[] {
    const [first] = this.leaders;
    if (first === undefined) return [];
    const settledMs = Math.ceil(first.timeMs) + SETTLED_MS;
    return this.leaders.slice(1).reverse().flatMap(({ node, timeMs }) => {
      const laterMs = settledMs - Math.floor(timeMs);
      const swapped = (id: NodeId): NodeId => (id === node ? first.node : id === first.node ? node : id);
      const clients = plan.clients.map((client, index) => this.after(client, FIRST_CLIENT + index, timeMs, laterMs, swapped));
      const faults = plan.faults.filter(({ atMs }) => atMs >= timeMs).map(({ atMs, fault }) => {
        return { atMs: atMs + laterMs, fault: onOther(fault, swapped) };
      });
      const act = { ...plan, clients, faults, safetyMs: Math.max(settledMs, plan.safetyMs + laterMs) };
      const busy = clients.filter(({ operations, recipe }) => operations.length > 0 || recipe !== undefined);
      return [act, { ...act, clients: busy }];
    });
  }

  /** What a client asked for from `fromMs` on, so much later, at the server where it was then. */
  private after(
    client: ClientScript, node: NodeId, fromMs: number, laterMs: number, swapped: (id: NodeId) => NodeId,
  ): ClientScript {
    const invoked = this.invocations.get(node) ?? [];
    const kept: number[] = [];
    let at = 0;
    let beforeMs = 0;
    let server = 0;
    const operations = client.operations.map((operation, index) => {
      const invocation = invoked[at];
      if (operation.request.kind !== 'reconnect') at++;
      if (invocation === undefined || invocation.timeMs < fromMs) return { ...operation, afterMs: 0 };
      const whenMs = Math.max(beforeMs, Math.floor(invocation.timeMs) + laterMs);
      const afterMs = whenMs - beforeMs;
      beforeMs = whenMs;
      kept.push(index);
      if (server === 0) server = invocation.server;
      return { ...operation, afterMs };
    });
    const servers = server === 0 ? client.servers : [swapped(server)];
    return withOperations({ ...client, servers, operations }, kept);
  }
}

/** A fault on a server that is now called otherwise. */
function onOther(fault: Fault, swapped: (id: NodeId) => NodeId): Fault {
  if (!('target' in fault) || !('node' in fault.target)) return fault;
  return { ...fault, target: { node: swapped(fault.target.node) } };
}
