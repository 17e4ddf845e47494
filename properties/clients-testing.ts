/** Small histories of clients, from which tests of what clients are promised begin. */
import { makeZxid, type Zxid } from '../src/base/zxid.ts';
import { ALICE, bytes, created, createRequest, type Script, sessionOf, txn } from '../src/history/testing.ts';
import type { Request, Response } from '../src/wire/client-messages.ts';
import type { Txn, TxnBody } from '../src/wire/transactions.ts';
import type { Stat } from '../src/wire/words.ts';

/** The zxid of a counter in an epoch, the first unless it says otherwise. */
export const z = (counter: number, epoch = 1): Zxid => makeZxid(epoch, counter);
/** A request to read. */
export const read = (kind: 'exists' | 'getData' | 'getChildren', path: string, watch = false): Request => ({ kind, path, watch });
/** A transaction of epoch 1 that a session asked for. */
export const by = (session: typeof ALICE, cxid: number, counter: number, body: TxnBody): Txn =>
  txn(1, counter, body, session, cxid);
/** Alice creates a node, and hears of it. */
export const create = (s: Script, counter: number, cxid: number, path: string, parentCVersion: number, data = ''): Script =>
  s
    .invoke(ALICE, cxid, createRequest(path, 0, data))
    .write(by(ALICE, cxid, counter, created(path, parentCVersion, { data })))
    .reply(ALICE, cxid, z(counter), { kind: 'create', path });
/** Alice loses her connection. */
export const disconnect = (s: Script): Script => s.say(1001, { kind: 'sessionDisconnected', sessionId: ALICE });
/** Alice goes on at another server. */
export const resume = (s: Script, server: number, lastZxidSeen: Zxid): Script =>
  s.say(1001, { kind: 'sessionConnected', sessionId: ALICE, server, timeoutMs: 400, resumed: true, lastZxidSeen });

/** The stat of a node of three bytes made at 1:3, but for what is said. */
export const stat = (over: Partial<Stat> = {}): Stat => ({
  czxid: z(3),
  mzxid: z(3),
  ctime: 30,
  mtime: 30,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: sessionOf(0),
  dataLength: 3,
  numChildren: 0,
  pzxid: z(3),
  ...over,
});
/** An answer with data. */
export const data = (text: string, over: Partial<Stat> = {}): Response => ({
  kind: 'getData',
  data: bytes(text),
  stat: stat(over),
});
/** An answer with names. */
export const children = (...names: readonly string[]): Response => ({ kind: 'getChildren', children: names });
/** /a at 1:3 with "one", /a/b at 1:4, /a set to "two" at 1:5, /a/b deleted at 1:6. */
export const story = (s: Script): Script =>
  create(create(s.begin(), 3, 1, '/a', 1, 'one'), 4, 2, '/a/b', 1)
    .invoke(ALICE, 3, { kind: 'setData', path: '/a', data: bytes('two'), version: 0 })
    .write(by(ALICE, 3, 5, { kind: 'setData', path: '/a', data: bytes('two'), version: 1 }))
    .invoke(ALICE, 4, { kind: 'delete', path: '/a/b', version: -1 })
    .write(by(ALICE, 4, 6, { kind: 'delete', path: '/a/b' }));
