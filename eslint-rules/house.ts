/**
 * The part of the lint configuration that needs no types: our own rules and the plain ones of ESLint and typescript-eslint. It
 * stands apart so that the test of the rules can plant violations in memory, in any room, without a project.
 */
import type { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { determinism } from './determinism.ts';
import { directiveReason, exportDocstring, fileDocstring, lineLength, noCasts, plainState, suiteRuns } from './house-style.ts';
import { importDirection } from './import-direction.ts';

const OWN = {
  'import-direction': importDirection,
  determinism,
  'no-casts': noCasts,
  'directive-reason': directiveReason,
  'plain-state': plainState,
  'file-docstring': fileDocstring,
  'export-docstring': exportDocstring,
  'line-length': lineLength,
  'suite-runs': suiteRuns,
};

const withRules = { meta: { name: 'vivarium' }, rules: OWN };
// ESLint and typescript-eslint describe the same nodes by different types, so the rules are left out of this one.
const plugin: { readonly meta: { readonly name: string } } = withRules;

const PLAIN: Partial<Linter.RulesRecord> = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'max-lines': ['error', 400],
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-var': 'error',
  'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
  'object-shorthand': 'error',
  'prefer-const': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', {
    'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': false,
  }],
  '@typescript-eslint/consistent-type-imports': ['error', { prefer: 'type-imports', fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
};

/** The rules that look at one file at a time, for every TypeScript file of the repository. */
export const house: Linter.Config[] = [{
  files: ['**/*.ts'],
  languageOptions: { parser: tseslint.parser, sourceType: 'module', ecmaVersion: 2023 },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  plugins: { '@typescript-eslint': tseslint.plugin, vivarium: plugin },
  rules: { ...PLAIN, ...Object.fromEntries(Object.keys(OWN).map((name) => [`vivarium/${name}`, 'error'])) },
}, {
  // These read better whole than scattered: each half of the protocol, a client's session, the books of a run, the world's verbs.
  files: ['src/zab/leader.ts', 'src/zab/learner.ts', 'src/client/client-core.ts', 'src/history/history.ts', 'src/world/world.ts'],
  rules: { 'max-lines': ['error', 450] },
}, {
  files: ['**/*.test.ts'],
  rules: { 'max-lines': 'off' },
}];
