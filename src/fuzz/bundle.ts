/**
 * One file for a worker: the whole program bundled, because a worker that compiles hundreds of modules on start costs more than
 * the
 * seeds it runs. A mutant is planted here, as text edits on the way in; an edit that does not match exactly once is refused,
 * for a mutant that is not planted proves nothing.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { temporaryFolder } from '../host/temporary-folder.ts';
import { BundleError } from './bundle-error.ts';

/** Replaces `find`, which stands exactly once in `file`, by `replace`. Paths are relative to the repository. */
export interface SourceEdit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bundled worker in a directory of its own; `remove` when the campaign is over. */
export interface Bundle {
  readonly script: string;
  /** What it is made of: paths from the root, in any order. */
  readonly sources: readonly string[];
  remove(): void;
}

/** The text after all `edits` of `file`. */
export function applyEdits(file: string, text: string, edits: readonly SourceEdit[]): string {
  let edited = text;
  for (const edit of edits) {
    const found = edited.split(edit.find).length - 1;
    if (found !== 1) throw new BundleError(
      `an edit of ${file} matches ${found} times, not once: ${edit.find.split('\n')[0] ?? ''}`
    );
    edited = edited.replace(edit.find, () => edit.replace);
  }
  return edited;
}

/** Bundles `entry` with `edits` applied. `root` is the repository. */
export async function bundleWorker(root: string, entry: string, edits: readonly SourceEdit[] = []): Promise<Bundle> {
  const { path: directory, remove } = temporaryFolder('vivarium-');
  const script = join(directory, 'worker.cjs');
  const planted = new Set<string>();
  let sources: string[];
  try {
    for (const { file } of edits) applyEdits(file, readSource(root, file), edits.filter((edit) => edit.file === file));
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [resolve(root, entry)],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      metafile: true,
      plugins: [editPlugin(root, edits, planted)],
    });
    sources = Object.keys(metafile.inputs);
    const missed = edits.find(({ file }) => !planted.has(file));
    if (missed !== undefined) throw new BundleError(`${missed.file} is not part of the worker, so its edit had no effect`);
  } catch (error) {
    remove();
    throw error instanceof BundleError ? error : new BundleError(
      `the worker could not be bundled: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return { script, sources, remove };
}

function readSource(root: string, file: string): string {
  try {
    return readFileSync(resolve(root, file), 'utf8');
  } catch {
    throw new BundleError(`an edit is for ${file}, which is not there`);
  }
}

function editPlugin(root: string, edits: readonly SourceEdit[], planted: Set<string>): Plugin {
  return {
    name: 'edits',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        const own = edits.filter((edit) => edit.file === file);
        if (own.length === 0) return undefined;
        planted.add(file);
        return { contents: applyEdits(file, readSource(root, file), own), loader: 'ts' };
      });
    },
  };
}
