/**
 * Copies the state of a process, a judge or a whole world, so that both go on independently. What may change is copied with
 * its prototype; what may not (primitives, functions, frozen objects, instances of classes registered as immutable) is
 * shared. Two references to one object stay two references to one copy, and circles are allowed. Works from a list, not by
 * recursion, so that the depth of the data does not matter.
 */

/** What `immutable` is told about: anything with a prototype. */
export interface Prototyped {
  readonly prototype: object;
}

type Shape = Record<string | symbol, unknown>;

const IMMUTABLE = new Set<unknown>();

/** Registers classes whose instances never change once made: forks share them. Subclasses register themselves. */
export function immutable(...classes: readonly Prototyped[]): void {
  for (const each of classes) IMMUTABLE.add(each.prototype);
}

const BEFORE_FORK = new Map<unknown, (original: object) => void>();

/** Registers what is done to an instance of `type` before it is copied: it may have to let go of what the copy will share. */
export function beforeFork(type: Prototyped, prepare: (original: object) => void): void {
  BEFORE_FORK.set(type.prototype, prepare);
}

/** Whether forks share instances of this prototype. */
export function isImmutablePrototype(prototype: unknown): boolean {
  return IMMUTABLE.has(prototype);
}

/** The copies made so far, and which of them still hold the original's children. */
class Copies {
  readonly made = new Map<object, object>();
  readonly unfilled: object[] = [];

  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const made = this.made.get(value);
    if (made !== undefined) return made;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (IMMUTABLE.has(prototype) || (Object.isFrozen(value) && !(value instanceof Map) && !(value instanceof Set))) return value;
    const copy = this.shell(value, prototype);
    this.made.set(value, copy);
    return copy;
  }

  /** The copy with everything that needs no further copying; the rest is put on the list. */
  shell(value: object, prototype: unknown): object {
    if (ArrayBuffer.isView(value)) return copyView(value);
    BEFORE_FORK.get(prototype)?.(value);
    if (value instanceof ArrayBuffer) return value.slice(0);
    this.unfilled.push(value);
    if (Array.isArray(value)) return [];
    if (value instanceof Map) return new Map<unknown, unknown>();
    if (value instanceof Set) return new Set<unknown>();
    return prototype === Object.prototype ? {} : newObject(prototype);
  }

  fill(original: object, copy: object | undefined): void {
    if (Array.isArray(original) && Array.isArray(copy)) {
      for (let i = 0; i < original.length; i++) copy.push(this.copy(original[i]));
    } else if (original instanceof Map && copy instanceof Map) {
      for (const [key, value] of original) copy.set(this.copy(key), this.copy(value));
    } else if (original instanceof Set && copy instanceof Set) {
      for (const value of original) copy.add(this.copy(value));
    } else if (isShape(original) && isShape(copy)) {
      for (const key of Object.keys(original)) {
        const value = original[key];
        copy[key] = typeof value === 'object' && value !== null ? this.copy(value) : value;
      }
    }
  }
}

/**
 * A copy of `value` that shares nothing with it that may change, but for the objects in `shared`: the caller leaves those
 * alone.
 */
export function fork<T>(value: T, shared?: Iterable<object>): T;
export function fork(value: unknown, shared: Iterable<object> = []): unknown {
  const copies = new Copies();
  for (const each of shared) copies.made.set(each, each);
  const result = copies.copy(value);
  for (let original = copies.unfilled.pop(); original !== undefined; original = copies.unfilled.pop()) {
    copies.fill(original, copies.made.get(original));
  }
  return result;
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object';
}

function newObject(prototype: unknown): object {
  const made: unknown = Object.create(typeof prototype === 'object' ? prototype : null);
  return typeof made === 'object' && made !== null ? made : {};
}

function copyView(view: ArrayBufferView): ArrayBufferView {
  if (view instanceof Uint8Array || view instanceof Int32Array || view instanceof Float64Array) return view.slice();
  if (view instanceof Uint32Array || view instanceof Float32Array || view instanceof Uint8ClampedArray) return view.slice();
  if (view instanceof Int8Array || view instanceof Int16Array || view instanceof Uint16Array) return view.slice();
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) return view.slice();
  return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}
