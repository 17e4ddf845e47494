/**
 * A search on disk, to be gone on with later: what is explored, as one line of JSON, and the visited states behind it. Read with
 * suspicion: it may be torn, of another version, or of other code, and each of these is refused in a sentence.
 */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Resumption, Search } from '../explore/search.ts';
import { DecodeError } from '../plan/decode.ts';
import type { Exploration } from './run.ts';

const FORMAT = 'vivarium exploration';
const FORMAT_VERSION = 1;

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly exploration: Exploration;
  readonly resumption: Resumption;
  readonly lengths: readonly number[];
}

/** Writes where the search stands, in one piece or not at all. */
export function writeCheckpoint(path: string, exploration: Exploration, search: Search): void {
  const arrays = search.visited.dump();
  const header: Header = {
    format: FORMAT, version: FORMAT_VERSION, exploration, resumption: search.resumption(),
    lengths: arrays.map(({ length }) => length),
  };
  const parts = arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  writing(path, (temporary) => {
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]));
    renameSync(temporary, path);
  });
}

/** Finds out before the search, and not a minute into it, whether a checkpoint can be written there. */
export function checkWritable(path: string): void {
  writing(path, (temporary) => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a folder');
    writeFileSync(temporary, '');
    rmSync(temporary);
  });
}

function writing(path: string, write: (temporary: string) => void): void {
  try {
    write(`${path}.new`);
  } catch (error) {
    throw new DecodeError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a checkpoint explores, and a function that takes a fresh search of it to where it stood. */
export function readCheckpoint(path: string): { readonly exploration: Exploration; resume(search: Search): void } {
  const content = contentOf(path);
  const end = content.indexOf(10);
  const header = headerOf(path, content.subarray(0, Math.max(0, end)).toString('utf8'));
  const arrays: Int32Array[] = [];
  let at = end + 1;
  for (const length of header.lengths) {
    if (at + length * 4 > content.length) throw new DecodeError(`${path} is torn: it ends before its states do`);
    arrays.push(new Int32Array(Uint8Array.prototype.slice.call(content, at, at + length * 4).buffer));
    at += length * 4;
  }
  const resume = (search: Search): void => {
    if (search.resume(header.resumption, arrays)) return;
    throw new DecodeError(`${path} is of other code: its steps lead elsewhere now, so begin without --resume`);
  };
  return { exploration: header.exploration, resume };
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DecodeError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function headerOf(path: string, line: string): Header {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new DecodeError(`${path} is no checkpoint of viv explore`);
  }
  if (!isHeader(json)) throw new DecodeError(`${path} is no checkpoint of viv explore`);
  if (json.version !== FORMAT_VERSION) {
    throw new DecodeError(`${path} is a checkpoint of version ${json.version}, and this is version ${FORMAT_VERSION}`);
  }
  return json;
}

/** The rest is trusted: whoever writes such a file by hand can only mislead himself. */
function isHeader(json: unknown): json is Header {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === FORMAT && 'version' in json
    && 'exploration' in json && 'resumption' in json && 'lengths' in json && Array.isArray(json.lengths);
}
