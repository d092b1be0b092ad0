// A WebSocket client at the level of single frames (RFC 6455), on a bare TCP socket, so that
// tests can send what a well-behaved library never would and see each frame that comes back.

import { createHash } from 'node:crypto';

import { dial } from './dial.mjs';
import { Inbox, within } from './waiting.mjs';

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const maskKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const handshakeKey = 'dGhlIHNhbXBsZSBub25jZQ==';

/** Encodes one client frame; lengthBytes (0, 2 or 8) forces a form of the length field. */
export function encodeFrame(payload, options = {}) {
    const { op = opcode.text, fin = true, rsv = 0, masked = true, lengthBytes } = options;
    const data = Buffer.isBuffer(payload) ? payload : Buffer.from(payload, 'utf8');
    const form = lengthBytes ?? (data.length < 126 ? 0 : data.length < 65_536 ? 2 : 8);
    const head = Buffer.alloc(2 + form);
    head[0] = (fin ? 0x80 : 0) | (rsv << 4) | op;
    head[1] = (masked ? 0x80 : 0) | (form === 0 ? data.length : form === 2 ? 126 : 127);
    if (form === 2) {
        head.writeUInt16BE(data.length, 2);
    } else if (form === 8) {
        head.writeBigUInt64BE(BigInt(options.claimedLength ?? data.length), 2);
    }
    if (!masked) {
        return Buffer.concat([head, data]);
    }
    const body = Buffer.from(data);
    for (let i = 0; i < body.length; ++i) {
        body[i] ^= maskKey[i % 4];
    }
    return Buffer.concat([head, maskKey, body]);
}

/** Takes one server frame off the front of the bytes, or gives null when it is incomplete. */
export function decodeFrame(bytes) {
    if (bytes.length < 2) {
        return null;
    }
    let length = bytes[1] & 0x7f;
    let offset = 2;
    if (length === 126) {
        if (bytes.length < 4) {
            return null;
        }
        length = bytes.readUInt16BE(2);
        offset = 4;
    } else if (length === 127) {
        if (bytes.length < 10) {
            return null;
        }
        length = Number(bytes.readBigUInt64BE(2));
        offset = 10;
    }
    if (bytes.length < offset + length) {
        return null;
    }
    const frame = {
        fin: (bytes[0] & 0x80) !== 0,
        rsv: (bytes[0] >> 4) & 7,
        op: bytes[0] & 0x0f,
        masked: (bytes[1] & 0x80) !== 0,
        payload: Buffer.from(bytes.subarray(offset, offset + length)),
    };
    return { frame, rest: bytes.subarray(offset + length) };
}

export function upgradeRequest(server, path, headers = {}) {
    const all = {
        Host: `127.0.0.1:${server.port}`,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': handshakeKey,
        ...headers,
    };
    const lines = Object.entries(all)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name}: ${value}\r\n`);
    return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The Sec-WebSocket-Accept value that answers the key which upgradeRequest() sends. */
export const expectedAccept = createHash('sha1')
    .update(handshakeKey + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');

export class RawWebSocket {
    frames = new Inbox();
    status = 0;
    headers = {};
    /** Everything after the head of an answer other than 101. */
    body = '';
    #socket;
    #unread = Buffer.alloc(0);
    #opened = false;
    #answered;
    #ended;

    /** Sends the upgrade request; `ws.status` says whether the server agreed (101). */
    static async attempt(server, path, { headers, trailing } = {}) {
        const ws = new RawWebSocket();
        await within(ws.#connect(server, path, headers, trailing), `answer to upgrade ${path}`);
        return ws;
    }

    /** As attempt(), for tests in which the upgrade has to succeed. */
    static async connect(server, path, options) {
        const ws = await RawWebSocket.attempt(server, path, options);
        if (ws.status !== 101) {
            throw new Error(`upgrade of ${path} refused: ${ws.status} ${await ws.refusal()}`);
        }
        return ws;
    }

    #connect(server, path, headers, trailing = Buffer.alloc(0)) {
        this.#socket = dial(server);
        this.#socket.setNoDelay(true);
        server.track(this);
        this.#socket.on('error', () => {});
        this.#socket.on('data', (chunk) => this.#onData(chunk));
        this.#ended = new Promise((resolve) => {
            this.#socket.on('close', () => {
                this.frames.end('connection closed');
                resolve();
            });
        });
        this.#socket.write(Buffer.concat([
            Buffer.from(upgradeRequest(server, path, headers)), trailing]));
        return new Promise((resolve) => {
            this.#answered = resolve;
            this.#ended.then(resolve);
        });
    }

    #onData(chunk) {
        this.#unread = Buffer.concat([this.#unread, chunk]);
        if (this.status === 0 && !this.#readHead()) {
            return;
        }
        if (!this.#opened) {
            this.body = this.#unread.toString('utf8');
            return;
        }
        for (let next = decodeFrame(this.#unread); next; next = decodeFrame(this.#unread)) {
            this.#unread = next.rest;
            this.frames.push(next.frame);
        }
    }

    #readHead() {
        const end = this.#unread.indexOf('\r\n\r\n');
        if (end < 0) {
            return false;
        }
        const [first, ...rest] = this.#unread.subarray(0, end).toString('latin1').split('\r\n');
        this.status = Number(first.split(' ')[1]);
        for (const line of rest) {
            const colon = line.indexOf(':');
            this.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
        }
        this.#unread = this.#unread.subarray(end + 4);
        this.#opened = this.status === 101;
        this.#answered();
        return true;
    }

    /** The body of a refusal, complete once the server has closed the connection. */
    async refusal() {
        await this.ended();
        return this.body;
    }

    send(payload, options) {
        this.#socket.write(encodeFrame(payload, options));
    }

    write(bytes) {
        return this.#socket.write(bytes);
    }

    get socket() {
        return this.#socket;
    }

    sendBinary(payload) {
        this.send(payload, { op: opcode.binary });
    }

    /** Starts the closing handshake with a code, or without any when none is given. */
    sendClose(code, reason = '') {
        const payload = code === undefined
            ? Buffer.alloc(0)
            : Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
        this.send(payload, { op: opcode.close });
    }

    nextFrame(what = 'frame', ms) {
        return this.frames.next(what, ms);
    }

    /** The next data message: a string for text, a Buffer for binary. */
    async nextMessage(what = 'WebSocket message', ms) {
        let frame = await this.nextFrame(what, ms);
        const { op } = frame;
        if (op !== opcode.text && op !== opcode.binary) {
            throw new Error(`expected ${what}, got opcode ${op} ${frame.payload.toString('hex')}`);
        }
        const parts = [frame.payload];
        while (!frame.fin) {
            frame = await this.nextFrame(`rest of ${what}`, ms);
            parts.push(frame.payload);
        }
        const payload = Buffer.concat(parts);
        return op === opcode.text ? payload.toString('utf8') : payload;
    }

    /** Skips to the server's close frame; 1005 = without a code, 1006 = none at all. */
    async closeCode(ms) {
        for (;;) {
            let frame;
            try {
                frame = await this.nextFrame('close frame', ms);
            } catch (error) {
                if (/ended/.test(error.message)) {
                    return 1006;
                }
                throw error;
            }
            if (frame.op === opcode.close) {
                return frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005;
            }
        }
    }

    ended(ms) {
        return within(this.#ended, 'end of the WebSocket connection', ms);
    }

    destroy() {
        this.#socket.destroy();
    }
}
