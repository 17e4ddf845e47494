/**
 * acceptedEpoch and currentEpoch: one decimal number in a file of its own, written beside it, synced, renamed and made
 * durable by its name before anybody hears of it (ZOOKEEPER-2307: a value in memory that the disk lacks is a promise that a
 * crash breaks). The number stands there twice, once with a checksum: a digit that decays would be another promise.
 */
import { crc32 } from '../base/checksum.ts';
import { EPOCH_LIMIT } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import { temporaryFileName } from './file-names.ts';
import type { EpochFile } from './file-names.ts';

/** A request to write one of the two. */
export interface EpochWrite {
  readonly file: EpochFile;
  readonly epoch: number;
}

/** Writes one after the other, in the order asked. */
export class EpochWriter {
  readonly token: number;
  readonly writes: EpochWrite[];
  isNaming: boolean;
  awaiting: number;

  constructor(token: number) {
    this.token = token;
    this.writes = [];
    this.isNaming = false;
    this.awaiting = 0;
  }

  write(file: EpochFile, epoch: number, io: Io): void {
    this.writes.push({ file, epoch });
    if (this.writes.length === 1) this.startFirst(io);
  }

  /** One completion of `token`; the write that it makes durable, if it does. */
  complete(io: Io): EpochWrite | undefined {
    this.awaiting--;
    const first = this.writes[0];
    if (this.awaiting > 0 || first === undefined) return undefined;
    if (!this.isNaming) {
      this.isNaming = true;
      this.awaiting = 2;
      io.rename(temporaryFileName(first.file), first.file, this.token);
      io.syncDirectory(this.token);
      return undefined;
    }
    this.writes.shift();
    this.startFirst(io);
    return first;
  }

  startFirst(io: Io): void {
    const first = this.writes[0];
    if (first === undefined) return;
    const file = temporaryFileName(first.file);
    this.isNaming = false;
    this.awaiting = 1;
    io.append(file, encodeEpoch(first.epoch), 0);
    io.sync(file, this.token);
  }
}

/** Decimal digits on the first line, which is all that ZooKeeper reads; on the second they stand again, with their CRC-32. */
export function encodeEpoch(epoch: number): Uint8Array {
  const digits = epoch.toString();
  return new TextEncoder().encode(`${digits}\n${digits} ${checksumOf(digits)}\n`);
}

/**
 * The copy that its checksum confirms, wherever it stands; without one, the digits of the first line. Undefined when there is
 * neither: then nobody knows what this server has promised.
 */
export function parseEpoch(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(bytes);
  for (const [, digits, checksum] of text.matchAll(/([0-9]{1,7}) ([0-9a-f]{8})/g)) {
    if (digits !== undefined && checksum === checksumOf(digits)) return epochOfDigits(digits);
  }
  return epochOfDigits((text.split('\n')[0] ?? '').trim());
}

function epochOfDigits(digits: string): number | undefined {
  const epoch = /^[0-9]{1,10}$/.test(digits) ? Number(digits) : EPOCH_LIMIT;
  return epoch < EPOCH_LIMIT ? epoch : undefined;
}

function checksumOf(digits: string): string {
  return crc32(new TextEncoder().encode(digits)).toString(16).padStart(8, '0');
}
