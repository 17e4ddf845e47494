/** Apart from `bundle.ts`, so that whoever only has to tell this error from others need not load a bundler. */

/** An edit did not match, or the bundle could not be made. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}
