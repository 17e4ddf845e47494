/**
 * Disks as one carries them about: a copy of what would be left if all that is not durable were lost, and putting such a copy,
 * or nothing, in the place of a disk whose server is down. What a server may lose in this way, `atlas.ts` decides.
 */
import type { SimulatedDisk } from './disk.ts';
import { Inode } from './inode.ts';

/** The files of a disk. Never mutated. */
export interface DiskImage {
  /** By it the image is spoken of in facts; 0 is the empty disk. */
  readonly number: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A new disk. */
export const EMPTY_IMAGE: DiskImage = Object.freeze({ number: 0, files: new Map<string, Uint8Array>() });

/** What is durable now. */
export function imageOf(disk: SimulatedDisk, number: number): DiskImage {
  const files = new Map<string, Uint8Array>();
  for (const [name, inode] of disk.durableFiles) files.set(name, inode.durable().slice());
  return Object.freeze({ number, files });
}

/** The disk holds this, durably, and nothing else. */
export function putImage(disk: SimulatedDisk, image: DiskImage): void {
  disk.settleDirectory(disk.syncDirectory());
  disk.files = new Map();
  for (const [name, bytes] of image.files) {
    const inode = new Inode();
    inode.everSynced = true;
    inode.become(bytes.slice());
    disk.files.set(name, inode);
  }
  disk.durableFiles = new Map(disk.files);
}
