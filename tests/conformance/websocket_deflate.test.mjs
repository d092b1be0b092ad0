// permessage-deflate: what is agreed on, what comes compressed, what breaks it, and bombs.
// RFC 7692; docs/protocol.md for what it leaves open.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe } from 'node:test';
import zlib from 'node:zlib';

import WebSocket from 'ws';

import { ask, connectClient } from '../support/clients.mjs';
import { Peer, WebSocketSession } from '../support/engine.mjs';
import { onNode } from '../support/fixture.mjs';
import { check, useServer } from '../support/suite.mjs';
import { Inbox, nextEvent, timeScale } from '../support/waiting.mjs';
import { encodeFrame, opcode, RawWebSocket } from '../support/websocket.mjs';

const limit = 1_000_000;
const server = useServer({ engineEcho: true, wsEcho: true, maxPayload: limit });
const without = useServer({ wsEcho: true, noDeflate: true });

const { continuation, text, binary, close, ping, pong } = opcode;
const compressedBit = 4;
const offer = 'permessage-deflate; client_max_window_bits';
const answer = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

/** As a message stands on the wire: raw deflate without the tail of its flush. */
function deflate(payload) {
    return zlib.deflateRawSync(payload, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

function inflate(payload) {
    return zlib.inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]),
        { finishFlush: zlib.constants.Z_SYNC_FLUSH });
}

/** Shrinks well, and is different everywhere. */
function rows(bytes) {
    let payload = '';
    for (let i = 0; payload.length < bytes; ++i) {
        payload += `{"name":"row ${i}","y":${i * i}},`;
    }
    return payload.slice(0, bytes);
}

const open = (path = '/echo', headers = {}) =>
    RawWebSocket.connect(server, path, { headers: { 'Sec-WebSocket-Extensions': offer, ...headers } });

const openEngine = () => open('/engine.io/?EIO=4&transport=websocket');

async function assertCloses(code, ...frames) {
    const ws = await open();
    ws.socket.on('error', () => {});
    for (const [payload, options] of frames) {
        ws.send(payload, options);
    }
    assert.equal(await ws.closeCode(), code);
}

describe('opening handshake', () => {
    for (const [what, offered, expected] of [
        ['what browsers and npm clients offer', offer, answer],
        ['a bare offer', 'permessage-deflate', answer],
        ['a window of the client', 'permessage-deflate; client_max_window_bits=9', answer],
        ['no context, asked for', answer, answer],
        ['an extension that we do not know', 'x-other; a=1', undefined],
        ['one that we know behind it', `x-other; a=1, ${offer}`, answer],
    ]) {
        check(`${what}: ${expected ? 'agreed' : 'no extension'}`, async () => {
            const path = '/engine.io/?EIO=4&transport=websocket';
            for (const ws of [await open('/echo', { 'Sec-WebSocket-Extensions': offered }),
                await open(path, { 'Sec-WebSocket-Extensions': offered })]) {
                // Node repeats the client's own window, which it need not.
                const agreed = ws.headers['sec-websocket-extensions']?.replace(
                    '; client_max_window_bits=9', '').split('; ').sort();
                assert.deepEqual(agreed, expected?.split('; ').sort());
            }
        });
    }

    check('a client that offers nothing gets no extension', async () => {
        const ws = await RawWebSocket.connect(server, '/echo');
        assert.equal(ws.headers['sec-websocket-extensions'], undefined);
    });

    check('a small window for the server is declined', async () => {
        const ws = await open('/echo', {
            'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=10',
        });
        assert.equal(ws.headers['sec-websocket-extensions'], undefined);
    }, { nodeDiffers: 'it compresses for each client and can have any window' });

    check('a small window for the server is declined, the next offer taken', async () => {
        const ws = await open('/echo', {
            'Sec-WebSocket-Extensions': `permessage-deflate; server_max_window_bits=10, ${offer}`,
        });
        assert.equal(ws.headers['sec-websocket-extensions'], answer);
    }, { nodeDiffers: 'it compresses for each client and can have any window' });

    for (const parameters of ['unknown', 'client_max_window_bits=7',
        'server_no_context_takeover=1', 'client_max_window_bits; client_max_window_bits']) {
        check(`an offer with ${parameters} is declined`, async () => {
            const ws = await open('/echo', {
                'Sec-WebSocket-Extensions': `permessage-deflate; ${parameters}`,
            });
            assert.equal(ws.headers['sec-websocket-extensions'], undefined);
        }, { nodeDiffers: 'it answers 400, where RFC 7692, section 7.1, wants the offer declined' });
    }

    for (const offered of ['permessage-deflate;', ', permessage-deflate', 'permessage-deflate; a=',
        'permessage-deflate; a="', 'permessage deflate']) {
        check(`no list of offers: 400 (${offered})`, async () => {
            for (const path of ['/echo', '/socket.io/?EIO=4&transport=websocket']) {
                const ws = await RawWebSocket.attempt(server, path, {
                    headers: { 'Sec-WebSocket-Extensions': offered },
                });
                assert.equal(ws.status, 400);
            }
        });
    }

    check('a server without compression reads no offers', async () => {
        for (const offered of [offer, 'permessage-deflate;']) {
            const ws = await RawWebSocket.connect(without, '/echo', {
                headers: { 'Sec-WebSocket-Extensions': offered },
            });
            assert.equal(ws.headers['sec-websocket-extensions'], undefined);
            ws.send('x', { rsv: compressedBit });
            assert.equal(await ws.closeCode(), 1002);
        }
    });
});

describe('messages of a client', () => {
    for (const op of [text, binary]) {
        check(`compressed ones are read (opcode ${op})`, async () => {
            const ws = await openEngine();
            await ws.nextFrame('open packet');
            for (const bytes of [1, 100, 5_000, 40_000]) {
                const payload = `4${rows(bytes)}`;
                ws.send(deflate(payload), { op, rsv: compressedBit });
                const frame = await ws.nextFrame();
                const echoed = frame.rsv ? inflate(frame.payload) : frame.payload;
                assert.equal(frame.op, op);
                assert.equal(echoed.toString(), payload);
            }
        });
    }

    check('in fragments with control frames between', async () => {
        const ws = await open();
        const payload = deflate(rows(3_000));
        ws.send(payload.subarray(0, 10), { fin: false, rsv: compressedBit });
        ws.send('now', { op: ping });
        assert.equal((await ws.nextFrame('pong')).op, pong);
        ws.send(payload.subarray(10, 11), { op: continuation, fin: false });
        ws.send('', { op: continuation, fin: false });
        ws.send(payload.subarray(11), { op: continuation });
        const frame = await ws.nextFrame();
        assert.equal((frame.rsv ? inflate(frame.payload) : frame.payload).toString(), rows(3_000));
    });

    check('plain ones may stand among compressed ones', async () => {
        const ws = await open();
        ws.send('a');
        ws.send(deflate('b'), { rsv: compressedBit });
        ws.send('c');
        for (const expected of ['a', 'b', 'c']) {
            assert.equal(await ws.nextMessage(), expected);
        }
    });

    check('a byte at a time', async () => {
        const ws = await open();
        for (const byte of encodeFrame(deflate('slowly €'), { rsv: compressedBit })) {
            ws.write(Buffer.from([byte]));
            await new Promise(setImmediate);
        }
        assert.equal(await ws.nextMessage(), 'slowly €');
    });

    check('the compressed bit on a continuation: 1002', () => assertCloses(1002,
        ['a', { fin: false, rsv: compressedBit }],
        ['b', { op: continuation, rsv: compressedBit }]));

    for (const op of [ping, pong, close]) {
        check(`the compressed bit on a control frame (opcode ${op}): 1002`, () =>
            assertCloses(1002, ['', { op, rsv: compressedBit }]));
    }

    for (const rsv of [1, 2, 3, 5, 6, 7]) {
        check(`other reserved bits (${rsv}): 1002`, () =>
            assertCloses(1002, [deflate('x'), { rsv }]));
    }

    check('data that is no deflate: 1007', () =>
        assertCloses(1007, [Buffer.from([0x06, 0x00]), { rsv: compressedBit }]));

    check('a text that is no UTF-8: 1007', () =>
        assertCloses(1007, [deflate(Buffer.from([0x41, 0xff])), { rsv: compressedBit }]));

    check('a message of exactly the limit passes, one byte more: 1009', async () => {
        const ws = await open();
        ws.send(deflate(Buffer.alloc(limit, 'x')), { op: binary, rsv: compressedBit });
        const frame = await ws.nextFrame();
        assert.equal((frame.rsv ? inflate(frame.payload) : frame.payload).length, limit);
        await assertCloses(1009, [deflate(Buffer.alloc(limit + 1, 'x')), { rsv: compressedBit }]);
    });
});

describe('messages to a client', () => {
    const connect = async (options) => {
        const ws = new WebSocket(
            `ws://127.0.0.1:${server.port}/engine.io/?EIO=4&transport=websocket`, options);
        server.track({ destroy: () => ws.terminate() });
        ws.messages = new Inbox();
        ws.on('message', (data, isBinary) => ws.messages.push({ data, isBinary }));
        await nextEvent(ws, 'open');
        await ws.messages.next('open packet');
        return ws;
    };

    check('npm ws reads what is below and above the threshold, text and binary', async () => {
        const ws = await connect({ perMessageDeflate: { threshold: 0 } });
        assert.match(ws.extensions, /permessage-deflate/);
        for (const bytes of [1, 1_000, 1_022, 1_023, 1_024, 30_000, 65_535, 65_536, 200_000]) {
            ws.send(`4${rows(bytes)}`);
            const { data, isBinary } = await ws.messages.next('text');
            assert.equal(isBinary, false);
            assert.equal(data.toString(), `4${rows(bytes)}`);
            ws.send(Buffer.from(rows(bytes)));
            const echoed = await ws.messages.next('binary');
            assert.equal(echoed.isBinary, true);
            assert.equal(echoed.data.toString(), rows(bytes));
        }
    });

    check('npm ws may stream a message, and end it with an empty fragment', async () => {
        const ws = await connect({ perMessageDeflate: { threshold: 0 } });
        ws.send('4first,', { fin: false });
        ws.send('second', { fin: false });
        ws.send('', { fin: true });
        assert.equal((await ws.messages.next('echo')).data.toString(), '4first,second');
    });

    /** The frame in which an Engine.IO echo of that many bytes comes. */
    async function echoFrame(ws, payload) {
        ws.send(payload);
        return ws.nextFrame();
    }

    check('messages are compressed from the threshold on', async () => {
        const ws = await openEngine();
        await ws.nextFrame('open packet');
        const below = await echoFrame(ws, `4${rows(1_000)}`);
        assert.equal(below.rsv, 0);
        const above = await echoFrame(ws, `4${rows(1_100)}`);
        assert.equal(above.rsv, compressedBit);
        assert.ok(above.payload.length < 700);
        assert.equal(inflate(above.payload).toString(), `4${rows(1_100)}`);
    });

    check('nothing is kept from one message to the next', async () => {
        const ws = await openEngine();
        await ws.nextFrame('open packet');
        const frames = [];
        for (let i = 0; i < 3; ++i) {
            frames.push(await echoFrame(ws, `4${rows(5_000)}`));
        }
        assert.ok(frames[1].payload.equals(frames[0].payload));
        assert.ok(frames[2].payload.equals(frames[0].payload));
    });

    check('what compression does not make smaller goes as it is', async () => {
        const ws = await openEngine();
        await ws.nextFrame('open packet');
        const payload = randomBytes(5_000);
        ws.sendBinary(payload);
        const frame = await ws.nextFrame();
        assert.equal(frame.rsv, 0);
        assert.ok(frame.payload.equals(payload));
    }, { nodeDiffers: 'it sends the compressed form even when it is the longer one' });

    check('messages over 64 KiB go as they are', async () => {
        const ws = await openEngine();
        await ws.nextFrame('open packet');
        assert.equal((await echoFrame(ws, `4${rows(65_535)}`)).rsv, compressedBit);
        assert.equal((await echoFrame(ws, `4${rows(65_536)}`)).rsv, 0);
    }, { nodeDiffers: 'it compresses on threads' });

    check('a client that did not offer gets plain frames', async () => {
        const session = await WebSocketSession.open(server, { path: '/engine.io/' });
        session.ws.send(`4${rows(5_000)}`);
        const frame = await session.ws.nextFrame();
        assert.equal(frame.rsv, 0);
        assert.equal(frame.payload.toString(), `4${rows(5_000)}`);
    });
});

describe('Socket.IO', () => {
    const deflating = { perMessageDeflate: { threshold: 0 } };

    for (const journey of ['websocket', 'upgraded']) {
        check(`socket.io-client, ${journey}: echoes, acks, attachments`, async () => {
            const socket = await connectClient(server, 4, journey, deflating);
            const long = rows(20_000);
            const bytes = Buffer.from(rows(10_000));
            socket.emit('message', 'short', long, bytes);
            assert.deepEqual(await socket.events.next(), ['message-back', 'short', long, bytes]);
            assert.deepEqual(await ask(socket, 'message-with-ack', long, 1), [long, 1]);
        });
    }

    check('one broadcast for clients with and without compression', async () => {
        const sockets = await Promise.all([
            connectClient(server, 4, 'websocket', deflating),
            connectClient(server, 4, 'websocket', deflating),
            connectClient(server, 4, 'websocket', { perMessageDeflate: false }),
            connectClient(server, 4, 'polling'),
        ]);
        const sent = Array.from({ length: 20 }, (_, i) => [i, rows(100 + i * 500)]);
        for (const args of sent) {
            sockets[0].emit('to-all', ...args);
        }
        for (const socket of sockets) {
            for (const args of sent) {
                assert.deepEqual(await socket.events.next(), ['all', ...args]);
            }
        }
    });
});

describe('bombs', () => {
    /** Memory of the server that is its own, in MB. */
    function ownMb() {
        const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
        return Number(/RssAnon:\s+(\d+) kB/.exec(status)[1]) / 1024;
    }

    /** 1 GiB of zeros, in as little as deflate can, cut to what a client may send. */
    const part = zlib.deflateRawSync(Buffer.alloc(64 * 1024 * 1024),
        { level: 9, finishFlush: zlib.constants.Z_FULL_FLUSH });
    const bomb = Buffer.concat(Array(16).fill(part)).subarray(0, limit);

    check('1 GiB in 1 MB costs its sender the connection, and little memory', async () => {
        const witness = await Peer.open(server, 'websocket');
        await witness.assertEchoes();
        const before = ownMb();
        const senders = await Promise.all(Array.from({ length: 8 }, () => open()));
        let highest = before;
        const watch = setInterval(() => (highest = Math.max(highest, ownMb())), 1);
        for (const sender of senders) {
            sender.socket.on('error', () => {});
            sender.send(bomb, { op: binary, rsv: compressedBit });
        }
        for (const sender of senders) {
            assert.equal(await sender.closeCode(), 1009);
        }
        clearInterval(watch);
        highest = Math.max(highest, ownMb());
        await witness.assertEchoes();
        // All eight may be half read at the same time; one at a time is inflated. Sanitizers keep what was
        // freed for a while.
        const bound = onNode ? 300 : 24 * timeScale;
        assert.ok(highest - before < bound, `grew by ${highest - before} MB`);
    });

    check('a bomb on a Socket.IO session ends that session only', async () => {
        const witness = await Peer.open(server, 'websocket');
        const ws = await open('/socket.io/?EIO=4&transport=websocket');
        ws.socket.on('error', () => {});
        ws.send('40');
        ws.send(bomb, { rsv: compressedBit });
        assert.equal(await ws.closeCode(), 1009);
        await witness.assertEchoes();
    });

    check('a bomb in fragments', async () => {
        const ws = await open();
        ws.socket.on('error', () => {});
        ws.send(bomb.subarray(0, 100_000), { op: binary, fin: false, rsv: compressedBit });
        ws.send(bomb.subarray(100_000), { op: continuation });
        assert.equal(await ws.closeCode(), 1009);
    });

    check('more compressed bytes than the limit: 1009 at their announcement', async () => {
        const ws = await open();
        ws.write(encodeFrame('', { rsv: compressedBit, lengthBytes: 8, claimedLength: limit + 1 }));
        assert.equal(await ws.closeCode(), 1009);
    });
});
