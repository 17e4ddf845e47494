/**
 * Writes the bytes of a snapshot to a file, a piece for each event of the disk, so that a server with very many nodes goes on
 * answering meanwhile; then syncs it. The pieces of one file are written one after the other, in order. What the file is called
 * afterwards is its owner's concern.
 */
import type { Io } from '../io/io.ts';
import { SnapshotEncoder } from '../wire/snapshot-codec.ts';
import type { SnapshotImage } from '../wire/transactions.ts';

/** Encoding so many bytes takes about a millisecond. */
const PIECE_LENGTH = 0x1_0000;

/** See the head of the file. Every request carries `token`. Plain data. */
export class SnapshotFile {
  readonly token: number;
  readonly file: string;
  readonly encoder: SnapshotEncoder;

  constructor(token: number, file: string, image: SnapshotImage) {
    this.token = token;
    this.file = file;
    this.encoder = new SnapshotEncoder(image);
  }

  /** Writes the next piece; the last one is synced in the same event. One completion follows. True: it is that of the sync. */
  writeOn(io: Io): boolean {
    const piece = this.encoder.take(PIECE_LENGTH);
    const { isDone } = this.encoder;
    io.append(this.file, piece, isDone ? 0 : this.token);
    if (isDone) io.sync(this.file, this.token);
    return isDone;
  }
}
