/**
 * Quotas as ZooKeeper's command line keeps them: a node of limits and one of counts below /zookeeper/quota, whose text the server
 * reads (section 4.4). Setting one is several requests, as it is there.
 */
import { isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { ShellFailure, wholeNumber, type ShellArguments, type ShellCommand } from './command.ts';
import { dataText } from './format.ts';
import { subtree } from './nodes.ts';

const QUOTA_PATH = '/zookeeper/quota';
const LIMITS = 'zookeeper_limits';
const STATS = 'zookeeper_stats';
const OPTIONS = ['n', 'b', 'N', 'B'] as const;

/** Limits or counts; −1: none. */
interface Track {
  count: number;
  bytes: number;
  countHardLimit: number;
  byteHardLimit: number;
}

type Option = (typeof OPTIONS)[number];
const FIELDS: Record<Option, keyof Track> = { n: 'count', b: 'bytes', N: 'countHardLimit', B: 'byteHardLimit' };

function parseTrack(text: string): Track {
  const number = (name: string): number => Number(new RegExp(`${name}=(-?\\d+)`).exec(text)?.[1] ?? -1);
  return {
    count: number('count'), bytes: number('bytes'), countHardLimit: number('countHardLimit'),
    byteHardLimit: number('byteHardLimit'),
  };
}

function trackText({ count, bytes, byteHardLimit, countHardLimit }: Track): string {
  return `count=${count},bytes=${bytes}=;byteHardLimit=${byteHardLimit};countHardLimit=${countHardLimit}`;
}

function optionOf(given: ShellArguments): Option | undefined {
  return OPTIONS.find((option) => given.has(option));
}

const setquota: ShellCommand = {
  name: 'setquota',
  usage: '-n|-b|-N|-B val path',
  valued: [...OPTIONS],
  atLeast: 1,
  oneOf: OPTIONS,
  async run(given, { zk, err }) {
    const option = optionOf(given);
    const path = given.at(0);
    if (option === undefined) throw new ShellFailure('setquota -n|-b|-N|-B val path');
    const value = wholeNumber(given.value(option) ?? '');
    if ((await zk.exists(path)) === null) throw new ShellFailure(`${path} does not exist.`);
    await refuseNesting(zk, path);
    const limits = await writeLimits(zk, path, FIELDS[option], value);
    const stats = parseTrack(dataText((await zk.get(`${QUOTA_PATH}${path}/${STATS}`)).data));
    const isCountLow = [limits.count, limits.countHardLimit].some((limit) => limit > -1 && limit < stats.count);
    const isBytesLow = [limits.bytes, limits.byteHardLimit].some((limit) => limit > -1 && limit < stats.bytes);
    if (isCountLow) err(`[Warning]: the count quota you create is less than the existing count:${stats.count}`);
    else if (isBytesLow) err(`[Warning]: the bytes quota you create is less than the existing bytes:${stats.bytes}`);
  },
};

/** There are no quotas within quotas. */
async function refuseNesting(zk: ZooKeeper, path: string): Promise<void> {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const above = path.slice(0, slash);
    if ((await zk.exists(`${QUOTA_PATH}${above}/${LIMITS}`)) !== null) {
      throw new ShellFailure(`${path} has a parent ${above} which has a quota`);
    }
  }
  if ((await zk.exists(`${QUOTA_PATH}${path}`)) === null) return;
  for (const each of await subtree(zk, `${QUOTA_PATH}${path}`)) {
    if (!each.endsWith(`/${LIMITS}`)) continue;
    const child = each.slice(QUOTA_PATH.length, -LIMITS.length - 1);
    if (child !== path) throw new ShellFailure(`${path} has child ${child} which has a quota`);
  }
}

async function writeLimits(zk: ZooKeeper, path: string, field: keyof Track, value: number): Promise<Track> {
  const limitsPath = `${QUOTA_PATH}${path}/${LIMITS}`;
  const limits: Track = { count: -1, bytes: -1, countHardLimit: -1, byteHardLimit: -1 };
  if ((await zk.exists(limitsPath)) !== null) {
    const now = { ...parseTrack(dataText((await zk.get(limitsPath)).data)), [field]: value };
    await zk.set(limitsPath, trackText(now));
    return now;
  }
  limits[field] = value;
  for (let slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
    await createIfMissing(zk, QUOTA_PATH + (slash < 0 ? path : path.slice(0, slash)), null);
    if (slash < 0) break;
  }
  await zk.create(limitsPath, trackText(limits));
  await createIfMissing(zk, `${QUOTA_PATH}${path}/${STATS}`, 'count=0,bytes=0');
  return limits;
}

async function createIfMissing(zk: ZooKeeper, path: string, data: string | null): Promise<void> {
  try {
    await zk.create(path, data);
  } catch (error) {
    if (!isZooKeeperError(error, 'NODEEXISTS')) throw error;
  }
}

const listquota: ShellCommand = {
  name: 'listquota',
  usage: 'path',
  atLeast: 1,
  async run(given, { zk, out, err }) {
    const path = given.at(0);
    const limitsPath = `${QUOTA_PATH}${path}/${LIMITS}`;
    out(`absolute path is ${limitsPath}`);
    try {
      out(`Output quota for ${path} ${dataText((await zk.get(limitsPath)).data)}`);
      out(`Output stat for ${path} ${dataText((await zk.get(`${QUOTA_PATH}${path}/${STATS}`)).data)}`);
    } catch (error) {
      if (!isZooKeeperError(error, 'NONODE')) throw error;
      err(`quota for ${path} does not exist.`);
    }
  },
};

const delquota: ShellCommand = {
  name: 'delquota',
  usage: '[-n|-b|-N|-B] path',
  flags: [...OPTIONS],
  atLeast: 1,
  oneOf: OPTIONS,
  async run(given, { zk }) {
    const path = given.at(0);
    const limitsPath = `${QUOTA_PATH}${path}/${LIMITS}`;
    if ((await zk.exists(limitsPath)) === null) throw new ShellFailure(`Quota does not exist for ${path}`);
    const option = optionOf(given);
    if (option !== undefined) {
      const limits = { ...parseTrack(dataText((await zk.get(limitsPath)).data)), [FIELDS[option]]: -1 };
      await zk.set(limitsPath, trackText(limits));
      return;
    }
    await zk.delete(limitsPath);
    await zk.delete(`${QUOTA_PATH}${path}/${STATS}`);
    for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
      if ((await zk.children(QUOTA_PATH + above)).length > 0) return;
      await zk.delete(QUOTA_PATH + above);
    }
  },
};

/** See the head of the file. */
export const QUOTA_COMMANDS: readonly ShellCommand[] = [delquota, listquota, setquota];
