/**
 * Permissions are asked of single operations only: what is forbidden is done in a multi.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const aclInMulti: Mutant = {
  id: 'acl-in-multi',
  title: 'a multi does not look at lists of permissions',
  source: 'a generic one: every operation of a multi is checked as if it came alone',
  tier: 0,
  breaks: ['results'],
  scenarios: ['acl'],
  edits: [
    {
      file: 'src/tree/prepare.ts',
      find: '  const view = context.view.ahead();\n',
      replace: '  const view = context.view.ahead();\n'
        + '  const trusting = { ...context, options: { ...context.options, skipAcl: true } };\n',
    },
    {
      file: 'src/tree/prepare.ts',
      find: 'prepareSimple(op, { ...context, view })',
      replace: 'prepareSimple(op, { ...trusting, view })',
    },
  ],
};
