/**
 * The table of the client protocol: for every operation, the fields of its request and of its response, in the order of the wire
 * (section 1.4 of the protocol's description). The codecs follow from it; whoever adds an operation adds a line here.
 */
import type {
  AclResponse,
  AddWatchRequest,
  AddWatchResponse,
  AuthRequest,
  BareRequest,
  CheckRequest,
  ChildrenResponse,
  ChildrenStatResponse,
  CreateRequest,
  CreateSessionRequest,
  CreateTtlRequest,
  DataResponse,
  DeleteContainerRequest,
  DeleteRequest,
  EmptyResponse,
  EphemeralsResponse,
  MultiReadOp,
  MultiReadRequest,
  MultiRequest,
  MultiResponse,
  NumberResponse,
  PathRequest,
  PathResponse,
  PathStatResponse,
  ReconfigRequest,
  Request,
  RequestKind,
  Response,
  SaslRequest,
  SaslResponse,
  SetAclRequest,
  SetDataRequest,
  SetWatches2Request,
  SetWatchesRequest,
  StatResponse,
  WatcherRequest,
  WatchingRead,
  WhoAmIResponse,
} from './client-messages.ts';
import { multiOps, multiReadOps, multiResults } from './multi-codec.ts';
import type { KindTable } from './multi-codec.ts';
import { aclRecord, statRecord } from './records.ts';
import {
  bool,
  configVersion,
  constant,
  int,
  mostly,
  nullableBuffer,
  nullableUstring,
  nullableVector,
  record,
  saturatedLong,
  saturatedZxid,
  ustring,
  ustringOrNothing,
  vector,
} from './schema.ts';
import type { Codec } from './schema.ts';
import { OPEN_ACL_UNSAFE } from './words.ts';
import type { Acl, Id } from './words.ts';

const ustrings = vector(ustring, []);
const paths = vector(ustring);
/** As clients ask for it: whether a name that is missing may stand there is for others to say. */
const askedAcl = record<Acl>({ perms: int, id: record<Id>({ scheme: ustringOrNothing, id: ustringOrNothing }) });
const acls = mostly(nullableVector(askedAcl), OPEN_ACL_UNSAFE);

const create = (kind: CreateRequest['kind']): Codec<CreateRequest> =>
  record<CreateRequest>({ kind: constant(kind), path: ustring, data: nullableBuffer, acl: acls, flags: int });
const read = (kind: WatchingRead['kind']): Codec<WatchingRead> =>
  record<WatchingRead>({ kind: constant(kind), path: ustring, watch: bool });
const path = (kind: PathRequest['kind'], text: Codec<string> = ustring): Codec<PathRequest> =>
  record<PathRequest>({ kind: constant(kind), path: text });
const watcher = (kind: WatcherRequest['kind']): Codec<WatcherRequest> =>
  record<WatcherRequest>({ kind: constant(kind), path: ustring, watcherType: int });
const setData = (text: Codec<string>): Codec<SetDataRequest> =>
  record<SetDataRequest>({ kind: constant('setData'), path: text, data: nullableBuffer, version: int });
const bare = (kind: BareRequest['kind']): Codec<BareRequest> => record<BareRequest>({ kind: constant(kind) });

/** Every operation that has an opcode, and the body of its request. */
export type KnownRequestKind = Exclude<RequestKind, 'unknown' | 'malformed'>;

/** The operations that a multi may contain; `check` has no life outside one. */
const opRequests = {
  create: create('create'),
  create2: create('create2'),
  createContainer: create('createContainer'),
  createTTL: record<CreateTtlRequest>({
    kind: constant('createTTL'),
    path: ustring,
    data: nullableBuffer,
    acl: acls,
    flags: int,
    ttl: saturatedLong,
  }),
  delete: record<DeleteRequest>({ kind: constant('delete'), path: ustring, version: int }),
  setData: setData(ustring),
  check: record<CheckRequest>({ kind: constant('check'), path: ustring, version: int }),
};
const opRead = (kind: MultiReadOp['kind']): Codec<MultiReadOp> =>
  record<MultiReadOp>({ kind: constant(kind), path: ustring, watch: bool });
const readRequests = { getData: opRead('getData'), getChildren: opRead('getChildren') };

/** Bodies of requests, by operation. */
export const REQUESTS: KindTable<KnownRequestKind, Request> = {
  ...opRequests,
  ...readRequests,
  setData: setData(ustringOrNothing),
  deleteContainer: record<DeleteContainerRequest>({ kind: constant('deleteContainer'), path: ustring }),
  exists: read('exists'),
  getChildren2: read('getChildren2'),
  getACL: path('getACL'),
  setACL: record<SetAclRequest>({ kind: constant('setACL'), path: ustringOrNothing, acl: acls, version: int }),
  sync: path('sync'),
  ping: bare('ping'),
  multi: record<MultiRequest>({ kind: constant('multi'), ops: multiOps(opRequests) }),
  multiRead: record<MultiReadRequest>({ kind: constant('multiRead'), ops: multiReadOps(readRequests) }),
  reconfig: record<ReconfigRequest>({
    kind: constant('reconfig'),
    joiningServers: nullableUstring,
    leavingServers: nullableUstring,
    newMembers: nullableUstring,
    configVersion,
  }),
  checkWatches: watcher('checkWatches'),
  removeWatches: watcher('removeWatches'),
  auth: record<AuthRequest>({ kind: constant('auth'), authType: int, scheme: ustringOrNothing, auth: nullableBuffer }),
  setWatches: record<SetWatchesRequest>({
    kind: constant('setWatches'),
    relativeZxid: saturatedZxid,
    dataWatches: paths,
    existWatches: paths,
    childWatches: paths,
  }),
  setWatches2: record<SetWatches2Request>({
    kind: constant('setWatches2'),
    relativeZxid: saturatedZxid,
    dataWatches: paths,
    existWatches: paths,
    childWatches: paths,
    persistentWatches: paths,
    persistentRecursiveWatches: paths,
  }),
  sasl: record<SaslRequest>({ kind: constant('sasl'), token: nullableBuffer }),
  getEphemerals: path('getEphemerals', ustringOrNothing),
  getAllChildrenNumber: path('getAllChildrenNumber'),
  addWatch: record<AddWatchRequest>({ kind: constant('addWatch'), path: ustringOrNothing, mode: int }),
  whoAmI: bare('whoAmI'),
  createSession: record<CreateSessionRequest>({ kind: constant('createSession'), timeoutMs: int }),
  closeSession: bare('closeSession'),
};

const pathAnswer = (kind: PathResponse['kind']): Codec<PathResponse> =>
  record<PathResponse>({ kind: constant(kind), path: ustring });
const pathStat = (kind: PathStatResponse['kind']): Codec<PathStatResponse> =>
  record<PathStatResponse>({ kind: constant(kind), path: ustring, stat: statRecord });
const statAnswer = (kind: StatResponse['kind']): Codec<StatResponse> =>
  record<StatResponse>({ kind: constant(kind), stat: statRecord });
const dataAnswer = (kind: DataResponse['kind']): Codec<DataResponse> =>
  record<DataResponse>({ kind: constant(kind), data: nullableBuffer, stat: statRecord });
const empty = (kind: EmptyResponse['kind']): Codec<EmptyResponse> => record<EmptyResponse>({ kind: constant(kind) });
const results = (kind: MultiResponse['kind']): Codec<MultiResponse> =>
  record<MultiResponse>({ kind: constant(kind), results: multiResults(opResponses) });

/** What the entries of a multi's or a multiRead's answer may be, besides errors. */
const opResponses = {
  create: pathAnswer('create'),
  create2: pathStat('create2'),
  createContainer: pathStat('createContainer'),
  createTTL: pathStat('createTTL'),
  delete: empty('delete'),
  check: empty('check'),
  setData: statAnswer('setData'),
  getData: dataAnswer('getData'),
  getChildren: record<ChildrenResponse>({ kind: constant('getChildren'), children: ustrings }),
};

/** Bodies of successful replies, by the kind of the response. */
export const RESPONSES: KindTable<Response['kind'], Response> = {
  ...opResponses,
  deleteContainer: empty('deleteContainer'),
  exists: statAnswer('exists'),
  getChildren2: record<ChildrenStatResponse>({ kind: constant('getChildren2'), children: ustrings, stat: statRecord }),
  getACL: record<AclResponse>({ kind: constant('getACL'), acl: vector(aclRecord, []), stat: statRecord }),
  setACL: statAnswer('setACL'),
  sync: pathAnswer('sync'),
  ping: empty('ping'),
  multi: results('multi'),
  multiRead: results('multiRead'),
  reconfig: dataAnswer('reconfig'),
  checkWatches: empty('checkWatches'),
  removeWatches: empty('removeWatches'),
  auth: empty('auth'),
  setWatches: empty('setWatches'),
  sasl: record<SaslResponse>({ kind: constant('sasl'), token: nullableBuffer }),
  getEphemerals: record<EphemeralsResponse>({ kind: constant('getEphemerals'), paths: ustrings }),
  getAllChildrenNumber: record<NumberResponse>({ kind: constant('getAllChildrenNumber'), total: int }),
  addWatch: record<AddWatchResponse>({ kind: constant('addWatch'), err: int }),
  whoAmI: record<WhoAmIResponse>({
    kind: constant('whoAmI'),
    users: vector(record<WhoAmIResponse['users'][number]>({ scheme: ustring, user: ustring }), []),
  }),
  closeSession: empty('closeSession'),
};

/** The kind of the response to a request, or undefined where a request is never answered with success. */
export function responseKindOf(kind: RequestKind): Response['kind'] | undefined {
  if (kind === 'setWatches2') return 'setWatches';
  return kind === 'createSession' || kind === 'unknown' || kind === 'malformed' ? undefined : kind;
}
