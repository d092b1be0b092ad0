// Engine.IO sessions spoken by hand over either transport, and Socket.IO peers on top of them.
// A packet is the string that follows the framing ('4hello', '2') or a Buffer (binary message).

import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';

import { httpRequest, startRequest } from './http.mjs';
import { Inbox, within } from './waiting.mjs';
import { RawWebSocket } from './websocket.mjs';

const separator = '\x1e';

export function encodePayload(packets) {
    return packets.map((packet) =>
        Buffer.isBuffer(packet) ? 'b' + packet.toString('base64') : packet).join(separator);
}

export function decodePayload(text) {
    return text.split(separator).map((record) =>
        record.startsWith('b') ? Buffer.from(record.slice(1), 'base64') : record);
}

/** '/socket.io/?EIO=4&transport=polling&sid=...' */
export function enginePath(query = {}, path = '/socket.io/') {
    const all = { EIO: 4, transport: 'polling', ...query };
    const used = Object.entries(all).filter(([, value]) => value !== undefined && value !== null);
    return `${path}?${new URLSearchParams(used)}`;
}

/**
 * Resolves when what was sent before has reached its session, also by way of another shard: a few round trips on
 * several connections at a time come after it. At a time, since a new connection goes to the shard that has the
 * fewest: one after the other, all of them would pass by the shard that what was sent is still waiting for.
 */
export async function settle(server) {
    const agent = new (server.tls ? https : http).Agent({ keepAlive: true });
    const roundTrip = () => httpRequest(server, enginePath({ sid: 'nobody' }), { agent });
    for (let round = 0; round < 3; ++round) {
        await Promise.all(Array.from({ length: 6 }, roundTrip));
    }
    agent.destroy();
}

/** A session on long polling whose requests the test makes one by one. */
export class PollingSession {
    static async open(server, { path = '/socket.io/', query = {}, headers } = {}) {
        const session = new PollingSession();
        session.server = server;
        session.path = path;
        session.query = query;
        session.headers = headers;
        const response = await httpRequest(server, enginePath(query, path), { headers });
        assert.equal(response.status, 200, response.text);
        session.handshake = JSON.parse(response.text.slice(response.text.indexOf('{')));
        session.sid = session.handshake.sid;
        return session;
    }

    url(extra = {}) {
        return enginePath({ ...this.query, sid: this.sid, ...extra }, this.path);
    }

    /** Starts a GET; its answer is in .response. */
    startPoll(options = {}) {
        return startRequest(this.server, this.url(), { headers: this.headers, ...options });
    }

    /** One GET and its packets. */
    async poll(options) {
        const response = await this.startPoll(options).response;
        assert.equal(response.status, 200, `poll answered ${response.status} ${response.text}`);
        return decodePayload(response.text);
    }

    /** POSTs a raw body and gives the answer, whatever its status. */
    postRaw(body, options = {}) {
        return httpRequest(this.server, this.url(), { method: 'POST', body, ...options });
    }

    async post(...packets) {
        const response = await this.postRaw(encodePayload(packets));
        assert.equal(response.status, 200, `POST answered ${response.status} ${response.text}`);
        assert.equal(response.text, 'ok');
    }

    /** The session is gone: its sid is answered with code 1. */
    async assertClosed() {
        const response = await httpRequest(this.server, this.url());
        assert.equal(response.status, 400, `session is still open: ${response.text}`);
        assert.deepEqual(JSON.parse(response.text), { code: 1, message: 'Session ID unknown' });
    }

    /** The session still works: an echo makes the round trip (bare Engine.IO endpoint only). */
    async assertEchoes(text = 'still here') {
        await this.post('4' + text);
        assert.deepEqual(await this.poll(), ['4' + text]);
    }
}

/** A session that was opened directly on WebSocket. */
export class WebSocketSession {
    static async open(server, { path = '/socket.io/', query = {}, headers, trailing } = {}) {
        const session = new WebSocketSession();
        session.server = server;
        session.ws = await RawWebSocket.connect(
            server, enginePath({ transport: 'websocket', ...query }, path), { headers, trailing });
        const open = await session.ws.nextMessage('open packet');
        assert.equal(open[0], '0', open);
        session.handshake = JSON.parse(open.slice(1));
        session.sid = session.handshake.sid;
        return session;
    }

    send(packet) {
        if (Buffer.isBuffer(packet)) {
            this.ws.sendBinary(packet);
        } else {
            this.ws.send(packet);
        }
    }

    next(what, ms) {
        return this.ws.nextMessage(what, ms);
    }

    async assertEchoes(text = 'still here') {
        this.send('4' + text);
        assert.equal(await this.next('echo'), '4' + text);
    }
}

/**
 * A Socket.IO peer: sends Socket.IO packets ('2["event"]' or a Buffer) and receives them, over
 * WebSocket or polling alike. On polling a GET is always waiting, as in a real client.
 */
export class Peer {
    inbox = new Inbox();
    #closed;
    #markClosed;
    #destroyed = false;

    constructor(server, transport) {
        this.server = server;
        this.transport = transport;
        this.#closed = new Promise((resolve) => (this.#markClosed = resolve));
        server.track(this);
    }

    /** Opens the Engine.IO session only: no namespace is joined. */
    static async openEngine(server, transport, options = {}) {
        const peer = new Peer(server, transport);
        if (transport === 'websocket') {
            peer.session = await WebSocketSession.open(server, options);
            peer.#readFrames();
        } else {
            peer.session = await PollingSession.open(server, options);
            peer.#pollForever();
        }
        peer.engineSid = peer.session.sid;
        return peer;
    }

    /** Opens a session and joins `/`; takes the `auth` event, so that the inbox is empty. */
    static async open(server, transport, { auth, ...options } = {}) {
        const peer = await Peer.openEngine(server, transport, options);
        peer.sid = await peer.join('/', auth);
        return peer;
    }

    /** Joins a namespace and gives the id of the new socket. */
    async join(namespace = '/', auth) {
        const prefix = namespace === '/' ? '' : namespace + ',';
        await this.send(`0${prefix}${auth === undefined ? '' : JSON.stringify(auth)}`);
        const reply = await this.next('CONNECT reply');
        assert.ok(reply.startsWith(`0${prefix}{`), `not a CONNECT reply: ${reply}`);
        const { sid } = JSON.parse(reply.slice(1 + prefix.length));
        const event = await this.next('auth event');
        assert.equal(event, `2${prefix}${JSON.stringify(['auth', auth ?? {}])}`);
        return sid;
    }

    /** Sends engine packets as they are, in one POST on polling. */
    async sendPackets(...packets) {
        if (this.transport === 'websocket') {
            packets.forEach((packet) => this.session.send(packet));
        } else {
            await this.session.post(...packets);
        }
    }

    send(...messages) {
        return this.sendPackets(...messages.map(toPacket));
    }

    /** As send(), where the server closes the session and may cut off the request. */
    async sendFatal(...messages) {
        await this.sendPackets(...messages.map(toPacket)).catch(() => {});
    }

    async sendFatalPackets(...packets) {
        await this.sendPackets(...packets).catch(() => {});
    }

    next(what = 'Socket.IO packet', ms) {
        return this.inbox.next(what, ms);
    }

    /** Emits `message` with these arguments and takes the answer: a proof of life. */
    async assertEchoes(marker = 'still here') {
        await this.send(`2["message","${marker}"]`);
        assert.equal(await this.next('message-back'), `2["message-back","${marker}"]`);
    }

    /** Resolves once the server has ended the session; on WebSocket with the close code. */
    closed(ms) {
        return within(this.#closed, `end of the session on ${this.transport}`, ms);
    }

    disconnectReason(namespace = '/', sid = this.sid) {
        return this.server.disconnectReason(sid, namespace);
    }

    destroy() {
        this.#destroyed = true;
        this.session?.ws?.destroy();
    }

    #receive(packet) {
        if (Buffer.isBuffer(packet)) {
            this.inbox.push(packet);
        } else if (packet[0] === '4') {
            this.inbox.push(packet.slice(1));
        } else if (packet[0] === '2') {
            this.sendPackets('3').catch(() => {});
        }
    }

    #end(how) {
        this.inbox.end('session closed');
        this.#markClosed(how);
    }

    async #readFrames() {
        const { ws } = this.session;
        for (;;) {
            let frame;
            try {
                frame = await ws.nextFrame('frame', Infinity);
            } catch {
                this.#end(1006);
                return;
            }
            if (frame.op === 8) {
                this.#end(frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005);
                return;
            }
            this.#receive(frame.op === 1 ? frame.payload.toString('utf8') : frame.payload);
        }
    }

    async #pollForever() {
        while (!this.#destroyed) {
            let response;
            try {
                response = await this.session.startPoll({ deadlineMs: Infinity }).response;
            } catch {
                this.#end('poll failed');
                return;
            }
            const packets = response.status === 200 ? decodePayload(response.text) : ['1'];
            for (const packet of packets) {
                if (packet === '1') {
                    this.#end('closed');
                    return;
                }
                this.#receive(packet);
            }
        }
    }
}

function toPacket(message) {
    return Buffer.isBuffer(message) ? message : '4' + message;
}
