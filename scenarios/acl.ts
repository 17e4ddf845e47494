/**
 * Permissions under load: nodes for everybody, for whoever proves to be somebody, for one address or for nobody; lists
 * that change while others read, write and watch; credentials that come late, are refused, or make a superuser.
 */
import type { ScriptedRequest } from '../src/client/script.ts';
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import { scenarioWithMoves } from '../src/plan/moves.ts';
import type { Move, Turn } from '../src/plan/moves.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { digestId } from '../src/tree/acl.ts';
import { encodeText } from '../src/wire/utf8.ts';
import { OPEN_ACL_UNSAFE, Permission } from '../src/wire/words.ts';
import type { Acl } from '../src/wire/words.ts';
import { FIVE } from './five.ts';

const ROOT_CREDENTIALS = 'super:secret';
const SUPER = { superDigest: digestId(encodeText(ROOT_CREDENTIALS)) };

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'acl',
  summary: 'permissions that change under load; digest, ip, auth, world and super',
  expects: [
    'operation auth', 'operation setACL', 'operation getACL', 'operation whoAmI', 'operation multi',
    'operation multiRead', 'result NOAUTH', 'result INVALIDACL', 'result AUTHFAILED', 'result RECONFIGDISABLED',
  ],
  voters: [[3, 4], [5, 1], [1, 1]],
  observers: [[0, 4], [1, 1]],
  clients: [1, 4],
  operations: [8, 25],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [30, 80],
  faults: { ...NO_FAULT, crash: 4, crashLeader: 4, crashAll: 1, reset: 6, clientCut: 4, pause: 2, isolate: 2, isolateLeader: 3 },
  faultCount: [0, 10],
  calmPercent: 20,
  snapCount: [[10, 3], [50, 1], [100_000, 1]],
  service: [[SUPER, 6], [{}, 3], [{ skipACL: true }, 1]],
};

const USERS = 3;
const { READ, WRITE, CREATE, DELETE, ADMIN, ALL } = Permission;
/** What a list may allow, mostly enough for its owner to change it again. */
const RIGHTS: readonly number[] = [
  ALL, READ | ADMIN, READ | WRITE | ADMIN, CREATE | DELETE | READ, READ, WRITE, ADMIN, 0, READ | CREATE,
];

function credentials(user: number): string {
  return `u${user % USERS}:pw${user % USERS}`;
}

function path({ pick }: Turn): string {
  const top = `/h${pick % 3}`;
  return (pick >> 2) % 3 === 0 ? top : `${top}/p${(pick >> 4) % 2}`;
}

/** A list: by who it is for, and what they may; some are no lists at all. */
function list({ pick, variant }: Turn): readonly Acl[] {
  const perms = RIGHTS[(pick >> 5) % RIGHTS.length] ?? ALL;
  const digest: Acl = { perms, id: { scheme: 'digest', id: digestId(encodeText(credentials(pick >> 9))) } };
  const entries: readonly (readonly Acl[])[] = [
    OPEN_ACL_UNSAFE,
    OPEN_ACL_UNSAFE,
    [{ perms: READ | WRITE | CREATE | DELETE, id: { scheme: 'world', id: 'anyone' } }, { ...digest, perms: ALL }],
    [{ perms: READ, id: { scheme: 'world', id: 'anyone' } }, { ...digest, perms: ALL }],
    [digest],
    [digest, { perms: READ | ADMIN, id: { scheme: 'digest', id: digestId(encodeText(credentials(pick >> 10))) } }],
    [{ perms, id: { scheme: 'auth', id: '' } }],
    [{ perms, id: { scheme: 'auth', id: '' } }, { perms: READ, id: { scheme: 'ip', id: '127.0.0.0/24' } }],
    [{ perms: ALL, id: { scheme: 'ip', id: `127.0.0.${pick % 16}` } }],
    [{ perms, id: { scheme: 'ip', id: '127.0.0.0/29' } }, { perms: ADMIN, id: { scheme: 'world', id: 'anyone' } }],
    [{ perms: ALL, id: { scheme: 'x509', id: 'CN=nobody' } }, { perms: ADMIN, id: { scheme: 'world', id: 'anyone' } }],
    [{ perms, id: { scheme: 'world', id: 'nobody' } }],
    [],
  ];
  return entries[variant % entries.length] ?? OPEN_ACL_UNSAFE;
}

function proof({ pick, variant }: Turn): ScriptedRequest {
  if (variant === 0) return { kind: 'addAuth', scheme: 'nosuch', auth: 'x' };
  if (variant < 8) return { kind: 'addAuth', scheme: 'digest', auth: ROOT_CREDENTIALS };
  return { kind: 'addAuth', scheme: 'digest', auth: credentials(pick) };
}

function use(turn: Turn): ScriptedRequest {
  const { variant, value: data } = turn;
  const at = path(turn);
  const kinds = ['getData', 'getChildren2', 'exists', 'getACL', 'setData', 'create', 'delete', 'getChildren'] as const;
  const kind = kinds[variant % kinds.length] ?? 'exists';
  switch (kind) {
    case 'getACL':
      return { kind, path: at };
    case 'setData':
      return { kind, path: at, data };
    case 'create':
      return { kind, path: at, data };
    case 'delete':
      return { kind, path: at };
    default:
      return { kind, path: at, watch: variant < 30 };
  }
}

function several(turn: Turn): ScriptedRequest {
  const { pick, variant, value: data } = turn;
  const at = path(turn);
  const other = path({ ...turn, pick: pick >> 7 });
  if (variant < 40) return { kind: 'multi', ops: [
    { kind: 'check', path: at }, { kind: 'setData', path: other, data },
  ] };
  if (variant < 70) return { kind: 'multi', ops: [
    { kind: 'setData', path: at, data }, { kind: 'create', path: `${other}/q${pick % 3}`, data },
  ] };
  return { kind: 'multiRead', ops: [
    { kind: 'getData', path: at }, { kind: 'getChildren', path: other }, { kind: 'getData', path: '/no' },
  ] };
}

const MOVES: readonly Move[] = [
  { weight: 30, make: (turn) => [use(turn)] },
  { weight: 14, make: (turn) => [
    { kind: 'setACL', path: path(turn), acl: list(turn), version: turn.pick % 5 === 0 ? turn.pick % 3 : -1 },
  ] },
  { weight: 10, make: (turn) => [{ kind: 'create', path: path(turn), data: turn.value, acl: list(turn) }] },
  { weight: 6, make: (turn) => [
    { kind: 'create2', path: `${path(turn)}/s-`, data: turn.value, acl: list(turn), flags: 2 },
  ] },
  { weight: 10, make: (turn) => [several(turn)] },
  { weight: 6, make: (turn) => [proof(turn)] },
  { weight: 3, make: () => [{ kind: 'whoAmI' }] },
  { weight: 3, make: (turn) => [{ kind: 'addWatch', path: path(turn), mode: turn.pick % 2 }] },
  { weight: 4, make: () => [{ kind: 'reconnect' }] },
  // The reconfiguration of an ensemble that does not allow it.
  { weight: 1, make: () => [{ kind: 'reconfig', leaving: ['1'] }] },
  { weight: 1, make: () => [{ kind: 'closeSession' }] },
];

/** See the head of the file. */
export const acl: Scenario = scenarioWithMoves(SHAPE, {
  moves: MOVES,
  clients: [2, 6],
  count: [10, 50],
  opening: (client) => (client % 3 === 2 ? [] : [{ kind: 'addAuth', scheme: 'digest', auth: credentials(client) }]),
});
