/**
 * Reading a plan back from JSON. Everything in it is checked, field by field, because a plan is run as it stands: a field that is
 * missing or misspelt would be another run under the same name.
 */
import { COUNTER_MAX } from '../base/zxid.ts';
import type { Recipe, RecipeTurn } from '../client/recipe.ts';
import type { ClientScript, ScriptedMultiOp, ScriptedMultiReadOp, ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import type { Member } from '../server/config.ts';
import type { ServiceConfig } from '../server/service-config.ts';
import type { Acl } from '../wire/words.ts';
import type { BrokenAssumptions, Latency, WorldSettings } from '../world/settings.ts';
import type { Hierarchy } from '../zab/quorum.ts';
import { DecodeError, Fields, boolean, integer, list, moment, text, word } from './decode.ts';
import type { Decoder } from './decode.ts';
import { decodeFault } from './fault-decoder.ts';
import { PLAN_VERSION } from './plan.ts';
import type { Plan, PlannedFault, ReconfigPlan, ServerKnobs } from './plan.ts';
import { decodeScheduler } from './scheduler-decoder.ts';

const count = integer(0);
const positive = integer(1);
const int32 = integer(-0x8000_0000, 0x7fff_ffff);

/** Checks the JSON of a plan; throws `DecodeError` with the path of what is wrong. */
export const decodePlan: Decoder<Plan> = (value, path) => {
  const fields = new Fields(value, path);
  const version = fields.get('version', count);
  if (version !== PLAN_VERSION) throw new DecodeError(`its plan is of version ${version}, and this is version ${PLAN_VERSION}`);
  const plan: Plan = {
    version: PLAN_VERSION,
    scenario: fields.get('scenario', text),
    seed: fields.get('seed', text),
    members: fields.get('members', list(decodeMember)),
    ...fields.maybe('reconfig', decodeReconfig),
    knobs: fields.get('knobs', decodeKnobs),
    clients: fields.get('clients', list(decodeClient)),
    faults: fields.get('faults', list(decodePlannedFault)),
    settings: fields.get('settings', decodeSettings),
    ...fields.maybe('scheduler', decodeScheduler),
    safetyMs: fields.get('safetyMs', count),
    tailMs: fields.get('tailMs', count),
  };
  const core = fields.maybe('core', list(integer(1, 255)));
  fields.end();
  return { ...plan, ...core };
};

const decodeMember: Decoder<Member> = (value, path) => {
  const fields = new Fields(value, path);
  const member: Member = { id: fields.get('id', integer(1, 255)), role: fields.get('role', word(['participant', 'observer'])) };
  fields.end();
  return member;
};

const decodeReconfig: Decoder<ReconfigPlan> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    spares: fields.get('spares', list(integer(1, 254))),
    standaloneEnabled: fields.get('standaloneEnabled', boolean),
    ...fields.maybe('hierarchy', decodeHierarchy),
  });
};

const decodeHierarchy: Decoder<Hierarchy> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, { groups: fields.get('groups', list(decodeGroup)), weights: fields.get('weights', list(decodeWeight)) });
};

const decodeGroup: Decoder<Hierarchy['groups'][number]> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, { id: fields.get('id', count), members: fields.get('members', list(integer(1, 254))) });
};

const decodeWeight: Decoder<Hierarchy['weights'][number]> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, { id: fields.get('id', integer(1, 254)), weight: fields.get('weight', count) });
};

const decodeKnobs: Decoder<ServerKnobs> = (value, path) => {
  const fields = new Fields(value, path);
  const knobs: ServerKnobs = {
    tickTimeMs: fields.get('tickTimeMs', positive),
    initLimit: fields.get('initLimit', positive),
    syncLimit: fields.get('syncLimit', positive),
    minSessionTimeoutMs: fields.get('minSessionTimeoutMs', positive),
    maxSessionTimeoutMs: fields.get('maxSessionTimeoutMs', positive),
    snapCount: fields.get('snapCount', integer(2)),
    commitLogCount: fields.get('commitLogCount', positive),
    snapshotSizePercent: fields.get('snapshotSizePercent', int32),
    maxBatchSize: fields.get('maxBatchSize', positive),
    finalizeWaitMs: fields.get('finalizeWaitMs', count),
    minNotificationIntervalMs: fields.get('minNotificationIntervalMs', positive),
    maxNotificationIntervalMs: fields.get('maxNotificationIntervalMs', positive),
    cnxTimeoutMs: fields.get('cnxTimeoutMs', positive),
    learnerRetryMs: fields.get('learnerRetryMs', count),
    counterLimit: fields.get('counterLimit', integer(1, COUNTER_MAX)),
    snapRetainCount: fields.get('snapRetainCount', positive),
    preAllocSizeKb: fields.maybe('preAllocSizeKb', count).preAllocSizeKb ?? 0,
    txnLogSizeLimitInKb: fields.maybe('txnLogSizeLimitInKb', int32).txnLogSizeLimitInKb ?? -1,
    dbAutocreate: fields.maybe('dbAutocreate', boolean).dbAutocreate ?? true,
    snapshotTrustEmpty: fields.maybe('snapshotTrustEmpty', boolean).snapshotTrustEmpty ?? false,
    ...fields.maybe('service', decodeService),
  };
  fields.end();
  return knobs;
};

const decodeService: Decoder<Partial<ServiceConfig>> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    ...fields.maybe('sessionSecret', text),
    ...fields.maybe('localSessionsEnabled', boolean),
    ...fields.maybe('localSessionsUpgradingEnabled', boolean),
    ...fields.maybe('readOnlyModeEnabled', boolean),
    ...fields.maybe('superDigest', text),
    ...fields.maybe('x509SuperUser', text),
    ...fields.maybe('superUser', text),
    ...fields.maybe('ensembleAuthName', list(text)),
    ...fields.maybe('enforceAuthEnabled', boolean),
    ...fields.maybe('enforceAuthSchemes', list(text)),
    ...fields.maybe('sessionRequireClientSASLAuth', boolean),
    ...fields.maybe('skipACL', boolean),
    ...fields.maybe('extendedTypesEnabled', boolean),
    ...fields.maybe('enforceQuota', boolean),
    ...fields.maybe('containerCheckIntervalMs', positive),
    ...fields.maybe('containerMaxPerMinute', positive),
    ...fields.maybe('containerMaxNeverUsedIntervalMs', count),
    ...fields.maybe('juteMaxBuffer', positive),
    ...fields.maybe('globalOutstandingLimit', positive),
    ...fields.maybe('requestThrottleMaxRequests', count),
    ...fields.maybe('throttledOpWaitTimeMs', count),
    ...fields.maybe('largeRequestThreshold', int32),
    ...fields.maybe('largeRequestMaxBytes', count),
    ...fields.maybe('maxClientCnxns', count),
    ...fields.maybe('maxCnxns', count),
    ...fields.maybe('sessionlessCnxnTimeoutMs', positive),
  });
};

const decodePlannedFault: Decoder<PlannedFault> = (value, path) => {
  const fields = new Fields(value, path);
  const planned: PlannedFault = { atMs: fields.get('atMs', moment), fault: fields.get('fault', decodeFault) };
  fields.end();
  return planned;
};

const decodeClient: Decoder<ClientScript> = (value, path) => {
  const fields = new Fields(value, path);
  const client: ClientScript = {
    servers: fields.get('servers', list(integer(1, 255))),
    sessionTimeoutMs: fields.get('sessionTimeoutMs', positive),
    operations: fields.get('operations', list(decodeOperation)),
    closeAtEnd: fields.get('closeAtEnd', boolean),
    ...fields.maybe('canBeReadOnly', boolean),
    ...fields.maybe('recipe', decodeRecipe),
  };
  fields.end();
  return client;
};

const RECIPE_KINDS = [
  'lock', 'election', 'reader', 'writer', 'lease', 'producer', 'consumer', 'urgentProducer', 'urgentConsumer', 'generator',
  'member', 'seeker', 'site',
] as const;

const decodeRecipe: Decoder<Recipe> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    kind: fields.get('kind', word(RECIPE_KINDS)),
    path: fields.get('path', text),
    name: fields.get('name', text),
    turns: fields.get('turns', list(decodeTurn)),
  });
};

const decodeTurn: Decoder<RecipeTurn> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, { afterMs: fields.get('afterMs', count), holdMs: fields.get('holdMs', count) });
};

const decodeOperation: Decoder<ScriptedOperation> = (value, path) => {
  const fields = new Fields(value, path);
  const operation: ScriptedOperation = {
    afterMs: fields.get('afterMs', count),
    waitForReply: fields.get('waitForReply', boolean),
    request: fields.get('request', decodeRequest),
  };
  fields.end();
  return operation;
};

const REQUEST_KINDS = [
  'create', 'create2', 'createContainer', 'delete', 'check', 'setData', 'setACL', 'exists', 'getData', 'getChildren',
  'getChildren2', 'getACL', 'sync', 'multi', 'closeSession', 'reconnect', 'reconfig', 'createTTL', 'getEphemerals',
  'getAllChildrenNumber', 'addWatch', 'checkWatches', 'removeWatches', 'whoAmI', 'multiRead', 'addAuth',
] as const;
const MULTI_KINDS = ['create', 'create2', 'createContainer', 'createTTL', 'delete', 'check', 'setData'] as const;

const decodeRequest: Decoder<ScriptedRequest> = (value, path) => {
  const fields = new Fields(value, path);
  const kind = fields.get('kind', word(REQUEST_KINDS));
  switch (kind) {
    case 'closeSession':
    case 'reconnect':
    case 'whoAmI':
      return ended(fields, { kind });
    case 'addAuth':
      return ended(fields, { kind, scheme: fields.get('scheme', text), auth: fields.get('auth', text) });
    case 'reconfig':
      return ended(fields, {
        kind,
        ...fields.maybe('joining', list(text)),
        ...fields.maybe('leaving', list(text)),
        ...fields.maybe('members', text),
      });
    case 'multi':
      return ended(fields, { kind, ops: fields.get('ops', list(decodeMultiOp)) });
    case 'multiRead':
      return ended(fields, { kind, ops: fields.get('ops', list(decodeMultiReadOp)) });
    case 'addWatch':
      return ended(fields, { kind, path: fields.get('path', text), ...fields.maybe('mode', int32) });
    case 'checkWatches':
    case 'removeWatches':
      return ended(fields, { kind, path: fields.get('path', text), watcherType: fields.get('watcherType', int32) });
    case 'getACL':
    case 'sync':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
      return ended(fields, { kind, path: fields.get('path', text) });
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return ended(fields, { kind, path: fields.get('path', text), ...fields.maybe('watch', boolean) });
    case 'setACL':
      return ended(
        fields,
        { kind, path: fields.get('path', text), ...fields.maybe('acl', list(decodeAcl)), ...fields.maybe('version', int32) },
      );
    default:
      return multiOp(fields, kind);
  }
};

const decodeMultiReadOp: Decoder<ScriptedMultiReadOp> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, { kind: fields.get('kind', word(['getData', 'getChildren'] as const)), path: fields.get('path', text) });
};

const decodeMultiOp: Decoder<ScriptedMultiOp> = (value, path) => {
  const fields = new Fields(value, path);
  return multiOp(fields, fields.get('kind', word(MULTI_KINDS)));
};

function multiOp(fields: Fields, kind: (typeof MULTI_KINDS)[number]): ScriptedMultiOp {
  const path = fields.get('path', text);
  switch (kind) {
    case 'delete':
    case 'check':
      return ended(fields, { kind, path, ...fields.maybe('version', int32) });
    case 'setData':
      return ended(fields, { kind, path, ...fields.maybe('data', text), ...fields.maybe('version', int32) });
    case 'createTTL':
      return ended(
        fields,
        {
          kind,
          path,
          ttlMs: fields.get('ttlMs', integer(-1)),
          ...fields.maybe('data', text),
          ...fields.maybe('flags', integer(0, 6)),
          ...fields.maybe('acl', list(decodeAcl)),
        },
      );
    default:
      return ended(
        fields,
        {
          kind,
          path,
          ...fields.maybe('data', text),
          ...fields.maybe('flags', integer(0, 6)),
          ...fields.maybe('acl', list(decodeAcl)),
        },
      );
  }
}

const decodeAcl: Decoder<Acl> = (value, path) => {
  const fields = new Fields(value, path);
  const perms = fields.get('perms', int32);
  const id = fields.get('id', (inner, innerPath) => {
    const names = new Fields(inner, innerPath);
    return ended(names, { scheme: names.get('scheme', text), id: names.get('id', text) });
  });
  return ended(fields, { perms, id });
};

const decodeSettings: Decoder<WorldSettings> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    encode: fields.get('encode', boolean),
    startStaggerMs: fields.get('startStaggerMs', count),
    network: fields.get('network', decodeNetwork),
    disk: fields.get('disk', decodeDisk),
    clock: fields.get('clock', decodeClock),
    restart: fields.get('restart', decodeRestart),
    ...fields.maybe('broken', decodeBroken),
  });
};

const decodeBroken: Decoder<BrokenAssumptions> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    ...fields.maybe('connections', word(['reorder', 'duplicate', 'drop'] as const)),
    oneIn: fields.get('oneIn', positive),
    ...fields.maybe('lyingSync', boolean),
  });
};

const percent = integer(0, 100);

const decodeNetwork: Decoder<WorldSettings['network']> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    latency: fields.get('latency', decodeLatency),
    connectTimeoutMs: fields.get('connectTimeoutMs', count),
    tcpTimeoutMinMs: fields.get('tcpTimeoutMinMs', count),
    tcpTimeoutMaxMs: fields.get('tcpTimeoutMaxMs', count),
    halfOpenPercent: fields.get('halfOpenPercent', percent),
    halfOpenMaxMs: fields.get('halfOpenMaxMs', count),
  });
};

const decodeDisk: Decoder<WorldSettings['disk']> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    sync: fields.get('sync', decodeLatency),
    access: fields.get('access', decodeLatency),
    cacheSurvivesPercent: fields.get('cacheSurvivesPercent', percent),
  });
};

const decodeClock: Decoder<WorldSettings['clock']> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    driftPpmMax: fields.get('driftPpmMax', count),
    wallEpochMs: fields.get('wallEpochMs', count),
    wallSkewMs: fields.get('wallSkewMs', count),
    timerLateUs: fields.get('timerLateUs', count),
  });
};

const decodeRestart: Decoder<WorldSettings['restart']> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    afterHaltMinMs: fields.get('afterHaltMinMs', count),
    afterHaltMaxMs: fields.get('afterHaltMaxMs', count),
    healMaxMs: fields.get('healMaxMs', count),
  });
};

const decodeLatency: Decoder<Latency> = (value, path) => {
  const fields = new Fields(value, path);
  return ended(fields, {
    minUs: fields.get('minUs', count),
    jitterUs: fields.get('jitterUs', count),
    tailOneIn: fields.get('tailOneIn', count),
    tailUs: fields.get('tailUs', count),
  });
};

/** The record, once it is certain that the document had nothing else. */
function ended<T>(fields: Fields, record: T): T {
  fields.end();
  return record;
}
