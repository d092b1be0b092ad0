// Whether anything comes from the server. It pings every second; a cable that is pulled says nothing at all,
// and a computer that was asleep does not know for how long.

/** So much later than expected a packet may come before it is missed. */
const LATE_MS = 1_000;
const LOOK_MS = 500;
/** A clock that jumps by so much between two looks has slept. */
const SLEPT_MS = 5_000;
/** Servers of other settings; the server's own word replaces it. */
const PING_INTERVAL_MS = 25_000;

export interface LivenessPort {
  /** Nothing came for too long: what is shown may be old. */
  silent(): void;
  heard(): void;
  /** After a sleep, or a change of network, nothing came: the connection is not worth waiting for. */
  gone(): void;
}

export class Liveness {
  #interval = PING_INTERVAL_MS;
  #last = 0;
  #looked = 0;
  #doubted = false;
  #silent = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly port: LivenessPort) {}

  start(pingInterval: unknown): void {
    this.stop();
    if (typeof pingInterval === 'number' && pingInterval > 0) this.#interval = pingInterval;
    this.#last = this.#looked = Date.now();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    // In Node a connection that nobody waits for ends with the program.
    (this.#timer as { unref?(): void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#doubted = this.#silent = false;
  }

  packet(): void {
    this.#last = Date.now();
    this.#doubted = false;
    if (!this.#silent) return;
    this.#silent = false;
    this.port.heard();
  }

  /** The network is said to be another, or gone. */
  doubt(): void {
    if (this.#timer === undefined) return;
    this.#doubted = true;
    this.#last = Date.now();
  }

  #look(): void {
    const now = Date.now();
    const since = now - this.#looked;
    this.#looked = now;
    if (since > SLEPT_MS || since < 0) return this.doubt();
    // Where this look is late, packets wait to be read behind it.
    if (since > 2 * LOOK_MS) return;
    const late = now - this.#last > this.#interval + LATE_MS;
    if (!late) return;
    if (this.#doubted) return this.port.gone();
    if (this.#silent) return;
    this.#silent = true;
    this.port.silent();
  }
}
