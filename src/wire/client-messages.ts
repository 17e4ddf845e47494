/**
 * The client protocol as typed records: what travels between a client and a server (section 1 of the
 * protocol's description). A request names itself by `kind`, which is its operation's name; the codec maps
 * kinds to opcodes. Records are immutable once sent: both ends, and everybody who forks them, share them.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Acl, Bytes, ResultCode, Stat } from './words.ts';

/** The first frame of a connection. `sessionId` zero asks for a new session; `timeoutMs` is a wish. */
export interface ConnectRequest {
  readonly kind: 'connectRequest';
  readonly protocolVersion: number;
  readonly lastZxidSeen: Zxid;
  readonly timeoutMs: number;
  readonly sessionId: SessionId;
  readonly password: Bytes;
  /** undefined: an old client, whose 36-byte form lacks the field; the answer then lacks it too. */
  readonly readOnly: boolean | undefined;
}

/** The answer. `timeoutMs` 0 with session 0: the session is gone, do not try again. */
export interface ConnectResponse {
  readonly kind: 'connectResponse';
  readonly protocolVersion: number;
  readonly timeoutMs: number;
  readonly sessionId: SessionId;
  readonly password: Bytes;
  readonly readOnly: boolean | undefined;
}

export interface CreateRequest {
  readonly kind: 'create' | 'create2' | 'createContainer';
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[] | null;
  readonly flags: number;
}
export interface CreateTtlRequest {
  readonly kind: 'createTTL';
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[] | null;
  readonly flags: number;
  /** Milliseconds. */
  readonly ttl: number;
}
/** `version` −1 matches any. */
export interface DeleteRequest {
  readonly kind: 'delete';
  readonly path: string;
  readonly version: number;
}
/** What the leader's reaper asks for; never accepted from a client. */
export interface DeleteContainerRequest {
  readonly kind: 'deleteContainer';
  readonly path: string;
}
export interface SetDataRequest {
  readonly kind: 'setData';
  readonly path: string;
  readonly data: Bytes | null;
  readonly version: number;
}
export interface SetAclRequest {
  readonly kind: 'setACL';
  readonly path: string;
  readonly acl: readonly Acl[] | null;
  readonly version: number;
}
export interface CheckRequest {
  readonly kind: 'check';
  readonly path: string;
  readonly version: number;
}
/** The reads that may leave a watch behind. */
export interface WatchingRead {
  readonly kind: 'exists' | 'getData' | 'getChildren' | 'getChildren2';
  readonly path: string;
  readonly watch: boolean;
}
export interface PathRequest {
  readonly kind: 'getACL' | 'sync' | 'getAllChildrenNumber' | 'getEphemerals';
  /** For getEphemerals, a prefix. */
  readonly path: string;
}
export interface WatcherRequest {
  readonly kind: 'checkWatches' | 'removeWatches';
  readonly path: string;
  readonly watcherType: number;
}
export interface AddWatchRequest {
  readonly kind: 'addWatch';
  readonly path: string;
  readonly mode: number;
}
export interface SetWatchesRequest {
  readonly kind: 'setWatches';
  readonly relativeZxid: Zxid;
  readonly dataWatches: readonly string[];
  readonly existWatches: readonly string[];
  readonly childWatches: readonly string[];
}
export interface SetWatches2Request {
  readonly kind: 'setWatches2';
  readonly relativeZxid: Zxid;
  readonly dataWatches: readonly string[];
  readonly existWatches: readonly string[];
  readonly childWatches: readonly string[];
  readonly persistentWatches: readonly string[];
  readonly persistentRecursiveWatches: readonly string[];
}
export interface AuthRequest {
  readonly kind: 'auth';
  readonly authType: number;
  readonly scheme: string;
  readonly auth: Bytes | null;
}
export interface SaslRequest {
  readonly kind: 'sasl';
  readonly token: Bytes | null;
}
export interface ReconfigRequest {
  readonly kind: 'reconfig';
  readonly joiningServers: string | null;
  readonly leavingServers: string | null;
  readonly newMembers: string | null;
  /** −1 or the version that the caller read, a zxid. */
  readonly configVersion: Zxid;
}
export interface CreateSessionRequest {
  readonly kind: 'createSession';
  readonly timeoutMs: number;
}
export interface BareRequest {
  readonly kind: 'ping' | 'closeSession' | 'whoAmI';
}
/** An opcode that this server does not know, kept so that it can be refused in order. */
export interface UnknownRequest {
  readonly kind: 'unknown';
  readonly opcode: number;
}
/** A known opcode whose body could not be read: answered with MARSHALLINGERROR, in order. */
export interface MalformedRequest {
  readonly kind: 'malformed';
  readonly opcode: number;
}

/** What a multi may contain. */
export type MultiOp = CreateRequest | CreateTtlRequest | DeleteRequest | SetDataRequest | CheckRequest;
export interface MultiRequest {
  readonly kind: 'multi';
  readonly ops: readonly MultiOp[];
}
export interface MultiReadOp {
  readonly kind: 'getData' | 'getChildren';
  readonly path: string;
  readonly watch: boolean;
}
export interface MultiReadRequest {
  readonly kind: 'multiRead';
  readonly ops: readonly MultiReadOp[];
}

/** Everything a client may ask for once its session stands. */
export type Request =
  | CreateRequest
  | CreateTtlRequest
  | DeleteRequest
  | DeleteContainerRequest
  | SetDataRequest
  | SetAclRequest
  | CheckRequest
  | WatchingRead
  | PathRequest
  | WatcherRequest
  | AddWatchRequest
  | SetWatchesRequest
  | SetWatches2Request
  | AuthRequest
  | SaslRequest
  | ReconfigRequest
  | CreateSessionRequest
  | BareRequest
  | MultiRequest
  | MultiReadRequest
  | UnknownRequest
  | MalformedRequest;
export type RequestKind = Request['kind'];

/** Header and body of a request: `xid` counts up on its connection, or is one of `Xid`. */
export interface RequestMessage {
  readonly kind: 'request';
  readonly xid: number;
  readonly request: Request;
}

export interface PathResponse {
  readonly kind: 'create' | 'sync';
  readonly path: string;
}
export interface PathStatResponse {
  readonly kind: 'create2' | 'createContainer' | 'createTTL';
  readonly path: string;
  readonly stat: Stat;
}
export interface StatResponse {
  readonly kind: 'exists' | 'setData' | 'setACL';
  readonly stat: Stat;
}
export interface DataResponse {
  readonly kind: 'getData' | 'reconfig';
  readonly data: Bytes | null;
  readonly stat: Stat;
}
export interface AclResponse {
  readonly kind: 'getACL';
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}
export interface ChildrenResponse {
  readonly kind: 'getChildren';
  readonly children: readonly string[];
}
export interface ChildrenStatResponse {
  readonly kind: 'getChildren2';
  readonly children: readonly string[];
  readonly stat: Stat;
}
export interface EphemeralsResponse {
  readonly kind: 'getEphemerals';
  readonly paths: readonly string[];
}
export interface NumberResponse {
  readonly kind: 'getAllChildrenNumber';
  readonly total: number;
}
export interface WhoAmIResponse {
  readonly kind: 'whoAmI';
  readonly users: readonly { readonly scheme: string; readonly user: string }[];
}
export interface AddWatchResponse {
  readonly kind: 'addWatch';
  readonly err: ResultCode;
}
export interface SaslResponse {
  readonly kind: 'sasl';
  readonly token: Bytes | null;
}
/** A success that says nothing more. */
export interface EmptyResponse {
  readonly kind:
    | 'delete'
    | 'deleteContainer'
    | 'check'
    | 'checkWatches'
    | 'removeWatches'
    | 'setWatches'
    | 'auth'
    | 'ping'
    | 'closeSession';
}
/**
 * One entry of a multi's or a multiRead's answer that is an error (or, in a failed multi, an undone success:
 * err 0).
 */
export interface ErrorResult {
  readonly kind: 'error';
  readonly err: ResultCode;
}
export type MultiResult =
  | PathResponse
  | PathStatResponse
  | StatResponse
  | DataResponse
  | ChildrenResponse
  | EmptyResponse
  | ErrorResult;
export interface MultiResponse {
  readonly kind: 'multi' | 'multiRead';
  readonly results: readonly MultiResult[];
}

/** The body of a successful reply. */
export type Response =
  | PathResponse
  | PathStatResponse
  | StatResponse
  | DataResponse
  | AclResponse
  | ChildrenResponse
  | ChildrenStatResponse
  | EphemeralsResponse
  | NumberResponse
  | WhoAmIResponse
  | AddWatchResponse
  | SaslResponse
  | EmptyResponse
  | MultiResponse;

/** Header and body of a reply; `response` is null when `err` is not 0. */
export interface ReplyMessage {
  readonly kind: 'reply';
  readonly xid: number;
  readonly zxid: Zxid;
  readonly err: ResultCode;
  readonly response: Response | null;
}

/** A watch fired. `zxid` is that of the transaction, −1 when it catches up after a reconnect. */
export interface EventMessage {
  readonly kind: 'event';
  readonly zxid: Zxid;
  readonly type: number;
  readonly state: number;
  readonly path: string;
}

/** What travels on a client connection, both ways. */
export type ClientMessage = ConnectRequest | ConnectResponse | RequestMessage | ReplyMessage | EventMessage;
