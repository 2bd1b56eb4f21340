/** Errors of decisions, by what is still to be told of them. */

/** What was told already; only the operation is to end. */
export class Bail extends Error {}

/** An error about one resource. */
export class ResourceError extends Error {
  constructor(
    readonly urn: string,
    message: string,
  ) {
    super(message);
  }
}
