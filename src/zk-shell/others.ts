/** The commands of ZooKeeper's command line about permissions, watches and the ensemble (section 7.1). */
import { readFile } from 'node:fs/promises';
import { isZooKeeperError, ZooKeeperError } from '../client/errors.ts';
import { describeWatchedEvent } from '../client/watched-event.ts';
import type { RemovableWatch } from '../client/zookeeper-face.ts';
import { ErrorCode } from '../wire/words.ts';
import { ShellFailure, wholeNumber, type ShellArguments, type ShellCommand } from './command.ts';
import { aclLines, dataText, keeperText, parseAcl, statLines } from './format.ts';
import { subtree } from './nodes.ts';

const getAcl: ShellCommand = {
  name: 'getAcl',
  usage: '[-s] path',
  flags: ['s'],
  atLeast: 1,
  async run(given, { zk, out }) {
    const { acl, stat } = await zk.getAcl(given.at(0));
    for (const line of aclLines(acl)) out(line);
    if (given.has('s')) for (const line of statLines(stat)) out(line);
  },
};

const setAcl: ShellCommand = {
  name: 'setAcl',
  usage: '[-s] [-v version] [-R] path acl',
  flags: ['s', 'R'],
  valued: ['v'],
  atLeast: 2,
  async run(given, { zk, out, err }) {
    const { acl, complaints } = parseAcl(given.at(1));
    for (const complaint of complaints) err(complaint);
    if (acl === null) throw new ZooKeeperError(ErrorCode.INVALIDACL, 'setACL', '');
    const path = given.at(0);
    for (const each of given.has('R') ? await subtree(zk, path) : [path]) {
      const stat = await zk.setAcl(each, acl, given.version());
      if (given.has('s') && each === path) for (const line of statLines(stat)) out(line);
    }
  },
};

const addauth: ShellCommand = {
  name: 'addauth',
  usage: 'scheme auth',
  atLeast: 1,
  async run(given, { zk }) {
    await zk.addAuth(given.at(0), given.at(1));
  },
};

const whoami: ShellCommand = {
  name: 'whoami',
  usage: '',
  atLeast: 0,
  async run(_given, { zk, out }) {
    out('Auth scheme: User');
    for (const { scheme, user } of await zk.whoAmI()) out(`${scheme}: ${user}`);
  },
};

const addWatch: ShellCommand = {
  name: 'addWatch',
  usage: '[-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - default is PERSISTENT_RECURSIVE',
  valued: ['m'],
  atLeast: 1,
  async run(given, { zk, watcher }) {
    const mode = given.value('m') ?? 'PERSISTENT_RECURSIVE';
    if (mode !== 'PERSISTENT' && mode !== 'PERSISTENT_RECURSIVE') {
      throw new ShellFailure(`No enum constant org.apache.zookeeper.AddWatchMode.${mode}`);
    }
    await zk.addWatch(given.at(0), watcher, { recursive: mode === 'PERSISTENT_RECURSIVE' });
  },
};

const WATCH_TYPES: readonly (readonly [flag: string, type: RemovableWatch])[] = [
  ['c', 'Children'], ['d', 'Data'], ['p', 'Persistent'], ['r', 'PersistentRecursive'], ['a', 'Any'],
];

const removewatches: ShellCommand = {
  name: 'removewatches',
  usage: 'path [-c|-d|-p|-r|-a] [-l]',
  flags: ['c', 'd', 'p', 'r', 'a', 'l'],
  atLeast: 1,
  oneOf: ['c', 'd', 'p', 'r', 'a'],
  async run(given, { zk }) {
    const [, type] = WATCH_TYPES.find(([flag]) => given.has(flag)) ?? ['a', 'Any' as const];
    try {
      await zk.removeWatches(given.at(0), type, { local: given.has('l') });
    } catch (error) {
      if (isZooKeeperError(error, 'NOWATCHER')) throw new ShellFailure(keeperText('NOWATCHER', given.at(0)), { cause: error });
      throw error;
    }
  },
};

const config: ShellCommand = {
  name: 'config',
  usage: '[-c] [-w] [-s]',
  flags: ['c', 'w', 's'],
  atLeast: 0,
  async run(given, { zk, out, watcher }) {
    const { data, stat } = await zk.config(given.has('w') ? { watch: watcher } : {});
    const text = dataText(data);
    out(given.has('c') ? clientConfig(text) : text);
    if (given.has('s')) for (const line of statLines(stat)) out(line);
  },
};

/** Version and client addresses. */
function clientConfig(text: string): string {
  const version = /^version=([0-9a-f]+)$/m.exec(text)?.[1] ?? '0';
  const clients = [...text.matchAll(/^server\.\d+=[^;]*;([^;\s]+)/gm)].map(([, client = '']) => client);
  return `${version} ${clients.join(',')}`;
}

const RECONFIG_USAGE = '[-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | ' +
  '[-add serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]';

const reconfig: ShellCommand = {
  name: 'reconfig',
  usage: RECONFIG_USAGE,
  flags: ['s'],
  valued: ['v', 'file', 'members', 'add', 'remove'],
  atLeast: 0,
  async run(given, { zk, out }) {
    const { data, stat } = await zk.reconfig(await changeOf(given));
    out('Committed new configuration:');
    out(dataText(data));
    if (given.has('s')) for (const line of statLines(stat)) out(line);
  },
};

async function changeOf(given: ShellArguments): Promise<Parameters<Parameters<ShellCommand['run']>[1]['zk']['reconfig']>[0]> {
  const [file, members, joining, leaving] = ['file', 'members', 'add', 'remove'].map((flag) => given.value(flag));
  const isWhole = file !== undefined || members !== undefined;
  const isIncremental = joining !== undefined || leaving !== undefined;
  if (isWhole === isIncremental || (file !== undefined && members !== undefined)) {
    throw new ShellFailure(`reconfig ${RECONFIG_USAGE}`);
  }
  const version = given.value('v');
  const fromVersion = version === undefined ? -1 : hexNumber(version);
  if (isWhole) return { members: members ?? (await membersOf(file ?? '')), fromVersion };
  return {
    fromVersion,
    ...(joining === undefined ? {} : { joining }),
    ...(leaving === undefined ? {} : { leaving }),
  };
}

function hexNumber(text: string): number {
  if (!/^[0-9a-f]+$/i.test(text)) return wholeNumber(text);
  return Number.parseInt(text, 16);
}

async function membersOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ShellFailure(`Error processing ${file}: it cannot be read`, { cause: error });
  });
  return text.split('\n').map((line) => line.trim()).filter((line) => /^(server|group|weight)\./.test(line)).join(',');
}

/** How an event is announced, as lines. */
export function eventLines(event: Parameters<typeof describeWatchedEvent>[0]): string[] {
  return ['', 'WATCHER::', '', describeWatchedEvent(event)];
}

/** See the head of the file. */
export const OTHER_COMMANDS: readonly ShellCommand[] = [
  addWatch, addauth, config, getAcl, reconfig, removewatches, setAcl, whoami,
];
