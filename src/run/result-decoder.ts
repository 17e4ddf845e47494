/** Reads the result of a run that somebody wrote down, with the suspicion that everything read from disk deserves. */
import type { Count, Counts } from '../history/counters.ts';
import type { Violation } from '../history/judge.ts';
import type { PropertyReport } from '../history/panel.ts';
import { Fields, integer, list, refuse, text, word } from '../plan/decode.ts';
import type { Decoder } from '../plan/decode.ts';
import type { FaultCounter } from '../world/fault.ts';
import { decodeFinding } from './failure.ts';
import type { RunResult } from './run.ts';
import { OUTCOMES } from './verdict.ts';

const count = integer(0);

/** A pair of a name and a number. */
const decodeCount: Decoder<Count> = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) return refuse(path, 'a name and a number');
  return [text(value[0], `${path}[0]`), count(value[1], `${path}[1]`)];
};

const decodeCounts: Decoder<Counts> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    elections: fields.get('elections', count),
    syncs: fields.get('syncs', list(decodeCount)),
    operations: fields.get('operations', list(decodeCount)),
    errors: fields.get('errors', list(decodeCount)),
    sessions: fields.get('sessions', list(decodeCount)),
    servers: fields.get('servers', list(decodeCount)),
    reached: fields.maybe('reached', list(decodeCount)).reached ?? [],
  };
};

const decodeFaultCounter: Decoder<FaultCounter> = (value, path) => {
  const fields = new Fields(value, path);
  return { name: fields.get('name', text), fired: fields.get('fired', count), effective: fields.get('effective', count) };
};

const decodeViolation: Decoder<Violation> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    property: fields.get('property', text),
    kind: fields.get('kind', word(['safety', 'liveness'])),
    sentence: fields.get('sentence', text),
    steps: fields.get('steps', list(count)),
    atMs: fields.get('atMs', count),
  };
};

const decodeReport: Decoder<PropertyReport> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    property: fields.get('property', text),
    kind: fields.get('kind', word(['safety', 'liveness'])),
    promise: fields.get('promise', text),
    verdict: fields.get('verdict', word(['held', 'violated', 'unknown'])),
    judged: fields.get('judged', count),
    exempted: fields.get('exempted', list(decodeCount)),
    violations: fields.get('violations', list(decodeViolation)),
  };
};

const decodeScheduler: Decoder<RunResult['scheduler']> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    kind: fields.get('kind', word(['timed', 'uniform', 'pct', 'starve', 'delay-bounded'])),
    decisions: fields.get('decisions', count),
    deviations: fields.get('deviations', count),
    depth: fields.get('depth', count),
    chains: fields.get('chains', count),
  };
};

/** Checks the JSON of a result; throws `DecodeError`. Fields that it does not know are left out. */
export const decodeResult: Decoder<RunResult> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    scenario: fields.get('scenario', text),
    seed: fields.get('seed', text),
    outcome: fields.get('outcome', word(OUTCOMES)),
    finding: fields.get('finding', (inner, innerPath) => (inner === null ? null : decodeFinding(inner, innerPath))),
    hash: fields.get('hash', text),
    events: fields.get('events', count),
    simulatedMs: fields.get('simulatedMs', count),
    counts: fields.get('counts', decodeCounts),
    situations: fields.get('situations', list(decodeCount)),
    faults: fields.get('faults', list(decodeFaultCounter)),
    scheduler: fields.get('scheduler', decodeScheduler),
    properties: fields.get('properties', list(decodeReport)),
  };
};
