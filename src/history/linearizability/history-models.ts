/**
 * The models by the names that people give them, and what the operations of a written history mean to each. Jepsen's generators
 * ask for `:read`, `:write` and `:cas`, of one register or of one for each key (`[key value]`); of znodes, `:create`, `:delete`,
 * `:set`, `:get` and `:exists` take `[path data version]`, as far as there is any.
 */
import { type Conflict, judge, type Judgement } from './check.ts';
import { type Datum, HistoryError, Name, nameOf, printDatum, Sequence } from './datum.ts';
import { type Model, NEVER, type Operation } from './model.ts';
import { type HistoryRecord, shortly } from './records.ts';
import { type RegisterCall, RegisterModel } from './register.ts';
import { type ZnodeCall, type ZnodeKind, ZnodeModel, type ZnodeOutcome } from './znode.ts';

/** One operation of a history, for people. */
export interface ToldOperation {
  readonly process: string;
  readonly text: string;
  /** Lines of invocation and completion; 0 for none. */
  readonly line: number;
  readonly endLine: number;
}

/** Why the history fails, in words. */
export interface ToldConflict {
  /** The end of the longest linearization, last operation last; `omitted` came before. */
  readonly order: readonly ToldOperation[];
  readonly omitted: number;
  readonly state: string;
  readonly answeredBefore: number;
  readonly blocked: ToldOperation;
  readonly core: readonly ToldOperation[];
}

/** The verdict on a written history. */
export interface HistoryReport extends Omit<Judgement, 'conflict'> {
  readonly operations: number;
  readonly conflict: ToldConflict | null;
}

/** A model that written histories can be checked against. */
export interface HistoryModel {
  readonly name: string;
  /** Throws `HistoryError` for what the model does not know. `initial`: what registers hold at first. */
  check(records: readonly HistoryRecord[], budget: number, initial: Datum): HistoryReport;
}

/** See the head of the file. */
export const HISTORY_MODELS: readonly HistoryModel[] = [
  {
    name: 'register',
    check: (records, budget, initial) => checkRegister(records, budget, initial, ['read', 'write'], 'register'),
  },
  {
    name: 'cas-register',
    check: (records, budget, initial) => checkRegister(records, budget, initial, ['read', 'write', 'cas'], 'cas-register'),
  },
  { name: 'znode', check: (records, budget) => checkWith(new ZnodeModel(), records, znodeCall, budget) },
];

function checkWith<C>(
  model: Model<C>, records: readonly HistoryRecord[], callOf: (record: HistoryRecord) => C | null, budget: number,
): HistoryReport {
  const operations: Operation<C>[] = [];
  const kept: HistoryRecord[] = [];
  for (const record of records) {
    const call = callOf(record);
    if (call === null) continue;
    operations.push({ call, begin: record.begin, end: record.end });
    kept.push(record);
  }
  const judgement = judge(model, operations, budget);
  const tell = (index: number): ToldOperation[] => {
    const [operation, record] = [operations[index], kept[index]];
    if (operation === undefined || record === undefined) return [];
    const isOpen = operation.end === NEVER ? ' (outcome unknown)' : '';
    const { process, line, endLine } = record;
    return [{ process, text: model.describe(operation.call) + isOpen, line, endLine }];
  };
  const { conflict } = judgement;
  return { ...judgement, operations: operations.length, conflict: conflict === null ? null : toldConflict(conflict, tell) };
}

/** Of a long linearization, the end is what matters. */
const ORDER_MAX = 20;

function toldConflict(conflict: Conflict, tell: (index: number) => ToldOperation[]): ToldConflict {
  const [blocked] = tell(conflict.blocked);
  return {
    order: conflict.order.slice(-ORDER_MAX).flatMap(tell),
    omitted: Math.max(0, conflict.order.length - ORDER_MAX),
    state: conflict.state,
    answeredBefore: conflict.answeredBefore,
    blocked: blocked ?? { process: '', text: '', line: 0, endLine: 0 },
    core: conflict.core.flatMap(tell),
  };
}

function checkRegister(
  records: readonly HistoryRecord[], budget: number, initial: Datum, known: readonly string[], model: string,
): HistoryReport {
  for (const { f, line } of records) mustKnow(f, known, model, line);
  const isKeyed = records.every(hasKey);
  return checkWith(
    new RegisterModel(printDatum(initial)), records, (record) => registerCall(record, isKeyed), budget,
  );
}

function mustKnow(f: string, known: readonly string[], model: string, line: number): void {
  if (!known.includes(f)) throw new HistoryError(line, `the model ${model} has no operation "${f}"; it has ${known.join(', ')}`);
}

/** Whether the operation's value is `[key value]`. */
function hasKey({ f, asked }: HistoryRecord): boolean {
  const [, value, ...more] = asked instanceof Sequence && !asked.isSet ? asked.items : [];
  if (value === undefined || more.length > 0) return false;
  return f !== 'cas' || (value instanceof Sequence && value.items.length === 2);
}

/** What a cas is refused with when the register held another value; any other failure says nothing. */
const MISMATCHES: readonly string[] = ['mismatch', 'cas-mismatch', 'precondition-failed'];

/** Null if nothing can have come of it. */
function registerCall(record: HistoryRecord, isKeyed: boolean): RegisterCall | null {
  const { f, type, line, endLine } = record;
  const key = isKeyed && record.asked instanceof Sequence ? printDatum(record.asked.items[0] ?? null) : '';
  const asked = isKeyed ? second(record.asked) : record.asked;
  if (f === 'read') {
    if (type !== 'ok') return null;
    const isAnswerKeyed = isKeyed && record.answered instanceof Sequence && record.answered.items.length === 2;
    const answered = isAnswerKeyed ? second(record.answered) : record.answered;
    return { key, kind: 'read', value: printDatum(answered), expected: '' };
  }
  if (f === 'write') return type === 'fail' ? null : { key, kind: 'write', value: printDatum(asked), expected: '' };
  const [from, to, ...more] = asked instanceof Sequence ? asked.items : [];
  if (from === undefined || to === undefined || more.length > 0)
    throw new HistoryError(line, `a cas takes [old new], not ${shortly(asked)}`);
  if (type === 'fail' && !MISMATCHES.includes(record.error)) return null;
  if (type === 'fail' && endLine === 0) return null;
  return { key, kind: type === 'fail' ? 'mismatch' : 'cas', value: printDatum(to), expected: printDatum(from) };
}

function second(datum: Datum): Datum {
  return datum instanceof Sequence ? (datum.items[1] ?? null) : datum;
}

const ZNODE_KINDS: readonly ZnodeKind[] = ['create', 'delete', 'set', 'get', 'exists'];
const REFUSALS: readonly ZnodeOutcome[] = ['no-node', 'node-exists', 'not-empty', 'bad-version'];

/** Null if nothing can have come of it, or if a refusal tells nothing of the tree. */
function znodeCall(record: HistoryRecord): ZnodeCall | null {
  const { f, type, line, endLine } = record;
  const kind = ZNODE_KINDS.find((one) => one === f);
  if (kind === undefined) {
    mustKnow(f, ZNODE_KINDS, 'znode', line);
    return null;
  }
  const [pathDatum, ...rest] = record.asked instanceof Sequence ? record.asked.items : [record.asked];
  const path = pathOf(pathDatum, line);
  const outcome = type === 'ok' ? 'ok' : type === 'info' ? 'open' : REFUSALS.find((one) => one === record.error);
  if (outcome === undefined || (outcome === 'open' && (kind === 'get' || kind === 'exists'))) return null;
  const writes = kind === 'create' || kind === 'set';
  const answered = record.answered instanceof Sequence ? record.answered.items : [];
  const seen = kind === 'get' && type === 'ok' ? answered[1] : undefined;
  if (kind === 'exists' && type === 'ok' && answered[1] === false)
    return { kind, path, data: null, expectedVersion: -1, outcome: 'no-node', version: -1 };
  const data = writes ? printDatum(rest[0] ?? null) : seen === undefined ? null : printDatum(seen);
  const expected = rest[kind === 'set' ? 1 : 0];
  const expectedVersion = (kind === 'set' || kind === 'delete') && typeof expected === 'number' ? expected : -1;
  if (kind === 'get' && type === 'ok' && seen === undefined)
    throw new HistoryError(endLine, `a get answers [path data], not ${shortly(record.answered)}`);
  return { kind, path, data, expectedVersion, outcome, version: outcome === 'ok' ? record.version : -1 };
}

function pathOf(datum: Datum | undefined, line: number): string {
  const path = datum instanceof Name ? nameOf(datum) : datum;
  if (typeof path !== 'string' || !/^(\/[^/]+)+$/.test(path))
    throw new HistoryError(line, `a path must be like "/a" or "/a/b", not ${shortly(datum ?? null)}`);
  return path;
}
