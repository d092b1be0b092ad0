// A Socket.IO server (npm's) in the place of chartcast, which says what a test tells it to: what the real one
// never says, and when it never says it. It answers every question with ok unless told otherwise.

import http from 'node:http';

import { Server } from 'socket.io';

import { Changing } from './waiting.mjs';

export class ScriptedServer extends Changing {
    /** Auth payloads, in the order of the connections. */
    hellos = [];
    /** Questions: {event, body}. */
    asked = [];
    /** HTTP requests: {method, url, headers}. */
    requests = [];
    /** What a question is answered with; undefined is never. */
    answer = () => ({ ok: true });
    /** Of a CONNECT: null lets it in, text refuses with that code. */
    refuse = () => null;
    /** {status, body} of an HTTP request. */
    respond = () => ({ status: 404, body: { code: 'not_found' } });

    async start() {
        this.http = http.createServer((request, response) => {
            this.requests.push({ method: request.method, url: request.url, headers: request.headers });
            const { status, body } = this.respond(request);
            response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
            this.changed();
        });
        this.io = new Server(this.http, { pingInterval: 1000, pingTimeout: 20_000, serveClient: false });
        this.io.use((socket, next) => {
            this.hellos.push(socket.handshake.auth);
            const code = this.refuse(socket.handshake.auth);
            this.changed();
            next(code === null ? undefined : Object.assign(new Error('unauthorized'), { data: { code } }));
        });
        this.io.on('connection', (socket) => {
            socket.on('disconnect', () => this.changed());
            socket.onAny((event, body, acknowledge) => {
                this.asked.push({ event, body });
                const answer = this.answer(event, body);
                if (answer !== undefined) {
                    acknowledge?.(answer);
                }
                this.changed();
            });
            this.changed();
        });
        await new Promise((resolve) => this.http.listen(this.port ?? 0, '127.0.0.1', resolve));
        this.port = this.http.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
        return this;
    }

    /** Says something to everybody who is connected. */
    say(message, event = 'new chart data') {
        this.io.emit(event, {}, message);
    }

    emit(event, body) {
        this.io.emit(event, body);
    }

    questions(event) {
        return this.asked.filter((one) => one.event === event).map(({ body }) => body);
    }

    /** Resolves when somebody who wants the chart is connected. */
    welcomed(chart) {
        return this.until(() => [...this.io.sockets.sockets.values()].some(({ handshake }) => handshake.auth.charts.includes(chart)), `a viewer of ${chart}`);
    }

    /** Cuts every connection without a goodbye. */
    cut() {
        for (const socket of this.io.sockets.sockets.values()) {
            socket.conn.transport.socket?._socket?.destroy();
        }
    }

    async stop() {
        await this.io?.close();
    }
}

const dims = ['id', 'amount'];

/** A snapshot of a chart of one dataset, as chartcast sends one. */
export function snapshot(chart, dataset, rows, { epoch = 'e1', v = 1, ...more } = {}) {
    return {
        mode: 'snapshot', chart, tpl: 't1', recovered: false, fresh: { asOf: 1_700_000_000_000, state: 'live' },
        option: { title: { text: `Title of ${chart}` }, xAxis: { type: 'category' }, yAxis: {}, series: [{ id: 's', type: 'bar', encode: { x: 'id', y: 'amount' } }] },
        ds: { [dataset]: { epoch, v, dims, key: [0], seq: 1, rows } },
        ...more,
    };
}

export function delta(dataset, from, to, ops, { epoch = 'e1', ts = 1_700_000_001_000 } = {}) {
    return { mode: 'delta', ds: dataset, epoch, from, to, ops, ts };
}
