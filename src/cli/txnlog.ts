/**
 * `viv txnlog`: what a transaction log holds, one line a transaction (ZooKeeper's TxnLogToolkit). It can also cut a log at a
 * zxid, or write its checksums anew. It never changes the file that it is given.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { sessionIdToHex } from '../base/session-id.ts';
import { zxidToHex } from '../base/zxid.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { LOG_HEADER_SIZE, parseLog } from '../storage/log-format.ts';
import { describeTxnBody } from '../wire/describe.ts';
import type { Txn } from '../wire/transactions.ts';
import { dateText } from '../zk-shell/format.ts';
import { repairLog } from './txnlog-repair.ts';
import type { Repair } from './txnlog-repair.ts';

const DAMAGED = 4;

/** See the head of the file. */
export const txnlog: Command = {
  name: 'txnlog',
  summary: 'what a transaction log holds; --chop cuts it, --recover mends its checksums',
  usage: 'FILE [--chop ZXID | --recover]',
  flags: [
    { name: 'chop', value: 'ZXID', help: 'write FILE.choppedZXID, which ends with this transaction (0x…)' },
    { name: 'recover', help: 'write FILE.fixed, in which every checksum fits what stands there', notWith: ['chop'] },
  ],
  notes: ['The exit code is 4 if the file is damaged anywhere but for the torn end that a crash leaves.'],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv txnlog takes one file, as DATADIR/version-2/log.1');
    const bytes = await readBytes(file);
    const chop = given.text('chop');
    if (given.has('recover')) return recover(file, bytes, given, shell);
    return chop === undefined ? dump(file, bytes, given, shell) : cut(file, bytes, chop, given, shell);
  },
};

function dump(file: string, bytes: Uint8Array, given: Given, shell: Shell): number {
  const { txns, damage, validLength } = parseLog(bytes);
  if (damage === 'foreign') throw new UsageError(`${file} is no transaction log: it does not begin with the mark of one`);
  if (given.has('json')) {
    const rows = txns.map(({ clientId, cxid, zxid, time, body }) => {
      const [session, text] = [sessionIdToHex(clientId), describeTxnBody(body)];
      return { time, session, cxid, zxid: zxidToHex(zxid), type: body.kind, text };
    });
    shell.out(JSON.stringify({ file, damage, validLength, transactions: rows }, null, 2));
  } else {
    shell.out('ZooKeeper Transactional Log File with dbid 0 txnlog format version 2');
    for (const txn of txns) shell.out(lineOf(txn));
    if (damage === 'torn') shell.out(`the file is torn at byte ${validLength}, as after a crash; what follows does not count`);
    else if (damage !== 'none') shell.err(`viv: at byte ${validLength} there is an entry that cannot be read`);
    shell.out(`EOF reached after ${txns.length} txns.`);
  }
  return damage === 'none' || damage === 'torn' ? 0 : DAMAGED;
}

function lineOf({ clientId, cxid, zxid, time, body }: Txn): string {
  const from = `session ${sessionIdToHex(clientId)} cxid 0x${(cxid >>> 0).toString(16)}`;
  return `${dateText(time)} ${from} zxid ${zxidToHex(zxid)} ${describeTxnBody(body)}`;
}

async function cut(file: string, bytes: Uint8Array, text: string, given: Given, shell: Shell): Promise<number> {
  const { txns, ends } = parseLog(bytes);
  const wanted = /^(0x)?[0-9a-f]+$/i.test(text) ? Number.parseInt(text.replace(/^0x/i, ''), 16) : Number.NaN;
  const at = txns.findIndex(({ zxid }) => zxid === wanted);
  if (at < 0) throw new UsageError(`${file} has no transaction ${text}; viv txnlog ${file} lists them`);
  const target = `${file}.chopped${wanted.toString(16)}`;
  await writeNew(target, bytes.subarray(0, ends[at] ?? LOG_HEADER_SIZE));
  if (given.has('json')) shell.out(JSON.stringify({ file: target, transactions: at + 1, of: txns.length }, null, 2));
  else shell.out(`${target} holds ${at + 1} of ${txns.length} transactions`);
  return 0;
}

async function recover(file: string, bytes: Uint8Array, given: Given, shell: Shell): Promise<number> {
  if (parseLog(bytes).damage === 'foreign' || bytes.length < LOG_HEADER_SIZE) {
    throw new UsageError(`${file} is no transaction log: it does not begin with the mark of one`);
  }
  const { bytes: fixed, entries, mended, lostAt } = repairLog(bytes);
  const target = `${file}.fixed`;
  await writeNew(target, fixed);
  if (lostAt !== null) shell.err(`viv: from byte ${lostAt} on no entry can be followed; that part is left out`);
  if (given.has('json')) shell.out(JSON.stringify({ file: target, transactions: entries, mended, lostAt }, null, 2));
  else for (const line of mendedLines(target, entries, mended)) shell.out(line);
  return lostAt === null ? 0 : DAMAGED;
}

function mendedLines(target: string, entries: number, mended: Repair['mended']): string[] {
  return [
    ...mended.map(({ at, zxid }) => {
      return `CRC fixed of the entry at byte ${at}, ${zxid === null ? 'which cannot be read' : `zxid ${zxid}`}`;
    }),
    `Recovery file ${target} has been written with ${mended.length} fixed CRC error(s), ${entries} transactions in all`,
  ];
}

/** Throws `UsageError` where it cannot, or where there is such a file. */
async function writeNew(target: string, bytes: Uint8Array): Promise<void> {
  await writeFile(target, bytes, { flag: 'wx' }).catch((error: unknown) => {
    throw new UsageError(`${target} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** The bytes of a file that the user named; throws `UsageError`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
