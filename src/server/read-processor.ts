/**
 * Requests that are answered from this server's own state (the read half of FinalRequestProcessor): reads,
 * watch management, ping and whoAmI. A read that asks for a watch and succeeds leaves it here, in the same
 * event: nothing can change in between.
 */
import type { ConnectionId } from '../io/event.ts';
import { clientInfos } from '../tree/acl.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { Requester } from '../tree/prepare.ts';
import { read } from '../tree/read.ts';
import { catchUp } from '../tree/set-watches.ts';
import { isWatcherType } from '../tree/watches.ts';
import type { WatchTable } from '../tree/watches.ts';
import type { Request, Response, SetWatches2Request, SetWatchesRequest, WatcherRequest } from '../wire/client-messages.ts';
import { AddWatchMode, ErrorCode } from '../wire/words.ts';
import type { ResultCode } from '../wire/words.ts';

/** `events` are those that setWatches catches up with; they are sent before the reply. */
export interface ReadResult {
  readonly err: ResultCode;
  readonly response: Response | null;
  readonly events: readonly { readonly type: number; readonly path: string }[];
}

const NO_EVENTS: ReadResult['events'] = [];

/** Answers `request`; watches are kept under the number of the connection. */
export function executeRead(
  request: Request,
  requester: Requester,
  connection: ConnectionId,
  tree: DataTree,
  watches: WatchTable,
): ReadResult {
  switch (request.kind) {
    case 'ping':
      return ok({ kind: 'ping' });
    case 'whoAmI':
      return ok({ kind: 'whoAmI', users: clientInfos(requester.authInfo) });
    case 'malformed':
      return failed(ErrorCode.MARSHALLINGERROR);
    case 'addWatch': {
      const { mode, path } = request;
      const isRecursive = mode === AddWatchMode.PERSISTENT_RECURSIVE;
      if (!isRecursive && mode !== AddWatchMode.PERSISTENT) return failed(ErrorCode.MARSHALLINGERROR);
      watches.add(path, isRecursive ? 'recursive' : 'persistent', connection);
      return ok({ kind: 'addWatch', err: ErrorCode.OK });
    }
    case 'checkWatches':
    case 'removeWatches':
      return manageWatch(request, connection, watches);
    case 'setWatches':
    case 'setWatches2':
      return setWatches(request, connection, tree, watches);
    default: {
      const { err, response, watch } = read(tree, request, requester);
      if (watch !== null) watches.add(watch.path, watch.table, connection);
      return { err, response, events: NO_EVENTS };
    }
  }
}

function manageWatch({ kind, path, watcherType }: WatcherRequest, connection: ConnectionId, watches: WatchTable): ReadResult {
  if (!isWatcherType(watcherType)) return failed(ErrorCode.MARSHALLINGERROR);
  const isThere = kind === 'checkWatches'
    ? watches.has(path, watcherType, connection)
    : watches.remove(path, watcherType, connection);
  return isThere ? ok({ kind }) : failed(ErrorCode.NOWATCHER);
}

function setWatches(
  request: SetWatchesRequest | SetWatches2Request,
  connection: ConnectionId,
  tree: DataTree,
  watches: WatchTable,
): ReadResult {
  const missed = catchUp(tree, request);
  for (const { path, kind } of missed.watches) watches.add(path, kind, connection);
  return { err: ErrorCode.OK, response: { kind: 'setWatches' }, events: missed.events };
}

function ok(response: Response): ReadResult {
  return { err: ErrorCode.OK, response, events: NO_EVENTS };
}

function failed(err: ResultCode): ReadResult {
  return { err, response: null, events: NO_EVENTS };
}
