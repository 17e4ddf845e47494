/**
 * The framing within multi and multiRead (section 1.7 of the protocol's description): every operation and every result stands
 * behind a MultiHeader {type, done, err}, and a header with done set ends the list. What is in the list is for others to
 * judge; here only a type that may never stand there is refused.
 */
import { present } from '../base/invariant.ts';
import type { ErrorResult, MultiOp, MultiReadOp, MultiResult } from './client-messages.ts';
import type { Reader, Writer } from './jute.ts';
import type { Codec } from './schema.ts';
import { WireError } from './wire-error.ts';
import { OpCode } from './words.ts';

/** A codec for each kind. */
export type KindTable<K extends string, T> = { readonly [P in K]: Codec<T> };

/** A MultiHeader is an int, a boolean and an int. */
const HEADER_SIZE = 9;
const NO_TYPE = -1;

interface MultiHeader {
  readonly type: number;
  readonly done: boolean;
}

function writeHeader(writer: Writer, type: number, done: boolean, err: number): void {
  writer.int(type);
  writer.bool(done);
  writer.int(err);
}

function readHeader(reader: Reader): MultiHeader {
  const header = { type: reader.int(), done: reader.bool() };
  reader.int();
  return header;
}

/** The operations of a multi. */
export function multiOps(table: KindTable<MultiOp['kind'], MultiOp>): Codec<readonly MultiOp[]> {
  const byType = new Map<number, Codec<MultiOp>>();
  byType.set(OpCode.create, table.create).set(OpCode.create2, table.create2).set(OpCode.createContainer, table.createContainer);
  byType.set(OpCode.createTTL, table.createTTL).set(OpCode.delete, table.delete).set(OpCode.setData, table.setData);
  byType.set(OpCode.check, table.check);
  return ops(byType);
}

/** The operations of a multiRead. */
export function multiReadOps(table: KindTable<MultiReadOp['kind'], MultiReadOp>): Codec<readonly MultiReadOp[]> {
  return ops(new Map<number, Codec<MultiReadOp>>([[OpCode.getData, table.getData], [OpCode.getChildren, table.getChildren]]));
}

function ops<Op extends MultiOp | MultiReadOp>(byType: ReadonlyMap<number, Codec<Op>>): Codec<readonly Op[]> {
  return {
    minSize: HEADER_SIZE,
    write(writer, list) {
      for (const op of list) {
        writeHeader(writer, OpCode[op.kind], false, -1);
        present(byType.get(OpCode[op.kind]), 'a multi holds an operation that it may not').write(writer, op);
      }
      writeHeader(writer, NO_TYPE, true, -1);
    },
    read(reader) {
      const list: Op[] = [];
      for (let header = readHeader(reader); !header.done; header = readHeader(reader)) {
        const codec = byType.get(header.type);
        if (codec === undefined) throw new WireError('type');
        list.push(codec.read(reader));
      }
      return list;
    },
  };
}

type Success = Exclude<MultiResult, ErrorResult>;
/** The kinds of `Success` that really stand in such a list. */
type SuccessKind = MultiOp['kind'] | MultiReadOp['kind'];

/** The results of either. Every create that answers with a Stat travels as create2, so that is what it is read as. */
export function multiResults(table: KindTable<SuccessKind, Success>): Codec<readonly MultiResult[]> {
  const byType = new Map<number, Codec<Success>>();
  byType.set(OpCode.create, table.create).set(OpCode.create2, table.create2).set(OpCode.delete, table.delete);
  byType.set(OpCode.check, table.check).set(OpCode.setData, table.setData).set(OpCode.getData, table.getData);
  byType.set(OpCode.getChildren, table.getChildren);
  return {
    minSize: HEADER_SIZE,
    write(writer, list) {
      for (const result of list) {
        if (result.kind === 'error') {
          writeHeader(writer, OpCode.error, false, result.err);
          writer.int(result.err);
        } else {
          const type = resultType(result);
          writeHeader(writer, type, false, 0);
          present(byType.get(type), 'a multi holds a result that it may not').write(writer, result);
        }
      }
      writeHeader(writer, NO_TYPE, true, -1);
    },
    read(reader) {
      const list: MultiResult[] = [];
      for (let header = readHeader(reader); !header.done; header = readHeader(reader)) {
        list.push(header.type === OpCode.error ? { kind: 'error', err: reader.int() } : readSuccess(byType, header.type, reader));
      }
      return list;
    },
  };
}

function readSuccess(byType: ReadonlyMap<number, Codec<Success>>, type: number, reader: Reader): Success {
  const codec = byType.get(type);
  if (codec === undefined) throw new WireError('type');
  return codec.read(reader);
}

function resultType(result: Success): number {
  const { kind } = result;
  return kind === 'createContainer' || kind === 'createTTL' ? OpCode.create2 : OpCode[kind];
}
