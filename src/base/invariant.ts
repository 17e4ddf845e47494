/**
 * Assertions that stay on in production. An invariant guards against programmer errors: in a real server a
 * broken one stops the process, in a simulation it becomes a finding. Messages are constant strings, so that
 * a check costs nothing when it holds. Never use it for what a client, an operator or a disk may do wrong.
 */

/**
 * Thrown by `invariant` and `assertNever`; a world reports it as a crash of the process, never as an
 * operating error.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Asserts what must be true whatever the outside world does. `message` must be a constant. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** The value, which the caller knows to be present. `message` must be a constant. */
export function present<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new InvariantViolation(message);
  return value;
}

/** Closes an exhaustive `switch`; the compiler proves it unreachable. */
export function assertNever(value: never): never {
  throw new InvariantViolation(`a case is missing: ${JSON.stringify(value)}`);
}
