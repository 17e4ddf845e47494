/**
 * How a leader brings one learner in line (LearnerHandler.run from syncFollower on): what `chooseSync` decided, sent as packets.
 */
import { makeZxid } from '../base/zxid.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Zxid } from '../base/zxid.ts';
import type { SyncMode } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { ZabHost } from './host.ts';
import type { LearnerHandler } from './learner-handler.ts';
import type { Proposals } from './proposals.ts';
import type { EnsembleConfig } from './quorum.ts';
import { chooseSync } from './sync-choice.ts';

/**
 * Sends what brings the learner in line, then everything that is outstanding, then NEWLEADER; and lets live
 * proposals follow. All in one event: nothing can be committed between the choice and the joining
 * (ZOOKEEPER-962). Or asks for the log first.
 */
export function synchronize(
  handler: LearnerHandler, epoch: number, config: EnsembleConfig, proposals: Proposals, host: ZabHost, io: Io,
): void {
  const { committedLog: committed, lastProcessed } = host;
  const fromLog = host.settings.snapshotSizePercent < 0 ? null : handler.fromLog;
  const choice = chooseSync(handler.peerLastZxid, { committed, lastProcessed, fromLog });
  if (choice.kind === 'readLog') {
    handler.phase = 'readingLog';
    host.readLog(handler.peerLastZxid, io);
    return;
  }
  if (choice.kind === 'snapshot') {
    const { image, txns } = host.history();
    observeSync(handler, 'SNAP', image.zxid, io);
    io.send(handler.connection, { kind: 'SNAP', zxid: image.zxid, image });
    for (const txn of txns) handler.sendCommitted(txn, io);
  } else if (choice.truncateTo !== null) {
    observeSync(handler, choice.entries.length > 0 ? 'TRUNC+DIFF' : 'TRUNC', choice.truncateTo, io, choice.entries);
    io.send(handler.connection, { kind: 'TRUNC', zxid: choice.truncateTo });
  } else {
    observeSync(handler, 'DIFF', choice.lastZxid, io, choice.entries);
    io.send(handler.connection, { kind: 'DIFF', zxid: choice.lastZxid });
  }
  if (choice.kind === 'entries') for (const txn of choice.entries) handler.sendCommitted(txn, io);
  startForwarding(handler, proposals, io);
  io.send(handler.connection, { kind: 'NEWLEADER', zxid: makeZxid(epoch, 0), config: config.text });
  handler.phase = 'newLeaderSent';
}

function observeSync(handler: LearnerHandler, mode: SyncMode, toZxid: Zxid, io: Io, entries: readonly Txn[] = []): void {
  const { sid: learner, peerLastZxid } = handler;
  const fromLog = entries.length > 0 && (handler.fromLog ?? null) !== null;
  io.observe({ kind: 'syncChosen', learner, mode, peerLastZxid, toZxid, fromLog });
}

function startForwarding(handler: LearnerHandler, proposals: Proposals, io: Io): void {
  handler.isForwarding = true;
  if (handler.isObserver) return;
  for (const txn of proposals.restartFor(handler.sid)) io.send(handler.connection, { kind: 'PROPOSAL', txn });
}
