// What everything here rejects with.

export class ChartcastError extends Error {
  override readonly name = 'ChartcastError';

  /** `code` is a word for programs (docs/http-api.md); `status` the HTTP status, 0 when there was no answer. */
  constructor(readonly code: string, readonly status: number, message?: string) {
    super(message ?? code);
  }
}
