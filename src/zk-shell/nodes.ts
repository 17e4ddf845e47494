/** The commands of ZooKeeper's command line that are about nodes: create, get, set, ls, delete and the like (section 7.1). */
import { isZooKeeperError } from '../client/errors.ts';
import { checkPath } from '../client/operations.ts';
import type { CreateMode } from '../client/operations.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { OPEN_ACL_UNSAFE, type Bytes } from '../wire/words.ts';
import { ShellFailure, wholeNumber, type ShellArguments, type ShellCommand, type ShellContext } from './command.ts';
import { dataBase64, dataHex, dataText, keeperText, listText, parseAcl, statLines } from './format.ts';

const TTL_MAX = 0xff_ffff_ffff;
const DELETE_BATCH = 1000;

const create: ShellCommand = {
  name: 'create',
  usage: '[-s] [-e] [-c] [-t ttl] path [data] [acl]',
  flags: ['s', 'e', 'c'],
  valued: ['t'],
  atLeast: 1,
  async run(given, context) {
    const mode = modeOf(given);
    const ttl = given.value('t');
    const [path = '', data, aclText] = given.places;
    const { acl, complaints } = aclText === undefined ? { acl: OPEN_ACL_UNSAFE, complaints: [] } : parseAcl(aclText);
    for (const complaint of complaints) context.err(complaint);
    try {
      const options = { mode, acl: acl ?? [], ...(ttl === undefined ? {} : { ttlMs: wholeNumber(ttl) }) };
      context.out(`Created ${await context.zk.create(path, data ?? null, options)}`);
    } catch (error) {
      if (isZooKeeperError(error, 'INVALIDACL')) context.err(keeperText('INVALIDACL', path));
      if (isZooKeeperError(error, 'EPHEMERALONLOCALSESSION')) context.err('Unable to create ephemeral node on a local session');
      throw error;
    }
  },
};

function modeOf(given: ShellArguments): CreateMode {
  const [isSequential, isEphemeral, isContainer] = [given.has('s'), given.has('e'), given.has('c')];
  const ttl = given.value('t');
  if (isContainer && (isSequential || isEphemeral)) {
    throw new ShellFailure('-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.');
  }
  if (ttl !== undefined && isEphemeral) throw new ShellFailure('TTLs cannot be used with Ephemeral znodes');
  if (ttl !== undefined && isContainer) throw new ShellFailure('TTLs cannot be used with Container znodes');
  if (ttl !== undefined) {
    const ms = wholeNumber(ttl);
    if (ms <= 0 || ms > TTL_MAX) throw new ShellFailure(`ttl must be positive and cannot be larger than: ${TTL_MAX}`);
    return isSequential ? 'PERSISTENT_SEQUENTIAL_WITH_TTL' : 'PERSISTENT_WITH_TTL';
  }
  if (isContainer) return 'CONTAINER';
  if (isEphemeral) return isSequential ? 'EPHEMERAL_SEQUENTIAL' : 'EPHEMERAL';
  return isSequential ? 'PERSISTENT_SEQUENTIAL' : 'PERSISTENT';
}

function watching(given: ShellArguments, context: ShellContext): { watch?: ShellContext['watcher'] } {
  return given.has('w') ? { watch: context.watcher } : {};
}

const get: ShellCommand = {
  name: 'get',
  usage: '[-s] [-w] [-b] [-x] path',
  flags: ['s', 'w', 'b', 'x'],
  atLeast: 1,
  oneOf: ['b', 'x'],
  async run(given, context) {
    const { data, stat } = await context.zk.get(given.at(0), watching(given, context));
    for (const line of dataLines(given, data)) context.out(line);
    if (given.has('s')) for (const line of statLines(stat)) context.out(line);
  },
};

function dataLines(given: ShellArguments, data: Bytes | null): string[] {
  if (given.has('x')) return dataHex(data);
  return [given.has('b') ? dataBase64(data) : dataText(data)];
}

const set: ShellCommand = {
  name: 'set',
  usage: '[-s] [-v version] [-b] path data',
  flags: ['s', 'b'],
  valued: ['v'],
  atLeast: 2,
  async run(given, context) {
    const data = given.has('b') ? new Uint8Array(Buffer.from(given.at(1), 'base64')) : given.at(1);
    const stat = await context.zk.set(given.at(0), data, given.version());
    if (given.has('s')) for (const line of statLines(stat)) context.out(line);
  },
};

const stat: ShellCommand = {
  name: 'stat',
  usage: '[-w] path',
  flags: ['w'],
  atLeast: 1,
  async run(given, context) {
    const path = given.at(0);
    const found = await context.zk.exists(path, watching(given, context));
    if (found === null) throw new ShellFailure(`Node does not exist: ${path}`);
    for (const line of statLines(found)) context.out(line);
  },
};

const ls: ShellCommand = {
  name: 'ls',
  usage: '[-s] [-w] [-R] path',
  flags: ['s', 'w', 'R'],
  atLeast: 1,
  async run(given, context) {
    const path = given.at(0);
    if (given.has('R')) {
      for (const each of await subtree(context.zk, path, watching(given, context))) context.out(each);
      return;
    }
    const { children, stat: found } = await context.zk.childrenWithStat(path, watching(given, context));
    context.out(listText(children));
    if (given.has('s')) for (const line of statLines(found)) context.out(line);
  },
};

/** A path and all below it, parents first, in order of their names; what goes meanwhile is left out. */
export async function subtree(zk: ZooKeeper, root: string, options: { watch?: ShellContext['watcher'] } = {}): Promise<string[]> {
  const paths: string[] = [];
  const waiting = [root];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const above = path === '/' ? '' : path;
    try {
      const names = [...(await zk.children(path, options))].sort((one, other) => (one < other ? 1 : -1));
      paths.push(path);
      waiting.push(...names.map((name) => `${above}/${name}`));
    } catch (error) {
      if (path === root || !isZooKeeperError(error, 'NONODE')) throw error;
    }
  }
  return paths;
}

const del: ShellCommand = {
  name: 'delete',
  usage: '[-v version] path',
  valued: ['v'],
  atLeast: 1,
  run: (given, context) => context.zk.delete(given.at(0), given.version()),
};

const deleteall: ShellCommand = {
  name: 'deleteall',
  usage: 'path [-b batch size]',
  valued: ['b'],
  atLeast: 1,
  async run(given, { zk }) {
    const batch = given.has('b') ? given.version('b') : DELETE_BATCH;
    if (batch <= 0) throw new ShellFailure('batch size must be a positive number');
    checkPath('delete', given.at(0));
    const paths = (await subtree(zk, given.at(0))).reverse();
    let failed = 0;
    for (let at = 0; at < paths.length; at += batch) {
      const settled = await Promise.allSettled(paths.slice(at, at + batch).map((path) => zk.delete(path)));
      failed += settled.filter((each) => each.status === 'rejected' && !isZooKeeperError(each.reason, 'NONODE')).length;
    }
    if (failed > 0) throw new ShellFailure('Failed to delete some node(s) in the subtree!');
  },
};

const sync: ShellCommand = {
  name: 'sync',
  usage: 'path',
  atLeast: 1,
  async run(given, context) {
    await context.zk.sync(given.at(0));
    context.out('Sync is OK');
  },
};

const getEphemerals: ShellCommand = {
  name: 'getEphemerals',
  usage: 'path',
  atLeast: 0,
  async run(given, context) {
    context.out(listText(await context.zk.getEphemerals(given.places[0] ?? '/')));
  },
};

const getAllChildrenNumber: ShellCommand = {
  name: 'getAllChildrenNumber',
  usage: 'path',
  atLeast: 1,
  async run(given, context) {
    context.out(String(await context.zk.getAllChildrenNumber(given.at(0))));
  },
};

/** See the head of the file. */
export const NODE_COMMANDS: readonly ShellCommand[] = [
  create, del, deleteall, get, getAllChildrenNumber, getEphemerals, ls, set, stat, sync,
];
