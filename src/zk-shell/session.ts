/**
 * One session of ZooKeeper's command line: a client, the commands that it can be given, what was given before, and the events
 * that come meanwhile. It neither reads a terminal nor ends the program: `zk-shell.ts` does.
 */
import { ZooKeeper } from '../api/zookeeper.ts';
import { ConnectStringError } from '../client/connect-string.ts';
import { ZooKeeperError } from '../client/errors.ts';
import type { WatchedEvent } from '../client/watched-event.ts';
import { BEHAVES_AS, ownVersion } from '../command/version.ts';
import { readShellArguments, ShellFailure, splitLine, usageOf, type ShellCommand } from './command.ts';
import { failureText } from './format.ts';
import { NODE_COMMANDS } from './nodes.ts';
import { eventLines, OTHER_COMMANDS } from './others.ts';
import { QUOTA_COMMANDS } from './quotas.ts';

/** The exit code of a command that there is not. */
export const EXIT_UNKNOWN_COMMAND = 127;
const EXIT_FAILED = 1;
/** How many commands `history` shows. */
const HISTORY_SHOWN = 11;

/** How to connect. */
export interface ShellConnection {
  readonly server: string;
  readonly timeoutMs: number;
  readonly isReadOnly: boolean;
}

/** Where lines go. */
export interface ShellOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

const NO_RUN = (): Promise<void> => Promise.resolve();

/** Those that are about the session itself; the session does them. */
const OWN_COMMANDS: readonly ShellCommand[] = [
  { name: 'close', usage: '', atLeast: 0, run: NO_RUN },
  { name: 'connect', usage: 'host:port', atLeast: 0, run: NO_RUN },
  { name: 'history', usage: '', atLeast: 0, run: NO_RUN },
  { name: 'printwatches', usage: 'on|off', atLeast: 0, run: NO_RUN },
  { name: 'quit', usage: '', atLeast: 0, run: NO_RUN },
  { name: 'redo', usage: 'cmdno', atLeast: 1, run: NO_RUN },
  { name: 'version', usage: '', atLeast: 0, run: NO_RUN },
];

/** Every command, in the order in which help lists them. */
export const SHELL_COMMANDS: readonly ShellCommand[] = [
  ...OWN_COMMANDS, ...NODE_COMMANDS, ...QUOTA_COMMANDS, ...OTHER_COMMANDS,
].sort((one, other) => (one.name < other.name ? -1 : 1));

/** See the head of the file. */
export class ShellSession {
  zk: ZooKeeper | null = null;
  /** `quit` was given. */
  isOver = false;
  readonly history: string[] = [];
  private connection: ShellConnection;
  private readonly output: ShellOutput;
  private printsWatches = true;

  constructor(connection: ShellConnection, output: ShellOutput) {
    this.connection = connection;
    this.output = output;
  }

  /** `[zk: host:port(CONNECTED) 3] ` */
  get prompt(): string {
    return `[zk: ${this.connection.server}(${this.stateName}) ${this.history.length}] `;
  }

  /** Begins to connect. Throws a `ConnectStringError`. */
  connect(server: string = this.connection.server): void {
    void this.zk?.close();
    this.connection = { ...this.connection, server };
    const { timeoutMs: sessionTimeoutMs, isReadOnly: canBeReadOnly } = this.connection;
    this.zk = new ZooKeeper(server, { sessionTimeoutMs, canBeReadOnly, onSession: (event) => { this.hear(event); } });
  }

  async close(): Promise<void> {
    const { zk } = this;
    this.zk = null;
    this.printsWatches = false;
    await zk?.close();
    this.printsWatches = true;
  }

  /** Does one line and remembers it; the exit code that it deserves. */
  async line(line: string): Promise<number> {
    const words = splitLine(line);
    if (words.length === 0) return 0;
    this.history.push(line);
    return this.run(words);
  }

  /** Does one command; the exit code that it deserves. */
  async run(words: readonly string[]): Promise<number> {
    const [name = '', ...rest] = words;
    const command = SHELL_COMMANDS.find((each) => each.name === name);
    if (command === undefined && name !== 'exit') {
      this.help();
      this.output.err(`Command not found: Command not found ${name}`);
      return EXIT_UNKNOWN_COMMAND;
    }
    try {
      if (command === undefined || OWN_COMMANDS.includes(command)) return await this.own(name, rest);
      const given = readShellArguments(command, rest);
      if (this.zk === null) throw new ShellFailure('Not connected');
      await command.run(given, { zk: this.zk, watcher: (event) => { this.hear(event); }, ...this.output });
      return 0;
    } catch (error) {
      this.output.err(sentenceOf(error));
      return EXIT_FAILED;
    }
  }

  private async own(name: string, words: readonly string[]): Promise<number> {
    const [word] = words;
    switch (name) {
      case 'close':
        await this.close();
        return 0;
      case 'connect':
        this.connect(word);
        return 0;
      case 'history':
        for (let at = Math.max(0, this.history.length - HISTORY_SHOWN); at < this.history.length; at += 1) {
          this.output.out(`${at} - ${this.history[at] ?? ''}`);
        }
        return 0;
      case 'printwatches':
        if (word === undefined) this.output.out(`printwatches is ${this.printsWatches ? 'on' : 'off'}`);
        else this.printsWatches = word === 'on';
        return 0;
      case 'redo':
        return this.redo(word);
      case 'version':
        this.output.out(`ZooKeeper CLI version: ${BEHAVES_AS}-vivarium-${ownVersion()}`);
        return 0;
      default:
        this.isOver = true;
        return 0;
    }
  }

  private async redo(word: string | undefined): Promise<number> {
    if (word === undefined) throw new ShellFailure('redo cmdno');
    const line = this.history[Number(word)];
    if (line === undefined || !/^\d+$/.test(word) || Number(word) >= this.history.length - 1) {
      throw new ShellFailure('Command index out of range');
    }
    const words = splitLine(line);
    if (words[0] === 'redo') throw new ShellFailure('No redoing redos');
    this.history[this.history.length - 1] = line;
    return this.run(words);
  }

  private help(): void {
    this.output.err('ZooKeeper -server host:port -client-configuration properties-file cmd args');
    for (const command of SHELL_COMMANDS) this.output.err(`\t${usageOf(command)}`);
  }

  private hear(event: WatchedEvent): void {
    if (this.printsWatches) for (const line of eventLines(event)) this.output.out(line);
  }

  private get stateName(): string {
    switch (this.zk?.state) {
      case undefined:
      case 'Closed':
      case 'Expired':
        return 'CLOSED';
      case 'SyncConnected':
        return 'CONNECTED';
      case 'ConnectedReadOnly':
        return 'CONNECTEDREADONLY';
      case 'AuthFailed':
        return 'AUTH_FAILED';
      default:
        return 'CONNECTING';
    }
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ZooKeeperError) {
    if (error.codeName === 'BADARGUMENTS' && error.detail !== undefined) return error.detail;
    return failureText(error.codeName, error.path);
  }
  if (error instanceof ShellFailure || error instanceof ConnectStringError) return error.message;
  throw error;
}
