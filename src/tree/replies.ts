/** From the outcome of a committed write to the body of its reply (FinalRequestProcessor's last switch). */
import type { MultiResult, RequestKind, Response } from '../wire/client-messages.ts';
import type { TxnBody } from '../wire/transactions.ts';
import { ErrorCode } from '../wire/words.ts';
import type { Applied } from './applied.ts';

/** The body for a request of `kind`; null where `applied` is an error, or where the reply has no body from the tree. */
export function writeResponse(kind: RequestKind, applied: Applied): Response | null {
  if (applied.err !== ErrorCode.OK) return null;
  if (kind === 'multi') return applied.results === null ? null : { kind: 'multi', results: applied.results };
  if (kind === 'closeSession') return { kind: 'closeSession' };
  return simpleResponse(kind, applied);
}

/** One entry of a multi's reply, for the sub-transaction of `kind`. */
export function multiResult(kind: TxnBody['kind'], applied: Applied): MultiResult {
  const result = applied.err === ErrorCode.OK ? simpleResponse(kind, applied) : null;
  return result ?? { kind: 'error', err: applied.err };
}

type SimpleResponse = Exclude<MultiResult, { readonly kind: 'error' }>;

function simpleResponse(kind: RequestKind | TxnBody['kind'], { path, stat }: Applied): SimpleResponse | null {
  switch (kind) {
    case 'create':
      return path === null ? null : { kind, path };
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return path === null || stat === null ? null : { kind, path, stat };
    case 'setData':
    case 'setACL':
      return stat === null ? null : { kind, stat };
    case 'delete':
    case 'deleteContainer':
    case 'check':
      return { kind };
    default:
      return null;
  }
}
