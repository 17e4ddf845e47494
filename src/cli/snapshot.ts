/** `viv snapshot`: what a snapshot holds: every node with its stat, then every session (ZooKeeper's SnapshotFormatter). */
import { gunzipSync } from 'node:zlib';
import { sessionIdToHex } from '../base/session-id.ts';
import { zxidToHex } from '../base/zxid.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage, SnapshotNode } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { readBytes } from './txnlog.ts';
import { dataBase64, dateText } from './zk-shell-format.ts';

const DAMAGED = 4;
const GZIP = [0x1f, 0x8b];

/** See the head of the file. */
export const snapshot: Command = {
  name: 'snapshot',
  summary: 'what a snapshot holds: nodes and sessions',
  usage: 'FILE [--data]',
  flags: [{ name: 'data', help: 'the data of every node too, in base64' }],
  notes: ['Compressed snapshots (.gz) are read as well. The exit code is 4 if the file is damaged.'],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv snapshot takes one file, DATADIR/version-2/snapshot.0');
    const raw = await readBytes(file);
    let image: SnapshotImage;
    try {
      const isPacked = raw[0] === GZIP[0] && raw[1] === GZIP[1];
      image = decodeSnapshot(isPacked ? new Uint8Array(gunzipSync(raw)) : raw);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      shell.err(`viv: ${file} is no sound snapshot: ${error.message}`);
      return DAMAGED;
    }
    if (given.has('json')) shell.out(JSON.stringify(jsonOf(image, given.has('data')), null, 2));
    else for (const line of linesOf(image, given.has('data'))) shell.out(line);
    return 0;
  },
};

function linesOf(image: SnapshotImage, withData: boolean): string[] {
  const nodes = [...image.nodes];
  const lines = [`ZNode Details (count=${nodes.length}):`];
  for (const node of nodes) lines.push('----', ...nodeLines(node, withData));
  lines.push('----', `Session Details (sid, timeout, ephemeralCount):`);
  for (const { id, timeoutMs } of image.sessions) {
    lines.push(`${sessionIdToHex(id)}, ${timeoutMs}, ${nodes.filter(({ stat }) => stat.ephemeralOwner === id).length}`);
  }
  return [...lines, '----', `Last zxid: ${zxidToHex(image.zxid)}`];
}

function nodeLines({ path, data, stat }: SnapshotNode, withData: boolean): string[] {
  return [
    path === '' ? '/' : path,
    `  cZxid = 0x${hexOf(stat.czxid)}`,
    `  ctime = ${dateText(stat.ctime)}`,
    `  mZxid = 0x${hexOf(stat.mzxid)}`,
    `  mtime = ${dateText(stat.mtime)}`,
    `  pZxid = 0x${hexOf(stat.pzxid)}`,
    `  cversion = ${stat.cversion}`,
    `  dataVersion = ${stat.version}`,
    `  aclVersion = ${stat.aversion}`,
    `  ephemeralOwner = 0x${stat.ephemeralOwner}`,
    withData ? `  data = ${dataBase64(data)}` : `  dataLength = ${data?.length ?? 0}`,
  ];
}

function hexOf(zxid: number): string {
  return zxid.toString(16).padStart(16, '0');
}

function jsonOf(image: SnapshotImage, withData: boolean): unknown {
  return {
    zxid: zxidToHex(image.zxid),
    nodes: [...image.nodes].map(({ path, data, stat }) => {
      const own = { path: path === '' ? '/' : path, ...stat, dataLength: data?.length ?? 0 };
      return withData ? { ...own, data: dataBase64(data) } : own;
    }),
    sessions: image.sessions,
  };
}
