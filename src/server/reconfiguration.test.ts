/** The rules of reconfiguration as a table, each with the refusal that it has; and that they are asked in their order. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, ZXID_UNINITIALIZED, ZXID_ZERO } from '../base/zxid.ts';
import type { ReconfigRequest } from '../wire/client-messages.ts';
import { ErrorCode } from '../wire/words.ts';
import { makeConfig } from '../zab/config-text.ts';
import type { Hierarchy } from '../zab/quorum.ts';
import { memberLine, serverSpec } from './config.ts';
import { nextConfig } from './reconfiguration.ts';
import type { ReconfigSituation } from './reconfiguration.ts';

const test = suite('reconfiguration');

const CURRENT = makeConfig([1, 2, 3].map((id) => serverSpec({ id, role: 'participant' })), null, makeZxid(1, 0));
const GROUPS: Hierarchy = { groups: [{ id: 1, members: [1, 2, 3] }], weights: [] };
const GROUPED = makeConfig(CURRENT.servers, GROUPS, CURRENT.version);
const ALONE = makeConfig(CURRENT.servers.slice(0, 1), null, CURRENT.version);
const WITH_COMMAS = CURRENT.text.replaceAll('\n', ',');
const FOUR = memberLine({ id: 4, role: 'participant' });

const SITUATION: ReconfigSituation = {
  reconfigEnabled: true,
  standaloneEnabled: true,
  isInProgress: false,
  current: CURRENT,
  zxid: makeZxid(2, 5),
  isSynced: () => true,
  mayWrite: () => true,
};
const NOTHING: ReconfigRequest = {
  kind: 'reconfig', joiningServers: null, leavingServers: null, newMembers: null, configVersion: ZXID_UNINITIALIZED,
};

function join(text: string): Partial<ReconfigRequest> {
  return { joiningServers: text };
}

function outcome(request: Partial<ReconfigRequest>, situation: Partial<ReconfigSituation> = {}): string | number {
  const next = nextConfig({ ...NOTHING, ...request }, { ...SITUATION, ...situation });
  if (typeof next === 'number') return next;
  assert.is(next.version, SITUATION.zxid);
  return `${next.voters.join(' ')}${next.observers.length > 0 ? ` | ${next.observers.join(' ')}` : ''}`;
}

const TABLE: readonly (readonly [string, Partial<ReconfigRequest>, Partial<ReconfigSituation>, string | number])[] = [
  ['a server joins', join(FOUR), {}, '1 2 3 4'],
  ['named by its number alone', join(FOUR.replace('server.', '')), {}, '1 2 3 4'],
  ['as an observer', join(memberLine({ id: 4, role: 'observer' })), {}, '1 2 3 | 4'],
  ['a voter becomes an observer', join(memberLine({ id: 3, role: 'observer' })), {}, '1 2 | 3'],
  ['two join', join(`${FOUR},${memberLine({ id: 5, role: 'participant' })}`), {}, '1 2 3 4 5'],
  ['one leaves', { leavingServers: '3' }, {}, '1 2'],
  ['who is not there may leave', { leavingServers: '9' }, {}, '1 2 3'],
  ['leaving comes first', { leavingServers: '3', ...join(memberLine({ id: 3, role: 'observer' })) }, {}, '1 2 | 3'],
  ['all at once, whatever else is said', { newMembers: WITH_COMMAS, leavingServers: '1' }, {}, '1 2 3'],
  ['all at once, in groups', { newMembers: GROUPED.text }, {}, '1 2 3'],
  ['the version that it asks for', { leavingServers: '3', configVersion: CURRENT.version }, {}, '1 2'],
  ['down to one, where nobody runs alone', { leavingServers: '2,3' }, { standaloneEnabled: false }, '1'],
  ['the feature is off', join(FOUR), { reconfigEnabled: false, isInProgress: true }, ErrorCode.RECONFIGDISABLED],
  ['a server alone', join(FOUR), { current: ALONE, isInProgress: true }, ErrorCode.UNIMPLEMENTED],
  ['a quorum of one', join(FOUR), { current: ALONE, standaloneEnabled: false }, '1 4'],
  ['another is under way', { configVersion: ZXID_ZERO }, { isInProgress: true }, ErrorCode.RECONFIGINPROGRESS],
  ['another version', { configVersion: ZXID_ZERO, newMembers: 'x' }, {}, ErrorCode.BADVERSION],
  ['nonsense at once', { newMembers: 'server.1=x' }, { isSynced: () => false }, ErrorCode.BADARGUMENTS],
  ['a line of nonsense', join('server.4=10.0.0.4:1'), {}, ErrorCode.BADARGUMENTS],
  ['no client port', join('server.4=10.0.0.4:2888:3888:participant'), {}, ErrorCode.BADARGUMENTS],
  ['no id', join('4:2888:3888;2181'), {}, ErrorCode.BADARGUMENTS],
  ['an address that is taken', join('server.4=10.0.0.3:2888:4888;2182'), {}, ErrorCode.BADARGUMENTS],
  ['its own address, changed', join('server.3=10.0.0.3:2888:4888;2182'), {}, '1 2 3'],
  ['what every machine has is not taken', {
    joiningServers: 'server.4=127.0.0.1:1:2;0.0.0.0:3,server.5=127.0.0.1:1:2;0.0.0.0:3',
  }, {}, '1 2 3 4 5'],
  ['an id that is none leaves', { leavingServers: 'x' }, {}, ErrorCode.MARSHALLINGERROR],
  ['an id that is none joins', join('server.x=10.0.0.4:2888:3888;2181'), {}, ErrorCode.MARSHALLINGERROR],
  ['an id that nobody can have leaves', { leavingServers: '-1' }, {}, '1 2 3'],
  ['an id that is none, with groups', { leavingServers: 'x' }, { current: GROUPED }, ErrorCode.BADARGUMENTS],
  ['one by one with groups', join(FOUR), { current: GROUPED }, ErrorCode.BADARGUMENTS],
  ['fewer than two voters', { leavingServers: '2,3' }, { isSynced: () => false }, ErrorCode.BADARGUMENTS],
  ['no voter', { leavingServers: '1,2,3' }, { standaloneEnabled: false }, ErrorCode.BADARGUMENTS],
  ['no quorum is there', join(FOUR), { isSynced: () => false, mayWrite: () => false }, ErrorCode.NEWCONFIGNOQUORUM],
  ['permission is asked last', join(FOUR), { mayWrite: () => false }, ErrorCode.NOAUTH],
];

for (const [name, request, situation, expected] of TABLE) {
  test(`47. ${name}`, () => { assert.is(outcome(request, situation), expected); });
}

test.run();
