/** What every rule here shares: the shape of a rule without options, and the file it looks at as a path from the root. */
import { relative, sep } from 'node:path';
import type { TSESLint } from '@typescript-eslint/utils';

/** A rule without options and with one message, whose words `{{...}}` are filled in. */
export type Rule = TSESLint.RuleModule<'found'>;
/** What a rule is given for each file. */
export type Context = Readonly<TSESLint.RuleContext<'found', readonly []>>;

/** A rule from its purpose, its message and what it listens to. */
export function rule(description: string, found: string, create: (context: Context) => TSESLint.RuleListener): Rule {
  return { meta: { type: 'problem', docs: { description }, messages: { found }, schema: [] }, create };
}

/** The path of the file under lint, from the root, with forward slashes. */
export function fileOf(context: Context): string {
  return fromRoot(context, context.filename);
}

/** `absolute` as a path from the root, with forward slashes. */
export function fromRoot(context: Context, absolute: string): string {
  return relative(context.cwd, absolute).split(sep).join('/');
}
