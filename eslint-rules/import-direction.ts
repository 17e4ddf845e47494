/**
 * Imports run one way: a file may import its own room and the rooms that the table allows, and packages only where the table
 * names them. Imports of types count too, because knowing a type is knowing the room. Tests may import anything, and nothing
 * imports a test.
 */
import { dirname, resolve } from 'node:path';
import type { TSESTree } from '@typescript-eslint/utils';
import type { Context, Rule } from './rule.ts';
import { fileOf, fromRoot, rule } from './rule.ts';
import { isTest, roomOf } from './rooms.ts';

/** Reports an import against the direction of the house. */
export const importDirection: Rule = rule('imports run one way', '{{reason}}', (context) => {
  const file = fileOf(context);
  const isHoused = /^(src|properties|scenarios)\//.test(file) && !isTest(file);
  if (!isHoused) return {};
  const check = (source: TSESTree.Node | null): void => {
    if (source === null) return;
    const isLiteral = source.type === 'Literal' && typeof source.value === 'string';
    const reason = isLiteral ? refusal(context, file, source.value) : 'the module imported must be a literal';
    if (reason !== undefined) context.report({ node: source, messageId: 'found', data: { reason } });
  };
  return {
    Program(node) {
      if (roomOf(file) !== undefined) return;
      context.report({ node, messageId: 'found', data: { reason: `${file} stands in no room of eslint-rules/rooms.ts` } });
    },
    ImportDeclaration: (node) => { check(node.source); },
    ExportNamedDeclaration: (node) => { check(node.source); },
    ExportAllDeclaration: (node) => { check(node.source); },
    ImportExpression: (node) => { if (roomOf(file)?.belowRoof === true) check(node.source); },
    TSImportType: (node) => { check(node.source); },
  };
});

function refusal(context: Context, file: string, source: string): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return undefined;
  if (!source.startsWith('.')) {
    if (room.packages === 'any' || room.packages.includes(source)) return undefined;
    return `${room.name} may not import the package ${source}`;
  }
  const target = fromRoot(context, resolve(dirname(context.filename), source));
  if (isTest(target)) return 'nothing imports a test';
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) return room.belowRoof ? `${target} stands in no room` : undefined;
  if (targetRoom === room || room.mayImport.includes(targetRoom.name)) return undefined;
  return `${room.name} may not import ${targetRoom.name}: imports run one way (eslint-rules/rooms.ts)`;
}
