/**
 * What a client throws. One class, told apart by the name of its code, because callers ask "is it NONODE?" and a hierarchy would
 * only answer the same question in more files. The message names operation and path, and says in plain words what the code means
 * (KeeperException.Code; section 1.5 of the protocol's description).
 */
import { ErrorCode, type ErrorName, type ResultCode } from '../wire/words.ts';

const NAMES: ReadonlyMap<number, ErrorName> = new Map(
  Object.entries(ErrorCode).flatMap(([name, code]): [number, ErrorName][] => (isErrorName(name) ? [[code, name]] : [])),
);

const MEANINGS: Partial<Record<ErrorName, string>> = {
  CONNECTIONLOSS: 'the connection was lost before the answer; it happened once or not at all',
  OPERATIONTIMEOUT: 'no answer came in time; it happened once or not at all',
  REQUESTTIMEOUT: 'no answer came in time; it happened once or not at all',
  MARSHALLINGERROR: 'the server could not read the request',
  UNIMPLEMENTED: 'the server does not do this, or is not configured to',
  BADARGUMENTS: 'an argument is not valid',
  NEWCONFIGNOQUORUM: 'no quorum of the new configuration is connected',
  RECONFIGINPROGRESS: 'another reconfiguration is under way',
  NONODE: 'there is no such node',
  NOAUTH: 'this session has no permission; add credentials with addAuth',
  BADVERSION: 'the version is not the one expected',
  NOCHILDRENFOREPHEMERALS: 'an ephemeral node cannot have children',
  NODEEXISTS: 'the node exists already',
  NOTEMPTY: 'the node has children',
  SESSIONEXPIRED: 'the session has ended; make a new client',
  INVALIDACL: 'the access control list is not valid',
  AUTHFAILED: 'the server refused the credentials',
  SESSIONMOVED: 'the session has moved to another server',
  NOTREADONLY: 'the server serves reads only, as it has no leader',
  EPHEMERALONLOCALSESSION: 'a local session cannot own an ephemeral node',
  NOWATCHER: 'there is no such watch',
  RECONFIGDISABLED: 'the servers have reconfiguration disabled',
  SESSIONCLOSEDREQUIRESASLAUTH: 'the server requires authentication first',
  QUOTAEXCEEDED: 'a quota is used up',
  THROTTLEDOP: 'the server is overloaded',
};

/** An operation that did not succeed. */
export class ZooKeeperError extends Error {
  override readonly name: string = 'ZooKeeperError';
  /** The code as it travels; see `codeName`. */
  readonly code: ResultCode;
  /** The name of the code, as in `NONODE`; `UNKNOWN` for one that this client has never heard of. */
  readonly codeName: ErrorName | 'UNKNOWN';
  /** What was asked for: `create`, `getData`, ... */
  readonly operation: string;
  /** What it was about; '' where it is about no path. */
  readonly path: string;
  /** What in particular is wrong, where the client itself found it; undefined where the code says it all. */
  readonly detail: string | undefined;

  constructor(code: ResultCode, operation: string, path: string, detail?: string) {
    const codeName = NAMES.get(code) ?? 'UNKNOWN';
    const meaning = detail ?? (codeName === 'UNKNOWN' ? `the code ${code} is unknown` : MEANINGS[codeName]);
    super(`${operation}${path === '' ? '' : ` ${path}`}: ${codeName}${meaning === undefined ? '' : `, ${meaning}`}`);
    this.code = code;
    this.codeName = codeName;
    this.operation = operation;
    this.path = path;
    this.detail = detail;
  }

  /** The same failure before anything was asked: the caller's argument is wrong. */
  static badArguments(operation: string, path: string, detail: string): ZooKeeperError {
    return new ZooKeeperError(ErrorCode.BADARGUMENTS, operation, path, detail);
  }
}

/** A multi that was undone. */
export class MultiError extends ZooKeeperError {
  override readonly name: string = 'MultiError';
  /** Which operation failed, from 0. */
  readonly index: number;
  /** The code of every operation: 0 before the one that failed, its own, RUNTIMEINCONSISTENCY (−2) after it. */
  readonly codes: readonly ResultCode[];

  constructor(codes: readonly ResultCode[], index: number, operation: string, path: string) {
    super(codes[index] ?? ErrorCode.APIERROR, `multi, operation ${index}, ${operation}`, path);
    this.codes = codes;
    this.index = index;
  }
}

/** Whether something thrown is a `ZooKeeperError` with one of these codes; with none given, with any. */
export function isZooKeeperError(error: unknown, ...names: readonly ErrorName[]): error is ZooKeeperError {
  if (!(error instanceof ZooKeeperError)) return false;
  return names.length === 0 || names.some((name) => name === error.codeName);
}

/** Whether nobody knows what became of a write: it happened once or not at all. */
export function isOutcomeUnknown(error: unknown): boolean {
  return isZooKeeperError(error, 'CONNECTIONLOSS', 'OPERATIONTIMEOUT', 'REQUESTTIMEOUT');
}

/** Whether the session is over, so that nothing that this client asks for can succeed. */
export function isSessionOver(error: unknown): boolean {
  return isZooKeeperError(error, 'SESSIONEXPIRED', 'AUTHFAILED');
}

function isErrorName(name: string): name is ErrorName {
  return name in ErrorCode;
}
