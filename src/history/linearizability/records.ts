/**
 * From the text of a history to operations, whatever the object is: pairs each `:invoke` with its `:ok`, `:fail` or `:info`.
 * Reads maps (EDN or JSON, in a list, under "history", or one after the other) and the lines of Jepsen's log. `:ok` happened;
 * `:fail` did not; `:info`, or no completion at all, may have, at any time from then on. What is no client's (the nemesis) is
 * left out. github.com/jepsen-io/history; github.com/jepsen-io/knossos.
 */
import { type Datum, HistoryError, Name, nameOf, printDatum, readData, Sequence, Table } from './datum.ts';
import { NEVER } from './model.ts';

/** One operation of a client, as it was asked and answered. */
export interface HistoryRecord {
  readonly process: string;
  readonly f: string;
  /** What was asked, and the completion's value. */
  readonly asked: Datum;
  readonly answered: Datum;
  readonly type: 'ok' | 'fail' | 'info';
  /** `:error` and `:version` of the completion. */
  readonly error: string;
  readonly version: number;
  /** Places of invocation and completion in the history; `NEVER` if it is open. */
  readonly begin: number;
  readonly end: number;
  /** Lines of both; 0 for none. */
  readonly line: number;
  readonly endLine: number;
}

interface Entry {
  readonly process: string;
  readonly type: string;
  readonly f: string;
  readonly value: Datum;
  readonly error: string;
  readonly version: number;
  readonly line: number;
}

/** The operations of a history, in order of their calls. Throws `HistoryError`. */
export function readHistory(text: string): HistoryRecord[] {
  const entries = isJepsenLog(text) ? logEntries(text) : tableEntries(readData(text));
  if (entries.length === 0) throw new HistoryError(1, 'there is no operation in it');
  return pair(entries);
}

const LOG_LINE = /^(?:.*\s)?jepsen\.util\s+-\s+(\S+)\s+(:\S+)\s+(:\S+)\s+(.*)$/;

/** `INFO  jepsen.util - 4	:invoke	:cas	[1 2]` */
function isJepsenLog(text: string): boolean {
  return LOG_LINE.test(text.slice(0, text.search(/\r?\n|$/)));
}

function logEntries(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = i + 1;
    if (raw.trim() === '') continue;
    const [, process, type, f, rest] = LOG_LINE.exec(raw.trimEnd()) ?? [];
    if (process === undefined || type === undefined || f === undefined || rest === undefined)
      throw new HistoryError(line, 'this is no line of a Jepsen log');
    if (!/^\d+$/.test(process)) continue;
    entries.push({
      process, type: type.slice(1), f: f.slice(1), value: readValue(rest, line), error: '', version: -1, line,
    });
  }
  return entries;
}

function readValue(text: string, line: number): Datum {
  try {
    return readData(text)[0] ?? null;
  } catch (error) {
    if (error instanceof HistoryError) throw new HistoryError(line, error.message.replace(/^line \d+: /, ''));
    throw error;
  }
}

function tableEntries(data: readonly Datum[]): Entry[] {
  const first = data[0];
  const nested = first instanceof Table ? first.get('history') : first;
  const tables = data.length === 1 && nested instanceof Sequence ? nested.items : data;
  const entries: Entry[] = [];
  let line = 1;
  for (const table of tables) {
    if (!(table instanceof Table))
      throw new HistoryError(line, `an operation must be a map, not ${shortly(table)}`);
    line = table.line;
    const entry = entryOf(table);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** Null for what no client did. */
function entryOf(table: Table): Entry | null {
  const { line } = table;
  const process = table.get('process');
  if (process === undefined || process === null) throw new HistoryError(line, 'the operation has no :process');
  if (nameOf(process) === 'nemesis') return null;
  const type = nameOf(table.get('type'));
  if (type === undefined) throw new HistoryError(line, 'the operation has no :type');
  const f = nameOf(table.get('f'));
  if (f === undefined) throw new HistoryError(line, 'the operation has no :f');
  const error = table.get('error');
  const version = table.get('version');
  return {
    process: nameOf(process) ?? printDatum(process),
    type,
    f,
    value: table.get('value') ?? null,
    error: error === undefined || error === null ? '' : (nameOf(error) ?? printDatum(error)),
    version: typeof version === 'number' ? version : -1,
    line,
  };
}

interface Begun {
  readonly entry: Entry;
  readonly at: number;
}

function pair(entries: readonly Entry[]): HistoryRecord[] {
  const records: HistoryRecord[] = [];
  const open = new Map<string, Begun>();
  for (const [at, entry] of entries.entries()) {
    const begun = open.get(entry.process);
    if (entry.type === 'invoke') {
      if (begun !== undefined)
        throw new HistoryError(
          entry.line,
          `process ${entry.process} invokes ${entry.f} while its ${begun.entry.f} of line ${begun.entry.line} is open`,
        );
      open.set(entry.process, { entry, at });
      continue;
    }
    const { type } = entry;
    if (type !== 'ok' && type !== 'fail' && type !== 'info')
      throw new HistoryError(entry.line, `there is no :type :${type}; it is :invoke, :ok, :fail or :info`);
    if (begun === undefined) {
      // A remark of the process's, for people.
      if (type === 'info') continue;
      throw new HistoryError(entry.line, `process ${entry.process} completes ${entry.f}, which it has not invoked`);
    }
    if (begun.entry.f !== entry.f)
      throw new HistoryError(
        entry.line, `process ${entry.process} completes ${entry.f}, but it invoked ${begun.entry.f} in line ${begun.entry.line}`,
      );
    open.delete(entry.process);
    records.push(recordOf(begun, type, entry, at));
  }
  for (const begun of open.values()) records.push(recordOf(begun, 'info', null, NEVER));
  return records.sort((a, b) => a.begin - b.begin);
}

function recordOf(begun: Begun, type: HistoryRecord['type'], end: Entry | null, at: number): HistoryRecord {
  const { process, f, value, line } = begun.entry;
  return {
    process, f, type,
    asked: value,
    answered: end?.value ?? null,
    error: end?.error ?? '',
    version: end?.version ?? -1,
    begin: begun.at,
    end: type === 'info' ? NEVER : at,
    line,
    endLine: end?.line ?? 0,
  };
}

/** A datum in a complaint. */
export function shortly(datum: Datum): string {
  const text = datum instanceof Name ? datum.text : printDatum(datum);
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
