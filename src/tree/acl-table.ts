/**
 * Interned access control lists: equal lists are one object, kept as long as a node uses it. Numbers for them exist only in an
 * image, where they are given out anew in the order of the nodes: a number can therefore never be stale or stand for another list
 * (ZOOKEEPER-3306, ZOOKEEPER-4689, ZOOKEEPER-4846).
 */
import { type PersistentMap, emptyMap } from '../base/persistent-map.ts';
import { OPEN_ACL_UNSAFE, type Acl } from '../wire/words.ts';
import { isOpenAcl } from './acl.ts';

interface Interned {
  readonly acl: readonly Acl[];
  readonly uses: number;
}
/** Lists by their text. The open list is not in it: it is a constant. */
export type AclTable = PersistentMap<Interned>;

/** Of a tree where every node has the open list. */
export const NO_ACLS: AclTable = emptyMap<Interned>();

/** One text for one list: lengths keep ids of any content apart. */
export function aclKey(acl: readonly Acl[]): string {
  let key = '';
  for (const { perms, id } of acl) key += `${perms},${id.scheme.length},${id.id.length}:${id.scheme}${id.id};`;
  return key;
}

/** The table with one more use of the list. */
export function retainAcl(table: AclTable, acl: readonly Acl[]): AclTable {
  if (isOpenAcl(acl)) return table;
  const key = aclKey(acl);
  const present = table.get(key);
  return table.set(key, present === undefined ? { acl, uses: 1 } : { acl: present.acl, uses: present.uses + 1 });
}

/** The table with one use less. */
export function releaseAcl(table: AclTable, acl: readonly Acl[]): AclTable {
  if (isOpenAcl(acl)) return table;
  const key = aclKey(acl);
  const present = table.get(key);
  if (present === undefined) return table;
  return present.uses === 1 ? table.delete(key) : table.set(key, { acl: present.acl, uses: present.uses - 1 });
}

/** The one object for an equal list. */
export function internedAcl(table: AclTable, acl: readonly Acl[]): readonly Acl[] {
  return isOpenAcl(acl) ? OPEN_ACL_UNSAFE : table.get(aclKey(acl))?.acl ?? acl;
}
