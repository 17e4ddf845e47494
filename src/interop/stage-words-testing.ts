/** The words in which scripts of the stage are written, each as short as it can be said. Not part of the program. */
import type { MultiOp, Request } from '../wire/client-messages.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { Acl } from '../wire/words.ts';
import type { Role, Script, Stage } from './stage-testing.ts';

const ROLES: readonly Role[] = ['leader', 'follower', 'observer'];

export const SYNC: Request = { kind: 'sync', path: '/' };
export const PING: Request = { kind: 'ping' };
export const CLOSE: Request = { kind: 'closeSession' };

/** What is played once. */
export function script(name: string, play: (stage: Stage) => Promise<void>): Script {
  return { name, play };
}

/** What is played on each role. */
export function onEach(name: string, play: (stage: Stage, role: Role) => Promise<void>): Script {
  return script(name, async (stage) => {
    for (const role of ROLES) await play(stage, role);
  });
}

/** A node that is open to all. */
export function create(path: string, flags: number = 0, data: string | null = null): Request {
  return { kind: 'create', path, data: data === null ? null : Buffer.from(data), acl: OPEN_ACL_UNSAFE, flags };
}

export function exists(path: string, watch: boolean = false): Request {
  return { kind: 'exists', path, watch };
}

export function getData(path: string, watch: boolean = false): Request {
  return { kind: 'getData', path, watch };
}

/** With the Stat. */
export function getChildren(path: string, watch: boolean = false): Request {
  return { kind: 'getChildren2', path, watch };
}

export function setData(path: string, data: string, version: number = -1): Request {
  return { kind: 'setData', path, data: Buffer.from(data), version };
}

export function remove(path: string, version: number = -1): Request {
  return { kind: 'delete', path, version };
}

export function getAcl(path: string): Request {
  return { kind: 'getACL', path };
}

export function setAcl(path: string, acl: readonly Acl[]): Request {
  return { kind: 'setACL', path, acl, version: -1 };
}

/** The ephemeral nodes of the session that asks. */
export function getEphemerals(path: string): Request {
  return { kind: 'getEphemerals', path };
}

export function multi(...ops: MultiOp[]): Request {
  return { kind: 'multi', ops };
}

/** `create` within a multi. */
export function make(path: string, flags: number = 0): MultiOp {
  return { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags };
}
