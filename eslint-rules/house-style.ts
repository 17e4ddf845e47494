/**
 * The rules of style that a machine can see: no unchecked casts, no lint directive without a reason, plain data in the fields of
 * a class, a docstring on every file and export, lines that fit, and suites that are run.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { fileOf, rule } from './rule.ts';
import type { Rule } from './rule.ts';
import { CASTS_ALLOWED, isTest, roomOf } from './rooms.ts';

/** The longest line allowed. */
export const LINE_LENGTH = 130;

/** `as` is a promise that nobody checks; narrow the value, or brand it in a file of the list. */
export const noCasts: Rule = rule('no unchecked casts',
  '`as` is unchecked: narrow the value, or add the file with its reason to CASTS_ALLOWED', (context) => {
    if (CASTS_ALLOWED.has(fileOf(context))) return {};
    return {
      TSAsExpression(node) {
        const isConst = context.sourceCode.getText(node.typeAnnotation) === 'const';
        if (!isConst) context.report({ node, messageId: 'found' });
      },
      TSTypeAssertion: (node) => { context.report({ node, messageId: 'found' }); },
    };
  });

/** A directive names its rules and says why; it is reported at line zero, where no directive can silence it. */
export const directiveReason: Rule = rule('lint directives give their reason',
  'the directive on line {{line}} must name its rules and end in ` -- reason`', (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/^\s*eslint(-disable|\s)/.test(comment.value)) continue;
        const isNamed = /^\s*eslint-disable(-next-line|-line)?\s+[a-z@][^]*\s--\s+\S[^]{7,}/.test(comment.value);
        if (isNamed) continue;
        const at = { line: 0, column: 0 };
        context.report({ loc: { start: at, end: at }, messageId: 'found', data: { line: String(comment.loc.start.line) } });
      }
    },
  }));

/** A generic fork copies own enumerable properties, which leaves out private fields and would share closures. */
export const plainState: Rule = rule('fields hold plain data',
  'state below the roof is plain data: no #private fields, no functions in fields', (context) => {
    if (roomOf(fileOf(context))?.belowRoof !== true || isTest(fileOf(context))) return {};
    return {
      PropertyDefinition(node) {
        const isFunction = node.value?.type === 'ArrowFunctionExpression' || node.value?.type === 'FunctionExpression';
        if ((isFunction && !node.static) || node.key.type === 'PrivateIdentifier') context.report({ node, messageId: 'found' });
      },
    };
  });

/** A file opens with a paragraph: what it is, why it exists, what it must never do. */
export const fileDocstring: Rule = rule('files open with a docstring', 'a file opens with a /** docstring */', (context) => {
  if (isTest(fileOf(context))) return {};
  return {
    Program(node) {
      const text = context.sourceCode.text;
      const start = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
      if (!text.startsWith('/**', start)) context.report({ node, loc: { line: 1, column: 0 }, messageId: 'found' });
    },
  };
});

/** Every exported value says what it is for, in a docstring that is not the file's own; the fields of a type may say it all. */
export const exportDocstring: Rule = rule('exports have docstrings', 'this export needs a /** docstring */', (context) => {
  if (isTest(fileOf(context))) return {};
  const documented = new Set<string>();
  const check = (node: TSESTree.ExportNamedDeclaration | TSESTree.ExportDefaultDeclaration): void => {
    const { declaration } = node;
    if (declaration === null || declaration.type === 'Identifier') return;
    if (declaration.type === 'TSInterfaceDeclaration' || declaration.type === 'TSTypeAliasDeclaration') return;
    const comment = context.sourceCode.getCommentsBefore(node).at(-1);
    const name = 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
    const isOwn = comment?.type === 'Block' && comment.value.startsWith('*') && comment.range[0] > 0;
    if (isOwn && name !== undefined) documented.add(name);
    // Overloads share the first docstring.
    if (!isOwn && !(name !== undefined && documented.has(name))) context.report({ node, messageId: 'found' });
  };
  return { ExportNamedDeclaration: check, ExportDefaultDeclaration: check };
});

/** Lines fit side by side on a screen; a line that holds an address may be longer. */
export const lineLength: Rule = rule('lines fit', 'this line has {{length}} characters; the most is 130', (context) => ({
  Program() {
    context.sourceCode.lines.forEach((text, index) => {
      if (text.length <= LINE_LENGTH || text.includes('https://')) return;
      const loc = { line: index + 1, column: LINE_LENGTH };
      context.report({ loc: { start: loc, end: loc }, messageId: 'found', data: { length: String(text.length) } });
    });
  },
}));

/** A suite that is never run passes for ever, and one that singles tests out hides the others. */
export const suiteRuns: Rule = rule('suites are run whole', '{{what}}', (context) => {
  if (!isTest(fileOf(context))) return {};
  const suites = new Map<string, TSESTree.Node>();
  return {
    'VariableDeclarator[init.callee.name="suite"]': (node: TSESTree.VariableDeclarator) => {
      if (node.id.type === 'Identifier') suites.set(node.id.name, node);
    },
    'CallExpression > MemberExpression.callee': (node: TSESTree.MemberExpression) => {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const { name } = node.property;
      const isSuite = suites.has(node.object.name);
      if (isSuite && name === 'run') suites.delete(node.object.name);
      if (isSuite && (name === 'only' || name === 'skip')) {
        context.report({ node, messageId: 'found', data: { what: `.${name} must not stay in a test` } });
      }
    },
    'Program:exit': () => {
      for (const node of suites.values()) context.report({ node, messageId: 'found', data: { what: 'this suite is never run' } });
    },
  };
});
