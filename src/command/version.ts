/** What this program calls itself: the release of ZooKeeper that it behaves as, its own version, and when it was built. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './shell.ts';

/** The release of Apache ZooKeeper that servers and the command line behave as. */
export const BEHAVES_AS = '3.9.5';

/** Vivarium's own version; `0` where package.json cannot be read. */
export function ownVersion(): string {
  try {
    const found: unknown = JSON.parse(readFileSync(packageFile(), 'utf8'));
    return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0';
  } catch {
    return '0';
  }
}

/** `3.9.5-vivarium-0.1.0, built on 2026-11-22 05:00 UTC`; of a checkout, when its package.json was last changed. */
export function versionLine(): string {
  return `${BEHAVES_AS}-vivarium-${ownVersion()}, built on ${builtAt().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `npm run build` puts a time in the place of the variable. */
function builtAt(): Date {
  const built = process.env['VIV_BUILT'];
  if (built !== undefined) return new Date(built);
  try {
    return statSync(packageFile()).mtime;
  } catch {
    return new Date(0);
  }
}

function packageFile(): string {
  return join(repositoryRoot(), 'package.json');
}
