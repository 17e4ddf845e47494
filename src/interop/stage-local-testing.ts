/**
 * What is played on the stage of `stage-testing.ts` where sessions are local till they need not be, and where they stay so. Not
 * part of the program.
 */
import { CreateFlag } from '../wire/words.ts';
import type { Script } from './stage-testing.ts';
import { CLOSE, create, exists, getData, getEphemerals, make, multi, onEach, SYNC } from './stage-words-testing.ts';

/** Where they are upgraded. */
export const LOCAL: readonly Script[] = [
  onEach('a local session', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/local-${role}`;
    await line.ask(create(path));
    await line.ask(getData(path), SYNC, { kind: 'setData', path, data: null, version: 7 });
    await line.ask(getEphemerals('/'), CLOSE);
  }),
  onEach('a local session comes back, and goes elsewhere', async (stage, role) => {
    const first = await stage.line(`${role} first`, role);
    await first.ask(create(`/returns-${role}`));
    const second = await stage.line(`${role} second`, role, { resume: first, seen: first.newest });
    await first.closed();
    await second.ask(exists(`/returns-${role}`));
    const third = await stage.line(`${role} third`, 'other', { resume: first });
    await third.closed();
    await second.ask(exists(`/returns-${role}`));
  }),
  onEach('what servers say of local sessions', async (stage, role) => {
    await (await stage.line(`${role}, local`, role)).ask(SYNC);
    await (await stage.line(`${role}, global`, role)).ask(create(`/told-${role}`, CreateFlag.EPHEMERAL));
    await stage.level();
    stage.say(`${role} dump: ${await stage.wordInAnyOrder(role, 'dump')}`);
    const dump = (await stage.ensemble.word(stage.idOf(role), 'dump')).replace(/Sets \(\d+\)/g, 'Sets');
    stage.say(`${role} dump: ${(dump.match(/\w+ Session.*\(\d+\)/g) ?? []).join(', ')}`);
    const mntr = await stage.ensemble.word(stage.idOf(role), 'mntr');
    stage.say(`${role} mntr: ${(mntr.match(/zk_\w+_sessions\t\d+/g) ?? []).sort().join(', ')}`);
  }),
  onEach('a local session becomes a global one', async (stage, role) => {
    const first = await stage.line(`${role} first`, role);
    const path = `/upgraded-${role}`;
    await first.ask(create(path));
    await first.ask(create(`${path}/e`, CreateFlag.EPHEMERAL));
    await first.ask(getData(`${path}/e`), create(`${path}/f`, CreateFlag.EPHEMERAL_SEQUENTIAL));
    await stage.level();
    const second = await stage.line(`${role} second`, 'other', { resume: first, seen: first.newest });
    await second.ask(getData(`${path}/e`), getEphemerals(path));
    await second.ask(CLOSE);
    await first.closed();
    const after = await stage.line(`${role} after`, role);
    await after.ask(SYNC, exists(`${path}/e`));
  }),
  onEach('a local session becomes a global one by a multi, and one that fails', async (stage, role) => {
    const line = await stage.line(role, role);
    await line.ask(multi(make(`/multied-${role}`, CreateFlag.EPHEMERAL)));
    await line.ask(getData(`/multied-${role}`));
    const failing = await stage.line(`${role}, failing`, role);
    await failing.ask(create('/none/e', CreateFlag.EPHEMERAL));
    await failing.ask(getEphemerals('/'));
    const second = await stage.line(`${role}, failing, second`, 'other', { resume: failing });
    await second.ask(CLOSE);
    await failing.closed();
  }),
];

/** Where they are not. */
export const SHORT: readonly Script[] = [
  onEach('a local session that stays one', async (stage, role) => {
    const line = await stage.line(role, role);
    const path = `/short-${role}`;
    await line.ask(create(path));
    await line.ask(create(`${path}/e`, CreateFlag.EPHEMERAL));
    await line.ask(create(`${path}/s`, CreateFlag.EPHEMERAL_SEQUENTIAL));
    await line.ask(create(`${path}/c`, CreateFlag.CONTAINER));
    await line.ask(exists(path), CLOSE);
  }),
];
