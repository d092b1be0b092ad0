// A plain client of live charts: whole options, as pages without a library of ours have them.

import { io } from 'socket.io-client';

import { within } from './waiting.mjs';

export class PlainClient {
    /** Every option, as [event, option, meta]. */
    seen = [];
    /** Reasons. */
    disconnects = [];
    #watchers = new Set();

    constructor(url, { namespace = '/', ...options } = {}) {
        this.socket = io(url + (namespace === '/' ? '' : namespace),
            { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
        for (const event of ['init chart data', 'new chart data']) {
            this.socket.on(event, (...args) => {
                this.seen.push([event, ...args]);
                this.#changed();
            });
        }
        this.socket.on('disconnect', (reason) => {
            this.disconnects.push(reason);
            this.#changed();
        });
    }

    /** The newest option. */
    get option() {
        return this.seen.at(-1)?.[1];
    }

    /** The rows of the newest option's first dataset. */
    get rows() {
        return this.option?.dataset?.[0].source;
    }

    /** Resolves with what `found` gives, once that is true. */
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

    close() {
        this.socket.disconnect();
    }

    #changed() {
        [...this.#watchers].forEach((look) => look());
    }
}
