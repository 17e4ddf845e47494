import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION, parseSessionId } from '../base/session-id.ts';
import { present } from '../base/invariant.ts';
import { makeZxid, ZXID_MAX, ZXID_UNINITIALIZED, ZXID_ZERO } from '../base/zxid.ts';
import {
  decodeConnectRequest,
  decodeConnectResponse,
  decodeEvent,
  decodeReply,
  decodeRequest,
  encodeClientFrame,
  encodeClientMessage,
} from './client-codec.ts';
import type { ClientMessage, Request, RequestKind } from './client-messages.ts';
import { fromHex, toHex } from './hex.ts';
import { WireError } from './wire-error.ts';
import type { WireErrorReason } from './wire-error.ts';
import { ErrorCode, OPEN_ACL_UNSAFE, OpCode } from './words.ts';

const test = suite('client codec');

const SID = present(parseSessionId('01000015af710003'), 'a session id');
const STAT = {
  czxid: makeZxid(0, 11),
  mzxid: makeZxid(0, 11),
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: NO_SESSION,
  dataLength: 1,
  numChildren: 0,
  pzxid: makeZxid(0, 11),
};
const ELEVEN = '000000000000000b';
const STAT_HEX = ELEVEN + ELEVEN + '00'.repeat(16 + 12 + 8) + '0000000100000000' + ELEVEN;

/** How the receiver decodes a payload: as one of these, or as the reply to a request of a kind. */
type As = RequestKind | 'connectRequest' | 'connectResponse' | 'request' | 'event';

/** Whole frames of a real server and what they say. */
const GOLDEN: readonly (readonly [string, ClientMessage, As])[] = [
  [
    `0000002d 00000000 0000000000000000 00007530 0000000000000000 00000010 ${'00'.repeat(16)} 00`,
    {
      kind: 'connectRequest',
      protocolVersion: 0,
      lastZxidSeen: ZXID_ZERO,
      timeoutMs: 30_000,
      sessionId: NO_SESSION,
      password: new Uint8Array(16),
      readOnly: false,
    },
    'connectRequest',
  ],
  [
    '00000025 00000000 00007530 01000015af710003 00000010 e28882c73e61589c66974547847a381e 00',
    {
      kind: 'connectResponse',
      protocolVersion: 0,
      timeoutMs: 30_000,
      sessionId: SID,
      password: fromHex('e28882c73e61589c66974547847a381e'),
      readOnly: false,
    },
    'connectResponse',
  ],
  [
    '00000032 00000001 00000001 00000002 2f61 00000001 78 00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 00000000',
    {
      kind: 'request',
      xid: 1,
      request: { kind: 'create', path: '/a', data: Uint8Array.of(0x78), acl: OPEN_ACL_UNSAFE, flags: 0 },
    },
    'request',
  ],
  [
    '00000016 00000001 0000000000000009 00000000 00000002 2f61',
    { kind: 'reply', xid: 1, zxid: makeZxid(0, 9), err: 0, response: { kind: 'create', path: '/a' } },
    'create',
  ],
  [
    '0000000f 00000005 00000004 00000002 2f61 00',
    { kind: 'request', xid: 5, request: { kind: 'getData', path: '/a', watch: false } },
    'request',
  ],
  [
    `00000059 00000005 000000000000000b 00000000 00000001 78 ${STAT_HEX}`,
    {
      kind: 'reply',
      xid: 5,
      zxid: makeZxid(0, 11),
      err: 0,
      response: { kind: 'getData', data: Uint8Array.of(0x78), stat: STAT },
    },
    'getData',
  ],
  ['00000008 fffffffe 0000000b', { kind: 'request', xid: -2, request: { kind: 'ping' } }, 'request'],
  [
    '00000010 fffffffe 000000000000000b 00000000',
    { kind: 'reply', xid: -2, zxid: makeZxid(0, 11), err: 0, response: { kind: 'ping' } },
    'ping',
  ],
  [
    '0000001d fffffffc 00000064 00000000 00000006 646967657374 00000003 753a70',
    { kind: 'request', xid: -4, request: { kind: 'auth', authType: 0, scheme: 'digest', auth: fromHex('753a70') } },
    'request',
  ],
  [
    '00000010 fffffffc 0000000000000000 00000000',
    { kind: 'reply', xid: -4, zxid: ZXID_ZERO, err: 0, response: { kind: 'auth' } },
    'auth',
  ],
  [
    '0000002d ffffffff 000000000000007c 00000000 00000003 00000003 00000011 2f7a6f6f6b65657065722f636f6e666967',
    { kind: 'event', zxid: makeZxid(0, 0x7c), type: 3, state: 3, path: '/zookeeper/config' },
    'event',
  ],
  [
    '00000014 0000000e 0000000000000084 00000000 00000000',
    { kind: 'reply', xid: 14, zxid: makeZxid(0, 0x84), err: 0, response: { kind: 'addWatch', err: 0 } },
    'addWatch',
  ],
  ['00000008 00000047 fffffff5', { kind: 'request', xid: 0x47, request: { kind: 'closeSession' } }, 'request'],
  [
    '00000010 00000047 000000000000004b 00000000',
    { kind: 'reply', xid: 0x47, zxid: makeZxid(0, 0x4b), err: 0, response: { kind: 'closeSession' } },
    'closeSession',
  ],
  [
    '00000040 00000001 0000000000000005 00000000 ffffffff 00 00000000 00000000 ffffffff 00 ffffff99 ffffff99' +
      ' ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff',
    {
      kind: 'reply',
      xid: 1,
      zxid: makeZxid(0, 5),
      err: 0,
      response: {
        kind: 'multi',
        results: [
          { kind: 'error', err: 0 },
          { kind: 'error', err: ErrorCode.BADVERSION },
          { kind: 'error', err: ErrorCode.RUNTIMEINCONSISTENCY },
        ],
      },
    },
    'multi',
  ],
];

function isRefusal(reason: WireErrorReason): (error: unknown) => boolean {
  return (error) => error instanceof WireError && error.reason === reason;
}

function decode(payload: Uint8Array, as: As): ClientMessage {
  if (as === 'connectRequest') return decodeConnectRequest(payload);
  if (as === 'connectResponse') return decodeConnectResponse(payload);
  if (as === 'request') return decodeRequest(payload);
  return as === 'event' ? decodeEvent(payload) : decodeReply(payload, as);
}

test('golden frames, byte for byte, both ways', () => {
  for (const [hex, message, as] of GOLDEN) {
    const frame = fromHex(hex);
    assert.is(toHex(encodeClientFrame(message)), toHex(frame), message.kind);
    assert.equal(decode(frame.slice(4), as), message);
    assert.is(frame.length, 4 + new DataView(frame.buffer).getInt32(0));
  }
});

test('an old client says nothing of read-only, and is answered so', () => {
  const request = fromHex(`00000000 0000000000000000 00007530 0000000000000000 00000010 ${'00'.repeat(16)}`);
  assert.is(request.length, 44);
  const decoded = decodeConnectRequest(request);
  assert.is(decoded.readOnly, undefined);
  assert.is(toHex(encodeClientMessage(decoded)), toHex(request));
  const response = encodeClientMessage({
    kind: 'connectResponse',
    protocolVersion: 0,
    timeoutMs: 1,
    sessionId: SID,
    password: new Uint8Array(16),
    readOnly: undefined,
  });
  assert.is(response.length, 36);
  assert.is(decodeConnectResponse(response).readOnly, undefined);
});

test('a handshake may say nothing for a password, and any zxid', () => {
  const decode = (zxid: string) => decodeConnectRequest(fromHex(`00000000 ${zxid} 00007530 0000000000000000 ffffffff 00`));
  assert.equal(decode('8000000000000005').password, new Uint8Array(0));
  assert.is(decode('8000000000000005').lastZxidSeen, ZXID_UNINITIALIZED);
  assert.is(decode('7fffffffffffffff').lastZxidSeen, ZXID_MAX);
  assert.is(decode('0000000100000002').lastZxidSeen, makeZxid(1, 2));
});

test('what a request may leave out, or have out of range, is read as ZooKeeper reads it', () => {
  const read = (hex: string): Request => decodeRequest(fromHex(hex)).request;
  const watches = read('00000001 00000065 7fffffffffffffff 00000000 fffffffe 80000000');
  assert.equal(watches, {
    kind: 'setWatches', relativeZxid: ZXID_MAX, dataWatches: [], existWatches: [], childWatches: [],
  });
  assert.is(read('00000001 00000065 0000000000000000 ffffffff 00000000 00000000').kind, 'malformed', 'a list that is missing');
  const created = read('00000001 00000001 00000001 61 ffffffff 00000001 0000001f ffffffff ffffffff 00000000');
  assert.equal(created.kind === 'create' && created.acl, [{ perms: 31, id: { scheme: '', id: '' } }]);
  assert.equal(read('00000001 00000005 ffffffff ffffffff ffffffff'), { kind: 'setData', path: '', data: null, version: -1 });
  const noTexts = 'ffffffff ffffffff ffffffff';
  for (const [version, expected] of [['8000000000000000', ZXID_MAX], ['ffffffffffffffff', ZXID_UNINITIALIZED]] as const) {
    const reconfig = read(`00000001 00000010 ${noTexts} ${version}`);
    assert.is(reconfig.kind === 'reconfig' && reconfig.configVersion, expected, 'only -1 stands for any version');
  }
});

test('the open list is known by its bytes, and a list that only begins like it is read as it is', () => {
  const head = '00000001 00000001 00000002 2f61 ffffffff';
  const anyone = '0000001f 00000005 776f726c64 00000006 616e796f6e65';
  const aclOf = (hex: string): unknown => {
    const { request } = decodeRequest(fromHex(`${head} ${hex} 00000000`));
    return request.kind === 'create' ? request.acl : request.kind;
  };
  assert.is(aclOf(`00000001 ${anyone}`), OPEN_ACL_UNSAFE);
  const entry = { perms: 31, id: { scheme: 'world', id: 'anyone' } };
  assert.equal(aclOf(`00000002 ${anyone} 00000001 00000000 00000000`), [entry, { perms: 1, id: { scheme: '', id: '' } }]);
  assert.equal(aclOf('00000001 0000001e 00000005 776f726c64 00000006 616e796f6e65'), [{ ...entry, perms: 30 }]);
  assert.equal(aclOf('00000001 0000001f 00000005 776f726c64 00000006 616e796f6e66'), [
    { perms: 31, id: { scheme: 'world', id: 'anyonf' } },
  ]);
  assert.equal(aclOf('ffffffff'), null);
  assert.is(aclOf('00000001 0000001f 00000005 776f726c64 00000006 616e796f6e'), 'malformed', 'cut short');
});

test('a request is kept in order whatever is in it', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['00000001 0000000a', 'unknown', 10],
    ['00000001 00000000', 'unknown', 0],
    ['00000001 ffffffff', 'unknown', -1],
    ['00000001 00000004 00000002 2f', 'malformed', OpCode.getData],
    ['00000001 00000004 00000002 2f61', 'malformed', OpCode.getData],
    ['00000001 00000004 fffffffe 2f61 00', 'malformed', OpCode.getData],
    ['00000001 00000004 ffffffff 00', 'malformed', OpCode.getData],
    ['00000001 00000004 00000001 ff 00', 'malformed', OpCode.getData],
    ['00000001 0000000e 00000003 00 ffffffff', 'malformed', OpCode.multi],
    ['00000001 00000016 00000001 00 ffffffff', 'malformed', OpCode.multiRead],
    ['00000001 00000065 0000000000000000 7fffffff', 'malformed', OpCode.setWatches],
  ];
  for (const [hex, kind, opcode] of cases) assert.equal(decodeRequest(fromHex(hex)).request, { kind, opcode }, hex);
});

test('bytes after the body are ignored', () => {
  const { request } = decodeRequest(fromHex('00000001 00000004 00000002 2f61 00 deadbeef'));
  assert.equal(request, { kind: 'getData', path: '/a', watch: false });
});

test('a header that is cut short is an error of the connection', () => {
  assert.throws(() => decodeRequest(fromHex('00000001 000000')), isRefusal('truncated'));
  assert.throws(() => decodeEvent(fromHex('00000001 0000000000000001 00000000')), isRefusal('type'));
});

test('an empty multi is only its end', () => {
  const hex = '000000010000000effffffff01ffffffff';
  assert.equal(decodeRequest(fromHex(hex)).request, { kind: 'multi', ops: [] });
});

test('a create within a multi that answers with a Stat travels as create2', () => {
  const reply = encodeClientMessage({
    kind: 'reply',
    xid: 1,
    zxid: ZXID_UNINITIALIZED,
    err: 0,
    response: { kind: 'multi', results: [{ kind: 'createTTL', path: '/t', stat: STAT }] },
  });
  assert.equal(decodeReply(reply, 'multi').response, { kind: 'multi', results: [{ kind: 'create2', path: '/t', stat: STAT }] });
});

test('a ttl beyond what a double holds is still a number, for the server to refuse', () => {
  const hex = '00000001 00000015 00000001 61 ffffffff ffffffff 00000005 7fffffffffffffff';
  const { request } = decodeRequest(fromHex(hex));
  assert.ok(request.kind === 'createTTL' && request.ttl > 0xff_ffff_ffff);
});

test.run();
