/**
 * A conditional write that asks for no version: of two clients that build on one state, the later one undoes the other's work.
 * Only the black box is asked, so that it is seen to need neither zxids nor the truth log.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const anyVersion: Mutant = {
  id: 'any-version',
  title: 'setData does not compare the version',
  source: 'a generic one: the lost update that versions are there to prevent',
  tier: 0,
  breaks: ['register-cross-check'],
  scenarios: ['calm', 'five'],
  edits: [
    {
      file: 'src/tree/prepare.ts',
      find: "if (!isExpected(version, node.version)) return refused(ErrorCode.BADVERSION);\n  return { kind: 'setData'",
      replace: "return { kind: 'setData'",
    },
  ],
};
