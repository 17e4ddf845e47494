/** `viv check`: is a written history linearizable? Nothing of this service is in it: the history may be anybody's. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import { named, positiveNumber } from '../command/values.ts';
import { type Datum, HistoryError, readData } from '../history/linearizability/datum.ts';
import { HISTORY_MODELS, type HistoryReport, type ToldConflict } from '../history/linearizability/history-models.ts';
import { readHistory } from '../history/linearizability/records.ts';
import type { SearchVerdict } from '../history/linearizability/search.ts';
import { decimal, table } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';

const DEFAULT_BUDGET = 20_000_000;

const EXITS: Readonly<Record<SearchVerdict, number>> = {
  linearizable: EXIT_CODES.held, violated: EXIT_CODES.safety, unknown: EXIT_CODES.unknown,
};

/** The judge for histories without zxids. */
export const check: Command = {
  name: 'check',
  summary: 'says whether a history written by Jepsen, or like one, is linearizable',
  usage: 'FILE --model NAME [--budget N] [--initial VALUE]',
  flags: [
    { name: 'model', value: 'NAME', help: HISTORY_MODELS.map(({ name }) => name).join(', ') },
    { name: 'budget', value: 'N', help: `give up after so many steps of search (${decimal(DEFAULT_BUDGET)})` },
    { name: 'initial', value: 'VALUE', help: 'what registers hold at first (nil)' },
  ],
  notes: [
    'Operations are maps, EDN or JSON, in a list or one after the other, with :process, :type, :f and :value.',
    'register: :read, :write. cas-register: also :cas [old new]. Values [key value] make a register of each key.',
    'znode: :create, :delete, :set, :get, :exists of [path data version]; answers may have a :version, refusals an :error',
    '(:no-node, :node-exists, :not-empty, :bad-version). :type :fail did not happen; :info, or no answer, may have.',
    '',
    'Exit codes: 0 linearizable, 2 not, 6 the budget ran out, 1 misuse or a file that cannot be read.',
  ],
  run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv check takes one file with a history');
    const modelName = given.text('model');
    if (modelName === undefined)
      throw new UsageError(`viv check needs --model: one of ${HISTORY_MODELS.map(({ name }) => name).join(', ')}`);
    const model = named('model', modelName, HISTORY_MODELS);
    if (model.name === 'znode' && given.has('initial')) throw new UsageError('--initial is for registers: a znode is not there');
    const budget = positiveNumber('budget', given.text('budget') ?? String(DEFAULT_BUDGET));
    const initial = initialValue(given.text('initial') ?? 'nil');
    const text = textOf(file);
    try {
      const report = model.check(readHistory(text), budget, initial);
      if (given.has('json')) shell.out(JSON.stringify({ file, model: model.name, ...report }, null, 2));
      else for (const line of told(file, model.name, report)) shell.out(line);
      return Promise.resolve(EXITS[report.verdict]);
    } catch (error) {
      if (error instanceof HistoryError) throw new UsageError(`${file}: ${error.message}`);
      throw error;
    }
  },
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function initialValue(given: string): Datum {
  try {
    const [value, ...more] = readData(given);
    if (value !== undefined && more.length === 0) return value;
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
  }
  throw new UsageError(`--initial must be one value such as nil, 0 or "a", not "${given}"`);
}

function told(file: string, model: string, report: HistoryReport): string[] {
  const { verdict, operations, parts, partsHeld, steps, configurations, conflict } = report;
  const size = `${decimal(operations)} operations in ${decimal(parts)} independent ${parts === 1 ? 'part' : 'parts'}; ` +
    `${decimal(steps)} steps, ${decimal(configurations)} configurations`;
  switch (verdict) {
    case 'linearizable':
      return [`${file} is linearizable as a ${model}: ${size}`];
    case 'unknown':
      return [
        `${file}: unknown whether it is linearizable as a ${model}: the budget ran out`,
        `  ${size}; ${decimal(partsHeld)} parts are linearizable`,
      ];
    case 'violated':
      return [`${file} is not linearizable as a ${model}: ${size}`, ...(conflict === null ? [] : conflictLines(conflict))];
  }
}

function conflictLines({ order, omitted, state, answeredBefore, blocked, core }: ToldConflict): string[] {
  const row = (operation: ToldConflict['blocked']): string[] => {
    const { process, text, line, endLine } = operation;
    return [`process ${process}`, text, endLine === 0 ? `line ${line}` : `lines ${line} to ${endLine}`];
  };
  const before = decimal(answeredBefore);
  return [
    '',
    `the longest prefix of its part that is linearizable (${before} answered):`,
    ...(omitted > 0 ? [`  ... ${decimal(omitted)} before`] : []),
    ...(order.length === 0 ? ['  (nothing)'] : table(order.map(row))),
    `which leaves ${state}. Then there is no place for`,
    ...table([row(blocked)]),
    '',
    'these conflict, whatever came of all others:',
    ...table(core.map(row)),
  ];
}
