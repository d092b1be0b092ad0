// The socket: made, authorised, watched and made again. It knows nothing of charts; what they want is its
// owner's to say, anew for each connection.

import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

import { Liveness } from './liveness.js';
import { isObject, textOf } from './protocol.js';
import type { Members } from './protocol.js';
import { TokenKeeper } from './token.js';
import type { ConnectionStatus, TokenSource } from './types.js';

export interface LinkOwner {
  /** Of the auth payload, beside the token. */
  hello(): Members;
  opened(): void;
  /** The open connection has a new token: what was refused may be asked for again. */
  renewed(): void;
  lost(): void;
  message(message: Members): void;
  refused(chart: unknown, code: unknown): void;
  /** The token's grace is over: the server sends nothing more. */
  expired(): void;
  statusChanged(): void;
}

export interface Answer {
  readonly ok: boolean;
  /** docs/protocol.md, or `timeout`, or `lost`. */
  readonly code: string;
}

const ANSWER_MS = 10_000;
const CONNECT_MS = 8_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const GRACE_MS = 30_000;

export class Link {
  status: ConnectionStatus = 'connecting';
  /** Why it is refused. */
  code: string | undefined;
  readonly token: TokenKeeper;
  #socket: Socket | null = null;
  #liveness: Liveness;
  #retries = 0;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #stopListening = (): void => {};

  constructor(private readonly origin: string, source: TokenSource | undefined, private readonly owner: LinkOwner) {
    this.token = new TokenKeeper(source);
    this.#liveness = new Liveness({
      silent: () => this.#become('disconnected'),
      heard: () => this.#become('connected'),
      gone: () => this.#reconnectNow(),
    });
  }

  get open(): boolean {
    return this.#socket?.connected === true;
  }

  /** Nothing happens when it is there already. */
  start(): void {
    if (this.#socket || this.status === 'closed') return;
    this.#listenToSystem();
    const socket = io(this.origin, {
      forceNew: true,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
      timeout: CONNECT_MS,
      auth: (done: (payload: object) => void) => void this.#authorise(done),
    });
    this.#socket = socket;
    socket.io.on('open', () => this.#watch());
    socket.on('connect', () => this.#connected());
    socket.on('disconnect', () => this.#disconnected());
    socket.on('connect_error', (error) => this.#failed(error));
    // The first argument is for plain clients.
    for (const event of ['init chart data', 'new chart data']) {
      socket.on(event, (_: unknown, message: unknown) => isObject(message) && this.owner.message(message));
    }
    socket.on('chart:refused', (body: unknown) => isObject(body) && this.owner.refused(body.chart, body.code));
    socket.on('auth:expired', (body: unknown) => this.#expired(isObject(body) ? body.grace : undefined));
  }

  close(): void {
    this.#become('closed');
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.token.stop();
    this.#liveness.stop();
    this.#stopListening();
    this.#socket?.disconnect();
    this.#socket = null;
  }

  /** Never rejects. */
  ask(event: string, body: Members): Promise<Answer> {
    const socket = this.#socket;
    if (!socket?.connected) return Promise.resolve({ ok: false, code: 'lost' });
    return new Promise((resolve) => {
      socket.timeout(ANSWER_MS).emit(event, body, (error: unknown, answer: unknown) => {
        if (error) return resolve({ ok: false, code: socket.connected ? 'timeout' : 'lost' });
        const ok = isObject(answer) && answer.ok === true;
        resolve({ ok, code: (isObject(answer) && textOf(answer.code)) || (ok ? '' : 'malformed') });
      });
    });
  }

  /** Shows the server this token: at once, or with the next connection. */
  async renew(token: string): Promise<Answer> {
    if (!this.open) {
      this.token.replace(token);
      if (this.status === 'refused') this.#reconnectNow();
      return { ok: true, code: '' };
    }
    const answer = await this.ask('auth:renew', { token });
    // One that is not taken leaves the old one in its place, here as on the server.
    if (answer.ok) {
      this.token.replace(token);
      this.#settled(token);
    }
    return answer;
  }

  /** Somebody asks again after a refusal. */
  retry(): void {
    if (this.status !== 'refused') return;
    this.#become('connecting');
    this.#reconnectNow();
  }

  // ---- Connecting

  async #authorise(done: (payload: object) => void): Promise<void> {
    const engine = this.#socket?.io.engine;
    try {
      const token = await this.token.fresh();
      // While the token was fetched another connection may have taken the place of this one.
      if (!engine || engine !== this.#socket?.io.engine || this.open) return;
      this.#renewAhead(token);
      done({ ...this.owner.hello(), ...(token === undefined ? {} : { token }) });
    } catch (error) {
      console.warn('chartcast: the token source failed', error);
      if (engine !== this.#socket?.io.engine) return;
      this.#socket?.disconnect();
      this.#retryLater('disconnected');
    }
  }

  #watch(): void {
    const engine = this.#socket!.io.engine as unknown as { _pingInterval?: number; on: Socket['io']['engine']['on'] };
    this.#liveness.start(engine._pingInterval);
    engine.on('packet', () => this.#liveness.packet());
  }

  #connected(): void {
    this.#retries = 0;
    this.code = undefined;
    this.owner.opened();
    this.#become('connected');
  }

  #disconnected(): void {
    this.#liveness.stop();
    this.#cancel('grace');
    this.#cancel('renew');
    if (this.status === 'closed') return;
    this.#become('disconnected');
    this.owner.lost();
    // The server has ended it on purpose: nobody but us tries again.
    if (!this.#socket?.active) this.#retryLater('disconnected');
  }

  /** `data.code` is in the answer of a server that knows us; everything else is the network. */
  #failed(error: Error & { data?: unknown }): void {
    if (this.#socket?.active) return this.#become('disconnected');
    const code = (isObject(error.data) && textOf(error.data.code)) || 'unknown_reason';
    this.code = code;
    this.token.discard();
    this.#become('refused');
    if (this.token.renewable || code === 'unavailable') this.#retryLater('refused');
  }

  #retryLater(status: ConnectionStatus): void {
    this.#become(status);
    const wait = Math.min(RETRY_MIN_MS * 2 ** this.#retries, RETRY_MAX_MS);
    this.#retries += 1;
    this.#later('retry', wait * (0.5 + Math.random()), () => this.#reconnectNow());
  }

  #reconnectNow(): void {
    this.#liveness.stop();
    // Only both together start another attempt while one waits for its turn.
    this.#socket?.disconnect().connect();
    this.#cancel('retry');
  }

  // ---- Tokens that end

  #expired(grace: unknown): void {
    const left = typeof grace === 'number' && grace >= 0 ? grace : GRACE_MS;
    this.#later('grace', left, () => this.owner.expired());
    void this.#renewFromSource(0);
  }

  #renewAhead(token: string | undefined): void {
    this.token.beforeEnd(token, () => void this.#renewFromSource(0));
  }

  async #renewFromSource(tries: number): Promise<void> {
    if (!this.token.renewable || !this.open) return;
    const engine = this.#socket!.io.engine;
    this.token.discard();
    const token = await this.token.fresh().catch(() => undefined);
    if (!this.open || engine !== this.#socket?.io.engine) return;
    const answer = token === undefined ? null : await this.ask('auth:renew', { token });
    if (answer?.ok) return this.#settled(token!);
    if (answer?.code === 'lost') return;
    const wait = Math.min(RETRY_MIN_MS * 2 ** tries, RETRY_MAX_MS);
    this.#later('renew', wait, () => void this.#renewFromSource(tries + 1));
  }

  #settled(token: string): void {
    this.#cancel('grace');
    this.#cancel('renew');
    this.#renewAhead(token);
    this.owner.renewed();
  }

  // ---- The system

  #listenToSystem(): void {
    if (typeof addEventListener !== 'function') return;
    const online = (): void => (this.open ? this.#liveness.doubt() : this.#retryAtOnce());
    const offline = (): void => this.#liveness.doubt();
    addEventListener('online', online);
    addEventListener('offline', offline);
    this.#stopListening = () => {
      removeEventListener('online', online);
      removeEventListener('offline', offline);
    };
  }

  #retryAtOnce(): void {
    if (this.status === 'disconnected') this.#reconnectNow();
  }

  #become(status: ConnectionStatus): void {
    if (this.status === status || this.status === 'closed') return;
    this.status = status;
    this.owner.statusChanged();
  }

  #later(name: string, ms: number, act: () => void): void {
    this.#cancel(name);
    this.#timers.set(name, setTimeout(act, ms));
  }

  #cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
