/**
 * What is played on the stage of `stage-testing.ts` where a session comes back while what it asked for on its old connection is
 * still under way. How much of that is done nobody can say, so only what must hold is told. Not part of the program.
 */
import { CreateFlag } from '../wire/words.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Line } from './stage-line.ts';
import type { Role, Script, Stage } from './stage-testing.ts';
import { CLOSE, create, getChildren, onEach, SYNC } from './stage-words-testing.ts';

/** Fewer than a line counts on by when it comes back. */
const COUNT = 80;
const AT_ONCE = 4;
/** How many writes are before a farewell, so that now it is too late, now not. */
const BEFORE_CLOSE = [0, 4, 8, 12];
/** The session comes back to where it was, and elsewhere. */
const placesFor = (role: Role): readonly Role[] => [role, 'other'];

function many(path: string): Request[] {
  return Array.from({ length: COUNT }, (_, index) => create(`${path}/${String(index).padStart(3, '0')}`, CreateFlag.EPHEMERAL));
}

/** The numbered children in their order, as the last answer tells them; null where it tells none. */
function childrenIn(line: Line): string[] | null {
  const last = line.lines.findLast((one) => one.includes('"children"'));
  return last === undefined ? null : [...last.matchAll(/\\"(\d{3}|late)\\"/g)].map(([, name = '']) => name);
}

/** How many creates were answered well, if those are the first so many and each was answered once. */
function answeredIn(line: Line, before: number): number | null {
  const answers = line.lines.filter((one) => / create .*: 0 /.test(one)).slice(before);
  return answers.every((one, index) => one.startsWith(`${index + 1 + before} create +`)) ? answers.length : null;
}

async function children(stage: Stage, role: Role, path: string): Promise<string[] | null> {
  const line = await stage.unheard(role);
  await line.ask(SYNC, getChildren(path));
  await line.ask(CLOSE);
  return childrenIn(line);
}

/** Asks, a few requests a turn, while the other line is greeted. */
async function meanwhile(greeted: Promise<Line>, asking: Line, requests: readonly Request[]): Promise<Line> {
  for (let index = 0; index < requests.length; index += AT_ONCE) {
    asking.send(...requests.slice(index, index + AT_ONCE));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return greeted;
}

async function lives(line: Line, path: string): Promise<boolean> {
  await line.ask(create(path, CreateFlag.EPHEMERAL));
  return line.lines.some((one) => / create .*: 0 /.test(one));
}

function isPrefix(names: readonly string[]): boolean {
  return names.every((name, index) => Number(name) === index);
}

/** See the head of the file. */
export const RACES: readonly Script[] = [
  onEach('a session that comes back while it writes', async (stage, role) => {
    for (const place of placesFor(role)) {
      const path = `/writes-${role}-${place}`;
      const first = await stage.unheard(role);
      await first.ask(create(path));
      const second = await meanwhile(stage.unheard(place, { resume: first }), first, many(path));
      await second.ask(SYNC, create(`${path}/marker`, CreateFlag.EPHEMERAL), getChildren(path));
      const seen = childrenIn(second) ?? [];
      first.send(create(`${path}/late`));
      await first.closed();
      const answered = answeredIn(first, 1);
      stage.say(`${role}, then ${place}: ${second.lines[0]?.replace(/the session of unheard/, 'the session')}`);
      stage.say(`what was written is what came first: ${isPrefix(seen)}`);
      stage.say(`what was answered was written, each once and in order: ${answered !== null && answered <= seen.length}`);
      await stage.level();
      const later = await children(stage, 'leader', path) ?? [];
      stage.say(`nothing is written later: ${later.join() === seen.join()}`);
      await second.ask(CLOSE);
    }
  }),
  onEach('a session that comes back while it closes', async (stage, role) => {
    for (const place of placesFor(role)) {
      for (const before of BEFORE_CLOSE) {
        const path = `/closes-${role}-${place}-${before}`;
        const first = await stage.unheard(role);
        await first.ask(create(path));
        const asked = [...many(path).slice(0, before), CLOSE];
        const second = await meanwhile(stage.unheard(place, { resume: first }), first, asked);
        await first.closed();
        await stage.level();
        const isOver = !await lives(second, `${path}/marker`);
        const left = await children(stage, place, path) ?? ['nothing is told'];
        const third = await stage.unheard(place, { resume: first });
        const isGone = third.lines[0]?.startsWith('no session') === true;
        const isWhole = isOver ? isGone && left.length === 0 : !isGone && isPrefix(left);
        stage.say(`${role}, then ${place}, ${before}: it lives with what it wrote, or is gone with it: ${isWhole}`);
        await third.ask(CLOSE);
      }
    }
  }),
];
