/**
 * Edits that nobody thought of: every place of a source where one operator, one condition, one number or one statement can be
 * changed, as mutation testing does it (DeMillo, Lipton and Sayward, 1978). Such an edit often changes nothing that matters, so
 * a survivor is a question and no verdict. What servers state about themselves is left alone: without its facts a judge is deaf,
 * and to show that would show nothing. Loaded only where it is needed, because the compiler that parses is large.
 */
import ts from 'typescript';
import type { SourceEdit } from './bundle.ts';

/** One place, and what it becomes. */
export interface OperatorEdit {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In a few words, such as `< becomes <=`. */
  readonly what: string;
  /** The part of the text, and what replaces it. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const SWAPS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '+'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);
/** Calls that state something, or only make sure of it. */
const STATEMENTS_KEPT: readonly string[] = ['invariant(', 'io.observe(', 'super('];
const SHOWN_LENGTH = 50;

/** All places of a file, in the order in which they stand in it. */
export function operatorEdits(file: string, text: string): OperatorEdit[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits: OperatorEdit[] = [];
  const add = (start: number, end: number, replacement: string, what: string): void => {
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    edits.push({ file, line, what, start, end, replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || isKept(node, source)) return;
    editsOf(node, source, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits;
}

type Add = (start: number, end: number, replacement: string, what: string) => void;

function editsOf(node: ts.Node, source: ts.SourceFile, add: Add): void {
  const start = node.getStart(source);
  if (ts.isBinaryExpression(node)) {
    const { operatorToken, left, right } = node;
    const swap = SWAPS.get(operatorToken.kind);
    if (swap === undefined || (operatorToken.kind === ts.SyntaxKind.PlusToken && (isText(left) || isText(right)))) return;
    add(operatorToken.getStart(source), operatorToken.end, swap, `${operatorToken.getText(source)} becomes ${swap}`);
  } else if (ts.isIfStatement(node)) {
    const condition = node.expression;
    const negated = `!(${condition.getText(source)})`;
    add(condition.getStart(source), condition.end, negated, `if (${shown(condition, source)}) is negated`);
  } else if (ts.isNumericLiteral(node) && Number(node.text) <= 2) {
    add(start, node.end, String(Number(node.text) + 1), `${node.text} becomes ${Number(node.text) + 1}`);
  } else if (ts.isExpressionStatement(node)) {
    add(start, node.end, ';', `${shown(node, source)} is left out`);
  }
}

function isKept(node: ts.Node, source: ts.SourceFile): boolean {
  return ts.isExpressionStatement(node) && STATEMENTS_KEPT.some((call) => node.getText(source).startsWith(call));
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function shown(node: ts.Node, source: ts.SourceFile): string {
  const text = node.getText(source).replace(/\s+/g, ' ');
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}

/** The edit as text that stands once in the file: as much around the place as that takes. */
export function sourceEdit({ file, start, end, replacement }: OperatorEdit, text: string): SourceEdit {
  let from = start;
  let to = end;
  while (text.split(text.slice(from, to)).length !== 2) {
    from = Math.max(0, from - 1);
    to = Math.min(text.length, to + 1);
  }
  return { file, find: text.slice(from, to), replace: text.slice(from, start) + replacement + text.slice(end, to) };
}
