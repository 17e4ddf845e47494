/** Limits and the reaper: behaviours 16 and 23 of ZooKeeper's own test suite. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import type { MultiOp, Request } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { Ensemble } from '../world/hand.ts';
import type { Hand, Line } from '../world/hand.ts';
import { outstandingLimit } from './admission.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { frameLength, isLongerThan } from './request-size.ts';
import { Server } from './server.ts';
import { DEFAULT_SERVICE_CONFIG } from './service-config.ts';

const test = suite('limits');

const QUICK = { tickTimeMs: 200, minSessionTimeoutMs: 400, maxSessionTimeoutMs: 8000 };

interface Bench {
  readonly ensemble: Ensemble;
  readonly hand: Hand;
  /** Another address. */
  readonly other: Hand;
  readonly line: (server?: number) => Line;
}

function serving(config: Partial<ServerConfig> = {}, servers = 1): Bench {
  const members = Array.from({ length: servers }, (_, index): Member => ({ id: index + 1, role: 'participant' }));
  const ensemble = new Ensemble(servers, 2, (id) =>
    new Server({ ...DEFAULT_CONFIG, preAllocSizeKb: 0, ...QUICK, ...config, id, members }));
  const hand = present(ensemble.hands[0], 'a hand');
  const other = present(ensemble.hands[1], 'another hand');
  ensemble.run(1500);
  const line = (server = 1): Line => {
    const opened = hand.connect(server, { timeoutMs: 8000 });
    ensemble.run(50);
    assert.equal(opened.log, ['granted']);
    return opened;
  };
  return { ensemble, hand, other, line };
}

function create(path: string, length = 0, flags: number = CreateFlag.PERSISTENT): Request {
  return { kind: 'create', path, data: new Uint8Array(length), acl: OPEN_ACL_UNSAFE, flags };
}

function create2(path: string): MultiOp {
  return { kind: 'create2', path, data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT };
}

function container(path: string): Request {
  return { kind: 'createContainer', path, data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.CONTAINER };
}

function ttl(path: string, ms: number): Request {
  return { kind: 'createTTL', path, data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.PERSISTENT_WITH_TTL, ttl: ms };
}

function exists(path: string): Request {
  return { kind: 'exists', path, watch: false };
}

test('23 a frame of jute.maxbuffer bytes passes, one byte more ends the connection unanswered', () => {
  const { ensemble, hand, line } = serving();
  const overhead = frameLength({ kind: 'request', xid: 1, request: create('/a') });
  const fits = line();
  hand.send(fits, create('/a', 0xfffff - overhead));
  ensemble.run(100);
  assert.equal(fits.log, ['granted', 'reply 1 0']);
  const exceeds = line();
  hand.send(exceeds, create('/b', 0xfffff - overhead + 1));
  ensemble.run(100);
  assert.equal(exceeds.log, ['granted', 'closed']);
});

test('23 the length of a frame is that of its bytes, whatever the bound says', () => {
  const requests: Request[] = [
    create('/abc', 100), create('/ä'.repeat(50)), exists('/\u{1f600}'),
    { kind: 'multi', ops: [create2('/a'), { kind: 'setData', path: '/b', data: new Uint8Array(9), version: 1 }] },
    { kind: 'setACL', path: '/a', acl: [{ perms: 1, id: { scheme: 'digest', id: 'x'.repeat(99) } }], version: -1 },
    { kind: 'auth', authType: 0, scheme: 'digest', auth: new Uint8Array(50) },
  ];
  for (const request of requests) {
    const message = { kind: 'request', xid: 1, request } as const;
    const length = frameLength(message);
    assert.equal([isLongerThan(message, length - 1), isLongerThan(message, length)], [true, false], request.kind);
  }
});

test('23 maxClientCnxns: connections from one address are limited, others are not', () => {
  const { ensemble, hand, other, line } = serving({ maxClientCnxns: 2 });
  const first = line();
  line();
  const third = hand.connect(1);
  const elsewhere = other.connect(1);
  ensemble.run(50);
  assert.equal([third.log, elsewhere.log], [['closed'], ['granted']]);
  hand.hangUp(first);
  ensemble.run(50);
  const fourth = hand.connect(1);
  ensemble.run(50);
  assert.equal(fourth.log, ['granted']);
});

test('23 maxCnxns: connections in all are limited', () => {
  const { ensemble, other, line } = serving({ maxCnxns: 1 });
  line();
  const second = other.connect(1);
  ensemble.run(50);
  assert.equal(second.log, ['closed']);
});

test('23 a connection that asks for no session is closed after ten seconds, one that does is not', () => {
  const { ensemble, hand, line } = serving();
  const silent = hand.connect(1, null);
  const session = line();
  for (let i = 0; i < 49; i += 1) {
    hand.send(session, { kind: 'ping' });
    ensemble.run(200);
  }
  assert.equal(silent.log, []);
  ensemble.run(400);
  assert.equal(silent.log, ['closed']);
  assert.is(session.isClosed, false);
});

test('23 globalOutstandingLimit: a busy connection is not read, and all is answered in order in the end', () => {
  const { ensemble, hand, other, line } = serving({ globalOutstandingLimit: 4 });
  const busy = line();
  const idle = other.connect(1);
  ensemble.run(50);
  for (let i = 0; i < 20; i += 1) hand.send(busy, create(`/n${i}`));
  ensemble.run(4);
  const inFlight = ensemble.of('proposed').length - 2;
  assert.is(inFlight, 5);
  other.send(idle, create('/other'));
  ensemble.run(300);
  assert.equal(busy.log.slice(1), Array.from({ length: 20 }, (_, index) => `reply ${index + 1} 0`));
  assert.equal(idle.log, ['granted', 'reply 1 0']);
});

test('23 each server has its share of globalOutstandingLimit, without the leader', () => {
  const shares = [1, 2, 3, 5, 7].map((voters) => outstandingLimit(DEFAULT_SERVICE_CONFIG, voters));
  assert.equal(shares, [1000, 1000, 500, 250, 166]);
});

test('23 the throttle holds back what exceeds it, keeps the order, and drops what nobody waits for any more', () => {
  const { ensemble, hand, line } = serving({ requestThrottleMaxRequests: 2 });
  const gone = line();
  const stays = line();
  for (let i = 0; i < 10; i += 1) {
    hand.send(gone, create(`/g${i}`));
    hand.send(stays, create(`/s${i}`));
  }
  hand.send(stays, exists('/s9'));
  ensemble.run(5);
  assert.is(ensemble.of('proposed').length - 2, 2);
  hand.hangUp(gone);
  ensemble.run(500);
  assert.equal(stays.log.slice(1), Array.from({ length: 11 }, (_, index) => `reply ${index + 1} 0`));
  assert.ok(ensemble.of('committed').length < 2 + 20);
});

test('23 what the throttle has held for too long is refused with −127, in its turn; a close is not', () => {
  const { ensemble, hand, line } = serving({ requestThrottleMaxRequests: 1, throttledOpWaitTimeMs: 3 });
  const opened = line();
  for (let i = 0; i < 3; i += 1) hand.send(opened, create(`/n${i}`));
  hand.send(opened, { kind: 'closeSession' });
  ensemble.run(100);
  const refused = ErrorCode.THROTTLEDOP;
  assert.equal(opened.log, ['granted', 'reply 1 0', `reply 2 ${refused}`, `reply 3 ${refused}`, 'reply 4 0', 'closed']);
});

test('23 large requests: too many of their bytes at once end the connection that sends one more', () => {
  const { ensemble, hand, line } = serving({ largeRequestThreshold: 1000, largeRequestMaxBytes: 5000 });
  const first = line();
  const second = line();
  hand.send(first, create('/a', 3000));
  hand.send(second, create('/small', 900));
  hand.send(second, create('/b', 3000));
  ensemble.run(100);
  assert.equal([first.log, second.log], [['granted', 'reply 1 0'], ['granted', 'closed']]);
  hand.send(first, create('/c', 3000));
  ensemble.run(100);
  assert.equal(first.log, ['granted', 'reply 1 0', 'reply 2 0']);
});

test('an ephemeral that would make its session impossible to close is refused (ZOOKEEPER-4306)', () => {
  const { ensemble, hand, line } = serving({ juteMaxBuffer: 2048 });
  const opened = line();
  const name = 'x'.repeat(200);
  for (let i = 0; i < 12; i += 1) hand.send(opened, create(`/${i}${name}`, 0, CreateFlag.EPHEMERAL));
  hand.send(opened, { kind: 'delete', path: `/0${name}`, version: -1 });
  hand.send(opened, create(`/0${name}`, 0, CreateFlag.EPHEMERAL));
  hand.send(opened, create('/lasting'));
  ensemble.run(200);
  const refusals = opened.replies.filter(({ err }) => err === ErrorCode.QUOTAEXCEEDED).map(({ xid }) => xid);
  assert.equal(refusals, [10, 11, 12]);
  hand.send(opened, { kind: 'closeSession' });
  ensemble.run(50);
  const closing = present(ensemble.of('committed').at(-1), 'a close').fact.txn;
  assert.ok(closing.body.kind === 'closeSession' && closing.bytes.length <= 2048);
});

test('16 the leader reaps TTL nodes after their time and containers after their last child, never ones with children', () => {
  const { ensemble, hand, line } = serving({ containerCheckIntervalMs: 1000, extendedTypesEnabled: true }, 3);
  const opened = line();
  const first = [ttl('/short', 500), ttl('/long', 60_000), ttl('/parent', 1), create('/parent/child')];
  const second = [container('/never'), container('/was')];
  const third = [create('/was/child'), container('/was/inner'), create('/was/inner/child')];
  for (const request of [...first, ...second, ...third]) hand.send(opened, request);
  for (const path of ['/was/child', '/was/inner/child']) hand.send(opened, { kind: 'delete', path, version: -1 });
  ensemble.run(300);
  assert.equal(opened.replies.map(({ err }) => err).filter((err) => err !== 0), []);
  ensemble.run(4000);
  const bodies = ensemble.of('committed').map(({ fact }) => fact.txn.body);
  const reaped = bodies.flatMap((body) => (body.kind === 'deleteContainer' ? [body.path] : []));
  assert.equal(reaped.sort(), ['/short', '/was', '/was/inner']);
});

test('16 setData extends a TTL; nothing of the kind exists where extended types are off', () => {
  const { ensemble, hand, line } = serving({ containerCheckIntervalMs: 200, extendedTypesEnabled: true });
  const opened = line();
  hand.send(opened, ttl('/t', 1000));
  for (let i = 0; i < 5; i += 1) {
    ensemble.run(600);
    hand.send(opened, { kind: 'setData', path: '/t', data: null, version: -1 });
  }
  ensemble.run(50);
  assert.equal(opened.replies.map(({ err }) => err), [0, 0, 0, 0, 0, 0]);
  const off = serving();
  const refused = off.line();
  off.hand.send(refused, ttl('/t', 1000));
  off.ensemble.run(50);
  assert.equal(refused.log, ['granted', `reply 1 ${ErrorCode.UNIMPLEMENTED}`]);
});

/** How many of five containers are gone after each of four seconds; the reaper looks once a second. */
function reaped(containerMaxPerMinute: number): number[] {
  const { ensemble, hand, line } = serving({ containerCheckIntervalMs: 1000, containerMaxPerMinute });
  const opened = line();
  for (let i = 0; i < 5; i += 1) {
    hand.send(opened, container(`/c${i}`));
    hand.send(opened, create(`/c${i}/x`));
    hand.send(opened, { kind: 'delete', path: `/c${i}/x`, version: -1 });
  }
  ensemble.run(100);
  const counts: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    ensemble.run(1000);
    counts.push(ensemble.committed().filter((kind) => kind === 'deleteContainer').length);
  }
  return counts;
}

test('16 no more than so many a minute are reaped', () => {
  assert.equal(reaped(120), [2, 4, 5, 5]);
  assert.equal(reaped(30), [1, 1, 2, 2]);
});

test('16 a container that never had a child is reaped where a time is set for it', () => {
  const { ensemble, hand, line } = serving({ containerCheckIntervalMs: 500, containerMaxNeverUsedIntervalMs: 2000 });
  hand.send(line(), container('/c'));
  ensemble.run(1900);
  assert.not.ok(ensemble.committed().includes('deleteContainer'));
  ensemble.run(1000);
  assert.ok(ensemble.committed().includes('deleteContainer'));
});

test.run();
