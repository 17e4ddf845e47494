/**
 * What servers of an ensemble of ours answer in each role, while sessions move, servers die and the last serves alone: as those
 * of Apache ZooKeeper 3.8.0 did (`golden-stage.txt`). With APACHE_STAGE=1 and Apache's jar, theirs are asked instead, and with
 * UPDATE_STAGE=1 besides, what they answer is written down. Theirs is no stage of its own in CI: now and then an observer of
 * Apache's 3.8.0 leaves one of several requests in flight unanswered, and the whole session with it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN, CLASSPATH } from './mixed-testing.ts';
import type { Kind } from './mixed-testing.ts';
import { ADMINS, IDLE_ADMINS, LONELY_ADMINS } from './stage-admin-testing.ts';
import { OVERWRITTEN, OVERWRITTEN_KEYS } from './stage-config-testing.ts';
import { LOCAL, SHORT } from './stage-local-testing.ts';
import { HEIRS, LONELY, LOSS } from './stage-loss-testing.ts';
import { RACES } from './stage-races-testing.ts';
import { KEYS, MEMBERS, SCRIPTS } from './stage-scripts-testing.ts';
import { Stage } from './stage-testing.ts';
import type { Script } from './stage-testing.ts';

const test = suite('the stage');
const GOLDEN = new URL('golden-stage.txt', import.meta.url);
const KIND: Kind = process.env['APACHE_STAGE'] === undefined ? 'ours' : 'apache';
const UPGRADED = ['localSessionsEnabled=true', 'localSessionsUpgradingEnabled=true', 'readonlymode.enabled=true'];

const PLAYS: readonly { readonly name: string; readonly keys: readonly string[]; readonly scripts: readonly Script[] }[] = [
  { name: 'an ensemble', keys: [...KEYS, ADMIN], scripts: [...SCRIPTS, ...ADMINS, ...LOSS, ...IDLE_ADMINS] },
  {
    name: 'an ensemble with local sessions', keys: [...UPGRADED, ADMIN],
    scripts: [...LOCAL, ...HEIRS, ...LONELY, ...LONELY_ADMINS],
  },
  {
    name: 'an ensemble whose members may change', keys: ['reconfigEnabled=true', 'skipACL=yes'],
    scripts: [...RACES, ...MEMBERS],
  },
  { name: 'an ensemble whose configuration is written over', keys: OVERWRITTEN_KEYS, scripts: OVERWRITTEN },
  { name: 'an ensemble whose local sessions stay so', keys: ['localSessionsEnabled=true'], scripts: SHORT },
];

/** What was answered in each script, by its name. */
function golden(): ReadonlyMap<string, string> {
  return new Map(readFileSync(GOLDEN, 'utf8').split(/^== /m).slice(1).map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end), section.slice(end + 1).trimEnd()];
  }));
}

const isUpdate = process.env['UPDATE_STAGE'] !== undefined && KIND === 'apache';
const expected = isUpdate ? new Map<string, string>() : golden();
let written = '';

for (const { name, keys, scripts } of PLAYS) {
  test(`${name} answers as Apache’s`, async () => {
    const stage = await Stage.start(KIND, CLASSPATH, keys);
    try {
      for (const script of scripts) {
        const told = (await stage.play(script)).trimEnd();
        if (isUpdate) written += `== ${script.name}\n${told}\n\n`;
        else assert.is(told, expected.get(script.name), script.name);
      }
    } finally {
      await stage.stop();
    }
  });
}

test('nothing else was written down', () => {
  if (isUpdate) writeFileSync(GOLDEN, `${written.trimEnd()}\n`);
  else assert.equal([...expected.keys()], PLAYS.flatMap(({ scripts }) => scripts.map(({ name }) => name)));
});

test.run();
