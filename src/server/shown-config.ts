/**
 * What a server of an ensemble shows at `/zookeeper/config` while reconfiguration is off: the configuration that it was started
 * with, though no transaction ever wrote it there (ZKDatabase.initConfigInZKDatabase). It is of this server's own making, so it
 * is laid over the tree for one read, and is never in the tree, its snapshots or its digest. Unlike ZooKeeper's, its mtime is 0:
 * a server does not remember when it began. A server alone shows nothing.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type { DataTree } from '../tree/data-tree.ts';
import { CONFIG_PATH } from '../tree/path.ts';
import type { Request } from '../wire/client-messages.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import type { ServicePort } from './service-port.ts';

const utf8 = new TextEncoder();

/** The tree that a read is answered from. */
export function treeFor(request: Request, { config, database, membership }: ServicePort): DataTree {
  const { tree } = database;
  if (!readsConfig(request)) return tree;
  const data = shownConfig(config, membership.current);
  if (data === null) return tree;
  const shown = tree.copy();
  const header = { clientId: NO_SESSION, cxid: 0, zxid: membership.current.version, time: 0 };
  shown.apply(header, { kind: 'reconfig', path: CONFIG_PATH, data, version: -1 });
  return shown;
}

/** What is shown instead of what the tree has; null: nothing. */
export function shownConfig(config: ServerConfig, { servers, text }: EnsembleConfig): Uint8Array | null {
  const isAlone = config.standaloneEnabled && servers.length === 1;
  return config.reconfigEnabled || isAlone ? null : utf8.encode(text);
}

function readsConfig(request: Request): boolean {
  if (request.kind === 'multiRead') return request.ops.some(({ path }) => path === CONFIG_PATH);
  return 'path' in request && request.path === CONFIG_PATH;
}
