/**
 * Below the roof the same seed must give the same run, on any machine: no clock, timer, chance, process, promise or locale but
 * the ones a world hands in, nothing whose result is up to the engine. Names are resolved by scope, so a local variable called
 * `process` is no violation and a parameter default that reads the global one is.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { fileOf, rule } from './rule.ts';
import type { Context, Rule } from './rule.ts';
import { GLOBALS_ALLOWED, isPromiseFace, isTest, roomOf } from './rooms.ts';

const GLOBALS: ReadonlyMap<string, string> = new Map([
  ...['Date', 'performance'].map((name): [string, string] => [name, 'the clock is io\'s']),
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask']
    .map((name): [string, string] => [name, 'timers are io\'s']),
  ...['process', 'Buffer', 'require', 'global', 'globalThis', 'console', 'fetch', 'crypto', 'SharedArrayBuffer', 'Atomics']
    .map((name): [string, string] => [name, 'the machine is out of reach here']),
  ...['WeakRef', 'FinalizationRegistry'].map((name): [string, string] => [name, 'the garbage collector is not deterministic']),
  ...['eval', 'Function'].map((name): [string, string] => [name, 'code is not made at run time']),
  ['Intl', 'locales differ between machines'],
]);

const ASYNCHRONY = 'only a promise face (*-face.ts) is asynchronous';
const PROMISES: ReadonlySet<string> = new Set(['Promise', 'PromiseLike', 'AsyncIterable', 'AsyncGenerator']);

/** Everything of Math whose result the language leaves to the engine, and chance. */
const MATH: ReadonlySet<string> = new Set(['random', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh',
  'asinh', 'acosh', 'atanh', 'exp', 'expm1', 'log', 'log10', 'log1p', 'log2', 'pow', 'cbrt', 'hypot']);

/** Reports what makes a run depend on more than its seed. */
export const determinism: Rule = rule('the same seed, the same run', '{{what}} is banned below the roof: {{why}}', (context) => {
  const file = fileOf(context);
  if (isTest(file) || roomOf(file)?.belowRoof !== true) return {};
  const report = (node: TSESTree.Node, what: string, why: string): void => {
    context.report({ node, messageId: 'found', data: { what, why } });
  };
  return {
    'Program:exit': () => { if (!GLOBALS_ALLOWED.has(file)) checkGlobals(context, isPromiseFace(file), report); },
    ...(isPromiseFace(file) ? {} : asynchrony(report)),
    ...methods(report),
    ForInStatement: (node) => { report(node, 'for..in', 'iterate a Map, a Set or an array'); },
    'BinaryExpression[operator="**"], AssignmentExpression[operator="**="]': (node: TSESTree.Node) => {
      const isConstant = node.type === 'BinaryExpression' && node.left.type === 'Literal' && node.right.type === 'Literal';
      if (!isConstant) report(node, '**', 'its result is up to the engine');
    },
  };
});

type Report = (node: TSESTree.Node, what: string, why: string) => void;

function asynchrony(report: Report): TSESLint.RuleListener {
  return {
    ':function[async=true]': (node: TSESTree.Node) => { report(node, 'async', ASYNCHRONY); },
    AwaitExpression: (node) => { report(node, 'await', ASYNCHRONY); },
    'ForOfStatement[await=true]': (node: TSESTree.Node) => { report(node, 'for await', ASYNCHRONY); },
    ImportExpression: (node) => { report(node, 'import()', ASYNCHRONY); },
  };
}

function methods(report: Report): TSESLint.RuleListener {
  return {
    MemberExpression(node) {
      if (node.property.type !== 'Identifier' || node.computed) return;
      const name = node.property.name;
      const isLocale = name === 'localeCompare' || name.startsWith('toLocale');
      if (isLocale) report(node, name, 'locales differ between machines');
      const isBareSort = (name === 'sort' || name === 'toSorted') && node.parent.type === 'CallExpression' &&
        node.parent.callee === node && node.parent.arguments.length === 0;
      if (isBareSort) report(node, `${name}()`, 'give it a comparator: the default one compares text');
    },
  };
}

function checkGlobals(context: Context, mayPromise: boolean, report: Report): void {
  const scope = context.sourceCode.scopeManager?.globalScope;
  if (scope == null) return;
  const references = [...scope.through];
  for (const variable of scope.variables) if (variable.defs.length === 0) references.push(...variable.references);
  for (const { identifier } of references) {
    if (identifier.type !== 'Identifier') continue;
    const why = GLOBALS.get(identifier.name) ?? (!mayPromise && PROMISES.has(identifier.name) ? ASYNCHRONY : undefined);
    if (why !== undefined) report(identifier, identifier.name, why);
    if (identifier.name === 'Math') checkMath(identifier, report);
  }
}

function checkMath(identifier: TSESTree.Identifier, report: Report): void {
  const parent = identifier.parent;
  if (parent.type !== 'MemberExpression' || parent.computed || parent.property.type !== 'Identifier') {
    report(identifier, 'Math', 'name the function in place, as Math.floor');
  } else if (MATH.has(parent.property.name)) {
    const why = parent.property.name === 'random' ? 'draw from a stream' : 'its result is up to the engine';
    report(parent, `Math.${parent.property.name}`, why);
  }
}
