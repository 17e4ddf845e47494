/** Mixes an event into the trace hash: when, whose, what, and what tells it from its like. */
import type { RollingHash } from '../base/hash.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Message } from '../wire/message.ts';

/** Takes one event. */
export function mixEvent(
  hash: RollingHash,
  timeUs: number,
  node: NodeId,
  event: Event,
  fingerprint: ((message: Message) => number) | undefined,
): void {
  hash.mixNumber(timeUs);
  switch (event.kind) {
    case 'received':
      mixThree(hash, node, 1, event.connection);
      if (fingerprint !== undefined) hash.mix(fingerprint(event.message));
      break;
    case 'timer':
      mixThree(hash, node, 2, event.timer);
      break;
    case 'diskDone':
      mixThree(hash, node, 3, event.token);
      break;
    case 'diskRead':
      mixThree(hash, node, 4, event.token);
      hash.mix(event.bytes.length);
      break;
    case 'diskListed':
      mixThree(hash, node, 5, event.token);
      hash.mix(event.files.length);
      break;
    case 'diskFailed':
      mixThree(hash, node, 6, event.token);
      break;
    case 'accepted':
      mixThree(hash, node, 7, event.connection);
      break;
    case 'connected':
      mixThree(hash, node, 8, event.connection);
      break;
    case 'closed':
      mixThree(hash, node, 9, event.connection);
      break;
    case 'start':
      mixThree(hash, node, 10, 0);
      break;
  }
}

function mixThree(hash: RollingHash, node: NodeId, kind: number, which: number): void {
  hash.mix(node * 16 + kind);
  hash.mixNumber(which);
}
