/** A promise with its handles, for code that learns an outcome in one place and waits for it in another. */

/** Resolves or rejects once; what comes later is ignored. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  isSettled = false;
  private accept: ((value: T) => void) | undefined;
  private refuse: ((error: unknown) => void) | undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.accept = resolve;
      this.refuse = reject;
    });
  }

  resolve(value: T): void {
    this.isSettled = true;
    this.accept?.(value);
  }

  reject(error: unknown): void {
    this.isSettled = true;
    this.refuse?.(error);
  }
}
