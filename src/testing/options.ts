/**
 * What a user may hand in, looked at before anything is started: a misspelt option, or a number that is none, would else run
 * something other than was asked for, and hold. Types say the same to those who use them. Each refusal is one sentence.
 */
import { DecodeError } from '../plan/decode.ts';
import { EVERY_FAULT } from '../plan/fault-menu.ts';
import { decodeFault } from '../plan/fault-decoder.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';

/** An option that cannot be. The message is one sentence that says what may stand there. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const SIMULATE = ['seed', 'servers', 'observers', 'clients', 'faults', 'faultsForMs', 'limitMs', 'config', 'onFact'];
const ENSEMBLE = ['servers', 'config', 'http'];
/** As many as sockets and links between each two of them allow. */
const MOST_REAL_SERVERS = 20;
const MOST_SERVERS = 254;
const MOST_CLIENTS = 10_000;

/** Checks the options of `simulate`, and that there is a program. Throws `OptionError`. */
export function checkSimulation(options: unknown, program: unknown): void {
  const fields = fieldsOf('simulate', options, SIMULATE);
  if (typeof program !== 'function') {
    throw new OptionError('simulate takes options and then a program: simulate({ seed: 7 }, async ({ connect }) => { ... })');
  }
  checkSeed(fields.get('seed'));
  checkWhole('servers', fields.get('servers'), 1, MOST_SERVERS);
  checkWhole('observers', fields.get('observers'), 0, MOST_SERVERS);
  checkWhole('clients', fields.get('clients'), 1, MOST_CLIENTS);
  checkWhole('faultsForMs', fields.get('faultsForMs'), 1, Number.MAX_SAFE_INTEGER);
  checkWhole('limitMs', fields.get('limitMs'), 1, Number.MAX_SAFE_INTEGER);
  checkFaults(fields.get('faults'));
  checkConfig(fields.get('config'));
}

/** Checks the options of `ensemble`. Throws `OptionError`. */
export function checkEnsemble(options: unknown): void {
  const fields = fieldsOf('ensemble', options, ENSEMBLE);
  checkWhole('servers', fields.get('servers'), 1, MOST_REAL_SERVERS);
  checkConfig(fields.get('config'));
}

/** Checks one whole number; left out is well. Throws `OptionError`. */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (value === undefined) return;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new OptionError(`${name} must be a whole number ${range}, not ${shown(value)}`);
}

/** Checks a time; throws `OptionError`. */
export function checkTime(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER) return;
  throw new OptionError(`${name} must be a time in milliseconds, 0 or more, not ${shown(value)}`);
}

/** Checks that it is a number at all; throws `OptionError`. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw new OptionError(`${name} takes milliseconds, not ${shown(value)}`);
}

function fieldsOf(what: string, options: unknown, known: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`${what} takes an object of options first, such as { servers: 3 }, not ${shown(options)}`);
  }
  checkNames(`option of ${what}`, Object.keys(options), known);
  return new Map<string, unknown>(Object.entries(options));
}

function checkNames(what: string, given: readonly string[], known: readonly string[]): void {
  const wrong = given.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new OptionError(`no ${what} is called "${wrong}"; there are ${known.join(', ')}`);
}

function checkSeed(seed: unknown): void {
  const isSound = seed === undefined || typeof seed === 'string' || (typeof seed === 'number' && !Number.isNaN(seed));
  if (!isSound) throw new OptionError(`seed must be a number or a string, not ${shown(seed)}`);
}

function checkFaults(faults: unknown): void {
  if (faults === undefined || faults === 'none' || faults === 'usual') return;
  if (Array.isArray(faults)) {
    for (const [index, planned] of faults.entries()) checkPlanned(`faults[${index}]`, planned);
  } else if (typeof faults === 'object' && faults !== null) {
    checkNames('weight of faults', Object.keys(faults), Object.keys(EVERY_FAULT));
    for (const [name, weight] of Object.entries(faults)) checkWhole(`the weight of ${name}`, weight, 0, Number.MAX_SAFE_INTEGER);
  } else {
    throw new OptionError(`faults must be 'none', 'usual', weights such as { crash: 1 }, or a list, not ${shown(faults)}`);
  }
}

function checkPlanned(path: string, planned: unknown): void {
  const fields = new Map(typeof planned === 'object' && planned !== null ? Object.entries(planned) : []);
  checkTime(`${path}.atMs`, fields.get('atMs'));
  try {
    decodeFault(fields.get('fault'), `${path}.fault`);
  } catch (error) {
    throw error instanceof DecodeError ? new OptionError(error.message) : error;
  }
}

function checkConfig(config: unknown): void {
  if (config === undefined) return;
  if (typeof config !== 'object' || config === null) throw new OptionError(`config must be an object, not ${shown(config)}`);
  checkNames('key of config', Object.keys(config), Object.keys(DEFAULT_CONFIG));
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : typeof value === 'function' ? 'a function' : String(value);
}
