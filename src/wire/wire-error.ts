/**
 * The one error that a codec throws. Bytes come from outside, so whatever they hold is an operating error and never an
 * invariant; `reason` is a constant, for tests, counters and the choice of an answer.
 */

const SENTENCES = {
  truncated: 'the bytes end before the record does',
  length: 'a length is negative or beyond the limit',
  null: 'a field is null that may not be',
  utf8: 'a string is not UTF-8',
  range: 'a number is outside the range that this server keeps',
  type: 'a type code is unknown, or not allowed here',
  magic: 'the bytes do not start with the mark of their format',
  version: 'the format has a version that this server does not know',
  checksum: 'the checksum does not match',
  seal: 'a seal or signature is missing',
  trailing: 'bytes follow the end of the record',
} as const;

/** Why bytes were refused. */
export type WireErrorReason = keyof typeof SENTENCES;

/** Bytes that cannot be what they claim to be. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: WireErrorReason;

  constructor(reason: WireErrorReason) {
    super(SENTENCES[reason]);
    this.reason = reason;
  }
}
