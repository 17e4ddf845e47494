/** What tests of whole ensembles ask of a small world: who leads and serves now, whether all hold the same. */
import * as assert from 'uvu/assert';
import type { NodeId } from '../io/event.ts';
import type { SmallWorld } from '../run/small-world.ts';
import type { Request } from '../wire/client-messages.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';

/** A create without data. */
export function create(path: string, flags = 0): Request {
  return { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags };
}

/** An exists, without a watch. */
export function exists(path: string): Request {
  return { kind: 'exists', path, watch: false };
}

/** Who leads now, other than `former`. */
export function successor(small: SmallWorld, former: NodeId): NodeId {
  small.until(
    () =>
      small.facts.some(({ fact, node }) => {
        return fact.kind === 'established' && node !== former && fact.epoch === latestEpoch(small);
      }) && small.of('established', former).every(({ epoch }) => epoch < latestEpoch(small)),
    'another leads',
  );
  return small.facts.findLast(({ fact }) => fact.kind === 'established')?.node ?? 0;
}

/** The latest epoch that was established; 0: none. */
export function latestEpoch(small: SmallWorld): number {
  return Math.max(0, ...small.of('established').map(({ epoch }) => epoch));
}

/** Waits until a server serves in the latest epoch. */
export function served(small: SmallWorld, id: NodeId): void {
  small.until(
    () => small.server(id).isServing && small.server(id).currentEpoch === latestEpoch(small),
    `server ${id} serves`,
  );
}

/** All servers hold the same tree. */
export function assertEqualTrees(small: SmallWorld): void {
  const digests = small.members.map(({ id }) => small.server(id).database.tree.digest);
  for (const digest of digests) assert.equal(digest, digests[0]);
}
