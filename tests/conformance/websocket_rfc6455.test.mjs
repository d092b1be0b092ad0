// The WebSocket protocol itself, frame by frame, on the bare echo endpoint /echo.
// RFC 6455; the cases follow the Autobahn test suite's chapters.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { rawExchange } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import {
    encodeFrame, expectedAccept, opcode, RawWebSocket, upgradeRequest,
} from '../support/websocket.mjs';

const limit = 200_000;
const server = useServer({ wsEcho: true, maxPayload: limit });

const open = (options) => RawWebSocket.connect(server, '/echo', options);

const { continuation, text, binary, close, ping, pong } = opcode;

/** Sends frames given as [payload, options] and expects the server to end with this code. */
async function assertCloses(code, ...frames) {
    const ws = await open();
    for (const [payload, options] of frames) {
        ws.send(payload, options);
    }
    const frame = await ws.nextFrame('close frame');
    assert.equal(frame.op, close, `answered by ${frame.op} ${frame.payload.toString('hex')}`);
    assert.equal(frame.payload.readUInt16BE(0), code);
}

async function assertEchoes(ws, payload = 'still here') {
    ws.send(payload);
    assert.equal(await ws.nextMessage(), payload);
}

describe('opening handshake', () => {
    check('101 with the accept value of the key', async () => {
        const ws = await open();
        assert.equal(ws.headers['sec-websocket-accept'], expectedAccept);
        assert.equal(ws.headers['upgrade'].toLowerCase(), 'websocket');
        assert.equal(ws.headers['connection'].toLowerCase(), 'upgrade');
    });

    check('header values and names are compared as RFC 6455 says', async () => {
        await open({ headers: { Connection: 'keep-alive, UPGRADE', Upgrade: 'WebSocket' } });
    });

    check('a path with a query is the same endpoint', async () => {
        await RawWebSocket.connect(server, '/echo?a=b');
    });

    for (const [what, headers] of [
        ['no key', { 'Sec-WebSocket-Key': null }],
        ['an empty key', { 'Sec-WebSocket-Key': '' }],
        ['a key of a wrong length', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
        ['no version', { 'Sec-WebSocket-Version': null }],
        ['version 12', { 'Sec-WebSocket-Version': '12' }],
        ['a version that is no number', { 'Sec-WebSocket-Version': 'x' }],
    ]) {
        check(`${what}: refused with a 4xx`, async () => {
            const ws = await RawWebSocket.attempt(server, '/echo', { headers });
            assert.match(String(ws.status), /^4\d\d$/);
            if (what.includes('version')) {
                assert.match(ws.headers['sec-websocket-version'] ?? '', /13/);
            }
        });
    }

    check('another method than GET is refused', async () => {
        const request = upgradeRequest(server, '/echo').replace('GET', 'POST');
        assert.match(await rawExchange(server, request), /^HTTP\/1\.1 4\d\d /);
    });

    check('another protocol than websocket is not answered 101', async () => {
        const headers = { Upgrade: 'h2c', Connection: 'close, Upgrade' };
        const request = upgradeRequest(server, '/echo', headers);
        assert.doesNotMatch(await rawExchange(server, request), /^HTTP\/1\.1 101/);
    });

    check('frames right behind the request count', async () => {
        const ws = await open({ trailing: encodeFrame('early') });
        assert.equal(await ws.nextMessage(), 'early');
    });
});

describe('data frames', () => {
    for (const length of [0, 1, 125, 126, 127, 128, 65_535, 65_536, limit]) {
        for (const op of [text, binary]) {
            check(`${length} bytes, opcode ${op}`, async () => {
                const ws = await open();
                const payload = Buffer.alloc(length, '*');
                ws.send(payload, { op });
                const frame = await ws.nextFrame();
                assert.equal(frame.op, op);
                assert.equal(frame.fin, true);
                assert.equal(frame.rsv, 0);
                assert.equal(frame.masked, false);
                assert.ok(frame.payload.equals(payload));
            });
        }
    }

    check('every byte value passes in a binary message', async () => {
        const ws = await open();
        const payload = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
        ws.sendBinary(payload);
        assert.deepEqual(await ws.nextMessage(), payload);
    });

    check('a frame that comes byte by byte', async () => {
        const ws = await open();
        for (const byte of encodeFrame('slowly €')) {
            ws.write(Buffer.from([byte]));
            await new Promise(setImmediate);
        }
        assert.equal(await ws.nextMessage(), 'slowly €');
    });

    check('1000 frames in one piece come back in order', async () => {
        const ws = await open();
        ws.write(Buffer.concat(Array.from({ length: 1_000 }, (_, i) => encodeFrame(`#${i}`))));
        for (let i = 0; i < 1_000; ++i) {
            assert.equal(await ws.nextMessage(), `#${i}`);
        }
    });

    check('a frame cut at every place', async () => {
        const ws = await open();
        const bytes = encodeFrame(Buffer.alloc(130, 'x'));
        for (let cut = 1; cut < bytes.length; ++cut) {
            ws.write(bytes.subarray(0, cut));
            await new Promise(setImmediate);
            ws.write(bytes.subarray(cut));
            assert.equal(await ws.nextMessage(), 'x'.repeat(130));
        }
    });
});

describe('fragmentation', () => {
    check('two fragments are one message', async () => {
        const ws = await open();
        ws.send('Hel', { fin: false });
        ws.send('lo', { op: continuation });
        assert.equal(await ws.nextMessage(), 'Hello');
    });

    check('empty fragments', async () => {
        const ws = await open();
        ws.send('', { fin: false });
        ws.send('', { op: continuation, fin: false });
        ws.send('x', { op: continuation, fin: false });
        ws.send('', { op: continuation });
        assert.equal(await ws.nextMessage(), 'x');
        ws.send('', { fin: false });
        ws.send('', { op: continuation });
        assert.equal(await ws.nextMessage(), '');
    });

    check('a binary message in fragments', async () => {
        const ws = await open();
        ws.send(Buffer.from([1, 255]), { op: binary, fin: false });
        ws.send(Buffer.from([0, 2]), { op: continuation });
        assert.deepEqual(await ws.nextMessage(), Buffer.from([1, 255, 0, 2]));
    });

    check('control frames between fragments are answered at once', async () => {
        const ws = await open();
        ws.send('Hel', { fin: false });
        ws.send('now', { op: ping });
        const answer = await ws.nextFrame('pong');
        assert.equal(answer.op, pong);
        assert.equal(answer.payload.toString(), 'now');
        ws.send('ignored', { op: pong });
        ws.send('lo', { op: continuation });
        assert.equal(await ws.nextMessage(), 'Hello');
    });

    check('a close between fragments closes', async () => {
        const ws = await open();
        ws.send('Hel', { fin: false });
        ws.sendClose(1000);
        assert.equal(await ws.closeCode(), 1000);
    });

    check('a continuation of nothing: 1002', () => assertCloses(1002, ['x', { op: continuation }]));

    check('an open continuation of nothing: 1002', () =>
        assertCloses(1002, ['x', { op: continuation, fin: false }]));

    check('a continuation after the last fragment: 1002', async () => {
        const ws = await open();
        ws.send('a', { fin: false });
        ws.send('b', { op: continuation });
        assert.equal(await ws.nextMessage(), 'ab');
        ws.send('c', { op: continuation });
        assert.equal(await ws.closeCode(), 1002);
    });

    for (const op of [text, binary]) {
        check(`a new message inside a fragmented one (opcode ${op}): 1002`, () =>
            assertCloses(1002, ['a', { fin: false }], ['b', { op }]));
    }
});

describe('control frames', () => {
    for (const length of [0, 1, 125]) {
        check(`a ping of ${length} bytes is answered with the same bytes`, async () => {
            const ws = await open();
            const payload = Buffer.alloc(length, 0xfe);
            ws.send(payload, { op: ping });
            const frame = await ws.nextFrame('pong');
            assert.equal(frame.op, pong);
            assert.ok(frame.payload.equals(payload));
        });
    }

    check('ten pings are answered in order', async () => {
        const ws = await open();
        for (let i = 0; i < 10; ++i) {
            ws.send(`#${i}`, { op: ping });
        }
        for (let i = 0; i < 10; ++i) {
            assert.equal((await ws.nextFrame('pong')).payload.toString(), `#${i}`);
        }
    });

    check('an unasked pong is ignored', async () => {
        const ws = await open();
        ws.send('x', { op: pong });
        await assertEchoes(ws);
    });

    for (const op of [ping, pong, close]) {
        check(`126 bytes (opcode ${op}): 1002`, () =>
            assertCloses(1002, [Buffer.alloc(126), { op }]));
        check(`fragmented (opcode ${op}): 1002`, () =>
            assertCloses(1002, ['', { op, fin: false }]));
    }
});

describe('what a frame must not be', () => {
    for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
        check(`reserved bits ${rsv}: 1002`, () => assertCloses(1002, ['x', { rsv }]));
    }

    check('reserved bits on a control frame: 1002', () =>
        assertCloses(1002, ['', { op: ping, rsv: 4 }]));

    for (const op of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
        check(`reserved opcode ${op}: 1002`, () => assertCloses(1002, ['x', { op }]));
    }

    for (const op of [text, binary, ping, close]) {
        check(`unmasked (opcode ${op}): 1002`, () =>
            assertCloses(1002, ['', { op, masked: false }]));
    }

    check('a longer length field than needed does no harm', async () => {
        const ws = await open();
        ws.send('x', { lengthBytes: 8 });
        const frame = await ws.nextFrame();
        assert.ok(frame.op === text || frame.op === close);
    });
});

describe('size limit', () => {
    check('one byte over it: 1009', () => assertCloses(1009, [Buffer.alloc(limit + 1, 'x')]));

    check('the announced length is enough: nothing of it has to arrive', async () => {
        const ws = await open();
        ws.write(encodeFrame('', { lengthBytes: 8, claimedLength: limit + 1 }));
        assert.equal(await ws.closeCode(), 1009);
    });

    for (const claimedLength of [2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n]) {
        check(`an announced length of ${claimedLength}: 1009`, async () => {
            const ws = await open();
            ws.write(encodeFrame('', { lengthBytes: 8, claimedLength }));
            assert.equal(await ws.closeCode(), 1009);
        });
    }

    check('an announced length with the highest bit set closes', async () => {
        const ws = await open();
        ws.write(encodeFrame('', { lengthBytes: 8, claimedLength: 2n ** 63n }));
        assert.ok([1002, 1009].includes(await ws.closeCode()));
    });

    check('fragments count together', () => assertCloses(1009,
        [Buffer.alloc(limit / 2, 'x'), { fin: false }],
        [Buffer.alloc(limit / 2, 'x'), { op: continuation, fin: false }],
        ['x', { op: continuation }]));

    check('fragments of exactly the limit pass', async () => {
        const ws = await open();
        ws.send(Buffer.alloc(limit / 2, 'x'), { fin: false });
        ws.send(Buffer.alloc(limit / 2, 'x'), { op: continuation });
        assert.equal((await ws.nextMessage()).length, limit);
    });
});

describe('UTF-8', () => {
    const hex = (value) => Buffer.from(value, 'hex');

    for (const [what, value] of [
        ['two bytes', 'c3bc'], ['three bytes', 'e282ac'], ['four bytes', 'f09f9880'],
        ['U+0000', '00'], ['the last code point', 'f48fbfbf'], ['before the surrogates', 'ed9fbf'],
        ['after the surrogates', 'ee8080'], ['a noncharacter', 'efbfbf'], ['U+10000', 'f0908080'],
    ]) {
        check(`valid: ${what}`, async () => {
            const ws = await open();
            ws.send(hex(value), { op: text });
            assert.deepEqual((await ws.nextFrame()).payload, hex(value));
        });
    }

    check('a character may be split over fragments, at every place', async () => {
        const ws = await open();
        const bytes = Buffer.from('ü€😀');
        for (let cut = 0; cut <= bytes.length; ++cut) {
            ws.send(bytes.subarray(0, cut), { fin: false });
            ws.send(bytes.subarray(cut), { op: continuation });
            assert.equal(await ws.nextMessage(), 'ü€😀');
        }
    });

    check('a character may be split over many fragments with pings between', async () => {
        const ws = await open();
        ws.send('', { fin: false });
        for (const byte of Buffer.from('€😀')) {
            ws.send(Buffer.from([byte]), { op: continuation, fin: false });
            ws.send('', { op: ping });
            assert.equal((await ws.nextFrame()).op, pong);
        }
        ws.send('', { op: continuation });
        assert.equal(await ws.nextMessage(), '€😀');
    });

    for (const [what, value] of [
        ['a lone continuation byte', '80'], ['a truncated character', 'e282'],
        ['an overlong slash', 'c0af'], ['an overlong NUL', 'e08080'],
        ['overlong, four bytes', 'f0808080'],
        ['a surrogate', 'eda080'], ['a surrogate pair', 'eda080edb080'],
        ['beyond U+10FFFF', 'f4908080'], ['five bytes', 'f888808080'],
        ['0xFF', 'ff'], ['0xFE', 'fe'],
        ['a missing continuation in the middle', '41e28241'],
        ['valid text before it', '4142ceba80'],
    ]) {
        check(`invalid: ${what}: 1007`, () => assertCloses(1007, [hex(value), { op: text }]));

        check(`invalid in the last fragment: ${what}: 1007`, () => assertCloses(1007,
            ['ok', { fin: false }], [hex(value), { op: continuation }]));
    }

    check('a character that no fragment completes: 1007', () => assertCloses(1007,
        [hex('e2'), { op: text, fin: false }], [hex('82'), { op: continuation }]));

    check('binary messages may be anything', async () => {
        const ws = await open();
        ws.sendBinary(hex('fffe80'));
        assert.deepEqual(await ws.nextMessage(), hex('fffe80'));
    });
});

describe('closing handshake', () => {
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
        3000, 3999, 4000, 4999]) {
        check(`code ${code} is answered with itself, then the connection ends`, async () => {
            const ws = await open();
            ws.sendClose(code, 'because €');
            assert.equal(await ws.closeCode(), code);
            await ws.ended();
        });
    }

    check('no code is answered with none', async () => {
        const ws = await open();
        ws.sendClose();
        assert.equal(await ws.closeCode(), 1005);
        await ws.ended();
    });

    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
        check(`code ${code} is not allowed: 1002`, async () => {
            const ws = await open();
            ws.sendClose(code);
            assert.equal(await ws.closeCode(), 1002);
        });
    }

    check('a payload of one byte: 1002', () =>
        assertCloses(1002, [Buffer.from([3]), { op: close }]));

    check('a reason that is not UTF-8: 1007', () =>
        assertCloses(1007, [Buffer.from([0x03, 0xe8, 0xff]), { op: close }]));

    check('a reason of 123 bytes', async () => {
        const ws = await open();
        ws.sendClose(1000, 'x'.repeat(123));
        assert.equal(await ws.closeCode(), 1000);
    });

    check('what was sent before the close is echoed, what comes after is not', async () => {
        const ws = await open();
        ws.write(Buffer.concat([
            encodeFrame('before'), encodeFrame(Buffer.from([0x03, 0xe8]), { op: close }),
            encodeFrame('after'), encodeFrame('', { op: ping }),
        ]));
        assert.equal(await ws.nextMessage(), 'before');
        assert.equal(await ws.closeCode(), 1000);
        await ws.ended();
        assert.deepEqual(ws.frames.drain(), []);
    });

    check('a connection that ends without a close frame harms nobody', async () => {
        const ws = await open();
        ws.send('half', { fin: false });
        ws.socket.end();
        await ws.ended();
        await assertEchoes(await open());
    });
});
