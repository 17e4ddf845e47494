/** What a shrinker tries of single clients: less of a script, another place for it, and a script in the place of a recipe. */
import { withClient, withOperations } from '../plan/plan-edits.ts';
import { AskedSink } from './as-script.ts';
import { costOf } from './failing-run.ts';
import { directoriesOf, elsewhere } from './places.ts';
import { reduceList, reduceNumber } from './reduce.ts';
import type { Shrinker } from './shrink.ts';

/** The operations of a client's script, as few as will do. */
export async function reduceScript(shrinker: Shrinker, index: number): Promise<void> {
  const script = shrinker.best.plan.clients[index];
  if (script === undefined) return;
  const all = script.operations.map((_, at) => at);
  await reduceList(all, (kept) => {
    return shrinker.accepts(withClient(shrinker.best.plan, index, withOperations(script, kept)));
  }, shrinker.isOver);
}

/** What clients do in a directory that somebody has to make they do in one that is there. */
export async function reducePlaces(shrinker: Shrinker): Promise<void> {
  for (const directory of directoriesOf(shrinker.best.plan)) {
    if (shrinker.isOver()) return;
    await shrinker.accepts(elsewhere(shrinker.best.plan, directory), 1);
  }
}

/** Turns of recipes come at once and last for no time; and of what a client asked for that follows one, less may be enough. */
export async function reduceRecipes(shrinker: Shrinker): Promise<void> {
  for (let index = 0; index < shrinker.best.plan.clients.length && !shrinker.isOver(); index++) {
    await hastenTurns(shrinker, index);
    const before = shrinker.best;
    if (before.plan.clients[index]?.recipe === undefined) continue;
    const asked = new AskedSink();
    shrinker.watch(asked);
    const scripted = asked.scripted(before.plan, index);
    if (scripted === null || !await shrinker.accepts(scripted, 1)) continue;
    await reduceScript(shrinker, index);
    if (costOf(shrinker.best) >= costOf(before)) shrinker.best = before;
  }
}

async function hastenTurns(shrinker: Shrinker, index: number): Promise<void> {
  const count = shrinker.best.plan.clients[index]?.recipe?.turns.length ?? 0;
  for (let at = 0; at < count && !shrinker.isOver(); at++) {
    for (const wait of ['afterMs', 'holdMs'] as const) {
      const shorter = (ms: number): Promise<boolean> => {
        const { plan } = shrinker.best;
        const client = plan.clients[index];
        if (client?.recipe === undefined) return Promise.resolve(false);
        const turns = client.recipe.turns.map((turn, which) => (which === at ? { ...turn, [wait]: ms } : turn));
        return shrinker.accepts(withClient(plan, index, { ...client, recipe: { ...client.recipe, turns } }), 1);
      };
      await reduceNumber(shrinker.best.plan.clients[index]?.recipe?.turns[at]?.[wait] ?? 0, 0, shorter, shrinker.isOver);
    }
  }
}
