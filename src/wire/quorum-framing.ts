/**
 * Where a message of the quorum port ends. QuorumPackets stand one behind the other without a length, and behind a SNAP a whole
 * snapshot streams, so the bytes are walked field by field. The walk remembers where it stopped: a snapshot that comes in
 * ten thousand chunks is walked once, not ten thousand times.
 */
import { ByteQueue } from './framing.ts';
import { MAX_FIELD_LENGTH } from './jute.ts';
import { PacketType } from './quorum-codec.ts';
import { WireError } from './wire-error.ts';

/** What stands where the walk stopped. */
type Place =
  | 'packet'
  | 'authinfo'
  | 'sessions'
  | 'acls'
  | 'acl'
  | 'aclEntry'
  | 'node'
  | 'signature'
  | 'end';

const SESSION_SIZE = 12;
/** aclId and StatPersisted. */
const NODE_TAIL_SIZE = 68;
const SLASH = 0x2f;

/** Splits the stream into the bytes of whole messages, for `decodeQuorumMessage`. */
export class QuorumSplitter {
  private readonly queue: ByteQueue = new ByteQueue();
  private readonly maxLength: number;
  private place: Place = 'packet';
  /** How far the walk has come in the message that is first in the queue. */
  private at: number = 0;
  /** Elements left of the vector that is being walked, and of the vector of lists around it. */
  private left: number = 0;
  private listsLeft: number = 0;
  private isSnap: boolean = false;

  /** `maxLength` bounds every field, not a message: a snapshot has no bound. */
  constructor(maxLength: number = MAX_FIELD_LENGTH) {
    this.maxLength = maxLength;
  }

  push(chunk: Uint8Array): void {
    this.queue.push(chunk);
  }

  /** The next whole message, or undefined. Once it has thrown, the connection is of no more use. */
  next(): Uint8Array | undefined {
    const length = this.lengthOfNext();
    return length < 0 ? undefined : this.queue.take(length);
  }

  /** The same without a copy; to be read before the next `push`. */
  nextLent(): Uint8Array | undefined {
    const length = this.lengthOfNext();
    return length < 0 ? undefined : this.queue.lend(length);
  }

  /** -1 while it is not all here. */
  private lengthOfNext(): number {
    while (this.place !== 'end') if (!this.advance()) return -1;
    const length = this.at;
    this.place = 'packet';
    this.at = 0;
    return length;
  }

  /** Walks over one element; false if it is not all here yet. */
  private advance(): boolean {
    switch (this.place) {
      case 'packet':
        return this.walkPacket();
      case 'authinfo':
        if (this.left === 0) return this.go(this.isSnap ? 'sessions' : 'end', this.at);
        return this.walkStrings(0, 'authinfo');
      case 'sessions':
        return this.walkSessions();
      case 'acls':
        return this.walkCount(this.at, 'acl', (count) => (this.listsLeft = count));
      case 'acl':
        if (this.listsLeft === 0) return this.go('node', this.at);
        return this.walkCount(this.at + 8, 'aclEntry', (count) => (this.left = count));
      case 'aclEntry':
        if (this.left > 0) return this.walkStrings(4, 'aclEntry');
        this.listsLeft--;
        return this.go('acl', this.at);
      case 'node':
        return this.walkNode();
      case 'signature':
        return this.go('end', this.field(this.at));
      case 'end':
        return false;
    }
  }

  private walkPacket(): boolean {
    const data = this.field(this.at + 12);
    if (data === undefined) return false;
    this.isSnap = this.queue.int(this.at) === PacketType.SNAP;
    return this.walkCount(data, 'authinfo', (count) => (this.left = count));
  }

  /** One Id, or an ACL when `before` bytes of permissions stand in front of it. */
  private walkStrings(before: number, place: Place): boolean {
    const scheme = this.field(this.at + before);
    const id = scheme === undefined ? undefined : this.field(scheme);
    if (id !== undefined) this.left--;
    return this.go(place, id);
  }

  /** Sessions have one size, so they are walked at one go, as far as they have come. */
  private walkSessions(): boolean {
    if (this.queue.length < this.at + 4) return false;
    const count = this.queue.int(this.at);
    if (count < 0) throw new WireError('length');
    const end = this.at + 4 + count * SESSION_SIZE;
    return this.go('acls', end <= this.queue.length ? end : undefined);
  }

  private walkNode(): boolean {
    const path = this.field(this.at);
    if (path === undefined) return false;
    if (path === this.at + 5 && this.queue.byte(this.at + 4) === SLASH) return this.go('signature', path);
    const data = this.field(path);
    if (data === undefined) return false;
    return this.go('node', data + NODE_TAIL_SIZE <= this.queue.length ? data + NODE_TAIL_SIZE : undefined);
  }

  private walkCount(at: number, place: Place, keep: (count: number) => void): boolean {
    if (this.queue.length < at + 4) return false;
    const count = this.queue.int(at);
    if (count < -1) throw new WireError('length');
    keep(Math.max(count, 0));
    return this.go(place, at + 4);
  }

  /** Where the string or buffer that begins at `at` ends; undefined if it is not all here yet. */
  private field(at: number): number | undefined {
    if (this.queue.length < at + 4) return undefined;
    const length = this.queue.int(at);
    if (length < -1 || length > this.maxLength) throw new WireError('length');
    const end = at + 4 + Math.max(length, 0);
    return end <= this.queue.length ? end : undefined;
  }

  private go(place: Place, at: number | undefined): boolean {
    if (at === undefined) return false;
    this.place = place;
    this.at = at;
    return true;
  }
}
