/** The events that a committed transaction sets off for whoever watches, written down once more, apart from the service. */
import type { SimpleTxn, TxnBody } from '../wire/transactions.ts';
import { EventType } from '../wire/words.ts';
import { parentOf } from './model.ts';

/** An event for those who watch `path`. */
export interface PathEvent {
  readonly type: number;
  readonly path: string;
}

/** In the order in which they are due. A closeSession that does not list its nodes tells of none. */
export function eventsOf(body: TxnBody): PathEvent[] {
  const events: PathEvent[] = [];
  if (body.kind === 'closeSession') {
    for (const path of body.paths ?? []) addDeletion(events, path);
  } else if (body.kind === 'multi') {
    if (!body.txns.some((part) => part.kind === 'error')) for (const part of body.txns) addSimple(events, part);
  } else if (body.kind !== 'createSession') {
    addSimple(events, body);
  }
  return events;
}

function addSimple(events: PathEvent[], body: SimpleTxn): void {
  switch (body.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      events.push({ type: EventType.NodeCreated, path: body.path });
      events.push({ type: EventType.NodeChildrenChanged, path: parentOf(body.path) });
      return;
    case 'delete':
    case 'deleteContainer':
      addDeletion(events, body.path);
      return;
    case 'setData':
    case 'reconfig':
      events.push({ type: EventType.NodeDataChanged, path: body.path });
      return;
    default:
      return;
  }
}

function addDeletion(events: PathEvent[], path: string): void {
  events.push({ type: EventType.NodeDeleted, path });
  events.push({ type: EventType.NodeChildrenChanged, path: parentOf(path) });
}
