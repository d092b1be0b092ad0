// Waiting for things that happen, each with a deadline that names what did not happen.
// Used by every test that talks to a server; nothing here sleeps to let something finish.

/** Multiplies every deadline; sanitizer builds and busy machines set it above 1. */
export const timeScale = Number(process.env.CONFORMANCE_TIME_SCALE ?? 1);

export const defaultDeadlineMs = 10_000;

/**
 * Rejects with "no <what> within <n> ms" when the promise is not settled in time. Infinity is for
 * loops in the background, which end with their connection and shall not keep the process alive.
 */
export function within(promise, what, ms = defaultDeadlineMs) {
    if (ms === Infinity) {
        return promise;
    }
    const limit = ms * timeScale;
    let timer;
    const expired = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no ${what} within ${limit} ms`)), limit);
    });
    return Promise.race([promise, expired]).finally(() => clearTimeout(timer));
}

/** Resolves with the arguments of the next `event` that an emitter fires. */
export function nextEvent(emitter, event, ms = defaultDeadlineMs) {
    let listener;
    const fired = new Promise((resolve) => {
        listener = (...args) => resolve(args);
        emitter.on(event, listener);
    });
    return within(fired, `event "${event}"`, ms).finally(() => emitter.off(event, listener));
}

/** Lets measured time pass where the passing of time itself is what a test is about. */
export function elapse(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Something that a test waits on until it is as the test wants it. */
export class Changing {
    #watchers = new Set();

    /** Resolves with what `found` gives of this, once that is true. */
    until(found, what, ms) {
        return within(new Promise((resolve) => {
            const look = () => {
                const result = found(this);
                if (result) {
                    this.#watchers.delete(look);
                    resolve(result);
                }
            };
            this.#watchers.add(look);
            look();
        }), what, ms);
    }

    /** To be called after each change. */
    changed() {
        [...this.#watchers].forEach((look) => look());
    }
}

/** A queue between something that receives and a test that waits; it ends once. */
export class Inbox {
    #items = [];
    #waiting = [];
    #ended = null;

    push(item) {
        const waiter = this.#waiting.shift();
        if (waiter) {
            waiter.resolve(item);
        } else {
            this.#items.push(item);
        }
    }

    /** Whoever waits, now or later, for more than what was received gets this error. */
    end(why) {
        this.#ended ??= why;
        for (const waiter of this.#waiting.splice(0)) {
            waiter.reject(new Error(`ended while waiting: ${why}`));
        }
    }

    get size() {
        return this.#items.length;
    }

    /** Takes everything received so far. */
    drain() {
        return this.#items.splice(0);
    }

    next(what = 'message', ms = defaultDeadlineMs) {
        if (this.#items.length > 0) {
            return Promise.resolve(this.#items.shift());
        }
        if (this.#ended) {
            return Promise.reject(new Error(`no ${what}: ended (${this.#ended})`));
        }
        const entry = {};
        const received = new Promise((resolve, reject) => {
            Object.assign(entry, { resolve, reject });
        });
        this.#waiting.push(entry);
        return within(received, what, ms).catch((error) => {
            this.#waiting = this.#waiting.filter((waiter) => waiter !== entry);
            throw error;
        });
    }
}
