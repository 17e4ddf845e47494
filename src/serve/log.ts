/**
 * What a real server says while it runs: pino's JSON lines on standard error, or on a terminal the same in words. Facts that an
 * operator acts upon are said; the rest is for debugging.
 */
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Shell } from '../command/shell.ts';
import type { Fact } from '../io/fact.ts';

export type { Logger } from 'pino';

/** The levels that `--log` takes. */
export const LOG_LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** A logger that writes through the shell. */
export function serverLog(shell: Shell, level: string): Logger {
  const write = shell.isTerminal ? (line: string) => shell.err(inWords(line)) : (line: string) => shell.err(line.trimEnd());
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** One of pino's lines for a person: `12:00:01 info  server 1: it leads epoch 3`. */
export function inWords(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return line;
  const { level, time, msg, server, ...rest } = { level: 30, time: '', msg: '', server: 0, ...entry };
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const who = server === 0 ? '' : `server ${server}: `;
  return `${time.slice(11, 19)} ${(pino.levels.labels[level] ?? '').padEnd(5)} ${who}${msg}${fields.join('')}`;
}

/** Says what a server has observed of itself, where an operator should know. */
export function logFact(log: Logger, fact: Fact): void {
  switch (fact.kind) {
    case 'recovered': {
      const { lastZxid, currentEpoch, tornTail } = fact;
      log.info({ zxid: hex(lastZxid), epoch: currentEpoch }, 'recovered');
      if (tornTail) log.warn('the end of the log was torn, as a crash leaves it; what was not acknowledged is dropped');
      return;
    }
    case 'stateRefused':
      log.error({ reason: fact.reason }, 'what is on disk cannot be answered for; a leader’s snapshot is waited for');
      return;
    case 'role':
      log.info({ epoch: fact.epoch }, fact.role);
      return;
    case 'elected':
      log.info({ leader: fact.leader, round: fact.round }, 'elected');
      return;
    case 'syncChosen':
      log.info({ learner: fact.learner, mode: fact.mode, from: hex(fact.peerLastZxid), to: hex(fact.toZxid) }, 'synchronizing');
      return;
    case 'truncated':
    case 'snapshotInstalled':
    case 'snapshotWritten':
      log.info({ zxid: hex(fact.zxid) }, fact.kind);
      return;
    case 'configActivated':
      log.info({ version: hex(fact.version), voters: fact.voters, observers: fact.observers }, 'configuration in force');
      return;
    case 'sessionExpiring':
      log.info({ session: fact.sessionId, idleMs: fact.idleMs, timeoutMs: fact.timeoutMs }, 'session expires');
      return;
    case 'clientRefused':
      log.info({ client: hex(fact.clientZxid), server: hex(fact.serverZxid) }, 'refused a client that has seen more');
      return;
    default:
      if (log.isLevelEnabled('trace')) log.trace({ fact }, fact.kind);
  }
}

function hex(zxid: number): string {
  return zxid < 0 ? String(zxid) : `0x${zxid.toString(16)}`;
}
