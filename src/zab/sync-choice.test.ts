/**
 * The synchronization table, example by example: those that ZooKeeper pins in its own tests, and the bugs
 * that it had there.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { epochOf, makeZxid, zxidToPair } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Txn } from '../wire/transactions.ts';
import { chooseSync } from './sync-choice.ts';

const test = suite('sync choice');

function z(text: string): Zxid {
  const [epoch = '0', counter = '0'] = text.includes(':') ? text.split(':') : ['0', text];
  return makeZxid(Number(epoch), Number(counter));
}

function txn(text: string): Txn {
  const body = { kind: 'error', err: 0 } as const;
  return { clientId: NO_SESSION, cxid: 0, zxid: z(text), time: 0, body, digest: null, bytes: new Uint8Array(0) };
}

function list(text: string): Txn[] {
  return text === '' ? [] : text.split(' ').map(txn);
}

/** What is sent, in words: `DIFF 3 5`, `TRUNC 3 5`, `SNAP`, `readLog`. */
function choice(peer: string, committed: string, last: string, log: string | null | undefined): string {
  const fromLog = log === null ? null : log === undefined ? undefined : list(log);
  const chosen = chooseSync(z(peer), { committed: list(committed), lastProcessed: z(last), fromLog });
  if (chosen.kind === 'readLog') return 'readLog';
  if (chosen.kind === 'snapshot') return 'SNAP';
  const name = (zxid: Zxid): string => (epochOf(zxid) === 0 ? String(zxid) : zxidToPair(zxid));
  const head = chosen.truncateTo === null ? 'DIFF' : `TRUNC ${name(chosen.truncateTo)}`;
  return [head, ...chosen.entries.map((entry) => name(entry.zxid))].join(' ');
}

/** peer's last zxid, committed log in memory, last processed, log on disk, expected. */
const TABLE: readonly (readonly [string, string, string, string | null | undefined, string])[] = [
  ['4', '2 3 5', '6', null, 'TRUNC 3 5'],
  ['2', '2 3 5', '6', null, 'DIFF 3 5'],
  ['1', '2 3 5', '6', null, 'SNAP'],
  ['1', '2 3 5', '6', undefined, 'readLog'],
  ['6', '2 3 5', '6', null, 'DIFF'],
  ['4', '6 7 8', '9', '3 5 6 7 8 9', 'TRUNC 3 5 6 7 8'],
  ['3', '6 7 8', '9', '3 5 6 7 8 9', 'DIFF 5 6 7 8'],
  ['3', '7 8', '9', '3 4', 'SNAP'],
  ['3', '', '1', null, 'TRUNC 1'],
  ['1', '', '1', null, 'DIFF'],
  ['0:0', '0:1 1:1 1:2', '2:0', null, 'SNAP'],
  ['1:0', '0:1 1:1 1:2', '2:0', null, 'DIFF 1:1 1:2'],
  ['2:0', '0:1 1:1 1:2', '2:0', null, 'DIFF'],
  ['3:1', '2:1 2:2 4:1', '4:1', null, 'SNAP'],
  // ZOOKEEPER-1154: inside the range, not in the list: what it holds beyond 7:3 must go.
  ['7:4', '7:2 7:3 8:1', '8:1', null, 'TRUNC 7:3 8:1'],
  // Ahead of everything that is committed: cut back to the end.
  ['5:9', '5:6 5:7', '5:7', null, 'TRUNC 5:7'],
  // What the log holds beyond the last processed transaction is not committed and is not sent.
  ['1', '', '3', '1 2 3 4', 'DIFF 2 3'],
];

for (const [peer, committed, last, log, expected] of TABLE) {
  const read = log === undefined ? 'unread' : String(log);
  test(`31 LearnerHandlerTest: peer ${peer}, committed [${committed}], last ${last}, log ${read}`, () => {
    assert.is(choice(peer, committed, last, log), expected);
  });
}

test.run();
