/**
 * The exchanges of `exchange.ts`, in the order in which they go to a fresh server: each is named after what is odd about
 * it. Not part of the program.
 */
import { writeRequest } from '../wire/client-codec.ts';
import type { Request } from '../wire/client-messages.ts';
import { frame } from '../wire/framing.ts';
import type { Writer } from '../wire/jute.ts';
import { OPEN_ACL_UNSAFE, OpCode, WatcherType, Xid } from '../wire/words.ts';
import { asked, bytes, greeting } from './exchange.ts';
import type { Exchange, Greeting } from './exchange.ts';

const utf8 = new TextEncoder();

const handshake = (name: string, asking: Greeting, isLast: boolean = false): Exchange => {
  return { name, isGreeted: false, isLast, steps: [frame(greeting(asking))] };
};
const requests = (name: string, ...steps: Uint8Array[]): Exchange => ({ name, isGreeted: true, isLast: false, steps });
const farewell = (name: string, ...steps: Uint8Array[]): Exchange => ({ name, isGreeted: true, isLast: true, steps });
/** A request as it should be. */
const proper = (xid: number, request: Request): Uint8Array => frame(bytes((writer) => {
  writer.int(xid);
  writeRequest(writer, request);
}));

const emptyMulti = (w: Writer): void => {
  w.int(-1);
  w.bool(true);
  w.int(-1);
};

const HANDSHAKES: readonly Exchange[] = [
  handshake('a handshake without a password', { password: null }),
  handshake('a handshake with a long password', { password: new Uint8Array(40).fill(120) }),
  handshake('a handshake of version 7', { version: 7 }),
  handshake('a handshake without the read-only byte', { tail: [] }),
  handshake('a handshake with more behind it', { tail: [255, 7, 7, 7] }),
  handshake('a handshake that has seen less than nothing', { seen: [-0x80000000, 5] }),
  handshake('a handshake that has seen what is to come', { seen: [0x7fffffff, -1] }, true),
  handshake('a handshake for no time', { timeoutMs: 0 }),
  handshake('a handshake for less than no time', { timeoutMs: -0x80000000 }),
  handshake('a handshake for all time', { timeoutMs: 0x7fffffff }),
  handshake('a session that nobody knows', { session: 5 }, true),
  handshake('a session that nobody knows, without a password', { session: 5, password: null }, true),
  { name: 'a handshake cut short', isGreeted: false, isLast: true, steps: [frame(greeting().subarray(0, 27))] },
  { name: 'a request before the handshake', isGreeted: false, isLast: true, steps: [asked(1, OpCode.ping)] },
  { name: 'an empty frame for a handshake', isGreeted: false, isLast: true, steps: [frame(new Uint8Array(0))] },
  { name: 'a length below 0 for a handshake', isGreeted: false, isLast: true, steps: [bytes((w) => { w.int(-5); })] },
];

const ODD_XIDS = [Xid.PING, Xid.AUTH, Xid.SET_WATCHES, 0, -77, 0x7fffffff, -0x80000000];

const FRAMES: readonly Exchange[] = [
  farewell('a length below 0', bytes((w) => { w.int(-1); })),
  farewell('a length beyond jute.maxbuffer', bytes((w) => { w.int(0x100000); })),
  farewell('an empty frame', frame(new Uint8Array(0))),
  farewell('a header cut short', frame(new Uint8Array(7))),
  farewell('a second handshake', frame(greeting())),
  farewell('an operation that nobody knows', asked(3, 99)),
  farewell('operation 0', asked(3, OpCode.notification)),
  farewell('operation -1', asked(3, OpCode.error)),
  requests('a ping under an xid of its own', asked(5, OpCode.ping), asked(Xid.PING, OpCode.ping, new Uint8Array(9))),
  requests('odd xids', ...ODD_XIDS.flatMap((xid) => [
    proper(xid, { kind: 'sync', path: '/' }), proper(xid, { kind: 'delete', path: '/none', version: -1 }),
  ])),
  requests(
    'more behind a request',
    asked(3, OpCode.sync, bytes((w) => { w.ustring('/'); w.int(7); })),
    asked(4, OpCode.multi, bytes((w) => { emptyMulti(w); w.int(7); })),
  ),
  farewell('more behind a farewell', asked(12, OpCode.closeSession, Uint8Array.of(1, 2, 3))),
];

const digest = (credentials: Uint8Array | null, xid: number = Xid.AUTH, authType: number = 0): Uint8Array => {
  return proper(xid, { kind: 'auth', authType, scheme: 'digest', auth: credentials });
};
const auth = (scheme: string, xid: number = Xid.AUTH): Uint8Array => {
  return proper(xid, { kind: 'auth', authType: 0, scheme, auth: utf8.encode('x') });
};
const named = (path: string, scheme: string, id: string): Uint8Array => {
  return proper(3, { kind: 'create', path, data: null, acl: [{ perms: 31, id: { scheme, id } }], flags: 0 });
};
/** Credentials that are no text, and a node that only they open. */
const BINARY = Uint8Array.of(0xff, 0x3a, 0xfe, 0);
const TOKEN = proper(9, { kind: 'sasl', token: utf8.encode('x') });

const CREDENTIALS: readonly Exchange[] = [
  requests('credentials under an xid of their own', digest(utf8.encode('u:p'), 12, 7)),
  requests('an address for credentials', auth('ip'), named('/by-address', 'auth', '')),
  requests('credentials that are no text', digest(BINARY), named('/by-binary', 'auth', '')),
  requests('no colon in credentials', digest(utf8.encode('u')), named('/by-name', 'auth', '')),
  requests('empty credentials', digest(new Uint8Array(0)), named('/by-nothing', 'auth', '')),
  farewell('no credentials', digest(null)),
  farewell('credentials of a scheme that nobody knows, under an xid of their own', auth('foo', 13)),
  farewell('credentials of the world', auth('world')),
  farewell('credentials of no scheme', asked(Xid.AUTH, OpCode.auth, bytes((w) => { w.int(0); w.int(-1); w.int(-1); }))),
  farewell('credentials cut short', asked(Xid.AUTH, OpCode.auth, bytes((w) => { w.int(0); w.int(9); }))),
  requests('a token of SASL', TOKEN),
  farewell('no token of SASL', asked(9, OpCode.sasl, bytes((w) => { w.int(-1); }))),
  farewell('a token of SASL cut short', asked(9, OpCode.sasl, bytes((w) => { w.int(7); }))),
  requests(
    'ids in lists',
    ...['1.2.3.4/0', '1.2.3.4/33', '1.2.3.4/+8', '1.2.3.+4', '0001.2.3.4', '1.2.3.4/008', '1.2.3.4/8/8', '::1', '', ' 1.2.3.4']
      .map((id, index) => named(`/ip${index}`, 'ip', id)),
    ...['u', 'u:', ':p', ':', 'a:b:c', 'a::', ''].map((id, index) => named(`/digest${index}`, 'digest', id)),
    named('/x509', 'x509', 'CN=a'), named('/sasl', 'sasl', 'a'), named('/super', 'super', ''), named('/world', 'world', 'all'),
  ),
];

/** Every operation whose body cannot be empty, but those that end the connection. */
const WITH_BODY = [
  OpCode.create, OpCode.delete, OpCode.exists, OpCode.getData, OpCode.setData, OpCode.getACL, OpCode.setACL, OpCode.getChildren,
  OpCode.sync, OpCode.getChildren2, OpCode.multi, OpCode.create2, OpCode.reconfig, OpCode.checkWatches, OpCode.removeWatches,
  OpCode.createContainer, OpCode.createTTL, OpCode.multiRead, OpCode.setWatches, OpCode.getEphemerals,
  OpCode.getAllChildrenNumber, OpCode.setWatches2, OpCode.addWatch,
];
const op = (w: Writer, opcode: number): void => {
  w.int(opcode);
  w.bool(false);
  w.int(-1);
};
const multi = (name: string, write: (writer: Writer) => void): Exchange => requests(name, asked(3, OpCode.multi, bytes(write)));
const lists = (...counts: number[]): Uint8Array => bytes((w) => {
  w.words(0, 0);
  for (const count of counts) w.int(count);
});
const open = (w: Writer): void => {
  w.int(1);
  w.int(31);
  w.ustring('world');
  w.ustring('anyone');
};

const RECORDS: readonly Exchange[] = [
  requests('nothing where a body should be', ...WITH_BODY.map((opcode) => asked(3, opcode))),
  requests('half a length where a body should be', ...WITH_BODY.map((opcode) => asked(3, opcode, Uint8Array.of(0, 0)))),
  requests('a length beyond the body', ...WITH_BODY.map((opcode) => {
    return asked(3, opcode, bytes((w) => { w.int(0x7fffffff); w.int(0); }));
  })),
  requests(
    'no path',
    asked(3, OpCode.setData, bytes((w) => { w.int(-1); w.int(-1); w.int(-1); })),
    asked(3, OpCode.setACL, bytes((w) => { w.int(-1); open(w); w.int(-1); })),
    asked(3, OpCode.getEphemerals, bytes((w) => { w.int(-1); })),
    asked(3, OpCode.create, bytes((w) => { w.int(-1); w.int(-1); open(w); w.int(0); })),
    asked(3, OpCode.delete, bytes((w) => { w.int(-1); w.int(-1); })),
    asked(3, OpCode.getData, bytes((w) => { w.int(-1); w.bool(false); })),
  ),
  requests(
    'lists of a length below -1',
    asked(3, OpCode.create, bytes((w) => { w.ustring('/none'); w.int(-1); w.int(-2); w.int(0); })),
    asked(4, OpCode.setWatches, lists(-2, -2, -0x80000000)),
  ),
  requests(
    'lists that are missing',
    asked(3, OpCode.setWatches, lists(-1, 0, 0)), asked(4, OpCode.setWatches2, lists(0, 0, 0, 0, -1)),
  ),
  requests('a list without a scheme', asked(3, OpCode.create, bytes((w) => {
    w.ustring('/none');
    w.int(-1);
    w.int(1);
    w.int(31);
    w.int(-1);
    w.ustring('anyone');
    w.int(0);
  }))),
  multi('an empty multi', emptyMulti),
  multi('a multi within a multi', (w) => { op(w, OpCode.multi); emptyMulti(w); emptyMulti(w); }),
  multi('a read within a multi', (w) => { op(w, OpCode.getData); w.ustring('/'); w.bool(false); emptyMulti(w); }),
  multi('a multi without an end', (w) => { op(w, OpCode.check); w.ustring('/'); w.int(-1); }),
  multi('a multi whose second operation nobody knows', (w) => {
    op(w, OpCode.check);
    w.ustring('/');
    w.int(-1);
    op(w, 99);
    emptyMulti(w);
  }),
  requests('an empty multiRead', asked(3, OpCode.multiRead, bytes(emptyMulti))),
  requests('exists within a multiRead', asked(3, OpCode.multiRead, bytes((w) => {
    op(w, OpCode.exists);
    w.ustring('/');
    w.bool(false);
    emptyMulti(w);
  }))),
];

/** Watches at a node that is there and at one that is not, since a transaction that there cannot be. */
const since = (high: number): Uint8Array => asked(3, OpCode.setWatches, bytes((w) => {
  w.words(high, 1);
  for (let list = 0; list < 3; list++) {
    w.int(2);
    w.ustring('/watched');
    w.ustring('/none');
  }
}));
const holds = (path: string, watcherType: number): Uint8Array => proper(4, { kind: 'checkWatches', path, watcherType });
const reconfig = (high: number): Uint8Array => asked(3, OpCode.reconfig, bytes((w) => {
  for (let text = 0; text < 3; text++) w.int(-1);
  w.words(high, 0);
}));
const CONFIG_VERSIONS = [0x7fffffff, -0x80000000, -2];

const ZXIDS: readonly Exchange[] = [
  requests(
    'a node to be watched', proper(3, { kind: 'create', path: '/watched', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 }),
  ),
  ...[0x7fffffff, 0x200000, -0x80000000].map((high) => requests(
    `watches since ${high < 0 ? 'before' : 'after'} all time (${high})`,
    since(high), holds('/watched', WatcherType.Data), holds('/none', WatcherType.Data), holds('/watched', WatcherType.Children),
  )),
  requests('versions of a configuration that there cannot be', ...CONFIG_VERSIONS.map(reconfig)),
];

/** All of them, in their order. */
export const EXCHANGES: readonly Exchange[] = [...HANDSHAKES, ...FRAMES, ...CREDENTIALS, ...RECORDS, ...ZXIDS];
