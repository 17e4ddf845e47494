/** Votes and decisions, event by event. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Response } from '../wire/client-messages.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import { fired, reply } from './fake-io.ts';
import { decisionOf, patienceOf, voteOf } from './recipe.ts';
import { encode } from './script.ts';
import { SiteClient } from './site-client.ts';
import { begun, sent } from './turn-testing.ts';

const test = suite('site client');

const STAT = {
  czxid: ZXID_ZERO, mzxid: ZXID_ZERO, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0, ephemeralOwner: NO_SESSION,
  dataLength: 0, numChildren: 0, pzxid: ZXID_ZERO,
};
const children = (...names: string[]): Response => ({ kind: 'getChildren', children: names });
const decision = (text: string): Response => ({ kind: 'getData', data: encode(text), stat: STAT });

test('votes come to a decision when all are there, or one is against', () => {
  assert.is(decisionOf([], 't1'), null);
  assert.is(decisionOf(['t1-commit-a', 't10-commit-b', 't0-abort-b'], 't1'), null);
  assert.is(decisionOf(['t1-commit-a', 't1-commit-b'], 't1'), 'commit');
  assert.is(decisionOf(['t1-abort-b'], 't1'), 'abort');
  assert.is(decisionOf(['t1-commit-a', 't1-abort-b'], 't1'), 'abort');
  assert.equal([0, 4, 50, 54].map(voteOf), ['commit', 'abort', 'commit', 'abort']);
  assert.equal([0, 4, 50, 54].map(patienceOf), [0, 0, 50, 50]);
});

test('a site votes, waits for the other, and decides when both are for it', () => {
  const { client, io } = begun(SiteClient, 'site', '/x');
  io.receive(client, reply(1, 1, null, ErrorCode.NONODE));
  io.receive(client, reply(2, 2, { kind: 'create', path: '/x' }));
  io.receive(client, reply(3, 3, { kind: 'create', path: '/x/t0-commit-a' }));
  io.receive(client, reply(4, 3, children('t0-commit-a')));
  assert.equal(sent(io), ['> 1 create /x/t0-commit-a', '> 2 create /x', '> 3 create /x/t0-commit-a', '> 4 getChildren /x']);
  io.receive(client, fired(EventType.NodeChildrenChanged, '/x', 4));
  io.receive(client, reply(5, 4, children('t0-commit-a', 't0-commit-b')));
  assert.equal(sent(io), ['> 5 getChildren /x', '> 6 create /x/t0-decision']);
  io.receive(client, reply(6, 5, { kind: 'create', path: '/x/t0-decision' }));
  assert.equal(io.claims, ['recipeDecided /x/t0-decision commit']);
});

test('who waits in vain aborts, unless another was quicker: then what is written counts', () => {
  const { client, io } = begun(SiteClient, 'site', '/x');
  io.receive(client, reply(1, 3, { kind: 'create', path: '/x/t0-commit-a' }));
  io.receive(client, reply(2, 3, children('t0-commit-a')));
  io.advance(client, 50);
  assert.equal(sent(io), ['> 1 create /x/t0-commit-a', '> 2 getChildren /x', '> 3 create /x/t0-decision']);
  io.receive(client, reply(3, 5, null, ErrorCode.NODEEXISTS));
  assert.equal(io.claims, []);
  io.receive(client, reply(4, 5, decision('commit')));
  assert.equal(io.claims, ['recipeDecided /x/t0-decision commit']);
});

test('a decision whose answer is lost is looked for, and read', () => {
  const { client, io } = begun(SiteClient, 'site', '/x');
  io.receive(client, reply(1, 3, { kind: 'create', path: '/x/t0-commit-a' }));
  io.receive(client, reply(2, 4, children('t0-commit-a', 't0-commit-b')));
  io.hangUp(client);
  io.advance(client, 2000);
  io.establish(client);
  io.receive(client, reply(-8, 6, { kind: 'setWatches' }));
  io.receive(client, reply(4, 6, children('t0-commit-a', 't0-commit-b', 't0-decision')));
  io.receive(client, reply(5, 6, decision('abort')));
  assert.equal(sent(io), [
    '> 1 create /x/t0-commit-a', '> 2 getChildren /x', '> 3 create /x/t0-decision', '> 4 getChildren /x',
    '> 5 getData /x/t0-decision',
  ]);
  assert.equal(io.claims, ['recipeDecided /x/t0-decision abort']);
});

test.run();
