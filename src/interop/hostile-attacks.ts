/**
 * Bytes that no honest peer sends, for each port of a server: noise, what begins well and breaks off or goes wrong somewhere,
 * lengths that cannot be, and whole frames with nonsense in them. Not part of the program.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { encodeClientFrame } from '../wire/client-codec.ts';
import type { Request } from '../wire/client-messages.ts';
import { encodeElectionMessage } from '../wire/election-codec.ts';
import { encodeQuorumMessage } from '../wire/quorum-codec.ts';
import { OPEN_ACL_UNSAFE, OpCode } from '../wire/words.ts';

/** The ports by their place in a server's list: client, quorum, election. */
export const HOSTILE_PORTS = [0, 1, 2] as const;
/** One of them. */
export type HostilePort = (typeof HOSTILE_PORTS)[number];

/** Short, so that the sessions of attackers are soon over. */
const SESSION_TIMEOUT_MS = 400;
/** The handshake of a new session. */
export const CONNECT: Uint8Array = encodeClientFrame({
  kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: SESSION_TIMEOUT_MS, sessionId: NO_SESSION,
  password: new Uint8Array(16), readOnly: false,
});

const REQUESTS: readonly Request[] = [
  { kind: 'getData', path: '/', watch: true },
  { kind: 'create', path: '/x', data: null, acl: OPEN_ACL_UNSAFE, flags: 1 },
  { kind: 'multi', ops: [{ kind: 'check', path: '/', version: 0 }, { kind: 'delete', path: '/y', version: -1 }] },
  { kind: 'multiRead', ops: [{ kind: 'getChildren', path: '/', watch: false }] },
  { kind: 'setWatches', relativeZxid: ZXID_ZERO, dataWatches: ['/a', '/b'], existWatches: [], childWatches: ['/'] },
  { kind: 'addWatch', path: '/', mode: 1 },
  { kind: 'setACL', path: '/x', acl: OPEN_ACL_UNSAFE, version: -1 },
];

const HONEST: readonly (readonly Uint8Array[])[] = [
  [CONNECT, ...REQUESTS.map((request, index) => encodeClientFrame({ kind: 'request', xid: index + 1, request }))],
  [
    encodeQuorumMessage({ kind: 'FOLLOWERINFO', acceptedEpoch: 0, sid: 3, configVersion: ZXID_ZERO }),
    encodeQuorumMessage({ kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: ZXID_ZERO }),
    encodeQuorumMessage({ kind: 'ACK', zxid: ZXID_ZERO }),
  ],
  [
    encodeElectionMessage({ kind: 'electionHello', sid: 77, address: '127.0.0.1:1' }),
    Uint8Array.of(0, 0, 0, 40, ...new Uint8Array(40)),
  ],
];
/** What must be said on each port before a frame is looked at. */
const GREETING: readonly Uint8Array[] = [CONNECT, HONEST[1]?.[0] ?? CONNECT, HONEST[2]?.[0] ?? CONNECT];

const noise = fc.uint8Array({ maxLength: 200 });
const int32 = fc.oneof(
  fc.constantFrom(-1, 0, 1, -2, 0xfffff, 0x10_0000, 0x7fff_ffff, -0x8000_0000),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);
const operation = fc.constantFrom<number>(...Object.values<number>(OpCode), 0, 10, 77, -10, -12);

function ints(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value, 4 * index);
  return bytes;
}

function framed(...parts: readonly Uint8Array[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([ints(payload.length), payload]);
}

/** Where a number of a server stands in what is said first: in FOLLOWERINFO; and in a hello, of either form. */
const SID_AT: readonly (readonly number[])[] = [[], [16], [0, 8]];
const MEMBERS = 9;

/**
 * Nobody is to say that he is a server of the ensemble: on a port without TLS he would be believed, here as by ZooKeeper, and
 * take the other's place.
 */
function strange(port: HostilePort, bytes: Uint8Array): Uint8Array {
  for (const at of SID_AT[port] ?? []) {
    const sid = bytes.subarray(at, at + 8);
    if (sid.length === 8 && sid.every((byte, index) => (index < 7 ? byte === 0 : byte <= MEMBERS))) sid[7] = 77;
  }
  return bytes;
}

/** One stream of bytes for that port; whoever sends it hangs up at its end. */
export function attack(port: HostilePort): Arbitrary<Uint8Array> {
  const whole = Buffer.concat(HONEST[port] ?? []);
  const greeting = GREETING[port] ?? CONNECT;
  const cut = fc.nat(whole.length).map((length) => Uint8Array.from(whole.subarray(0, length)));
  const flipped = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((flips) => {
    const bytes = Uint8Array.from(whole);
    for (const [at, value] of flips) bytes[at] = value;
    return bytes;
  });
  const wrongLength = fc.tuple(int32, noise).map(([length, rest]) => Buffer.concat([greeting, ints(length), rest]));
  // A header that can be read, then counts and lengths that promise more than there is.
  const nonsense = fc.tuple(int32, operation, fc.array(int32, { maxLength: 6 }), noise)
    .map(([xid, op, counts, rest]) => Buffer.concat([greeting, framed(ints(xid, op, ...counts), rest)]));
  return fc.oneof(noise, cut, flipped, wrongLength, nonsense).map((bytes) => strange(port, bytes));
}
