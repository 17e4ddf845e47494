/**
 * An ensemble of which every server is a process of its own, so that each can be killed, paused and traced by itself. This
 * process chooses ports and writes each server's zoo.cfg, starts `viv serve` on it, says when all serve, and ends them with
 * itself: each holds the other end of a channel to here, and stops when it closes, whatever became of this process. The last one
 * then removes what was temporary.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../command/command.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { temporaryFolder } from '../host/temporary-folder.ts';
import type { TemporaryFolder } from '../host/temporary-folder.ts';
import { planServers } from './ensemble.ts';
import type { EnsemblePlan } from './ensemble.ts';
import { SUPERVISED, TEMPORARY } from './supervisor.ts';
import type { ReadyMessage, Served } from './supervisor.ts';

/** What is asked of the whole, beside what is asked of an ensemble in one process. */
export interface ProcessesPlan extends EnsemblePlan {
  /** The servers' own `--log`. */
  readonly level: string;
  /** Whether a server that ended is started again. */
  readonly isRestarting: boolean;
  /** What a server says on standard error, a line at a time. */
  readonly onLine: (line: string) => void;
  /** The last of them has ended. */
  readonly onEnd: () => void;
}

/** Processes that were started together. */
export interface StartedProcesses {
  readonly directory: string;
  /** Each server, once all serve; rejects with a `UsageError` where one cannot be started. */
  readonly ready: Promise<readonly Served[]>;
  stop(): Promise<void>;
}

/** One server, through all its lives. */
interface Place {
  readonly id: number;
  readonly configFile: string;
  child: ChildProcess | null;
  served: Served | null;
  /** What it said in this life, the end of it. */
  said: string;
  attempts: number;
}

/** Between the end of a server and its next start. */
const RESTART_PAUSE_MS = 1000;
/** For a moment, a port that was found free may be in the hands of somebody's outgoing connection. */
const BIND_ATTEMPTS = 10;
const BIND_PAUSE_MS = 100;
/** A server that takes longer to stop than this is killed. */
const STOP_PATIENCE_MS = 10_000;
const SAID_MAX = 2000;

/** See the head of the file. Throws `UsageError`, `ListenError` and `DirectoryError`. */
export async function startProcesses(plan: ProcessesPlan): Promise<StartedProcesses> {
  const temporary = plan.directory === null ? temporaryFolder('vivarium-') : null;
  const directory = plan.directory ?? temporary?.path ?? '';
  try {
    return new Processes(plan, directory, temporary, await writePlaces(plan, directory));
  } catch (error) {
    temporary?.remove();
    throw error;
  }
}

/** The ports are free again when this returns: a process cannot share them with the one that binds them next. */
async function writePlaces(plan: ProcessesPlan, directory: string): Promise<Place[]> {
  const planned = await planServers(plan, directory);
  try {
    return planned.map(({ id, text }): Place => {
      const configFile = join(directory, `${id}.cfg`);
      makeDirectory(join(directory, String(id)));
      writeFileSync(join(directory, String(id), 'myid'), `${id}\n`);
      writeFileSync(configFile, `${text}\n`);
      return { id, configFile, child: null, served: null, said: '', attempts: 0 };
    });
  } finally {
    for (const { listeners } of planned) await listeners.close();
  }
}

class Processes implements StartedProcesses {
  readonly directory: string;
  readonly ready: Promise<readonly Served[]>;
  private readonly plan: ProcessesPlan;
  private readonly temporary: TemporaryFolder | null;
  private readonly places: readonly Place[];
  private readonly timers: Set<NodeJS.Timeout> = new Set();
  private isStopping = false;
  private isReady = false;
  private resolveReady: (servers: readonly Served[]) => void = () => undefined;
  private rejectReady: (error: Error) => void = () => undefined;

  constructor(plan: ProcessesPlan, directory: string, temporary: TemporaryFolder | null, places: readonly Place[]) {
    this.plan = plan;
    this.temporary = temporary;
    this.directory = directory;
    this.places = places;
    this.ready = new Promise((resolve, reject) => {
      this.resolveReady = resolve;
      this.rejectReady = reject;
    });
    for (const place of places) this.start(place);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.places.flatMap(({ child }) => (child === null ? [] : [stopped(child)])));
    this.temporary?.remove();
  }

  /** In a group of its own, so that Ctrl-C reaches this process alone, which then stops them all. */
  private start(place: Place): void {
    place.said = '';
    const supervised = { [SUPERVISED]: '1', [TEMPORARY]: this.plan.directory === null ? this.directory : '' };
    const child = fork(entry(), ['serve', place.configFile, '--log', this.plan.level], {
      detached: true, env: { ...process.env, ...supervised }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    place.child = child;
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => {
      place.said = `${place.said}${line}\n`.slice(-SAID_MAX);
      if (this.isReady || line.startsWith('{')) this.plan.onLine(line);
    });
    child.on('message', (message: ReadyMessage) => { this.onReady(place, message.ready); });
    child.on('error', (error) => { place.said = error.message; });
    child.once('close', (code, signal) => { this.onClosed(place, code, signal); });
  }

  private onReady(place: Place, served: Served): void {
    place.served = served;
    if (this.isReady) {
      this.plan.log.info({ server: place.id, pid: served.pid }, 'serves again');
      return;
    }
    const all = this.places.map((one) => one.served).filter((one) => one !== null);
    if (all.length < this.places.length) return;
    this.isReady = true;
    this.resolveReady(all);
  }

  private onClosed(place: Place, code: number | null, signal: string | null): void {
    const pid = place.child?.pid ?? 0;
    const isNew = place.served === null;
    place.child = null;
    place.served = null;
    if (this.isStopping) return;
    if (isNew && place.attempts < BIND_ATTEMPTS && place.said.includes('another program listens there')) {
      place.attempts++;
      this.startLater(place, BIND_PAUSE_MS);
      return;
    }
    const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
    if (!this.isReady && (isNew || !this.plan.isRestarting)) {
      this.rejectReady(new UsageError(`server ${place.id} cannot be started: it ${how}: ${place.said.trim()}`));
      return;
    }
    const next = this.plan.isRestarting ? 'it is started again' : `to start it again: viv serve ${place.configFile}`;
    this.plan.log.error({ server: place.id, pid }, `the process ${how}; ${next}`);
    if (this.plan.isRestarting) this.startLater(place, RESTART_PAUSE_MS);
    else if (this.places.every(({ child }) => child === null)) this.plan.onEnd();
  }

  private startLater(place: Place, pauseMs: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.start(place);
    }, pauseMs);
    this.timers.add(timer);
  }
}

/** The program itself: bundled in a package, from its sources in a checkout. */
function entry(): string {
  return fileURLToPath(new URL(process.env['VIV_BUILT'] === undefined ? '../cli/main.ts' : './viv.js', import.meta.url));
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await gone;
  clearTimeout(impatience);
}
