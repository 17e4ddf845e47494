/**
 * What a command is, how its arguments are read and how it explains itself. Parsing is Node's `parseArgs`; what is added is
 * that a misuse is one sentence with the nearest valid name in it, and that nothing is given in vain: what would have no effect
 * beside the rest is refused.
 */
import { parseArgs } from 'node:util';
import { unknownName } from './nearest.ts';
import type { Shell } from './shell.ts';

/** The user's mistake; the message is one sentence that says what to do. Exit code 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One `--flag`, with a value (shown as `value`) or without. */
export interface Flag {
  readonly name: string;
  readonly value?: string;
  readonly help: string;
  /** Without any of these flags it has no effect. */
  readonly needs?: readonly string[];
  /** With any of these flags it has no effect, or they have none. */
  readonly notWith?: readonly string[];
}

/** One command of `viv`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands after the name, as in `[SCENARIO...] [--seeds N]`. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** Its arguments are its own to read: they come as they are, in `Given.names`, unless the first one is `--help`. */
  readonly isVerbatim?: boolean;
  /** It takes flags and nothing else. */
  readonly isNameless?: boolean;
  /** More for `--help`: a paragraph or a list. */
  readonly notes?: readonly string[];
  /** The exit code. */
  run(given: Given, shell: Shell): Promise<number>;
}

/** Flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: 'json', help: 'the result as one JSON document on standard output' },
  { name: 'help', help: 'this text' },
];
/** As everybody abbreviates it. */
const SHORT_HELP = '-h';

/** The arguments of one call. */
export class Given {
  readonly names: readonly string[];
  /** As they were typed. */
  readonly argv: readonly string[];
  private readonly values: ReadonlyMap<string, string | true>;

  constructor(names: readonly string[], values: ReadonlyMap<string, string | true>, argv: readonly string[]) {
    this.names = names;
    this.values = values;
    this.argv = argv;
  }

  has(flag: string): boolean {
    return this.values.has(flag);
  }

  text(flag: string): string | undefined {
    const value = this.values.get(flag);
    return value === true ? undefined : value;
  }
}

/** Reads the arguments of a command; throws `UsageError`. */
export function readArguments(command: Command, argv: readonly string[]): Given {
  if (command.isVerbatim === true) {
    return new Given(argv, new Map(argv[0] === '--help' || argv[0] === SHORT_HELP ? [['help', true]] : []), argv);
  }
  const flags = [...command.flags, ...COMMON_FLAGS];
  const options = Object.fromEntries(
    flags.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' as const : 'string' as const }]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  const names: string[] = [];
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'positional') names.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = flags.find(({ name }) => name === (token.rawName === SHORT_HELP ? 'help' : token.name));
    if (flag === undefined) throw new UsageError(unknownFlag(command, token.rawName, flags));
    if (values.has(flag.name)) throw new UsageError(`--${flag.name} is given twice: which of them counts?`);
    values.set(flag.name, flagValue(flag, token.value));
  }
  if (!values.has('help')) refuseWhatIsInVain(command, names, values);
  return new Given(names, values, argv);
}

function refuseWhatIsInVain(command: Command, names: readonly string[], given: ReadonlyMap<string, unknown>): void {
  const [first] = names;
  if (command.isNameless === true && first !== undefined) {
    throw new UsageError(`viv ${command.name} takes flags only, not "${first}"`);
  }
  for (const { name, needs, notWith = [] } of command.flags) {
    if (!given.has(name)) continue;
    if (needs?.some((flag) => given.has(flag)) === false) throw new UsageError(
      `--${name} goes with ${needs.map((flag) => `--${flag}`).join(' or ')}`
    );
    const other = notWith.find((flag) => given.has(flag));
    if (other !== undefined) throw new UsageError(`--${name} does not go with --${other}: leave one of them out`);
  }
}

function unknownFlag(command: Command, rawName: string, flags: readonly Flag[]): string {
  return unknownName(`flag of viv ${command.name}`, rawName, flags.map(({ name }) => `--${name}`));
}

function flagValue(flag: Flag, value: string | undefined): string | true {
  if (flag.value === undefined) {
    if (value !== undefined) throw new UsageError(`--${flag.name} takes no value`);
    return true;
  }
  if (value === undefined || value === '' || value.startsWith('--')) throw new UsageError(
    `--${flag.name} needs a value: --${flag.name} ${flag.value}`
  );
  return value;
}

/** The text of `--help`. */
export function helpOf(command: Command): string[] {
  const flags = [...command.flags, ...COMMON_FLAGS];
  const heads = flags.map(({ name, value }) => `--${name}${value === undefined ? '' : ` ${value}`}`);
  const width = Math.max(...heads.map((head) => head.length));
  return [
    `viv ${command.name} ${command.usage}`.trimEnd(),
    '',
    `  ${command.summary}`,
    '',
    ...flags.map((flag, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${flag.help}`),
    ...(command.notes === undefined ? [] : ['', ...command.notes.map((line) => `  ${line}`)]),
  ];
}
