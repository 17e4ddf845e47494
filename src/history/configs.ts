/**
 * Ensembles as the judges see them: read from the transactions of the log, by a reader of their own, so that a server that
 * misreads its configuration does not persuade them. Which configuration a history is under is a matter of that history alone.
 */
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { ReconfigRequest } from '../wire/client-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Expectations, JudgedHierarchy } from './expectations.ts';

/** One configuration. */
export interface JudgedConfig {
  readonly version: number;
  /** Of the transaction that has it; 0 of the one to begin with. */
  readonly zxid: Zxid;
  /** Ids, ascending. */
  readonly voters: readonly NodeId[];
  readonly observers: readonly NodeId[];
  readonly hierarchy: JudgedHierarchy | null;
}

/** What a run begins with. */
export function firstConfig({ voters, observers, hierarchy }: Expectations): JudgedConfig {
  return { version: 0, zxid: ZXID_ZERO, voters, observers, hierarchy: hierarchy ?? null };
}

/** What a transaction says; null where it is no reconfiguration. */
export function configOf({ body, zxid }: Txn): JudgedConfig | null {
  return body.kind === 'reconfig' ? readConfig(new TextDecoder().decode(body.data ?? new Uint8Array(0)), zxid) : null;
}

/** Reads as much as can be read. */
export function readConfig(text: string, zxid: Zxid): JudgedConfig {
  const voters: NodeId[] = [];
  const observers: NodeId[] = [];
  const groups: { readonly id: number; readonly members: readonly NodeId[] }[] = [];
  const weights: { readonly id: NodeId; readonly weight: number }[] = [];
  let version = -1;
  for (const line of text.split('\n')) {
    const [key = '', value = ''] = line.split('=');
    const id = Number(key.slice(key.indexOf('.') + 1));
    if (key === 'version') version = Number.parseInt(value, 16);
    else if (key.startsWith('server.')) (value.includes(':observer') ? observers : voters).push(id);
    else if (key.startsWith('group.')) groups.push({ id, members: value.split(':').map(Number) });
    else if (key.startsWith('weight.')) weights.push({ id, weight: Number(value) });
  }
  voters.sort((a, b) => a - b);
  observers.sort((a, b) => a - b);
  return { version, zxid, voters, observers, hierarchy: groups.length > 0 ? { groups, weights } : null };
}

/** Whether the transaction brings this configuration about, and does not just tell of it. */
export function isReconfiguration(config: JudgedConfig): boolean {
  return config.version === config.zxid && config.zxid !== ZXID_ZERO;
}

/** The bit by which each server is named. */
export type Bits = ReadonlyMap<NodeId, { readonly bit: number }>;

/** Whether the servers that `bits` names are a quorum. */
export function isQuorum({ voters, hierarchy }: JudgedConfig, bits: number, servers: Bits): boolean {
  if (hierarchy === null) return share(voters, bits, servers, null) > 0;
  const groups = hierarchy.groups.filter(({ members }) => members.some((id) => weightOf(hierarchy, id) > 0));
  return groups.filter(({ members }) => share(members, bits, servers, hierarchy) > 0).length * 2 > groups.length;
}

/** By how much those named outweigh the others. */
function share(ids: readonly NodeId[], bits: number, servers: Bits, hierarchy: JudgedHierarchy | null): number {
  let balance = 0;
  for (const id of ids) {
    const weight = hierarchy === null ? 1 : weightOf(hierarchy, id);
    balance += (bits & (servers.get(id)?.bit ?? 0)) === 0 ? -weight : weight;
  }
  return balance;
}

function weightOf({ weights }: JudgedHierarchy, id: NodeId): number {
  return weights.find((entry) => entry.id === id)?.weight ?? 1;
}

/** Who votes, and who watches. */
export type Members = Pick<JudgedConfig, 'voters' | 'observers'>;

/** Whether both have the same voters and observers. */
export function sameMembers(one: Members, other: Members): boolean {
  return one.voters.join() === other.voters.join() && one.observers.join() === other.observers.join();
}

/** How `after` differs from what `request` asked for; null: it does not. Leaving comes before joining. */
export function reconfigBreach(before: JudgedConfig, request: ReconfigRequest, after: JudgedConfig): string | null {
  if (after.version !== after.zxid) return `it has version ${after.version.toString(16)}, not its own zxid`;
  let due = { voters: new Set(before.voters), observers: new Set(before.observers) };
  if (request.newMembers !== null) {
    const named = readConfig(request.newMembers.replaceAll(',', '\n'), after.zxid);
    due = { voters: new Set(named.voters), observers: new Set(named.observers) };
  } else {
    for (const id of (request.leavingServers ?? '').split(',')) if (id !== '') remove(due, Number(id));
    for (const line of (request.joiningServers ?? '').split(',')) {
      if (line === '') continue;
      const joined = readConfig(line.startsWith('server.') ? line : `server.${line}`, after.zxid);
      for (const id of [...joined.voters, ...joined.observers]) remove(due, id);
      for (const id of joined.voters) due.voters.add(id);
      for (const id of joined.observers) due.observers.add(id);
    }
  }
  const wanted = { voters: ascending(due.voters), observers: ascending(due.observers) };
  return sameMembers(after, wanted) ? null : `its voters are ${after.voters.join(', ')}, not ${wanted.voters.join(', ')}`;
}

function remove({ voters, observers }: { readonly voters: Set<NodeId>; readonly observers: Set<NodeId> }, id: NodeId): void {
  voters.delete(id);
  observers.delete(id);
}

function ascending(ids: ReadonlySet<NodeId>): NodeId[] {
  return [...ids].sort((a, b) => a - b);
}
