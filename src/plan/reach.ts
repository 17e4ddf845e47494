/**
 * What a campaign must have seen: every operation, result, watch event and kind of synchronization that the service can
 * bring about. A scenario says which of them it is there to reach. One that it never reached in so many seeds is a
 * failure of the campaign, since then nothing was judged of it; those that no simulation can reach are excused, by name
 * and with the reason.
 */
import type { Count } from '../history/counters.ts';
import type { SyncMode } from '../io/fact.ts';
import { ErrorCode, EventType, OpCode } from '../wire/words.ts';
import type { ErrorName, EventName, OpName } from '../wire/words.ts';

/** `missed`: told to a client that came back. A result counts wherever it stands: in an answer, in part of one, in the log. */
export type Reach =
  | `operation ${OpName}`
  | `result ${ErrorName}`
  | `event ${EventName}`
  | `event ${EventName} missed`
  | `sync ${SyncMode}`;

/** With so many seeds of a scenario, what it has not reached by then it does not reach. */
export const SEEDS_TO_REACH = 200;

const BY_CLIENTS_ONLY = 'made up by a client library for its user; no server sends it';
const NO_SASL = 'no mechanism of SASL is spoken in simulations';
const NO_READ_ONLY = 'no scenario has read-only mode, as no judge knows what it may show; read-only.test.ts is about it';
const NO_ENFORCED_AUTH = 'no scenario enforces authentication; limits.test.ts and authentication.test.ts are about it';

/** What need not be reached, and why. */
export const NEED_NOT_REACH: ReadonlyMap<Reach, string> = new Map<Reach, string>([
  ['operation notification', 'the header of an event, no operation'],
  ['operation error', 'the name of a refusal in the log, no operation'],
  ['operation ping', 'what keeps a session alive is its own business, and no fact tells of it'],
  ['operation sasl', NO_SASL],
  ['result SYSTEMERROR', BY_CLIENTS_ONLY],
  ['result DATAINCONSISTENCY', BY_CLIENTS_ONLY],
  ['result OPERATIONTIMEOUT', BY_CLIENTS_ONLY],
  ['result UNKNOWNSESSION', 'a session that nobody knows is answered SESSIONEXPIRED'],
  ['result APIERROR', BY_CLIENTS_ONLY],
  ['result INVALIDCALLBACK', BY_CLIENTS_ONLY],
  ['result REQUESTTIMEOUT', BY_CLIENTS_ONLY],
  ['result NOTREADONLY', NO_READ_ONLY],
  ['result SESSIONCLOSEDREQUIRESASLAUTH', NO_ENFORCED_AUTH],
  ['event None', BY_CLIENTS_ONLY],
  ['event None missed', BY_CLIENTS_ONLY],
]);

const SYNC_MODES: readonly SyncMode[] = ['DIFF', 'SNAP', 'TRUNC', 'TRUNC+DIFF'];

/** All there is, in the order in which reports list it. */
export const REACHABLE: readonly Reach[] = [
  ...keys(OpCode).map((name): Reach => `operation ${name}`),
  ...keys(ErrorCode).map((name): Reach => `result ${name}`),
  ...keys(EventType).flatMap((name): Reach[] => [`event ${name}`, `event ${name} missed`]),
  ...SYNC_MODES.map((name): Reach => `sync ${name}`),
];

/** What one scenario reached, in how many seeds. */
export interface ScenarioReach {
  readonly scenario: string;
  readonly seeds: number;
  readonly reached: readonly Count[];
}

/** One sentence for each thing that a scenario is there to reach, had seeds enough for, and never reached. */
export function neverReached(
  scenarios: readonly ScenarioReach[], expects: ReadonlyMap<string, readonly Reach[]>,
): string[] {
  return scenarios.filter(({ seeds }) => seeds >= SEEDS_TO_REACH).flatMap(({ scenario, seeds, reached }) => {
    const seen = new Set(reached.map(([name]) => name));
    const missing = (expects.get(scenario) ?? []).filter((name) => !seen.has(name));
    return missing.map((name) => `${name} in ${seeds} seeds of ${scenario}, which is there to reach it`);
  });
}

/** Names as a record has them. */
function keys<K extends string>(words: Readonly<Record<K, number>>): K[] {
  return Object.keys(words).filter((name): name is K => name in words);
}
