/**
 * How long a request's frame is, for the limits that are put on it. In a simulation messages travel as records and have no length
 * until they are encoded, so a bound is taken first and the bytes are counted only where the bound does not decide.
 */
import { encodeClientMessage } from '../wire/client-codec.ts';
import type { Request, RequestMessage } from '../wire/client-messages.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import type { Acl } from '../wire/words.ts';

/** Headers, numbers and lengths of any one operation or list entry. */
const FIXED = 64;
/** The most bytes of UTF-8 for one unit of UTF-16. */
const BYTES_OF_UNIT = 3;

/** Whether the request's frame is longer than `limit` bytes. */
export function isLongerThan(message: RequestMessage, limit: number): boolean {
  return lengthBound(message.request) > limit && encodeClientMessage(message).length > limit;
}

/** The frame's length in bytes. */
export function frameLength(message: RequestMessage): number {
  return encodeClientMessage(message).length;
}

/** No frame of this request is longer. */
function lengthBound(request: Request): number {
  switch (request.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return FIXED + textBound(request.path) + (request.data?.length ?? 0) + aclBound(request.acl);
    case 'setData':
      return FIXED + textBound(request.path) + (request.data?.length ?? 0);
    case 'setACL':
      return FIXED + textBound(request.path) + aclBound(request.acl);
    case 'multi':
    case 'multiRead': {
      let sum = FIXED;
      for (const op of request.ops) sum += FIXED + lengthBound(op);
      return sum;
    }
    case 'setWatches':
      return FIXED + listBound(request.dataWatches) + listBound(request.existWatches) + listBound(request.childWatches);
    case 'setWatches2':
      return FIXED + listBound(request.dataWatches) + listBound(request.existWatches) + listBound(request.childWatches)
        + listBound(request.persistentWatches) + listBound(request.persistentRecursiveWatches);
    case 'auth':
      return FIXED + textBound(request.scheme) + (request.auth?.length ?? 0);
    case 'sasl':
      return FIXED + (request.token?.length ?? 0);
    case 'reconfig':
      return FIXED + textBound(request.joiningServers ?? '') + textBound(request.leavingServers ?? '')
        + textBound(request.newMembers ?? '');
    default:
      return 'path' in request ? FIXED + textBound(request.path) : FIXED;
  }
}

function textBound(text: string): number {
  return text.length * BYTES_OF_UNIT;
}

function listBound(paths: readonly string[]): number {
  let sum = 0;
  for (const path of paths) sum += FIXED + textBound(path);
  return sum;
}

function aclBound(acl: readonly Acl[] | null): number {
  if (acl === null || acl === OPEN_ACL_UNSAFE) return FIXED;
  let sum = 0;
  for (const { id } of acl) sum += FIXED + textBound(id.scheme) + textBound(id.id);
  return sum;
}
