/**
 * `viv shell`: ZooKeeper's command line (zkCli). Interactive on a terminal, with history, completion and events as they come;
 * line by line from a pipe; or one command and its exit code: 0, 1 when it failed, 127 when there is no such command.
 */
import { createInterface } from 'node:readline';
import { ConnectStringError, parseConnectString } from '../client/connect-string.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import type { Shell } from './shell.ts';
import { EXIT_UNKNOWN_COMMAND, SHELL_COMMANDS, ShellSession } from './zk-shell-session.ts';
import type { ShellConnection } from './zk-shell-session.ts';
import { usageOf } from './zk-shell-command.ts';

const DEFAULT_SERVER = 'localhost:2181';
const DEFAULT_TIMEOUT_MS = 30_000;

interface ShellOptions extends ShellConnection {
  readonly waitsForConnection: boolean;
  readonly command: readonly string[];
}

/** See the head of the file. */
export const zkShell: Command = {
  name: 'shell',
  summary: 'ZooKeeper\'s command line: interactive, from a pipe, or one command',
  usage: '[-server HOST:PORT,…[/CHROOT]] [-timeout MS] [-r] [-waitforconnection] [COMMAND ARGUMENTS…]',
  isVerbatim: true,
  flags: [
    { name: 'server', value: 'HOST:PORT', help: `where to connect (${DEFAULT_SERVER}); with a chroot behind it, if you like` },
    { name: 'timeout', value: 'MS', help: `the session timeout to ask for (${DEFAULT_TIMEOUT_MS})` },
    { name: 'r', help: 'be content with a server that serves reads only' },
    { name: 'waitforconnection', help: 'wait for the connection before anything else' },
  ],
  notes: [
    'Flags stand before the command, with one dash or two. Exit codes of a single command: 0, 1 when it failed,',
    '127 when there is no such command. Commands:',
    ...SHELL_COMMANDS.map((command) => `  ${usageOf(command)}`),
  ],
  run: (given, shell) => runShell(readOptions(given), shell),
};

/** Reads what stands before the command; throws `UsageError`. */
function readOptions(given: Given): ShellOptions {
  const words = [...given.names];
  let server = DEFAULT_SERVER;
  let timeoutMs = DEFAULT_TIMEOUT_MS;
  let isReadOnly = false;
  let waitsForConnection = false;
  while (words[0]?.startsWith('-') === true) {
    const flag = words.shift()?.replace(/^--?/, '') ?? '';
    if (flag === 'r') isReadOnly = true;
    else if (flag === 'waitforconnection') waitsForConnection = true;
    else if (flag === 'server') server = valueOf(flag, words.shift());
    else if (flag === 'timeout') timeoutMs = positive(valueOf(flag, words.shift()));
    else throw new UsageError(`viv shell has no flag -${flag}; viv shell --help lists them`);
  }
  try {
    parseConnectString(server);
  } catch (error) {
    if (error instanceof ConnectStringError) throw new UsageError(error.message);
    throw error;
  }
  return { server, timeoutMs, isReadOnly, waitsForConnection, command: words };
}

function valueOf(flag: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`-${flag} needs a value`);
  return value;
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`-timeout must be a number of milliseconds, not "${text}"`);
  return Number(text);
}

async function runShell(options: ShellOptions, shell: Shell): Promise<number> {
  const isSingle = options.command.length > 0;
  const known = SHELL_COMMANDS.some(({ name }) => name === options.command[0]);
  const session = new ShellSession(options, { out: (line) => { shell.out(line); }, err: (line) => { shell.err(line); } });
  // A command that there is not needs no server to be told so.
  if (isSingle && !known) return session.run(options.command);
  shell.out(`Connecting to ${options.server}`);
  session.connect();
  try {
    if (isSingle || options.waitsForConnection) await connected(session, options);
    if (isSingle) return await session.run(options.command);
    return await converse(session, shell);
  } finally {
    await session.close();
  }
}

async function connected(session: ShellSession, { server, timeoutMs }: ShellOptions): Promise<void> {
  const timer = new AbortController();
  const late = new Promise<'late'>((resolve) => {
    const timeout = setTimeout(() => { resolve('late'); }, timeoutMs);
    timer.signal.addEventListener('abort', () => { clearTimeout(timeout); });
  });
  const ended = await Promise.race([session.zk?.connected(), late]);
  timer.abort();
  if (ended === 'late') throw new UsageError(`no server answered at ${server} within ${timeoutMs} ms; is one running there?`);
}

/** Reads lines until `quit`, the end of the input or Ctrl-C; the exit code of the last one from a pipe, 0 from a terminal. */
async function converse(session: ShellSession, shell: Shell): Promise<number> {
  shell.out('Welcome to ZooKeeper!');
  const isInteractive = process.stdin.isTTY && shell.isTerminal;
  const reader = createInterface({
    input: process.stdin, terminal: isInteractive,
    ...(isInteractive ? { output: process.stdout, completer: completerFor(session) } : {}),
  });
  shell.signal.addEventListener('abort', () => { reader.close(); });
  const ask = (): void => {
    if (!isInteractive) return;
    reader.setPrompt(session.prompt);
    reader.prompt();
  };
  let code = 0;
  ask();
  for await (const line of reader) {
    code = await session.line(line);
    if (session.isOver) break;
    ask();
  }
  reader.close();
  return isInteractive && code !== EXIT_UNKNOWN_COMMAND ? 0 : code;
}

type Completer = (line: string, done: (error: Error | null, found: [string[], string]) => void) => void;

/** Names of commands, then paths. */
function completerFor(session: ShellSession): Completer {
  return (line, done) => {
    const word = line.slice(line.lastIndexOf(' ') + 1);
    if (word === line) {
      done(null, [SHELL_COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(word)), word]);
    } else if (!word.startsWith('/')) {
      done(null, [[], word]);
    } else {
      void completePath(session, word).then((found) => { done(null, [found, word]); });
    }
  };
}

async function completePath(session: ShellSession, word: string): Promise<string[]> {
  const slash = word.lastIndexOf('/');
  const above = word.slice(0, slash);
  try {
    const names = await session.zk?.children(above === '' ? '/' : above);
    return (names ?? []).map((name) => `${above}/${name}`).filter((path) => path.startsWith(word)).sort(compare);
  } catch {
    // A path that is not there has no completions; nothing is wrong with that.
    return [];
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
