/**
 * `viv shell`: ZooKeeper's command line (zkCli). Interactive on a terminal, with history, completion and events as they come;
 * line by line from a pipe; or one command and its exit code: 0, 1 when it failed, 127 when there is no such command.
 */
import { ConnectStringError, parseConnectString } from '../client/connect-string.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { usageOf } from '../zk-shell/command.ts';
import { converse, Screen } from '../zk-shell/conversation.ts';
import { SHELL_COMMANDS, ShellSession } from '../zk-shell/session.ts';
import type { ShellConnection, ShellOutput } from '../zk-shell/session.ts';

const DEFAULT_SERVER = 'localhost:2181';
const DEFAULT_TIMEOUT_MS = 30_000;
/** It goes over the wire in 32 bits. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;
/** As shells have it: 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130;

interface ShellOptions extends ShellConnection {
  readonly waitsForConnection: boolean;
  readonly isJson: boolean;
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
  run: (given, shell) => {
    const options = readOptions(given);
    const output = { out: (line: string) => { shell.out(line); }, err: (line: string) => { shell.err(line); } };
    return options.isJson ? runCollected(options, shell) : runShell(options, shell, output);
  },
};

/** Reads what stands before the command; throws `UsageError`. */
function readOptions(given: Given): ShellOptions {
  const words = [...given.names];
  let server = DEFAULT_SERVER;
  let timeoutMs = DEFAULT_TIMEOUT_MS;
  let isReadOnly = false;
  let waitsForConnection = false;
  let isJson = false;
  while (words[0]?.startsWith('-') === true) {
    const flag = words.shift()?.replace(/^--?/, '') ?? '';
    if (flag === 'r') isReadOnly = true;
    else if (flag === 'waitforconnection') waitsForConnection = true;
    else if (flag === 'json') isJson = true;
    else if (flag === 'server') server = valueOf(flag, words.shift());
    else if (flag === 'timeout') timeoutMs = positive(valueOf(flag, words.shift()));
    else throw new UsageError(`viv shell has no flag -${flag}; viv shell --help lists them`);
  }
  if (isJson && words.length === 0) throw new UsageError('-json is for one command: name it');
  try {
    parseConnectString(server);
  } catch (error) {
    if (error instanceof ConnectStringError) throw new UsageError(error.message);
    throw error;
  }
  return { server, timeoutMs, isReadOnly, waitsForConnection, isJson, command: words };
}

function valueOf(flag: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`-${flag} needs a value`);
  return value;
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`-timeout must be a number of milliseconds, not "${text}"`);
  if (Number(text) > TIMEOUT_MAX_MS) throw new UsageError(`-timeout must be at most ${TIMEOUT_MAX_MS}`);
  return Number(text);
}

/** What one command says, as one document. */
async function runCollected(options: ShellOptions, shell: Shell): Promise<number> {
  const [out, err]: [string[], string[]] = [[], []];
  const exitCode = await runShell(options, shell, {
    out: (line) => { out.push(line); },
    err: (line) => { err.push(line); },
  });
  shell.out(JSON.stringify({ command: options.command, exitCode, out, err }, null, 2));
  return exitCode;
}

async function runShell(options: ShellOptions, shell: Shell, output: ShellOutput): Promise<number> {
  const isSingle = options.command.length > 0;
  const known = SHELL_COMMANDS.some(({ name }) => name === options.command[0]);
  const screen = new Screen(output);
  const session = new ShellSession(options, screen);
  // A command that there is not needs no server to be told so.
  if (isSingle && !known) return session.run(options.command);
  screen.out(`Connecting to ${options.server}`);
  session.connect();
  try {
    const terminal = process.stdin.isTTY && process.stdout.isTTY ? process.stdout : null;
    // Only somebody at a terminal can see for himself that nobody answers.
    if (isSingle || options.waitsForConnection || terminal === null) {
      if (!await unlessAborted(connected(session, options), shell.signal)) return EXIT_INTERRUPTED;
    }
    if (isSingle) {
      const codes: number[] = [];
      const running = session.run(options.command).then((code) => { codes.push(code); });
      await unlessAborted(running, shell.signal);
      return codes[0] ?? EXIT_INTERRUPTED;
    }
    screen.out('Welcome to ZooKeeper!');
    return await converse(session, screen, { input: process.stdin, terminal, signal: shell.signal });
  } finally {
    await session.close();
  }
}

/** Waits for it, or for Ctrl-C; whether it came to its end. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const aborted = new Promise<boolean>((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => { resolve(false); }, { once: true });
  });
  return Promise.race([work.then(() => true), aborted]);
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
