/**
 * What a medium does to bytes that were safe: a bit flips; a write that was meant for another place overwrites a sector; a sector
 * reads as zeros, because a write that was acknowledged never reached it. A process hears nothing of it before it reads them.
 * (Bairavasundaram et al., "An Analysis of Data Corruption in the Storage Stack", FAST 2008.)
 */
import type { Stream } from './chooser.ts';
import type { SimulatedDisk } from './disk.ts';
import type { Decay } from './fault.ts';
import type { Inode } from './inode.ts';

const SECTOR = 512;

/** Damages one file whose name begins with `prefix`; what was done to which, in words; empty: there is nothing to damage. */
export function damageDisk(disk: SimulatedDisk, decay: Decay, prefix: string, luck: Stream): string {
  const names = disk.list().filter((name) => name.startsWith(prefix) && isFit(disk.files.get(name), decay));
  const name = names[luck.below(Math.max(1, names.length), 'rottenFile')];
  const inode = name === undefined ? undefined : disk.files.get(name);
  if (name === undefined || inode === undefined) return '';
  const at = luck.below(inode.size, 'rottenByte');
  if (decay === 'bit') {
    const bit = luck.below(8, 'rottenBit');
    inode.decay(at, new Uint8Array([(inode.buffer[at] ?? 0) ^ (1 << bit)]));
    return `bit ${bit} of byte ${at} of ${name}`;
  }
  const start = Math.floor(at / SECTOR) * SECTOR;
  const length = Math.min(SECTOR, inode.size - start);
  const bytes = decay === 'zeros' ? new Uint8Array(length) : otherBytes(inode, length, luck);
  inode.decay(start, bytes);
  return `${length} bytes at ${start} of ${name}`;
}

/** Durable, and large enough that a sector is not all of it. */
function isFit(inode: Inode | undefined, decay: Decay): boolean {
  return inode !== undefined && inode.pending.length === 0 && inode.size > (decay === 'bit' ? 0 : SECTOR);
}

/** Bytes from anywhere in the file. */
function otherBytes(inode: Inode, length: number, luck: Stream): Uint8Array {
  const from = luck.below(inode.size - length + 1, 'misdirectedFrom');
  return inode.buffer.slice(from, from + length);
}
