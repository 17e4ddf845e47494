/**
 * What is played on the stage of `stage-testing.ts` where a super user writes over `/zookeeper/config`, which is no way to change
 * an ensemble: its members stay who they were, and once everybody has started again the node tells of them again. Zxids are not
 * told: Apache's servers set the node right each for itself, ours by a transaction of the next leader. Not part of the program.
 */
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Request } from '../wire/client-messages.ts';
import { CreateFlag } from '../wire/words.ts';
import type { Role, Script, Stage } from './stage-testing.ts';
import { create, getData, script, setData, SYNC } from './stage-words-testing.ts';

const CONFIG = '/zookeeper/config';
const VOTERS: readonly Role[] = ['leader', 'follower', 'other'];
const SNAP_COUNT = 20;
/** Enough for everybody to have taken a snapshot. */
const MANY: readonly Request[] = Array.from({ length: 3 * SNAP_COUNT }, () => create('/many', CreateFlag.PERSISTENT_SEQUENTIAL));
/** The configuration that goes with them. */
export const OVERWRITTEN_KEYS: readonly string[] = ['reconfigEnabled=true', 'skipACL=yes', `snapCount=${SNAP_COUNT}`];

/** Whether there is a quorum that writes, what each voter shows, and which members it goes by. */
async function tell(stage: Stage, when: string): Promise<void> {
  await stage.aside('leader', create('/written', CreateFlag.PERSISTENT_SEQUENTIAL));
  await stage.level();
  for (const role of VOTERS) {
    const shown = /"data":"(.*?)"/.exec(await stage.aside(role, SYNC, getData(CONFIG)))?.[1];
    stage.say(`${when}, ${role} shows: ${shown ?? 'nothing'}`);
    stage.say(`${when}, ${role} goes by: ${(await stage.configText(role)).replace(/(?<=[:=])\d+/g, '#')}`);
  }
}

/** Ways to be wrong, from what is right. */
const TEXTS: readonly (readonly [string, (right: string) => string])[] = [
  ['nonsense', () => 'nonsense'],
  ['nothing', () => ''],
  ['what was right once', (right) => right],
  ['what is to be right', (right) => right.replace(/^server\.[23]=.*\n/gm, '').replace(/(?<=version=).*/, '1f0000000000')],
];

/** See the head of the file. */
export const OVERWRITTEN: readonly Script[] = [
  script('a configuration that is written over', async (stage) => {
    const right = await stage.configText('follower');
    await stage.ensemble.kill(stage.idOf('observer'));
    await stage.aside('follower', {
      kind: 'reconfig', joiningServers: null, leavingServers: '4', newMembers: null, configVersion: ZXID_UNINITIALIZED,
    });
    for (const [name, wrong] of TEXTS) {
      await stage.aside('follower', setData(CONFIG, wrong(right)));
      await stage.restart();
      await tell(stage, `${name}, at once`);
      await stage.aside('follower', setData(CONFIG, wrong(right)), ...MANY);
      await stage.restart();
      await tell(stage, `${name}, after a snapshot`);
    }
  }),
];
