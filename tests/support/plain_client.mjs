// A plain client of live charts: whole options, as pages without a library of ours have them.

import { io } from 'socket.io-client';

import { Changing } from './waiting.mjs';

export class PlainClient extends Changing {
    /** Every option, as [event, option, meta]. */
    seen = [];
    /** Reasons. */
    disconnects = [];

    constructor(url, { namespace = '/', ...options } = {}) {
        super();
        this.socket = io(url + (namespace === '/' ? '' : namespace),
            { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
        for (const event of ['init chart data', 'new chart data']) {
            this.socket.on(event, (...args) => {
                this.seen.push([event, ...args]);
                this.changed();
            });
        }
        this.socket.on('disconnect', (reason) => {
            this.disconnects.push(reason);
            this.changed();
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

    close() {
        this.socket.disconnect();
    }
}
