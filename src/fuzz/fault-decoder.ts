/** Reading a fault back from JSON, field by field. */
import { DECAYS, DISK_CALLS } from '../world/fault.ts';
import type { Fault, Target } from '../world/fault.ts';
import { Fields, boolean, integer, text, word, moment } from './decode.ts';
import type { Decoder } from './decode.ts';

const KINDS = [
  'crash', 'power', 'pause', 'partition', 'clientCut', 'delay', 'reset', 'stall', 'slowSync', 'drift', 'diskError', 'diskFull',
  'bitRot',
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
      return { kind, target: target(fields), ...fields.maybe('afterEffects', time), downMs: fields.get('downMs', moment) };
    case 'power':
      return { kind, downMs: fields.get('downMs', time) };
    case 'pause':
    case 'clientCut':
    case 'stall':
    case 'diskFull':
      return { kind, target: target(fields), forMs: forMs(fields) };
    case 'partition':
      return {
        kind,
        shape: fields.get('shape', word(SHAPES)),
        ...fields.maybe('target', decodeTarget),
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
        error: fields.get('error', word(['EIO', 'ENOSPC'])),
        times: fields.get('times', integer(1)),
      };
    case 'bitRot':
      return { kind, target: target(fields), decay: fields.get('decay', word(DECAYS)), ...fields.maybe('file', text) };
    case 'drift':
      return { kind, target: target(fields), ppm: fields.get('ppm', integer(-1_000_000, 1_000_000)), forMs: forMs(fields) };
  }
}

function target(fields: Fields): Target {
  return fields.get('target', decodeTarget);
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
