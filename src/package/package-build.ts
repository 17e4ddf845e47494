/** How the program becomes JavaScript for Node 20: the same for the package and for a bench that starts real servers. */
import { chmodSync, readFileSync } from 'node:fs';
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

/**
 * Builds `viv` into `outdir` and answers with its file. Split, so that what only some commands need is loaded by
 * those alone. The logger comes along: a server waits for its twenty files longer than for the same in one of ours.
 */
export async function buildProgram(root: string, outdir: string): Promise<string> {
  const banner = { js: `#!/usr/bin/env node\n${REQUIRE}` };
  const external = packagesOf(root).filter((name) => name !== 'pino');
  const entryPoints = { viv: 'src/cli/main.ts' };
  await build({ ...packageOptions(root), packages: 'bundle', external, entryPoints, outdir, banner, splitting: true });
  const file = join(outdir, 'viv.js');
  chmodSync(file, 0o755);
  return file;
}

/** What was written for CommonJS asks for Node's own modules by it. */
const REQUIRE = [
  "import { createRequire as makeRequire } from 'node:module';",
  'const require = makeRequire(import.meta.url);',
].join(' ');

/** The packages that this one may import. */
function packagesOf(root: string): string[] {
  const found: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = typeof found === 'object' ? found : {};
  const { dependencies, devDependencies } = { dependencies: {}, devDependencies: {}, ...manifest };
  return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
}
