/**
 * `viv snapshot`: what a snapshot holds: every node with its stat, then every session (ZooKeeper's SnapshotFormatter); or the
 * sums of what is below each node, or where it differs from another one. It changes nothing.
 */
import { gunzipSync } from 'node:zlib';
import { sessionIdToHex } from '../base/session-id.ts';
import { zxidToHex } from '../base/zxid.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { wholeNumber } from '../command/values.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage, SnapshotNode } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';
import { dataBase64, dateText } from '../zk-shell/format.ts';
import { depthOf, differenceLines, differences, sizeLines, summaryLines, summaryOf, sumsOf } from './snapshot-sums.ts';
import { readBytes } from './txnlog.ts';

const DAMAGED = 4;
const GZIP = [0x1f, 0x8b];

/** See the head of the file. */
export const snapshot: Command = {
  name: 'snapshot',
  summary: 'what a snapshot holds: nodes and sessions; sums; or where two differ',
  usage: 'FILE [--data] | FILE --summary PATH [--depth N] | FILE --compare OTHER [--bytes N] [--nodes N]',
  flags: [
    { name: 'data', help: 'the data of every node too, in base64', notWith: ['summary', 'compare'] },
    {
      name: 'summary', value: 'PATH', help: 'nodes and bytes below each node that has children, from this one down',
      notWith: ['compare'],
    },
    { name: 'depth', value: 'N', help: 'with --summary: so many levels below PATH are told of (0: all)', needs: ['summary'] },
    { name: 'compare', value: 'OTHER', help: 'where this snapshot (left) and the other (right) differ' },
    { name: 'bytes', value: 'N', help: 'with --compare: differences of more than so many bytes (0)', needs: ['compare'] },
    { name: 'nodes', value: 'N', help: 'with --compare: or of more than so many nodes below (0)', needs: ['compare'] },
  ],
  notes: ['Compressed snapshots (.gz) are read as well. The exit code is 4 if a file is damaged.'],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv snapshot takes one file, DATADIR/version-2/snapshot.0');
    try {
      return await show(file, given, shell);
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      shell.err(`viv: ${error.message}`);
      return DAMAGED;
    }
  },
};

/** The message is a sentence for the operator. */
class DamagedSnapshot extends Error {
  override readonly name = 'DamagedSnapshot';
}

async function show(file: string, given: Given, shell: Shell): Promise<number> {
  const image = await load(file);
  const other = given.text('compare');
  if (other !== undefined) return compare(image, await load(other), given, shell);
  const start = given.text('summary');
  if (start !== undefined) return summarize(image, start, given, shell);
  if (given.has('json')) shell.out(JSON.stringify(jsonOf(image, given.has('data')), null, 2));
  else for (const line of linesOf(image, given.has('data'))) shell.out(line);
  return 0;
}

async function load(file: string): Promise<SnapshotImage> {
  const raw = await readBytes(file);
  try {
    const isPacked = raw[0] === GZIP[0] && raw[1] === GZIP[1];
    return decodeSnapshot(isPacked ? new Uint8Array(gunzipSync(raw)) : raw);
  } catch (error) {
    if (error instanceof WireError) throw new DamagedSnapshot(`${file} is no sound snapshot: ${error.message}`);
    throw error;
  }
}

function summarize(image: SnapshotImage, start: string, given: Given, shell: Shell): number {
  const told = summaryOf(sumsOf(image.nodes), start, wholeNumber('depth', given.text('depth') ?? '0'));
  if (told === null) throw new UsageError(`the snapshot has no node ${start}; without --summary its nodes are listed`);
  if (given.has('json')) {
    const rows = told.map(({ path, bytes, descendants }) => ({ path, children: descendants, data: bytes }));
    shell.out(JSON.stringify(rows, null, 2));
  } else {
    for (const line of summaryLines(told)) shell.out(line);
  }
  return 0;
}

function compare(left: SnapshotImage, right: SnapshotImage, given: Given, shell: Shell): number {
  const [bytes, nodes] = (['bytes', 'nodes'] as const).map((flag) => wholeNumber(flag, given.text(flag) ?? '0'));
  const [mine, theirs] = [sumsOf(left.nodes), sumsOf(right.nodes)];
  const rows = differences(mine, theirs, bytes ?? 0, nodes ?? 0);
  if (given.has('json')) {
    shell.out(JSON.stringify(rows, null, 2));
    return 0;
  }
  const head = `Printing analysis for nodes difference larger than ${bytes ?? 0} bytes`
    + ` or node count difference larger than ${nodes ?? 0}.`;
  const lines = [...sizeLines(mine), '', ...sizeLines(theirs), '', head, ...differenceLines(rows, depthOf(mine, theirs))];
  for (const line of lines) shell.out(line);
  return 0;
}

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
