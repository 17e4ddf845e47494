/** Which places of a source are edited, and that each edit is one that a bundle accepts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyEdits } from './bundle.ts';
import { operatorEdits, sourceEdit } from './operators.ts';

const test = suite('operators');

function after(text: string): string[] {
  return operatorEdits('a.ts', text).map((edit) => applyEdits('a.ts', text, [sourceEdit(edit, text)]));
}

const TABLE: readonly (readonly [text: string, edited: readonly string[]])[] = [
  ['const a = b < c;', ['const a = b <= c;']],
  ['const a = b === c && d;', ['const a = b === c || d;', 'const a = b !== c && d;']],
  ['const a = b + c;', ['const a = b - c;']],
  ["const a = b + 'c';", []],
  ['const a = 1;', ['const a = 2;']],
  ['const a = 7;', []],
  ['if (a) b();', ['if (!(a)) b();', 'if (a) ;']],
  ["invariant(a > 0, 'b');", []],
  ["io.observe({ kind: 'a' });", []],
  ['type A = 1 | 2;', []],
  ['a(); a(); b();', ['; a(); b();', 'a(); ; b();', 'a(); a(); ;']],
];

for (const [text, edited] of TABLE) test(text, () => assert.equal(after(text), edited));

test('an edit says where it is and what it does', () => {
  const [edit] = operatorEdits('a.ts', 'const a = 5;\nconst b = a >= c;');
  assert.is(edit?.line, 2);
  assert.is(edit?.what, '>= becomes >');
});

test.run();
