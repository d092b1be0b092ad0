// A delta client of live charts on npm's socket.io-client, as docs/protocol.md describes one: it keeps the
// rows of each dataset, asks for a resync when it has missed something, and knows its `since`.

import { io } from 'socket.io-client';

import { Changing, within } from './waiting.mjs';

/** The rows of one dataset as its ops leave them. */
export class DatasetReceiver {
    epoch = '';
    v = 0;
    dims = [];
    #key = [];
    #rows = new Map();  // sequence number → cells
    #places = new Map();  // key → sequence number

    /** In order. */
    get rows() {
        return [...this.#rows].sort(([a], [b]) => a - b).map(([, cells]) => cells);
    }

    snapshot({ epoch, v, dims, key = [], seq, rows }) {
        Object.assign(this, { epoch, v, dims });
        this.#key = key;
        this.#replace(rows, seq);
    }

    /** 'applied', 'ignored' or 'resync'. */
    changes({ epoch, from, to, ops }) {
        if (epoch !== this.epoch || from > this.v) {
            return 'resync';
        }
        if (to <= this.v) {
            return 'ignored';
        }
        for (const [name, ...args] of ops) {
            this[`_${name}`](...args);
        }
        this.v = to;
        return 'applied';
    }

    beat([epoch, v]) {
        return epoch !== this.epoch || v > this.v ? 'resync' : 'ignored';
    }

    #keyOf(seq, cells) {
        return JSON.stringify(this.#key.length === 0 ? seq
            : this.#key.length === 1 ? cells[this.#key[0]] : this.#key.map((dim) => cells[dim]));
    }

    #put(seq, cells) {
        this.#rows.set(seq, cells);
        this.#places.set(this.#keyOf(seq, cells), seq);
    }

    #erase(keyText) {
        const seq = this.#places.get(keyText);
        this.#places.delete(keyText);
        this.#rows.delete(seq);
    }

    #replace(rows, seq) {
        this.#rows.clear();
        this.#places.clear();
        rows.forEach((cells, at) => this.#put(seqAt(seq, at), cells));
    }

    _replace(rows, seq) {
        this.#replace(rows, seq);
    }

    _trim(before) {
        for (const [seq, cells] of this.#rows) {
            if (seq < before) {
                this.#erase(this.#keyOf(seq, cells));
            }
        }
    }

    _remove(keys) {
        keys.forEach((key) => this.#erase(JSON.stringify(key)));
    }

    _append(first, rows) {
        rows.forEach((cells, at) => this.#rows.has(first + at) || this.#put(first + at, cells));
    }

    _upsert(rows, seq) {
        rows.forEach((cells, at) => {
            if (seq === undefined) {
                const place = this.#places.get(this.#keyOf(0, cells));
                if (place !== undefined) {
                    this.#rows.set(place, cells);
                }
                return;
            }
            const place = seqAt(seq, at);
            this.#erase(this.#keyOf(place, cells));
            this.#put(place, cells);
        });
    }

    _set(changes) {
        for (const [key, cells] of changes) {
            const place = this.#places.get(JSON.stringify(key));
            if (place === undefined) {
                continue;
            }
            const row = [...this.#rows.get(place)];
            for (const [dim, value] of Object.entries(cells)) {
                row[Number(dim)] = value;
            }
            this.#rows.set(place, row);
        }
    }
}

const seqAt = (seq, at) => (Array.isArray(seq) ? seq[at] : seq + at);

/** RFC 7396. */
export function mergePatch(target, patch) {
    if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) {
        return patch;
    }
    const merged = target !== null && typeof target === 'object' && !Array.isArray(target)
        ? { ...target } : {};
    for (const [name, value] of Object.entries(patch)) {
        if (value === null) {
            delete merged[name];
        } else {
            merged[name] = mergePatch(merged[name], value);
        }
    }
    return merged;
}

export class LiveClient extends Changing {
    charts = new Map();  // id → {tpl, option, fresh, datasets}
    datasets = new Map();
    raw = new Map();  // id → {epoch, v, option}
    /** Every message, as [event, message]. */
    seen = [];
    resyncs = 0;

    /** Auth payload beside `chartcast` and `delta`. */
    constructor(url, auth = {}, { namespace = '/', ...options } = {}) {
        super();
        this.auth = auth;
        this.socket = io(url + (namespace === '/' ? '' : namespace), {
            forceNew: true, reconnection: false, transports: ['websocket'],
            auth: (done) => done({ chartcast: 1, delta: true, ...this.auth, since: this.since() }),
            ...options,
        });
        for (const event of ['init chart data', 'new chart data']) {
            this.socket.on(event, (first, message) => this.#take(event, first, message));
        }
        for (const event of ['connect', 'disconnect', 'connect_error', 'chart:refused', 'auth:expired']) {
            this.socket.on(event, (...args) => {
                this.seen.push([event, ...args]);
                this.changed();
            });
        }
    }

    since() {
        const ds = {};
        const tpl = {};
        const raw = {};
        this.datasets.forEach((dataset, id) => { ds[id] = [dataset.epoch, dataset.v]; });
        this.charts.forEach((chart, id) => { tpl[id] = chart.tpl; });
        this.raw.forEach((chart, id) => { raw[id] = [chart.epoch, chart.v]; });
        return { tpl, ds, raw };
    }

    rows(dataset) {
        return this.datasets.get(dataset)?.rows;
    }

    messages(mode) {
        return this.seen.filter(([, , message]) => message?.mode === mode).map(([, , message]) => message);
    }

    ask(event, ...args) {
        return within(new Promise((resolve) => { this.socket.emit(event, ...args, resolve); }), event);
    }

    close() {
        this.socket.io.reconnection(false);
        this.socket.disconnect();
    }

    #take(event, first, message) {
        this.seen.push([event, first, message]);
        if (!message) {
            // An emitter's event that was relayed as it is.
            return this.changed();
        }
        if (message.mode === 'snapshot' || message.mode === 'resume') {
            this.#init(message);
        } else if (message.mode === 'delta' && message.ds) {
            this.#note(message.ds, this.datasets.get(message.ds)?.changes(message));
        } else if (message.mode === 'delta') {
            this.#rawDelta(message);
        } else if (message.mode === 'option') {
            Object.assign(this.charts.get(message.chart), { tpl: message.tpl, option: message.option });
        } else if (message.mode === 'state') {
            this.charts.get(message.chart).fresh = message.fresh;
        } else if (message.mode === 'beat') {
            for (const [id, place] of Object.entries(message.ds ?? {})) {
                this.#note(id, this.datasets.get(id)?.beat(place));
            }
        }
        this.changed();
    }

    #init(message) {
        if (!message.ds) {
            const before = this.raw.get(message.chart);
            this.raw.set(message.chart, {
                epoch: message.epoch, v: message.v, option: message.option ?? before?.option,
            });
            return;
        }
        const before = this.charts.get(message.chart);
        this.charts.set(message.chart, {
            tpl: message.tpl, option: message.option ?? before?.option, fresh: message.fresh,
            datasets: Object.keys(message.ds),
        });
        for (const [id, body] of Object.entries(message.ds)) {
            if (!this.datasets.has(id)) {
                this.datasets.set(id, new DatasetReceiver());
            }
            if (body.rows) {
                this.datasets.get(id).snapshot(body);
            } else {
                this.#note(id, this.datasets.get(id).changes(body));
            }
        }
    }

    #rawDelta({ chart, epoch, v, from, patch, option }) {
        const known = this.raw.get(chart);
        if (patch === undefined) {
            this.raw.set(chart, { epoch, v, option });
        } else if (known.epoch === epoch && from <= known.v && v > known.v) {
            this.raw.set(chart, { epoch, v, option: mergePatch(known.option, patch) });
        } else if (known.epoch !== epoch || v > known.v) {
            this.#resync(chart);
        }
    }

    #note(dataset, verdict) {
        if (verdict !== 'resync') {
            return;
        }
        for (const [id, chart] of this.charts) {
            if (chart.datasets?.includes(dataset)) {
                this.#resync(id);
            }
        }
    }

    #resync(chart) {
        this.resyncs += 1;
        this.socket.emit('chart:resync', { chart });
    }
}
