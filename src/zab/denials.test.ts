/** When a leader may say that it does not know a session. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { parseSessionId } from '../base/session-id.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { makeConfig } from './config-text.ts';
import { Denials } from './denials.ts';
import type { EnsembleConfig } from './quorum.ts';

const test = suite('denials');

const SESSION = present(parseSessionId('0100000000000001'), 'a session id');
const BEFORE = makeZxid(3, 7);

function voters(...ids: number[]): EnsembleConfig {
  const servers = ids.map((id) => {
    const host = `10.0.0.${id}`;
    const ports = { quorumPort: 2888, electionPort: 3888, client: { host, port: 2181 }, secureClient: null } as const;
    return { id, role: 'participant', host, ...ports } as const;
  });
  return makeConfig(servers, null, ZXID_ZERO);
}

/** A question that was asked of server 1 between the rounds 4 and 5. */
function asked(): Denials {
  const denials = new Denials();
  denials.round = 4;
  denials.add(12, SESSION, BEFORE);
  denials.round = 5;
  return denials;
}

test('waits for a quorum that has answered a later ping', () => {
  const denials = asked();
  const configs = [voters(1, 2, 3)];
  assert.is(denials.take(1, BEFORE, configs), undefined);
  denials.confirm(2, 4);
  assert.is(denials.take(1, BEFORE, configs), undefined, 'sent before the question');
  denials.confirm(2, 5);
  assert.equal(denials.take(1, BEFORE, configs), { connection: 12, sessionId: SESSION, after: BEFORE, afterRound: 4 });
  assert.ok(denials.isEmpty);
});

test('waits until what was proposed before is committed', () => {
  const denials = asked();
  denials.confirm(3, 5);
  assert.is(denials.take(1, makeZxid(3, 6), [voters(1, 2, 3)]), undefined);
  assert.ok(denials.take(1, BEFORE, [voters(1, 2, 3)]));
});

test('asks a quorum of every configuration that has a say', () => {
  const denials = asked();
  denials.confirm(2, 5);
  const configs = [voters(1, 2, 3), voters(1, 4, 5)];
  assert.is(denials.take(1, BEFORE, configs), undefined);
  denials.confirm(5, 6);
  assert.ok(denials.take(1, BEFORE, configs));
});

test('alone, the leader need ask nobody', () => {
  assert.ok(asked().take(1, BEFORE, [voters(1)]));
});

test.run();
