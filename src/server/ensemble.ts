/**
 * What a server knows of its ensemble: the configuration in force and what may be next, put together from what the operator
 * gave it, its files, its log, its leader and its peers. What is in force only ever gets newer. It decides nothing: the rules
 * are in `Membership`, the requests in `reconfiguration.ts`.
 */
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { ConfigStore } from '../storage/config-store.ts';
import { parseConfig, withVersion } from '../zab/config-text.ts';
import { Membership } from '../zab/membership.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import { initialEnsemble } from './config.ts';
import type { Database } from './database.ts';

type DiskEvent = Extract<Event, { kind: 'diskDone' | 'diskRead' | 'diskListed' | 'diskFailed' }>;

/** See the head of the file. Plain data. */
export class Ensemble {
  readonly membership: Membership;
  private readonly reconfigEnabled: boolean;
  private readonly store: ConfigStore = new ConfigStore();
  /** The last text that was learned or announced, which need not be parsed again. */
  private lastText = '';

  constructor(config: ServerConfig) {
    this.membership = new Membership(config.id, initialEnsemble(config));
    this.reconfigEnabled = config.reconfigEnabled;
  }

  /** Begins to read the files; false: there are none to be read, for nothing can be reconfigured. */
  recover(io: Io): boolean {
    if (this.reconfigEnabled) this.store.recover(io);
    return this.reconfigEnabled;
  }

  owns(event: DiskEvent): boolean {
    return this.store.owns(event);
  }

  /** True once the files are read; a sentence for the operator where that is impossible. */
  onDiskEvent(event: DiskEvent, io: Io): boolean | string {
    const files = this.store.handle(event, io);
    if (files === null || typeof files === 'string') return files ?? false;
    const current = files.current === null ? null : parseConfig(files.current);
    const next = files.next === null ? null : parseConfig(files.next);
    if (files.current !== null && current === null) return 'zoo.cfg.dynamic is damaged: restore it, or remove it';
    if (files.next !== null && next === null) return 'zoo.cfg.dynamic.next is damaged: restore it, or remove it';
    if (current !== null) this.adopt(current, io);
    this.membership.announce(next);
    return true;
  }

  /** Between two roles: the log is applied to its end, and says what is in force and what may be next. */
  settle(database: Database, io: Io): void {
    if (!this.reconfigEnabled) return;
    const { recorded, previous } = database;
    const last = recorded === null ? null : parseConfig(recorded.text);
    // A record of what was in force already, written when a leader began, is no reconfiguration.
    const isOpen = recorded !== null && recorded.isLast && last?.version === recorded.zxid;
    const settled = isOpen ? (previous === null ? null : parseConfig(previous.text)) : last;
    if (settled !== null) this.activate(settled, io);
    this.membership.settle(isOpen ? last : null);
  }

  /** A peer says what is in force; true when that was news. */
  learn(text: string, io: Io): boolean {
    if (!this.reconfigEnabled || text === this.membership.current.text || text === this.lastText) return false;
    this.lastText = text;
    const config = parseConfig(text);
    return config !== null && this.activate(config, io);
  }

  /** What a leader of `epoch` announces. The operator's own configuration becomes the first one that was agreed upon. */
  toAnnounce(epoch: number): EnsembleConfig {
    const { current, pending } = this.membership;
    if (pending !== null) return pending;
    return this.reconfigEnabled && current.version === ZXID_ZERO ? withVersion(current, makeZxid(epoch, 0)) : current;
  }

  /** The leader has announced a configuration; what the log knows needs no file. */
  onAnnounced(text: string, database: Database, io: Io): void {
    if (!this.reconfigEnabled) return;
    const config = text === this.membership.current.text ? null : parseConfig(text);
    const recorded = database.recorded === null ? null : parseConfig(database.recorded.text);
    this.membership.announce(config !== null && config.version === recorded?.version ? null : config);
    this.store.writeNext(this.membership.announced?.text ?? null, io);
  }

  /** All that is applied is committed, and what was announced is in force. */
  activateApplied(database: Database, io: Io): void {
    if (!this.reconfigEnabled) return;
    const recorded = database.recorded === null ? null : parseConfig(database.recorded.text);
    if (recorded !== null) this.activate(recorded, io);
    if (this.membership.announced !== null) this.activate(this.membership.announced, io);
  }

  /** `config` is in force; false when something newer is. */
  activate(config: EnsembleConfig, io: Io): boolean {
    if (!this.adopt(config, io)) return false;
    this.store.writeCurrent(config.text, io);
    return true;
  }

  private adopt(config: EnsembleConfig, io: Io): boolean {
    if (!this.membership.activate(config)) return false;
    const { version, voters, observers } = config;
    io.observe({ kind: 'configActivated', version, voters, observers });
    return true;
  }
}
