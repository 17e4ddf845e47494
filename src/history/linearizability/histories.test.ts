/** Written histories, some linearizable and some not, each with the operations that are to be named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HistoryError, printDatum, readData } from './datum.ts';
import { HISTORY_MODELS, type HistoryReport } from './history-models.ts';
import { readHistory } from './records.ts';

const test = suite('written histories');
const directory = join(import.meta.dirname, 'histories');

function check(model: string, text: string, initial: number | null = null): HistoryReport {
  const found = HISTORY_MODELS.find(({ name }) => name === model);
  if (found === undefined) throw new Error(`there is no model ${model}`);
  return found.check(readHistory(text), 1_000_000, initial);
}

/** File, model, and the lines of the operations that conflict; none: it is linearizable. */
const TABLE: readonly (readonly [file: string, model: string, core: readonly string[]])[] = [
  ['register-sequential.edn', 'register', []],
  ['register-concurrent-write.edn', 'register', []],
  ['register-stale-read.edn', 'register', ['write 1', 'write 2', 'read saw 1']],
  ['register-never-written.edn', 'register', ['read saw 7']],
  ['register-new-old-inversion.edn', 'register', ['write "old"', 'read saw "new"', 'read saw "old"']],
  ['register-lost-write-seen-late.edn', 'register', []],
  ['register-lost-write-twice.edn', 'register', ['read saw 2', 'read saw 3', 'read saw 2']],
  ['register-failed-write-seen.edn', 'register', ['read saw 2']],
  ['register-never-completed.edn', 'register', []],
  ['cas-chain.edn', 'cas-register', []],
  ['cas-two-winners.edn', 'cas-register', ['cas 0 to 1', 'cas 0 to 2']],
  ['cas-lost-then-won.edn', 'cas-register', []],
  ['cas-from-nothing.edn', 'cas-register', ['cas 4 to 5']],
  ['cas-mismatch.edn', 'cas-register', ['write 0', 'cas 0 to 1 refused: it held another value']],
  ['cas-independent-keys.edn', 'cas-register', []],
  ['cas-independent-keys-bad.edn', 'cas-register', ['cas of :y 1 to 2', 'read of :y saw 1']],
  ['cas-lines.json', 'cas-register', []],
  ['cas-document.json', 'cas-register', ['read saw 2', 'read saw 1']],
  ['jepsen-log.edn', 'cas-register', []],
  ['jepsen-log-bad.edn', 'cas-register', ['read saw 0', 'read saw 4']],
  ['znode-life.edn', 'znode', []],
  ['znode-parent-and-child.edn', 'znode', []],
  ['znode-list.json', 'znode', []],
  ['znode-two-locks.edn', 'znode', ['create /lock 0', 'create /lock 1']],
  ['znode-lost-update.edn', 'znode', ['set /a 1 if its version is 0 (version 1)', 'set /a 2 if its version is 0 (version 1)']],
  ['znode-orphan.edn', 'znode', ['delete /a', 'create /a/b 0']],
];

test('every history has the verdict that it deserves, and names what conflicts', () => {
  assert.equal(readdirSync(directory).sort(), TABLE.map(([file]) => file).sort());
  assert.ok(TABLE.length >= 20);
  for (const [file, model, core] of TABLE) {
    const { verdict, conflict } = check(model, readFileSync(join(directory, file), 'utf8'));
    assert.is(verdict, core.length === 0 ? 'linearizable' : 'violated', file);
    assert.equal((conflict?.core ?? []).map(({ text }) => text), core, file);
  }
});

test('a history ends where it is torn, and every complaint has its line', () => {
  const invoke = '{:process 0 :type :invoke :f :write :value 1}\n';
  const table: readonly (readonly [model: string, text: string, said: RegExp])[] = [
    ['register', '', /^line 1: there is no operation/],
    ['register', `${invoke}{:process 0 :type :ok`, /^line 2: the text breaks off: what was opened in line 2 is not closed/],
    ['register', `[${invoke}`, /^line 2: the text breaks off: what was opened in line 1 is not closed by "]"/],
    ['register', `${invoke}{:process 0 :type :ok :f "wri`, /^line 2: the text breaks off: the string of line 2 does not end/],
    ['register', `${invoke}]`, /^line 2: "]" closes nothing/],
    ['register', '{"process":0,\n"type"}', /^line 2: a map has a key without a value/],
    ['register', invoke + invoke, /^line 2: process 0 invokes write while its write of line 1 is open/],
    ['register', `\n${invoke}{:process 1 :type :ok :f :write :value 1}`, /^line 3: process 1 completes write, which it has not/],
    ['register', `${invoke}{:process 0 :type :ok :f :read}`, /^line 2: process 0 completes read, but it invoked write in line 1/],
    ['register', '{:process 0 :type :go :f :write}', /^line 1: there is no :type :go/],
    ['register', '{:process 0 :f :write}', /^line 1: the operation has no :type/],
    ['register', '{:type :invoke :f :write}', /^line 1: the operation has no :process/],
    ['register', '"hello"', /^line 1: an operation must be a map, not "hello"/],
    ['register', '{:process 0 :type :invoke :f :cas :value [1 2]}', /^line 1: the model register has no operation "cas"/],
    ['cas-register', '{:process 0 :type :invoke :f :cas :value 1}', /^line 1: a cas takes \[old new\], not 1/],
    ['znode', '{:process 0 :type :invoke :f :create :value ["a"]}', /^line 1: a path must be like/],
    ['znode', '{:process 0 :type :invoke :f :write :value ["/a"]}', /^line 1: the model znode has no operation "write"/],
    ['register', 'INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.ut', /^line 2: this is no line of a Jepsen log/],
  ];
  for (const [model, text, said] of table) {
    assert.throws(() => check(model, text), (error: unknown) => error instanceof HistoryError && said.test(error.message), text);
  }
  assert.throws(() => readData('['.repeat(100_000)), /nest deeper/);
});

test('registers may hold something at first', () => {
  const text = '{:process 0 :type :invoke :f :read}{:process 0 :type :ok :f :read :value 0}';
  assert.is(check('register', text).verdict, 'violated');
  assert.is(check('register', text, 0).verdict, 'linearizable');
});

test('data are what they print as', () => {
  const table: readonly (readonly [text: string, printed: string])[] = [
    ['[1, -2.5 3N true nil :k sym "s\\n\\u0041" \\a \\newline]', '[1 -2.5 3 true nil :k sym "s\\nA" "a" "newline"]'],
    ['#{2 1} ; a comment', '#{1 2}'],
    ['{:a {:b ()}}', '{:a {:b []}}'],
    ['{"a": 1, "b":[null,{"c" : "d"}]}', '{"a" 1 "b" [nil {"c" "d"}]}'],
    ['{"a" :b}', '{"a" :b}'],
    ['#inst "2024" ', '"2024"'],
    ['[#_ 1 #_ #_ 2 3 4 ^:m x]', '[4 x]'],
    ['12345678901234567890', '12345678901234567890'],
  ];
  for (const [text, printed] of table) assert.is(readData(text).map(printDatum).join(' '), printed);
});

test.run();
