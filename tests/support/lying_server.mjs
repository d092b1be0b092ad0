// A server that a client of live charts cannot trust: it speaks Socket.IO, so that the client connects, and then says
// what the test wants. npm's socket.io, whose engine lets raw packets through.

import http from 'node:http';

import { Server } from 'socket.io';

export class LyingServer {
    /** Every event that a client sent, as [name, argument]. */
    heard = [];
    connections = 0;
    #http;
    #greet;
    /** Resolves with the first client. */
    greeted = new Promise((resolve) => { this.#greet = resolve; });
    #io;

    /** `says(socket, auth)` is called for each client that connects; `answers(event, argument)` makes acks. */
    async start({ says = () => {}, answers = () => ({ ok: true }) } = {}) {
        this.says = says;
        this.#http = http.createServer((request, response) => {
            response.writeHead(404, { 'access-control-allow-origin': '*' });
            response.end();
        });
        this.#io = new Server(this.#http, { cors: { origin: '*' }, maxHttpBufferSize: 1e8, serveClient: false });
        const meet = (socket) => {
            this.connections += 1;
            socket.onAny((name, argument, acknowledge) => {
                this.heard.push([name, argument]);
                if (typeof acknowledge === 'function') {
                    acknowledge(answers(name, argument));
                }
            });
            this.says(socket, socket.handshake.auth);
            this.#greet(socket);
        };
        this.#io.on('connection', meet);
        this.#io.of(/^\/charts\/.*$/).on('connection', meet);
        await new Promise((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.#http.address().port}`;
        return this;
    }

    /** To every client, as it is: a message of Engine.IO, which may be no packet of Socket.IO at all. */
    raw(text) {
        for (const socket of this.#io.sockets.sockets.values()) {
            socket.conn.write(text);
        }
    }

    emit(...event) {
        this.#io.emit(...event);
    }

    async stop() {
        if (this.#io) {
            await this.#io.close();
        }
    }
}
