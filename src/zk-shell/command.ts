/** What a command of ZooKeeper's command line is, and how its arguments are read: flags anywhere, the rest by place. */
import type { Watcher } from '../client/watched-event.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';

/** What a command works on. */
export interface ShellContext {
  readonly zk: ZooKeeper;
  /** Prints events as they come. */
  readonly watcher: Watcher;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** One command. */
export interface ShellCommand {
  readonly name: string;
  /** What stands after the name in help. */
  readonly usage: string;
  /** Letters or words of flags without a value, and of those with one. */
  readonly flags?: readonly string[];
  readonly valued?: readonly string[];
  /** How many arguments by place there must be. */
  readonly atLeast: number;
  /** Which of its flags exclude each other. */
  readonly oneOf?: readonly string[];
  run(given: ShellArguments, context: ShellContext): Promise<void>;
}

/** A command that failed, in one or more lines; exit code 1. */
export class ShellFailure extends Error {
  override readonly name = 'ShellFailure';
}

/** The arguments of one call. */
export class ShellArguments {
  readonly places: readonly string[];
  private readonly flags: ReadonlyMap<string, string>;

  constructor(places: readonly string[], flags: ReadonlyMap<string, string>) {
    this.places = places;
    this.flags = flags;
  }

  has(flag: string): boolean {
    return this.flags.has(flag);
  }

  value(flag: string): string | undefined {
    return this.flags.get(flag);
  }

  /** A whole number, or −1 where the flag is not given. */
  version(flag: string = 'v'): number {
    const text = this.flags.get(flag);
    if (text === undefined) return -1;
    return wholeNumber(text);
  }

  /** The argument at a place that `atLeast` guarantees. */
  at(place: number): string {
    return this.places[place] ?? '';
  }
}

/** Reads a whole number as Java does; throws a `ShellFailure`. */
export function wholeNumber(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw new ShellFailure(`For input string: "${text}"`);
  return Number(text);
}

/** Reads the arguments of a command; throws a `ShellFailure`. */
export function readShellArguments(command: ShellCommand, words: readonly string[]): ShellArguments {
  const places: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const flag = word.replace(/^--?/, '');
    if (word === flag || flag === '') {
      places.push(word);
    } else if (command.flags?.includes(flag) === true) {
      flags.set(flag, '');
    } else if (command.valued?.includes(flag) === true) {
      at += 1;
      const value = words[at];
      if (value === undefined) throw new ShellFailure(`Missing argument for option: ${flag}`);
      const before = flags.get(flag);
      flags.set(flag, before === undefined ? value : `${before},${value}`);
    } else {
      throw new ShellFailure(`Unrecognized option: ${word}`);
    }
  }
  const clashing = (command.oneOf ?? []).filter((flag) => flags.has(flag));
  if (places.length < command.atLeast || clashing.length > 1) throw new ShellFailure(usageOf(command));
  return new ShellArguments(places, flags);
}

/** `ls [-s] [-w] [-R] path` */
export function usageOf({ name, usage }: ShellCommand): string {
  return `${name} ${usage}`;
}

/** The words of a line; quotes keep spaces together. */
export function splitLine(line: string): string[] {
  return [...line.matchAll(/[^\s"']+|"[^"]*"|'[^']*'/g)].map(([word]) => word.replace(/^(["'])(.*)\1$/, '$2'));
}
