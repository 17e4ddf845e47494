/** Every rule of the house is shown to bite: a violation planted in memory must be reported, and clean code must pass. */
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { house } from '../eslint-rules/house.ts';
import { ROOMS, roomOf } from '../eslint-rules/rooms.ts';

const test = suite('lint');
const cwd = fileURLToPath(new URL('..', import.meta.url));
const plain = new ESLint({ cwd, overrideConfigFile: true, overrideConfig: house });

async function findings(path: string, body: string, lint = plain): Promise<string[]> {
  const text = body.startsWith('/**') || path.endsWith('.test.ts') ? body : `/** A planted file. */\n${body}\n`;
  const results = await lint.lintText(text, { filePath: `${cwd}${path}` });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

async function expectTable(rule: string, rows: readonly (readonly [path: string, body: string])[], lint = plain): Promise<void> {
  for (const [path, body] of rows) {
    const found = await findings(path, body, lint);
    assert.ok(found.includes(rule), `${rule} must report in ${path}: ${body} (found: ${found.join(', ')})`);
  }
}

async function expectClean(rows: readonly (readonly [path: string, body: string])[]): Promise<void> {
  for (const [path, body] of rows) assert.equal(await findings(path, body), [], `${path}: ${body}`);
}

test('the table of rooms has no circle and names only rooms', () => {
  const above = new Set<string>();
  for (const room of ROOMS) {
    for (const name of room.mayImport) assert.ok(above.has(name), `${room.name} may import ${name}, which must stand above it`);
    above.add(room.name);
  }
  assert.is(roomOf('properties/mutants/all.ts')?.name, 'mutants');
  assert.is(roomOf('src/zab2/x.ts'), undefined);
});

test('every room is refused every room that its row leaves out', async () => {
  for (const room of ROOMS) {
    for (const other of ROOMS) {
      if (room === other) continue;
      const up = '../'.repeat(room.path.split('/').length);
      const from = room.path.endsWith('.ts') ? up.slice(3) : up;
      const to = other.path.endsWith('.ts') ? other.path : `${other.path}/x.ts`;
      const path = room.path.endsWith('.ts') ? room.path : `${room.path}/planted.ts`;
      const found = await findings(path, `import type { X } from '${from === '' ? './' : from}${to}';\nlet x: X;`);
      const isRefused = found.includes('vivarium/import-direction');
      assert.is(isRefused, !room.mayImport.includes(other.name), `${room.name} -> ${other.name}`);
    }
  }
});

test('other ways to import are seen too', async () => {
  await expectTable('vivarium/import-direction', [
    ['src/zab/planted.ts', `import { a } from '../tree/data-tree.ts';`],
    ['src/zab/planted.ts', `export * from '../tree/data-tree.ts';`],
    ['src/zab/planted.ts', `export { a } from '../server/config.ts';`],
    ['src/zab/planted.ts', `type A = import('../tree/data-tree.ts').A;`],
    ['src/zab/planted.ts', `import { a } from '../base/zxid.test.ts';`],
    ['src/zab/planted.ts', `import { a } from '../../eslint-rules/rooms.ts';`],
    ['src/zab/planted.ts', `import fs from 'node:fs';`],
    ['src/zab/planted.ts', `import fs from 'fs';`],
    ['src/zab/planted.ts', `import fc from 'fast-check';`],
    ['src/nowhere/planted.ts', 'let x;'],
  ]);
  await expectClean([
    ['src/base/planted.ts', `import seedrandom from 'seedrandom';`],
    ['src/zab/planted.ts', `import type { Zxid } from '../base/zxid.ts';\nimport { vote } from './vote.ts';`],
    ['src/cli/planted.ts', `import { readFileSync } from 'node:fs';\nimport { Server } from '../server/server.ts';`],
    ['src/zab/planted.test.ts', `import { DataTree } from '../tree/data-tree.ts';`],
  ]);
});

test('what makes a run depend on more than its seed is banned below the roof', async () => {
  const bodies = ['Date.now();', 'new Date();', 'let d: Date;', 'Math.random();', 'Math.sin(1);', 'Math.pow(2, x);',
    'const { random } = Math;', 'x ** y;',
    'setTimeout(f, 1);', 'setInterval(f, 1);', 'setImmediate(f);', 'queueMicrotask(f);', 'process.exit();',
    'performance.now();', 'crypto.randomUUID();', 'globalThis.x;', 'console.log(1);', 'Buffer.alloc(1);', 'async function f() {}',
    'const f = async () => 1;', 'class A { async m() {} }', 'await x;', 'for await (const a of b) {}', 'void import("./x.ts");',
    'new Promise(f);', 'let p: Promise<void>;', '[].sort();', '[].toSorted();', 'a.localeCompare(b);', 'a.toLocaleString();',
    'a.toLocaleUpperCase();', 'Intl.Collator;', 'for (const k in o) {}', 'new WeakRef(o);', 'new FinalizationRegistry(f);',
    'new Function("");'];
  await expectTable('vivarium/determinism', bodies.map((body) => ['src/zab/planted.ts', body] as const));
  const simulated = ROOMS.filter((room) => room.belowRoof);
  await expectTable('vivarium/determinism', simulated.map((room) => [`${room.path}/x.ts`, 'Date.now();'] as const));
  await expectTable('vivarium/determinism', [
    ['src/client/client-face.ts', 'setTimeout(f, 1);'],
    ['src/world/seal.ts', '[].sort();'],
    ['src/server/server-face.ts', 'let p: Promise<void>;'],
  ]);
  await expectClean([
    ['src/zab/planted.ts', '[].sort((a, b) => a - b);'],
    ['src/zab/planted.ts', 'Math.floor(2 ** 32);\nfunction f(process) { process.next(); }\nnew TextEncoder();'],
    ['src/world/seal.ts', 'Date.now = () => { throw new Error(); };\nMath.random();'],
    ['src/client/client-face.ts', 'async function f() { await new Promise(g); }'],
    ['src/recipes/lock-face.ts', 'async function f() { await g(); }'],
    ['src/host/planted.ts', 'async function f() { await g(Date.now(), process.pid); }'],
    ['src/zab/planted.test.ts', 'Date.now();\nasync function f() { await g(); }'],
  ]);
});

test('the style that a machine can see', async () => {
  const rows: readonly (readonly [rule: string, path: string, body: string])[] = [
    ['vivarium/no-casts', 'src/zab/planted.ts', 'x as string;'],
    ['vivarium/no-casts', 'src/zab/planted.ts', '<string>x;'],
    ['vivarium/no-casts', 'src/zab/planted.test.ts', 'x as unknown as string;'],
    ['vivarium/directive-reason', 'src/zab/planted.ts', '// eslint-disable-next-line no-var\nvar x;'],
    ['vivarium/directive-reason', 'src/zab/planted.ts', '/* eslint-disable */\nvar x;'],
    ['vivarium/directive-reason', 'src/zab/planted.ts', '/* eslint-disable vivarium/directive-reason */\nvar x;'],
    ['vivarium/directive-reason', 'src/zab/planted.ts', '/* eslint no-var: "off" */\nvar x;'],
    ['vivarium/plain-state', 'src/zab/planted.ts', 'class A { #x = 1; }'],
    ['vivarium/plain-state', 'src/zab/planted.ts', 'class A { f = () => 1; }'],
    ['vivarium/export-docstring', 'src/zab/planted.ts', 'export const a = 1;'],
    ['vivarium/export-docstring', 'src/zab/planted.ts', '// no docstring\nexport function f(): void {}'],
    ['vivarium/line-length', 'src/zab/planted.ts', `'${'x'.repeat(130)}';`],
    ['vivarium/suite-runs', 'src/zab/planted.test.ts', 'const test = suite("a");'],
    ['vivarium/suite-runs', 'src/zab/planted.test.ts', `const test = suite('a');\ntest.only('b', f);\ntest.run();`],
    ['vivarium/suite-runs', 'src/zab/planted.test.ts', `const test = suite('a');\ntest.skip('b', f);\ntest.run();`],
    ['@typescript-eslint/no-explicit-any', 'src/zab/planted.ts', 'let x: any;'],
    ['@typescript-eslint/no-non-null-assertion', 'src/zab/planted.ts', 'x!.y;'],
    ['@typescript-eslint/consistent-type-imports', 'src/zab/planted.ts', `import { Zxid } from '../base/zxid.ts';\nlet z: Zxid;`],
    ['@typescript-eslint/explicit-module-boundary-types', 'src/zab/planted.ts', '/** F. */\nexport function f() {}'],
    ['@typescript-eslint/ban-ts-comment', 'src/zab/planted.ts', `// @ts-ignore: a reason of some length\nx;`],
    ['eqeqeq', 'src/zab/planted.ts', 'a == b;'],
    ['no-var', 'src/zab/planted.ts', 'var a;'],
    ['prefer-const', 'src/zab/planted.ts', 'let a = 1;'],
    ['no-eval', 'src/cli/planted.ts', 'eval("1");'],
    ['no-new-func', 'src/cli/planted.ts', 'new Function("1");'],
    ['object-shorthand', 'src/zab/planted.ts', '({ a: a });'],
    ['no-warning-comments', 'src/zab/planted.ts', `// TODO: later`],
    ['max-lines', 'src/zab/planted.ts', 'x;\n'.repeat(401)],
  ];
  for (const [rule, path, body] of rows) await expectTable(rule, [[path, body]]);
  const bare = await plain.lintText('x;', { filePath: `${cwd}src/zab/planted.ts` });
  assert.equal(bare[0]?.messages.map((message) => message.ruleId), ['vivarium/file-docstring']);
  await expectClean([
    ['src/zab/planted.ts', 'const a = [1] as const;\n/** One. */\nexport const one = 1;'],
    ['src/zab/planted.ts', 'class A { private readonly x = 1; static f = () => 1; }'],
    ['src/base/zxid.ts', 'x as Zxid;'],
    ['src/zab/planted.ts', '// eslint-disable-next-line no-var -- the planted reason\nvar x;'],
    ['src/zab/planted.test.ts', `const test = suite('a');\ntest('b', f);\ntest.run();`],
  ]);
});

test('the configuration of the repository applies the house rules and the typed ones', async () => {
  const whole = new ESLint({ cwd });
  // A file of the project, because typed rules need one; its text is replaced in memory.
  const body = `import { readFileSync } from 'node:fs';
declare const kind: 'a' | 'b';
const parsed = JSON.parse(readFileSync('x', 'utf8')).field;
switch (kind) { case 'a': Date.now(); }
Promise.resolve(parsed);`;
  const found = await findings('src/base/invariant.ts', body, whole);
  const expected = ['vivarium/import-direction', 'vivarium/determinism', '@typescript-eslint/no-unsafe-assignment',
    '@typescript-eslint/no-unsafe-member-access', '@typescript-eslint/switch-exhaustiveness-check',
    '@typescript-eslint/no-floating-promises'];
  for (const rule of expected) assert.ok(found.includes(rule), `${rule} must report (found: ${found.join(', ')})`);
});

test.run();
