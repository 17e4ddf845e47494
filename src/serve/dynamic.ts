/**
 * The files beside `zoo.cfg` that ZooKeeper keeps where an ensemble can be reconfigured (section 8.2 of the protocol's
 * description): the members in force in `zoo.cfg.dynamic.VERSION`, and `zoo.cfg` itself naming that file instead of holding them;
 * as it was first, it stays in `zoo.cfg.bak`. For the operator, and for Apache's server when it takes over: ours keeps what it
 * goes by in its data directory. What cannot be written costs a warning, not the server.
 */
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseProperties } from '../server/properties.ts';

/** Keys that stand in the dynamic file, or name it. */
const MOVED = /^\s*(server\.\d+|group\.\d+|weight\.\d+|peerType|dynamicConfigFile)\s*[=:\s]/;
const CLIENT_PORT = /^\s*clientPort(Address)?\s*[=:\s]/;

/**
 * `zoo.cfg` as it is written back: everything that the operator wrote but the members, and where they are now. The client's port
 * goes too, where the members tell it.
 */
export function staticText(text: string, dynamicFile: string, tellsClientPort: boolean): string {
  const kept = text.split(/\r?\n/).filter((line) => !MOVED.test(line) && !(tellsClientPort && CLIENT_PORT.test(line)));
  while (kept.at(-1)?.trim() === '') kept.pop();
  return [...kept, `dynamicConfigFile=${dynamicFile}`, ''].join('\n');
}

/** What the dynamic file holds, of the text of a configuration: the version is in its name. */
export function dynamicText(configText: string): string {
  return [...configText.split('\n').filter((line) => line !== '' && !line.startsWith('version=')), ''].join('\n');
}

/**
 * Writes both, each at once. `version`: lower-case hexadecimal digits. Does nothing where they say so already. Throws what the
 * file system throws.
 */
export function writeBack(configFile: string, id: number, configText: string, version: string): void {
  const path = resolve(configFile);
  const dynamicFile = `${path}.dynamic.${version}`;
  const text = readFileSync(path, 'utf8');
  if (parseProperties(text).get('dynamicConfigFile') === dynamicFile && existsSync(dynamicFile)) return;
  replace(dynamicFile, dynamicText(configText));
  if (!existsSync(`${path}.bak`)) copyFileSync(path, `${path}.bak`);
  const own = configText.split('\n').find((line) => line.startsWith(`server.${id}=`));
  replace(path, staticText(text, dynamicFile, own?.includes(';') === true));
}

/** Nobody sees half a file. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}
