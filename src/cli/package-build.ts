/** How the program becomes JavaScript for Node 20: the same for the package and for a bench that starts real servers. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';

/** What every build of this repository has in common; dependencies stay imports. */
export function packageOptions(root: string): BuildOptions {
  return {
    absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', sourcemap: false,
    define: { 'process.env.VIV_BUILT': JSON.stringify(new Date().toISOString()) },
  };
}

/** Builds `viv` into `outdir` and answers with its file. Split, so that what only some commands need is loaded by those alone. */
export async function buildProgram(root: string, outdir: string): Promise<string> {
  const banner = { js: '#!/usr/bin/env node' };
  await build({ ...packageOptions(root), entryPoints: { viv: 'src/cli/main.ts' }, outdir, banner, splitting: true });
  const file = join(outdir, 'viv.js');
  chmodSync(file, 0o755);
  return file;
}
