/**
 * What records are made of: the elementary types of jute, vectors, and `record`, which turns a list of named fields into a codec,
 * once, when the module loads. A record's fields travel in the order in which they are listed.
 */
import type { SessionId } from '../base/session-id.ts';
import { ZXID_MAX } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { Writer } from './jute.ts';
import type { Reader } from './jute.ts';
import { WireError } from './wire-error.ts';
import type { Bytes } from './words.ts';

/**
 * How one type travels. The methods are deliberately methods: a codec of one member of a union serves as a codec of the union in
 * a table that is looked up by the member's kind.
 */
export interface Codec<T> {
  /** The fewest bytes that a value takes; bounds what a vector may claim. */
  readonly minSize: number;
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
}

/** 32 bits, signed. */
export const int: Codec<number> = { minSize: 4, write: (writer, value) => writer.int(value), read: (reader) => reader.int() };
/** One byte. */
export const bool: Codec<boolean> = { minSize: 1, write: (writer, value) => writer.bool(value), read: (reader) => reader.bool() };
/** An exact integer, as times are; beyond 2⁵³ it is refused. */
export const long: Codec<number> = { minSize: 8, write: (writer, value) => writer.long(value), read: (reader) => reader.long() };
/** An integer that a peer may set freely and that is only ever checked against limits. */
export const saturatedLong: Codec<number> = {
  minSize: 8,
  write: (writer, value) => writer.long(value),
  read: (reader) => reader.saturatedLong(),
};
/** Epoch and counter; an epoch past the limit, or below 0 but in −1, is refused. */
export const zxid: Codec<Zxid> = { minSize: 8, write: (writer, value) => writer.zxid(value), read: (reader) => reader.zxid() };
/** A zxid that a client may set freely and that is only ever compared. */
export const saturatedZxid: Codec<Zxid> = {
  minSize: 8,
  write: (writer, value) => writer.zxid(value),
  read: (reader) => reader.saturatedZxid(),
};
/** The version of a configuration that a client counts on; one that there cannot be stands for one that there is not. */
export const configVersion: Codec<Zxid> = {
  minSize: 8,
  write: (writer, value) => writer.zxid(value),
  read: (reader) => reader.zxidOr(ZXID_MAX),
};
/** 64 bits that are only ever compared. */
export const session: Codec<SessionId> = {
  minSize: 8,
  write: (writer, value) => writer.session(value),
  read: (reader) => reader.session(),
};
/** Text that may not be null. */
export const ustring: Codec<string> = {
  minSize: 4,
  write: (writer, value) => writer.ustring(value),
  read: (reader) => reader.ustring(),
};
/** Text or null. */
export const nullableUstring: Codec<string | null> = {
  minSize: 4,
  write: (writer, value) => writer.ustring(value),
  read: (reader) => reader.nullableUstring(),
};
/** Text whose absence means no more than the empty text does; the empty text is what is ever written. */
export const ustringOrNothing: Codec<string> = {
  minSize: 4,
  write: (writer, value) => writer.ustring(value),
  read: (reader) => reader.nullableUstring() ?? '',
};
/** Bytes that may not be null. */
export const buffer: Codec<Bytes> = {
  minSize: 4,
  write: (writer, value) => writer.buffer(value),
  read: (reader) => reader.buffer(),
};
/** Bytes or null. */
export const nullableBuffer: Codec<Bytes | null> = {
  minSize: 4,
  write: (writer, value) => writer.buffer(value),
  read: (reader) => reader.nullableBuffer(),
};

/** Takes no bytes: what the context already says, such as a record's kind. */
export function constant<T>(value: T): Codec<T> {
  return { minSize: 0, write: () => undefined, read: () => value };
}

/** A vector that may be null. */
export function nullableVector<T>(element: Codec<T>): Codec<readonly T[] | null> {
  return {
    minSize: 4,
    write(writer, values) {
      writer.int(values === null ? -1 : values.length);
      if (values !== null) for (const value of values) element.write(writer, value);
    },
    read(reader) {
      const count = reader.count(element.minSize);
      if (count < 0) return null;
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(reader));
      return values;
    },
  };
}

/** A vector; what null is read as, `absent` says, and without it null is refused. */
export function vector<T>(element: Codec<T>, absent?: readonly T[]): Codec<readonly T[]> {
  const nullable = nullableVector(element);
  return {
    minSize: nullable.minSize,
    write: (writer, values) => nullable.write(writer, values),
    read(reader) {
      const values = nullable.read(reader) ?? absent;
      if (values === undefined) throw new WireError('null');
      return values;
    },
  };
}

/**
 * As `codec`, but what is nearly always said is known by its bytes, and read as that one value: nothing is made of it then, and
 * nothing is walked over.
 */
export function mostly<T>(codec: Codec<T>, usual: T): Codec<T> {
  const writer = new Writer();
  codec.write(writer, usual);
  const bytes = writer.give();
  return {
    minSize: codec.minSize,
    write: (into, value) => {
      if (value === usual) into.raw(bytes);
      else codec.write(into, value);
    },
    read: (reader) => (reader.skipIfNext(bytes) ? usual : codec.read(reader)),
  };
}

/** A codec for every field of a record, in the order of the wire. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

interface Step<T> {
  write(writer: Writer, value: T): void;
  read(reader: Reader, draft: Partial<T>): void;
}

function step<T, K extends keyof T>(name: K, codec: Codec<T[K]>): Step<T> {
  return {
    write: (writer, value) => codec.write(writer, value[name]),
    read: (reader, draft) => {
      draft[name] = codec.read(reader);
    },
  };
}

/** The codec of a record: field after field, nothing between. */
export function record<T extends object>(fields: Fields<T>): Codec<T> {
  const steps: Step<T>[] = [];
  let minSize = 0;
  for (const name of Object.keys(fields)) {
    if (!isKeyOf(fields, name)) continue;
    steps.push(step<T, typeof name>(name, fields[name]));
    minSize += fields[name].minSize;
  }
  return {
    minSize,
    write(writer, value) {
      for (let i = 0; i < steps.length; i++) steps[i]?.write(writer, value);
    },
    read(reader) {
      const draft: Partial<T> = {};
      for (let i = 0; i < steps.length; i++) steps[i]?.read(reader, draft);
      assertComplete(draft);
      return draft;
    },
  };
}

function isKeyOf<T extends object>(object: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(object, name);
}

/** True by construction: `Fields<T>` names every field of T, and each has just been read. */
function assertComplete<T>(_draft: Partial<T>): asserts _draft is T {
  return;
}
