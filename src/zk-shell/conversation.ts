/**
 * Reads the lines that somebody gives to ZooKeeper's command line, from a terminal or a pipe, and has each done before the next
 * is looked at. On a terminal: a prompt, history, completion, and events printed above what is being typed. Ctrl-C throws away
 * the line, or leaves where there is none or a command is being waited for; Ctrl-D leaves.
 */
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { EXIT_UNKNOWN_COMMAND, SHELL_COMMANDS } from './session.ts';
import type { ShellOutput, ShellSession } from './session.ts';

const CLEAR_LINE = '\r\u001b[K';

/** Where lines come from. */
export interface Lines {
  readonly input: NodeJS.ReadableStream;
  /** A terminal to draw the prompt on; null: the lines come from a pipe or a file. */
  readonly terminal: NodeJS.WritableStream | null;
  /** Aborted when whoever supervises us has had enough. */
  readonly signal: AbortSignal;
}

/** What stands on a screen while a line is typed. */
interface Prompt {
  readonly reader: Interface;
  readonly terminal: NodeJS.WritableStream;
  /** As it is now: what is printed meanwhile may say that it is another one. */
  text(): string;
}

/** Prints without getting into the way of a line that is being typed, and nothing more when it is closed. */
export class Screen implements ShellOutput {
  /** Null: nobody is asked for a line. */
  prompt: Prompt | null = null;
  isClosed = false;
  private readonly output: ShellOutput;

  constructor(output: ShellOutput) {
    this.output = output;
  }

  readonly out = (line: string): void => { this.print(this.output.out, line); };
  readonly err = (line: string): void => { this.print(this.output.err, line); };

  private print(write: (line: string) => void, line: string): void {
    if (this.isClosed) return;
    this.prompt?.terminal.write(CLEAR_LINE);
    write(line);
    this.prompt?.reader.setPrompt(this.prompt.text());
    this.prompt?.reader.prompt(true);
  }
}

/** Until `quit`, the end of the input or an interruption; the exit code of the last line from a pipe, 0 from a terminal. */
export async function converse(session: ShellSession, screen: Screen, { input, terminal, signal }: Lines): Promise<number> {
  const reader = terminal === null
    ? createInterface({ input, terminal: false })
    : createInterface({ input, output: terminal, terminal: true, completer: completerFor(session) });
  const interrupted = interruption(reader, signal, screen);
  const ask = (): void => {
    if (terminal === null) return;
    reader.setPrompt(session.prompt);
    reader.prompt();
    screen.prompt = { reader, terminal, text: () => session.prompt };
  };
  let code = 0;
  ask();
  for await (const line of reader) {
    screen.prompt = null;
    const ended = await Promise.race([session.line(line), interrupted]);
    if (ended === 'interrupted' || session.isOver) break;
    code = ended;
    ask();
  }
  screen.prompt = null;
  reader.close();
  if (terminal !== null && !session.isOver) terminal.write('\n');
  return terminal !== null && code !== EXIT_UNKNOWN_COMMAND ? 0 : code;
}

/** Settles when nothing more is to be done, and ends the reading. */
function interruption(reader: Interface, signal: AbortSignal, screen: Screen): Promise<'interrupted'> {
  return new Promise((resolve) => {
    const stop = (): void => {
      screen.isClosed = true;
      resolve('interrupted');
      reader.close();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    reader.on('SIGINT', () => {
      if (screen.prompt === null || reader.line === '') {
        stop();
        return;
      }
      // The line goes, and the prompt stands again on the next.
      screen.prompt.terminal.write('^C\n');
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
    });
  });
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
