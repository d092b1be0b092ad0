// A TCP relay in front of a server that keeps what the server says: to see on the wire what a client which cannot
// be asked, as a browser, was sent.

import net from 'node:net';

import { decodeFrame } from './websocket.mjs';

export class Relay {
    /** Of each connection, in the order in which they came: all that the server has sent. */
    answers = [];
    /** All together. */
    bytes = 0;
    #sockets = new Set();
    #listener;

    async start(serverPort) {
        this.#listener = net.createServer((client) => this.#join(client, serverPort));
        await new Promise((resolve) => this.#listener.listen(0, '127.0.0.1', resolve));
        this.port = this.#listener.address().port;
        return this;
    }

    #join(client, serverPort) {
        const server = net.connect(serverPort, '127.0.0.1');
        const number = this.answers.push(Buffer.alloc(0)) - 1;
        server.on('data', (chunk) => {
            this.answers[number] = Buffer.concat([this.answers[number], chunk]);
            this.bytes += chunk.length;
        });
        for (const [from, to] of [[client, server], [server, client]]) {
            this.#sockets.add(from);
            from.on('error', () => to.destroy());
            from.on('close', () => this.#sockets.delete(from));
            from.pipe(to);
        }
    }

    /** The frames of the only connection that became a WebSocket. */
    webSocketFrames() {
        const [answer, ...more] = this.answers.filter((bytes) => bytes.indexOf('HTTP/1.1 101') === 0);
        if (!answer || more.length > 0) {
            throw new Error(`${answer ? 1 + more.length : 0} WebSockets went through the relay, not one`);
        }
        const frames = [];
        let next = { rest: answer.subarray(answer.indexOf('\r\n\r\n') + 4) };
        while ((next = decodeFrame(next.rest))) {
            frames.push(next.frame);
        }
        return frames;
    }

    /** Ends every connection, on both sides; new ones are taken. */
    cut() {
        this.#sockets.forEach((socket) => socket.destroy());
    }

    stop() {
        this.cut();
        this.#listener?.close();
    }
}
