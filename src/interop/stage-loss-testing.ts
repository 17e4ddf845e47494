/**
 * What is played on the stage of `stage-testing.ts` while its servers go, one after the other: in this order, on an ensemble that
 * was whole. Not part of the program.
 */
import type { Request } from '../wire/client-messages.ts';
import { CreateFlag } from '../wire/words.ts';
import { ZXID_MAX } from '../base/zxid.ts';
import type { Line } from './stage-line.ts';
import type { Script, Stage } from './stage-testing.ts';
import {
  CLOSE, create, exists, getAcl, getChildren, getData, getEphemerals, multi, PING, remove, script, setAcl, setData, SYNC,
} from './stage-words-testing.ts';

/** Until a new handshake is answered: with a session, or by hanging up. */
async function greetUntil(stage: Stage, name: string, isEnough: (line: Line) => boolean): Promise<Line> {
  for (let attempts = 0; attempts < 300; attempts++) {
    const line = await stage.attempt(name, 'other', { readOnly: true });
    if (isEnough(line)) return line;
    line.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name}: never`);
}

/** See the head of the file. */
export const LOSS: readonly Script[] = [
  script('a follower that dies with a session and its ephemeral node', async (stage) => {
    const line = await stage.line('first', 'follower');
    await line.ask(create('/orphan', CreateFlag.EPHEMERAL));
    const watcher = await stage.line('watcher', 'observer');
    await watcher.ask(SYNC, exists('/orphan', true));
    await stage.level();
    await stage.ensemble.kill(stage.idOf('follower'));
    await line.closed();
    const second = await stage.line('second', 'other', { resume: line, seen: line.newest });
    await second.ask(getData('/orphan'), getEphemerals('/'), create('/orphan/none'), CLOSE);
    await watcher.hears(4);
  }),
  script('what a server says that has no leader', async (stage) => {
    await stage.ensemble.kill(stage.idOf('leader'));
    await stage.idle('other');
    await stage.line('a session', 'other');
    await stage.line('a session that may be read-only', 'other', { readOnly: true });
    for (const word of ['ruok', 'isro', 'srvr', 'mntr', 'stat', 'cons', 'conf', 'dump', 'wchs', 'crst', 'srst', 'dirs', 'what']) {
      stage.say(`${word}: ${await stage.word('other', word)}`);
    }
  }),
];

/** Those of `LONELY` come after these. */
export const HEIRS: readonly Script[] = [
  script('a leader that dies, and who comes after it', async (stage) => {
    const line = await stage.line('at the leader', 'leader');
    await line.ask(create('/bequest', CreateFlag.EPHEMERAL), create('/bequest2'));
    const second = await stage.line('at another', 'other');
    await second.ask(SYNC, exists('/bequest', true), create('/bequest3', CreateFlag.EPHEMERAL));
    await stage.level();
    await stage.ensemble.kill(stage.idOf('leader'));
    await line.closed();
    await second.closed();
    await stage.recast();
    const third = await stage.line('the first again', 'other', { resume: line, seen: line.newest });
    await third.ask(getData('/bequest'), create('/bequest4'), create('/bequest5'), exists('/bequest4'));
    const fourth = await stage.line('the second again', 'leader', { resume: second, seen: second.newest });
    await fourth.ask({
      kind: 'setWatches', relativeZxid: second.newest, dataWatches: ['/bequest', '/bequest4'], existWatches: ['/bequest2'],
      childWatches: ['/bequest', '/'],
    });
    await third.ask(CLOSE);
    await fourth.hears(6);
    await fourth.ask(SYNC, exists('/bequest'), exists('/bequest3'));
  }),
];

/** The last server of an ensemble in which sessions may be local: a read-only server of Apache's opens no others. */
export const LONELY: readonly Script[] = [
  script('no quorum, and reads without one', async (stage) => {
    const writer = await stage.line('a session of the ensemble', 'other');
    await writer.ask(create('/kept', 0, 'x'));
    await writer.ask(create('/own', CreateFlag.EPHEMERAL));
    await stage.ensemble.kill(stage.idOf('leader'));
    await writer.closed();
    const line = await greetUntil(stage, 'read-only', ({ isClosed }) => !isClosed);
    // One by one: a read-only server of Apache's lets its refusals overtake what it reads.
    for (const request of [
      getData('/kept'), exists('/none', true), PING, create('/no'), remove('/kept'), SYNC, setData('/kept', 'y'), multi(),
      getAcl('/kept'), setAcl('/kept', []), getChildren('/', true),
      { kind: 'multiRead', ops: [{ kind: 'getData', path: '/kept', watch: false }] },
      { kind: 'reconfig', joiningServers: null, leavingServers: '3', newMembers: null, configVersion: writer.newest },
      { kind: 'whoAmI' }, getEphemerals('/'), { kind: 'getAllChildrenNumber', path: '/kept' },
      create('/no', CreateFlag.EPHEMERAL), create('/no', CreateFlag.CONTAINER), { kind: 'addWatch', path: '/kept', mode: 0 },
      { kind: 'auth', authType: 0, scheme: 'digest', auth: Buffer.from('u:p') }, { kind: 'whoAmI' },
      { kind: 'setWatches', relativeZxid: writer.newest, dataWatches: ['/kept', '/none'], existWatches: [], childWatches: [] },
    ] satisfies Request[]) await line.ask(request);
    for (const word of ['ruok', 'isro', 'srvr', 'stat', 'wchs']) stage.say(`${word}: ${await stage.word('other', word)}`);
    await stage.line('who wants to write', 'other');
    await stage.line('old form', 'other', { readOnly: null });
    await (await stage.line('resumed', 'other', { resume: writer, readOnly: true })).ask(PING);
    const again = await stage.line('read-only again', 'other', { resume: line, readOnly: true });
    await again.ask(PING);
    await line.closed();
    await again.ask(CLOSE);
    await stage.line('from the future', 'other', { readOnly: true, seen: ZXID_MAX });
  }),
];
