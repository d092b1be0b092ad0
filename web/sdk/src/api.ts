// What is asked over HTTP (docs/http-api.md), with the connection's token.

import { ChartcastError } from './error.js';
import { isObject, textOf } from './protocol.js';
import type { Members } from './protocol.js';
import type { TokenKeeper } from './token.js';

export class Asker {
  constructor(private readonly origin: string, private readonly token: TokenKeeper) {}

  /** The answer's members. Rejects with a ChartcastError, whatever went wrong. */
  async get(path: string): Promise<Members> {
    const answer = await this.#fetch(path);
    const body: unknown = await answer.json().catch(() => null);
    if (!answer.ok) {
      const problem = isObject(body) ? body : {};
      throw new ChartcastError(textOf(problem.code) ?? `http_${answer.status}`, answer.status, textOf(problem.detail));
    }
    if (!isObject(body)) throw new ChartcastError('malformed_answer', answer.status);
    return body;
  }

  async #fetch(path: string): Promise<Response> {
    try {
      const token = await this.token.usable();
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return await fetch(this.origin + path, { headers });
    } catch (error) {
      throw new ChartcastError('unreachable', 0, error instanceof Error ? error.message : undefined);
    }
  }
}
