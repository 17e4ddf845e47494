/** What clients are promised of the results of their writes, on small histories, kept and broken. */
import { suite } from 'uvu';
import { ALICE, BOB, bytes, created, createRequest, judgeCases, type Script, txn } from '../src/history/testing.ts';
import type { Request } from '../src/wire/client-messages.ts';
import type { TxnBody } from '../src/wire/transactions.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../src/wire/words.ts';
import { by, stat, story, z } from './clients-testing.ts';
import { results } from './results.ts';

const test = suite('judge of results');

const sequential = (s: Script, path: string): Script =>
  s
    .begin()
    .invoke(ALICE, 1, createRequest('/q-', 2))
    .write(by(ALICE, 1, 3, created(path, 1)));
const multi: Request = {
  kind: 'multi',
  ops: [
    { kind: 'create', path: '/m', data: null, acl: [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }], flags: 0 },
    { kind: 'check', path: '/none', version: -1 },
  ],
};
const refusedMulti = (...errs: readonly number[]): TxnBody => ({
  kind: 'multi',
  txns: errs.map((err) => ({ kind: 'error', err })),
});

/** A node that lives for 20 ms is made at 30 ms, and reaped at `atMs`. */
const reaped = (s: Script, atMs: number): Script =>
  s
    .begin()
    .write(by(ALICE, 1, 3, { kind: 'createTTL', path: '/t', data: null, acl: OPEN_ACL_UNSAFE, parentCVersion: 1, ttl: 20 }))
    .write({ ...txn(1, 4, { kind: 'deleteContainer', path: '/t' }), time: atMs });
/** A node that only ann with her secret may change; somebody with ann's name and a password writes it. */
const guarded = (s: Script, password: string, body: TxnBody): Script => {
  const acl = [{ perms: 31, id: { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' } }];
  return s
    .begin()
    .write(by(BOB, 1, 3, { kind: 'create', path: '/g', data: null, acl, ephemeral: false, parentCVersion: 1 }))
    .invoke(ALICE, -4, { kind: 'auth', authType: 0, scheme: 'digest', auth: bytes(`ann:${password}`) })
    .invoke(ALICE, 1, { kind: 'setData', path: '/g', data: null, version: -1 })
    .write(by(ALICE, 1, 4, body));
};

judgeCases(test, results, {}, [
  [
    'a story',
    null,
    (s) =>
      story(s)
        .reply(ALICE, 3, z(5), {
          kind: 'setData',
          stat: stat({ mzxid: z(5), mtime: 50, version: 1, cversion: 1, numChildren: 1, pzxid: z(4) }),
        })
        .reply(ALICE, 4, z(6), { kind: 'delete' }),
  ],
  [
    'a sequence number',
    null,
    (s) => sequential(s, '/q-0000000000').reply(ALICE, 1, z(3), { kind: 'create', path: '/q-0000000000' }),
  ],
  [
    'a refusal',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/no/such'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -101 }))
        .reply(ALICE, 1, z(3), null, -101),
  ],
  [
    'a refused multi',
    null,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, multi)
        .write(by(ALICE, 1, 3, refusedMulti(0, -101)))
        .reply(ALICE, 1, z(3), {
          kind: 'multi',
          results: [
            { kind: 'error', err: 0 },
            { kind: 'error', err: -101 },
          ],
        }),
  ],
  ['another sequence number', /\/q-0000000000 was due, not \/q-0000000001/, (s) => sequential(s, '/q-0000000001')],
  [
    'a refusal without ground',
    /create should have succeeded, but was refused with -110/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -110 })),
  ],
  [
    'another refusal',
    /refusal -101 was due, not refusal -110/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/no/such'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: -110 })),
  ],
  [
    'a stale version',
    /refusal -103 was due, not setData of \/a/,
    (s) =>
      story(s)
        .invoke(ALICE, 5, { kind: 'setData', path: '/a', data: null, version: 0 })
        .write(by(ALICE, 5, 7, { kind: 'setData', path: '/a', data: null, version: 1 })),
  ],
  [
    'half a multi',
    /operation 0: refusal 0 was due, not create of \/m/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, multi)
        .write(
          by(ALICE, 1, 3, {
            kind: 'multi',
            txns: [
              { kind: 'create', path: '/m', data: null, acl: [], ephemeral: false, parentCVersion: 1 },
              { kind: 'error', err: -101 },
            ],
          }),
        ),
  ],
  [
    'the answer says otherwise',
    /says -110, not 0/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/a'))
        .write(by(ALICE, 1, 3, created('/a', 1)))
        .reply(ALICE, 1, z(3), null, -110),
  ],
  [
    'the answer names another path',
    /names \/q-1, not \/q-0000000000/,
    (s) => sequential(s, '/q-0000000000').reply(ALICE, 1, z(3), { kind: 'create', path: '/q-1' }),
  ],
  ['reaped in time', null, (s) => reaped(s, 60)],
  ['reaped too early', /\/t was reaped before its time was over/, (s) => reaped(s, 40)],
  [
    'refused after its end',
    null,
    (s) =>
      s
        .begin()
        .write(by(ALICE, 0, 3, { kind: 'closeSession', paths: [] }))
        .invoke(ALICE, 1, createRequest('/late'))
        .write(by(ALICE, 1, 4, { kind: 'error', err: ErrorCode.SESSIONEXPIRED })),
  ],
  [
    'refused before its end',
    /create should have succeeded, but was refused with -112/,
    (s) =>
      s
        .begin()
        .invoke(ALICE, 1, createRequest('/early'))
        .write(by(ALICE, 1, 3, { kind: 'error', err: ErrorCode.SESSIONEXPIRED })),
  ],
  ['what its credentials allow', null, (s) => guarded(s, 'secret', { kind: 'setData', path: '/g', data: null, version: 1 })],
  [
    'what other credentials do not',
    /refusal -102 was due, not setData of \/g/,
    (s) => guarded(s, 'guess', { kind: 'setData', path: '/g', data: null, version: 1 }),
  ],
]);

test.run();
