/** Quorum arithmetic, and configurations as text: tables and a law. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { findFault, makeConfig, parseConfig, parseServer, serverText } from './config-text.ts';
import { containsQuorum, designateLeader, mayLead } from './quorum.ts';
import type { EnsembleConfig, Hierarchy, ServerSpec } from './quorum.ts';

const test = suite('quorum');

function server(id: number, role: ServerSpec['role'] = 'participant', host = `10.0.0.${id}`): ServerSpec {
  return { id, role, host, quorumPort: 2888, electionPort: 3888, client: { host, port: 2181 }, secureClient: null };
}

function ids(text: string): number[] {
  return text.split(' ').filter((part) => part !== '').map(Number);
}

function majority(voters: string, observers = ''): EnsembleConfig {
  const servers = [...ids(voters).map((id) => server(id)), ...ids(observers).map((id) => server(id, 'observer'))];
  return makeConfig(servers, null, ZXID_ZERO);
}

/** Groups as `1 2 3 | 4 5 6`, weights as `id:weight`. */
function groups(text: string, weights = ''): EnsembleConfig {
  const hierarchy: Hierarchy = {
    groups: text.split('|').map((members, index) => ({ id: index + 1, members: ids(members) })),
    weights: weights.split(' ').filter((part) => part !== '').map((part) => {
      const [id = '', weight = ''] = part.split(':');
      return { id: Number(id), weight: Number(weight) };
    }),
  };
  return makeConfig(hierarchy.groups.flatMap(({ members }) => members.map((id) => server(id))), hierarchy, ZXID_ZERO);
}

const QUORUMS: readonly (readonly [string, EnsembleConfig, string, boolean])[] = [
  ['one of one', majority('1'), '1', true],
  ['one of two', majority('1 2'), '1', false],
  ['two of three', majority('1 2 3'), '1 3', true],
  ['two of four', majority('1 2 3 4'), '1 3', false],
  ['observers do not count', majority('1 2 3', '4 5'), '1 4 5', false],
  ['strangers do not count', majority('1 2 3'), '1 8 9', false],
  ['two groups of three, each by two', groups('1 2 3|4 5 6|7 8 9'), '1 2 4 5', true],
  ['a majority of servers, but of one group only', groups('1 2 3|4 5 6|7 8 9'), '1 2 3 4 7', false],
  ['one group by all, one by half', groups('1 2|3 4|5 6'), '1 2 3', false],
  ['a heavy server is a group', groups('1 2 3|4 5 6|7 8 9', '1:3 4:3'), '1 4', true],
  ['half of a weight is not more than half', groups('1 2 3|4 5 6|7 8 9', '1:2 4:3'), '1 4', false],
  ['a group that weighs nothing does not count', groups('1 2 3|4 5 6|7 8 9', '7:0 8:0 9:0'), '1 2 4 5', true],
  ['and cannot make up the number', groups('1 2 3|4 5 6|7 8 9', '7:0 8:0 9:0'), '1 2 7 8 9', false],
];

for (const [name, config, acks, expected] of QUORUMS) {
  test(`44. ${name}`, () => { assert.is(containsQuorum(config, new Set(ids(acks))), expected); });
}

test('44. who has no weight may vote, and never leads', () => {
  const config = groups('1 2 3|4 5 6|7 8 9', '3:0');
  assert.equal([2, 3, 11].map((id) => mayLead(config, id)), [true, false, false]);
});

test('the leader stays if it has a vote and its address; else the largest of those who have everything', () => {
  const old = majority('1 2 3');
  assert.is(designateLeader(1, old, majority('1 2'), new Set([1, 2, 3])), 1);
  assert.is(designateLeader(3, old, majority('1 2 4 5'), new Set([1, 2, 3, 4])), 4);
  const moved = makeConfig([server(1), server(2), server(3, 'participant', '10.0.0.33')], null, ZXID_ZERO);
  assert.is(designateLeader(3, old, moved, new Set([1, 2, 3])), 2);
  assert.is(designateLeader(3, old, majority('1 2', '3'), new Set([1, 2, 3])), 2);
});

/** As ZooKeeper 3.9 shows it. */
const OBSERVED = [
  'server.1=127.0.0.1:22112:22113:participant;127.0.0.1:22110',
  'server.2=127.0.0.1:22122:22123:participant;127.0.0.1:22120',
  'server.3=127.0.0.1:22132:22133:participant;127.0.0.1:22130',
  'server.4=127.0.0.1:22142:22143:observer;127.0.0.1:22140',
  'version=100000000',
].join('\n');

test('a text of ZooKeeper\'s is read, and written as it was', () => {
  const config = parseConfig(OBSERVED);
  assert.is(config?.text, OBSERVED);
  assert.equal([config?.voters, config?.observers, config?.version], [[1, 2, 3], [4], makeZxid(1, 0)]);
});

const SPECS: readonly (readonly [string, string | null])[] = [
  ['h:1:2', 'h:1:2:participant'],
  ['h:1:2:observer', 'h:1:2:observer'],
  ['h:1:2;2181', 'h:1:2:participant;0.0.0.0:2181'],
  ['h:1:2:participant;c:2181', 'h:1:2:participant;c:2181'],
  ['h:1:2;2181;2281', 'h:1:2:participant;0.0.0.0:2181;0.0.0.0:2281'],
  ['h:1:2;;s:2281', 'h:1:2:participant;;s:2281'],
  ['[::1]:1:2:observer;[::]:3', '[::1]:1:2:observer;[::]:3'],
  ['h:1', null],
  ['h:1:1', null],
  ['h:1:2:leader', null],
  ['h:1:2:participant:3', null],
  ['h:0:2', null],
  ['h:1:65536', null],
  ['h:x:2', null],
  [':1:2', null],
  ['h:1:2;c:d:3', null],
  ['h:1:2;3;4;5', null],
  ['[::1:1:2', null],
];

for (const [spec, expected] of SPECS) {
  test(`the line ${spec}`, () => {
    const parsed = parseServer(1, spec);
    assert.is(parsed === null ? null : serverText(parsed), expected);
  });
}

const BROKEN: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['no voter', 'server.1=h:1:2:observer'],
  ['an unknown key', 'server.1=h:1:2\ntickTime=2000'],
  ['an unknown dotted key', 'server.1=h:1:2\nsever.2=h:3:4'],
  ['an id that is none', 'server.x=h:1:2'],
  ['id 0', 'server.0=h:1:2'],
  ['id 255, which would own TTL nodes', 'server.255=h:1:2'],
  ['a version that is none', 'server.1=h:1:2\nversion=xyz'],
  ['a voter in no group', 'server.1=h:1:2\nserver.2=h:3:4\ngroup.1=1'],
  ['a server in two groups', 'server.1=h:1:2\ngroup.1=1\ngroup.2=1'],
  ['a weight that is none', 'server.1=h:1:2\ngroup.1=1\nweight.1=-1'],
];

for (const [name, text] of BROKEN) test(`no configuration: ${name}`, () => { assert.is(parseConfig(text), null); });

test('what is written is read again, whatever the order of its lines', () => {
  const port = fc.integer({ min: 1, max: 65535 });
  const address = fc.option(fc.record({ host: fc.constantFrom('0.0.0.0', 'h', '[::1]'), port }));
  const spec = fc.record({
    id: fc.integer({ min: 1, max: 254 }), role: fc.constantFrom('participant' as const, 'observer' as const),
    host: fc.constantFrom('h', '10.0.0.1', '[fe80::1]'), quorumPort: port, electionPort: port,
    client: address, secureClient: address,
  }).filter(({ quorumPort, electionPort }) => quorumPort !== electionPort);
  const ensemble = fc.uniqueArray(spec, { minLength: 1, maxLength: 6, selector: ({ id }) => id });
  fc.assert(fc.property(ensemble, fc.boolean(), fc.integer({ min: 0, max: 9 }), (servers, isGrouped, epoch) => {
    fc.pre(findFault(servers, null) === null);
    const members = servers.map(({ id }) => id);
    const weights = members.slice(1).map((id) => ({ id, weight: id % 3 }));
    const hierarchy = isGrouped ? { groups: [{ id: 1, members }], weights } : null;
    const config = makeConfig(servers, hierarchy, makeZxid(epoch, 7));
    assert.is(JSON.stringify(parseConfig(config.text)), JSON.stringify(config));
    assert.is(parseConfig(config.text.split('\n').reverse().join('\n'))?.version, config.version);
  }), { seed: 44, numRuns: 200 });
});

test.run();
