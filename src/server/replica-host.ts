/**
 * The half of a server that the protocol asks for its data: log, database, epochs and ensemble. Nothing here knows of roles or
 * of clients; each method hands on to the part that does it.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import type { Membership } from '../zab/membership.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import type { Database } from './database.ts';
import { Ensemble } from './ensemble.ts';
import { Replica } from './replica.ts';

/** See the head of the file; what each method is for stands with `ZabHost`. */
export class ReplicaHost {
  protected readonly ensemble: Ensemble;
  protected readonly replica: Replica;

  constructor(config: ServerConfig) {
    this.ensemble = new Ensemble(config);
    this.replica = new Replica(config);
  }

  get acceptedEpoch(): number {
    return this.replica.acceptedEpoch;
  }

  get currentEpoch(): number {
    return this.replica.currentEpoch;
  }

  get lastLogged(): Zxid {
    return this.replica.lastLogged;
  }

  get isLogDurable(): boolean {
    return this.replica.isLogDurable;
  }

  get lastProcessed(): Zxid {
    return this.database.lastProcessedZxid;
  }

  get committedLog(): readonly Txn[] {
    return this.database.committedLog;
  }

  get database(): Database {
    return this.replica.database;
  }

  writeEpoch(file: 'acceptedEpoch' | 'currentEpoch', epoch: number, io: Io): void {
    this.replica.writeEpoch(file, epoch, io);
  }

  append(txn: Txn, io: Io): void {
    this.replica.append(txn, io);
  }

  sync(io: Io): void {
    this.replica.sync(io);
  }

  truncate(zxid: Zxid, io: Io): void {
    this.replica.truncate(zxid, io);
  }

  installSnapshot(image: SnapshotImage, io: Io): void {
    this.replica.installSnapshot(image, io);
  }

  readLog(from: Zxid, io: Io): void {
    this.replica.readLog(from, io);
  }

  history(): { readonly image: SnapshotImage; readonly txns: readonly Txn[] } {
    return this.database.history();
  }

  get membership(): Membership {
    return this.ensemble.membership;
  }

  learnConfig(text: string, io: Io): boolean {
    return this.ensemble.learn(text, io);
  }

  configToAnnounce(epoch: number): EnsembleConfig {
    return this.ensemble.toAnnounce(epoch);
  }

  onConfigAnnounced(text: string, io: Io): void {
    this.ensemble.onAnnounced(text, this.database, io);
  }

  activate(config: EnsembleConfig, io: Io): void {
    this.ensemble.activate(config, io);
  }

  activateApplied(io: Io): void {
    this.ensemble.activateApplied(this.database, io);
  }
}
