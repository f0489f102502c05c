/** Thrown where the command line cannot be followed. The message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param command whose help shows more; undefined where no command was understood */
  constructor(
    message: string,
    readonly command?: string,
  ) {
    super(message);
  }
}
