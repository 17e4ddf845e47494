/** Reading a fault back from JSON, field by field. */
import { DECAYS, DISK_CALLS, HELD_MESSAGES, SERIES } from '../world/fault.ts';
import type { Fault, Target } from '../world/fault.ts';
import { Fields, boolean, integer, text, word, moment } from './decode.ts';
import type { Decoder } from './decode.ts';

const KINDS = [
  'crash', 'power', 'pause', 'partition', 'clientCut', 'delay', 'reset', 'stall', 'slowSync', 'drift', 'diskError', 'diskFull',
  'bitRot', 'hold', 'lateData', 'drip', 'slowReader', 'refuse', 'wallJump', 'lateTimers', 'wipe', 'oldImage', 'clone',
  'swizzle', 'rolling', 'flapping',
] as const;
const SHAPES = ['isolate', 'isolate-leader', 'majority-minority', 'halves', 'ring', 'bridge', 'pair'] as const;
const ROLES = ['leader', 'follower', 'observer', 'looking', 'any', 'client'] as const;
const DIRECTIONS = ['in', 'out'] as const;
const time = integer(0);

/** Checks the JSON of a fault. */
export const decodeFault: Decoder<Fault> = (value, path) => {
  const fields = new Fields(value, path);
  const fault = faultOf(fields, fields.get('kind', word(KINDS)));
  fields.end();
  return fault;
};

function faultOf(fields: Fields, kind: (typeof KINDS)[number]): Fault {
  switch (kind) {
    case 'crash':
      return {
        kind,
        target: target(fields),
        ...fields.maybe('afterEffects', time),
        ...fields.maybe('after', word(['sync'] as const)),
        downMs: fields.get('downMs', moment),
      };
    case 'power':
      return { kind, downMs: downMs(fields) };
    case 'pause':
    case 'clientCut':
    case 'stall':
    case 'diskFull':
    case 'slowReader':
    case 'lateTimers':
      return { kind, target: target(fields), forMs: forMs(fields) };
    case 'partition':
      return {
        kind,
        shape: fields.get('shape', word(SHAPES)),
        ...fields.maybe('target', decodeTarget),
        ...fields.maybe('peer', integer(1)),
        ...fields.maybe('series', word(SERIES)),
        ...fields.maybe('oneWay', word(DIRECTIONS)),
        ...fields.maybe('clientsToo', boolean),
        forMs: forMs(fields),
      };
    case 'delay':
      return { kind, factor: fields.get('factor', integer(1)), forMs: forMs(fields) };
    case 'reset':
      return { kind, target: target(fields) };
    case 'slowSync':
      return { kind, target: target(fields), factor: fields.get('factor', integer(1)), forMs: forMs(fields) };
    case 'diskError':
      return {
        kind,
        target: target(fields),
        call: fields.get('call', word(DISK_CALLS)),
        error: fields.get('error', word(['EIO', 'ENOSPC', 'lie'])),
        times: fields.get('times', integer(1)),
      };
    case 'bitRot':
      return { kind, target: target(fields), decay: fields.get('decay', word(DECAYS)), ...fields.maybe('file', text) };
    case 'drift':
      return { kind, target: target(fields), ppm: fields.get('ppm', integer(-1_000_000, 1_000_000)), forMs: forMs(fields) };
    case 'swizzle':
      return { kind, forMs: forMs(fields) };
    case 'rolling':
      return { kind, eachMs: fields.get('eachMs', time) };
    case 'flapping':
      return { kind, target: target(fields), periodMs: fields.get('periodMs', integer(1)), forMs: forMs(fields) };
    case 'hold':
      return { kind, target: target(fields), message: fields.get('message', word(HELD_MESSAGES)), forMs: forMs(fields) };
    case 'lateData':
      return { kind, target: target(fields), delayMs: fields.get('delayMs', time) };
    case 'drip':
      return { kind, target: target(fields), gapMs: fields.get('gapMs', time), forMs: forMs(fields) };
    case 'refuse':
      return { kind, target: target(fields), answer: fields.get('answer', word(['refuse', 'hang'])), forMs: forMs(fields) };
    case 'wallJump':
      return { kind, target: target(fields), byMs: fields.get('byMs', integer(Number.MIN_SAFE_INTEGER)) };
    case 'wipe':
    case 'clone':
      return { kind, target: target(fields), downMs: downMs(fields) };
    case 'oldImage':
      return { kind, target: target(fields), ageMs: fields.get('ageMs', time), downMs: downMs(fields) };
  }
}

function target(fields: Fields): Target {
  return fields.get('target', decodeTarget);
}

function downMs(fields: Fields): number {
  return fields.get('downMs', time);
}

function forMs(fields: Fields): number {
  return fields.get('forMs', time);
}

const decodeTarget: Decoder<Target> = (value, path) => {
  const fields = new Fields(value, path);
  const found: Target = fields.has('node') ? { node: fields.get('node', integer(1)) } : { role: fields.get('role', word(ROLES)) };
  fields.end();
  return found;
};
