/**
 * What clients may rely on of several operations at once, as the original's own tests pin it, asked of real servers in
 * small worlds. The number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SmallWorld } from '../run/small-world.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import {
  alone, check, children, codesOf, create, exists, get, multi, outage, pathOf, remove, resultsOf, set, statOf, textOf,
} from './behaviours-testing.ts';

const test = suite('multi behaviours');

test('1 MultiOperationTest: each operation has its result, under one zxid', () => {
  const { small, ask } = alone();
  const reply = ask(multi(create('/m'), create('/m/a'), set('/m', 'x', 0), check('/m/a', 0), remove('/m/a', 0)));
  assert.equal(
    resultsOf(reply).map(({ kind }) => kind),
    ['create', 'create', 'setData', 'check', 'delete'],
  );
  const stat = statOf(ask(exists('/m')));
  assert.equal([stat.czxid, stat.mzxid, stat.pzxid], [reply.zxid, reply.zxid, reply.zxid]);
  assert.equal([stat.version, stat.cversion, stat.numChildren], [1, 2, 0]);
  small.end();
});

test('1 MultiOperationTest: one refusal undoes all of it: 0 before, its code, −2 behind, and no watch fires', () => {
  const { small, client, ask } = alone();
  ask(create('/a'));
  ask(get('/a', true));
  const reply = ask(multi(set('/a', 'x'), create('/b'), remove('/none'), set('/a', 'y')));
  assert.equal([reply.err, ...codesOf(reply)], [0, 0, 0, ErrorCode.NONODE, ErrorCode.RUNTIMEINCONSISTENCY]);
  assert.is(textOf(ask(get('/a'))), 'd');
  assert.is(ask(exists('/b')).err, ErrorCode.NONODE);
  assert.equal(client.events, []);
  ask(multi(set('/a', 'x'), set('/a', 'y')));
  assert.is(client.events.length, 1, 'the watch is still there, and is used up by the first change of a good one');
  small.end();
});

test('1 MultiOperationTest: operations see each other: names in sequence, deletions, versions', () => {
  const { small, ask } = alone();
  ask(create('/q'));
  const names = resultsOf(ask(multi(create('/q/s-', 2), create('/q/s-', 2), create('/q/x'), create('/q/s-', 2))));
  assert.equal(
    names.map((response) => pathOf({ response })),
    ['/q/s-0000000000', '/q/s-0000000001', '/q/x', '/q/s-0000000003'],
  );
  const conflict = ask(multi(set('/q/x', '1', 0), set('/q/x', '2', 0)));
  assert.equal(codesOf(conflict), [0, ErrorCode.BADVERSION]);
  assert.equal(codesOf(ask(multi(remove('/q/x'), set('/q/x', '2')))), [0, ErrorCode.NONODE]);
  assert.equal(codesOf(ask(multi(remove('/q/x'), create('/q/x'), set('/q/x', '2', 0)))), [0, 0, 0]);
  small.end();
});

test('1 MultiOperationTest: an empty one is answered and takes a zxid; an unknown flag refuses the whole with −5', () => {
  const { small, ask } = alone();
  const before = ask(create('/a')).zxid;
  const empty = ask(multi());
  assert.equal([empty.err, resultsOf(empty).length, empty.zxid], [0, 0, before + 1]);
  const refused = ask(multi(create('/b'), create('/c', 9)));
  assert.equal([refused.err, refused.response, refused.zxid], [ErrorCode.MARSHALLINGERROR, null, before + 2]);
  assert.is(ask(exists('/b')).err, ErrorCode.NONODE);
  small.end();
});

test('1 MultiOperationTest: the watches of a good one fire operation by operation, before the answer', () => {
  const { small, client, ask } = alone();
  ask(create('/a'));
  ask(exists('/b', true));
  ask(children('/', true));
  ask(get('/a', true));
  const reply = ask(multi(set('/a', 'x'), create('/b')));
  assert.equal(
    client.events.map(({ type, path }) => [type, path]),
    [
      [EventType.NodeDataChanged, '/a'],
      [EventType.NodeCreated, '/b'],
      [EventType.NodeChildrenChanged, '/'],
    ],
  );
  assert.equal(
    client.events.map(({ zxid }) => zxid),
    [reply.zxid, reply.zxid, reply.zxid],
  );
  assert.match(client.diary.slice(-4).join(), /^event.*,event.*,event.*,reply/);
  small.end();
});

test('2 MultiAsyncTransactionTest: pipelined multis of several clients number their nodes without a gap', () => {
  const small = new SmallWorld();
  const clients = [small.client([1]), small.client([2]), small.client([3])];
  small.ask(clients[0] ?? small.client(), create('/q'));
  const pending = clients.flatMap((client) => {
    return Array.from(
      { length: 20 },
      () => [client, small.post(client, multi(create('/q/s-', 2), create('/q/s-', 2)))] as const,
    );
  });
  const isAnswered = ([client, cxid]: (typeof pending)[number]): boolean => client.replies.has(cxid());
  small.until(() => pending.every(isAnswered), 'all are answered');
  const names = pending.flatMap(([client, cxid]) => {
    const reply = client.replies.get(cxid());
    return reply === undefined ? [] : resultsOf(reply).map((response) => pathOf({ response }));
  });
  const due = Array.from({ length: 120 }, (_, index) => `/q/s-${String(index).padStart(10, '0')}`);
  assert.equal(names.sort(), due);
  small.end();
});

test('6 CheckTest: a check decides a multi, at a leader and through a follower, and the log that holds it is read again', () => {
  for (const voters of [1, 3]) {
    const small = new SmallWorld({ voters });
    const client = small.client(voters === 1 ? [1] : [1, 2]);
    small.ask(client, create('/c'));
    assert.equal(codesOf(small.ask(client, multi(check('/c', 0), set('/c', 'x', 0)))), [0, 0]);
    assert.equal(codesOf(small.ask(client, multi(check('/c', 0), set('/c', 'y')))), [
      ErrorCode.BADVERSION,
      ErrorCode.RUNTIMEINCONSISTENCY,
    ]);
    assert.equal(codesOf(small.ask(client, multi(check('/none', -1)))), [ErrorCode.NONODE]);
    assert.equal(codesOf(small.ask(client, multi(check('/c', -1)))), [0]);
    outage(small, client);
    assert.is(textOf(small.ask(client, get('/c'))), 'x');
    small.end();
  }
});

test.run();
