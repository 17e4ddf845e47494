/**
 * Lint for the whole house: the rules of eslint-rules/, which need no types, and above them typescript-eslint's strictest set,
 * which does. Our rules are TypeScript, hence the loader.
 */
import { register } from 'tsx/esm/api';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const unregister = register();
const { house } = await import('./eslint-rules/house.ts');
await unregister();

export default defineConfig(
  { ignores: ['node_modules/', 'coverage/', 'dist/', 'reports/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Arrow functions for their effect are written in one line, and a handler may return what it calls.
      '@typescript-eslint/no-confusing-void-expression': ['error', {
        ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true,
      }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // Numbers and booleans print the same everywhere.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A default that ends in assertNever is exhaustive by the compiler's own proof.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {
        considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true,
      }],
    },
  },
  ...house,
  // The kinds of syntax nodes are compared with literals, as everybody who writes rules does.
  { files: ['eslint-rules/**'], rules: { '@typescript-eslint/no-unsafe-enum-comparison': 'off' } },
);
