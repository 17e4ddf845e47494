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
import type { ServicePort } from './service-port.ts';

const utf8 = new TextEncoder();

/** The tree that a read is answered from. */
export function treeFor(request: Request, { config, database, membership }: ServicePort): DataTree {
  const { tree } = database;
  if (config.reconfigEnabled || !readsConfig(request)) return tree;
  const { servers, text, version } = membership.current;
  if (config.standaloneEnabled && servers.length === 1) return tree;
  const shown = tree.copy();
  const header = { clientId: NO_SESSION, cxid: 0, zxid: version, time: 0 };
  shown.apply(header, { kind: 'reconfig', path: CONFIG_PATH, data: utf8.encode(text), version: -1 });
  return shown;
}

function readsConfig(request: Request): boolean {
  if (request.kind === 'multiRead') return request.ops.some(({ path }) => path === CONFIG_PATH);
  return 'path' in request && request.path === CONFIG_PATH;
}
