// Peers that mean harm or have gone mad: whatever they send, they get a clear end, everybody else
// is served as before, and memory and time stay bounded. WIRE: D (security classes), A1 (limits).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { describe } from 'node:test';

import { enginePath, Peer, PollingSession, settle, WebSocketSession } from '../support/engine.mjs';
import { onNode } from '../support/fixture.mjs';
import { httpRequest, openTcp, rawExchange } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, timeScale, within } from '../support/waiting.mjs';
import { encodeFrame, opcode, RawWebSocket, upgradeRequest } from '../support/websocket.mjs';

const server = useServer({ engineEcho: true, wsEcho: true });

/** Somebody else gets a session and an answer, and soon. */
async function assertServes(on = server) {
    const started = performance.now();
    const peer = await Peer.open(on, 'websocket');
    await peer.assertEchoes();
    peer.destroy();
    assert.ok(performance.now() - started < 3_000 * timeScale);
}

/** Resident memory of the server in MB. */
function residentMb() {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

describe('JSON', () => {
    const deep = (depth) => '['.repeat(depth) + ']'.repeat(depth);

    for (const transport of ['websocket', 'polling']) {
        for (const depth of [5_000, 100_000, 490_000]) {
            check(`${transport}: an event nested ${depth} deep closes`, async () => {
                const peer = await Peer.open(server, transport);
                await peer.sendFatal(`2["message",${deep(depth)}]`);
                await peer.closed();
                assert.equal(await peer.disconnectReason(), 'forced close');
                await assertServes();
            }, { nodeDiffers: 'the echo overflows its stack and kills the process' });
        }

        check(`${transport}: a CONNECT payload nested 100000 deep closes`, async () => {
            const peer = await Peer.openEngine(server, transport);
            await peer.sendFatal(`0{"a":${deep(100_000)}}`);
            await peer.closed();
            await assertServes();
        }, { nodeDiffers: 'the echo of it overflows its stack and kills the process' });

        check(`${transport}: unclosed brackets close`, async () => {
            const peer = await Peer.open(server, transport);
            await peer.sendFatal(`2["message",${'['.repeat(500_000)}`);
            await peer.closed();
            await assertServes();
        });

        check(`${transport}: a flat array of 100000 numbers passes`, async () => {
            const peer = await Peer.open(server, transport);
            const list = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => i));
            await peer.send(`2["message",${list}]`);
            assert.equal(await peer.next(), `2["message-back",${list}]`);
        });
    }

    check('a number of 100000 digits does no harm', async () => {
        const peer = await Peer.open(server, 'websocket');
        await peer.sendFatal(`2["nobody",${'9'.repeat(100_000)}]`);
        await assertServes();
    });

    check('an ack id of 1000 digits does no harm', async () => {
        const peer = await Peer.open(server, 'websocket');
        await peer.sendFatal(`2${'9'.repeat(1_000)}["message-with-ack"]`);
        await peer.sendFatal(`3${'9'.repeat(1_000)}[]`);
        await assertServes();
    });

    check('events named like members of JavaScript objects are just names', async () => {
        const peer = await Peer.open(server, 'websocket');
        for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'error']) {
            await peer.send(`2["${name}",1]`);
        }
        await peer.assertEchoes();
    }, { nodeDiffers: 'an unhandled "error" event kills the process' });

    check('namespaces named like them are invalid', async () => {
        const peer = await Peer.openEngine(server, 'websocket');
        for (const name of ['/__proto__', '/constructor', '/' + 'x'.repeat(100_000)]) {
            await peer.send(`0${name},`);
            assert.equal(await peer.next(), `4${name},{"message":"Invalid namespace"}`);
        }
    });

    check('2000 refused namespaces cost nothing that stays', async () => {
        const peer = await Peer.open(server, 'websocket');
        await peer.send(...Array.from({ length: 2_000 }, (_, i) => `0/no${i},`));
        for (let i = 0; i < 2_000; ++i) {
            assert.equal(await peer.next(), `4/no${i},{"message":"Invalid namespace"}`);
        }
        await peer.assertEchoes();
    });
});

describe('attachments', () => {
    check('announced and never sent: the session lives on and ends as any other', async () => {
        const peer = await Peer.open(server, 'websocket');
        await peer.send('51-["message",{"_placeholder":true,"num":0}]');
        await assertServes();
        peer.session.ws.sendClose(1000);
        assert.equal(await peer.disconnectReason(), 'transport close');
    });

    check('announced by many and never sent', async () => {
        const peers = await Promise.all(
            Array.from({ length: 50 }, () => Peer.open(server, 'websocket')));
        for (const peer of peers) {
            await peer.send('510-["message",{"_placeholder":true,"num":0}]', Buffer.alloc(10));
        }
        await assertServes();
        peers.forEach((peer) => peer.destroy());
        await Promise.all(peers.map((peer) => peer.disconnectReason()));
    });
});

describe('POST bodies', () => {
    const open = () => PollingSession.open(server, { path: '/engine.io/' });

    check('binary, as in CVE-2026-59725: 400, and the server lives', async () => {
        const session = await open();
        const response = await session.postRaw(
            Buffer.alloc(1_000, 0xff), { headers: { 'Content-Type': 'application/octet-stream' } });
        assert.equal(response.status, 400);
        await assertServes();
    });

    check('a body that announces a terabyte is not waited for', async () => {
        const session = await open();
        const connection = await openTcp(server);
        connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            `Content-Length: ${10 ** 12}\r\n\r\n`);
        const part = Buffer.alloc(100_000, 'x');
        connection.socket.on('error', () => {});
        for (let i = 0; i < 15 && !connection.socket.destroyed; ++i) {
            connection.write(part);
        }
        await connection.received(/^HTTP\/1\.1 413 /);
        await session.assertEchoes();
    });

    check('a body of 20 MB: 413, and its bytes are not kept', async () => {
        const session = await open();
        const before = residentMb();
        const outcome = await session.postRaw(Buffer.alloc(20_000_000, 'x'))
            .catch((error) => error);
        if (!(outcome instanceof Error)) {
            assert.equal(outcome.status, 413);
        }
        await session.assertEchoes();
        assert.ok(residentMb() - before < (onNode ? 100 : 10));
    });

    check('200000 packets in one body are answered soon', async () => {
        const session = await open();
        const started = performance.now();
        const response = await session.postRaw(Array(200_000).fill('6').join('\x1e'));
        assert.equal(response.text, 'ok');
        assert.ok(performance.now() - started < 3_000);
        await session.assertEchoes();
    });

    check('a million separators close the session soon', async () => {
        const session = await open();
        await session.postRaw('\x1e'.repeat(999_999)).catch(() => {});
        assert.equal(await server.engineCloseReason(session.sid), 'parse error');
        await assertServes();
    });

    for (const body of ['b====', 'b!', 'bA', 'b', 'b\u20ac', 'bAAAA=AAA']) {
        check(`base64 that is none, ${JSON.stringify(body)}, does no harm`, async () => {
            const session = await open();
            await session.postRaw(body).catch(() => {});
            await assertServes();
        });
    }

    check('bytes that are no UTF-8 do no harm', async () => {
        const session = await open();
        await session.postRaw(Buffer.from([0x34, 0xff, 0xfe, 0xc0, 0x80])).catch(() => {});
        await assertServes();
    });
});

describe('slow peers', () => {
    const requestTimeoutMs = 600;
    const hasty = useServer({ engineEcho: true, requestTimeoutMs });
    const late = requestTimeoutMs + 2_500;

    check('a head that never ends: the connection is closed in time', async () => {
        const connection = await openTcp(hasty);
        const started = performance.now();
        connection.write(`GET ${enginePath()} HTTP/1.1\r\nHost: localhost\r\nX-`);
        await connection.ended(late);
        assert.ok(performance.now() - started > requestTimeoutMs - 100);
    });

    check('one byte now and then does not buy more time', async () => {
        const connection = await openTcp(hasty);
        connection.socket.on('error', () => {});
        connection.write('GET / HTTP/1.1\r\nX-Slow: ');
        const drip = setInterval(() => connection.write('a'), 50);
        try {
            await connection.ended(late);
        } finally {
            clearInterval(drip);
        }
    });

    check('a body that never ends: the connection and the session are closed', async () => {
        const session = await PollingSession.open(hasty, { path: '/engine.io/' });
        const connection = await openTcp(hasty);
        connection.socket.on('error', () => {});
        connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            'Content-Length: 1000\r\n\r\n4');
        const drip = setInterval(() => connection.write('a'), 50);
        try {
            await connection.ended(late);
        } finally {
            clearInterval(drip);
        }
        await session.assertClosed();
    });

    check('300 of them do not keep others out', async () => {
        const connections = await Promise.all(Array.from({ length: 300 }, () => openTcp(hasty)));
        connections.forEach((connection) => {
            connection.socket.on('error', () => {});
            connection.write('GET /socket.io/ HT');
        });
        await assertServes(hasty);
        await Promise.all(connections.map((connection) => connection.ended(late)));
    });

    check('a waiting GET is not a slow peer', async () => {
        const session = await PollingSession.open(hasty, { path: '/engine.io/' });
        const poll = session.startPoll();
        await elapse(requestTimeoutMs + 400);
        await session.post('4x');
        assert.equal((await poll.response).text, '4x');
    });

    check('an upgrade request that stops in the middle', async () => {
        const connection = await openTcp(hasty);
        const request = upgradeRequest(hasty, enginePath({ transport: 'websocket' }));
        connection.write(request.slice(0, -4));
        await connection.ended(late);
    });
});

describe('peers that do not read', () => {
    check('a client that does not read is closed before it costs much', async () => {
        const peer = await WebSocketSession.open(server);
        peer.send('40');
        const { sid } = JSON.parse((await peer.next()).slice(2));
        peer.ws.socket.pause();
        const before = residentMb();
        const event = encodeFrame(`42["message","${'x'.repeat(100_000)}"]`);
        let gone = false;
        const left = server.disconnectReason(sid, '/', 8_000).finally(() => (gone = true));
        for (let i = 0; i < 2_000 && !gone; ++i) {
            peer.ws.write(event);
            await new Promise(setImmediate);
        }
        assert.match(await left, /slow/);
        assert.ok(residentMb() - before < 60, `${residentMb() - before} MB`);
        await assertServes();
    }, { nodeDiffers: 'its queues have no bound', timeoutMs: 30_000 });
});

describe('HTTP', () => {
    const hosts = 'Host: localhost\r\n';

    check('a head of 100 kB is refused', async () => {
        const answer = await rawExchange(server,
            `GET ${enginePath()} HTTP/1.1\r\n${hosts}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`);
        assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
        await assertServes();
    });

    check('a URL of 100 kB is refused', async () => {
        const answer = await rawExchange(
            server, `GET ${enginePath()}&x=${'x'.repeat(100_000)} HTTP/1.1\r\n${hosts}\r\n`);
        assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
        await assertServes();
    });

    check('20000 short headers are refused', async () => {
        const answer = await rawExchange(server,
            `GET ${enginePath()} HTTP/1.1\r\n${hosts}${'a:b\r\n'.repeat(20_000)}\r\n`);
        assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
        await assertServes();
    });

    check('a WebSocket upgrade with 1000 headers (CVE-2024-37890) does no harm', async () => {
        const headers = Object.fromEntries(
            Array.from({ length: 1_000 }, (_, i) => [`x${i}`, 'y']));
        const ws = await RawWebSocket.attempt(
            server, enginePath({ transport: 'websocket' }), { headers });
        assert.ok(ws.status === 101 || (ws.status >= 400 && ws.status < 500), String(ws.status));
        await assertServes();
    });

    for (const [what, headers] of [
        ['extensions', { 'Sec-WebSocket-Extensions': `a${' '.repeat(12_000)}b` }],
        ['extensions with parameters',
            { 'Sec-WebSocket-Extensions': 'a;b="' + '\\"'.repeat(6_000) }],
        ['protocols', { 'Sec-WebSocket-Protocol': `a${' '.repeat(12_000)}b` }],
    ]) {
        check(`long ${what} in an upgrade (CVE-2021-32640) are answered at once`, async () => {
            const started = performance.now();
            await RawWebSocket.attempt(server, enginePath({ transport: 'websocket' }), { headers });
            assert.ok(performance.now() - started < 1_000);
            await assertServes();
        });
    }

    const broken = {
        'no HTTP at all': 'hello\r\n\r\n',
        'bytes of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
        'NUL bytes': '\0'.repeat(100) + '\r\n\r\n',
        'an unknown version': `GET / HTTP/9.9\r\n${hosts}\r\n`,
        'no target': `GET\r\n${hosts}\r\n`,
        'a header without a colon': `GET / HTTP/1.1\r\n${hosts}oops\r\n\r\n`,
        'a space before the colon': `GET / HTTP/1.1\r\n${hosts}Content-Length : 5\r\n\r\nhello`,
        'a control character in a header': `GET / HTTP/1.1\r\n${hosts}X: a\x01b\r\n\r\n`,
        'a control character in Origin':
            `GET ${enginePath()} HTTP/1.1\r\n${hosts}Origin: http://a\x01b\r\n\r\n`,
        'a negative length': `POST / HTTP/1.1\r\n${hosts}Content-Length: -5\r\n\r\nhello`,
        'a length that is no number':
            `POST / HTTP/1.1\r\n${hosts}Content-Length: five\r\n\r\nhello`,
        'a length beyond 64 bits':
            `POST / HTTP/1.1\r\n${hosts}Content-Length: 99999999999999999999999\r\n\r\nhello`,
        'two lengths': `POST / HTTP/1.1\r\n${hosts}Content-Length: 5\r\n` +
            'Content-Length: 6\r\n\r\nhello!',
        'a length and chunks': `POST / HTTP/1.1\r\n${hosts}Content-Length: 5\r\n` +
            'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
        'a chunk size that is no number':
            `POST / HTTP/1.1\r\n${hosts}Transfer-Encoding: chunked\r\n\r\n` +
            'xyz\r\nhello\r\n0\r\n\r\n',
        'a chunk size beyond 64 bits':
            `POST / HTTP/1.1\r\n${hosts}Transfer-Encoding: chunked\r\n\r\n` +
            'fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n',
    };

    for (const [what, bytes] of Object.entries(broken)) {
        check(`${what}: a 4xx or an end, and nothing else`, async () => {
            const answer = await rawExchange(server, bytes);
            assert.match(answer, /^(HTTP\/1\.1 (4\d\d|501) [^]*|$)/);
            assert.doesNotMatch(answer, /HTTP\/1\.1 [23]\d\d /);
            await assertServes();
        });
    }

    for (const target of [
        '/socket.io/?EIO=4&transport=%zz', '/socket.io/?%',
        '/socket.io/?EIO=4&transport=polling%00',
        '/socket.io/?&&&===&', '/socket.io/?sid=%ff%fe&EIO=4&transport=polling',
        '/socket.io/?EIO=4&transport=polling&sid[]=x&sid[__proto__]=y&transport=',
        '//socket.io/?EIO=4', '/socket.io/../../etc/passwd', '/socket.io/%2e%2e/%2e%2e/etc/passwd',
        '/socket.io/\\..\\..', '/%00', '*', 'http://[::1', '/socket.io/http://[',
    ]) {
        check(`the target ${target} is refused with a 4xx`, async () => {
            const answer = await rawExchange(server,
                `GET ${target} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
            assert.match(answer, /^(HTTP\/1\.1 4\d\d [^]*|$)/);
            await assertServes();
        });
    }

    check('a pipeline of 500 refused requests is answered, one by one', async () => {
        const connection = await openTcp(server);
        connection.socket.on('error', () => {});
        connection.write(`GET /socket.io/ HTTP/1.1\r\n${hosts}\r\n`.repeat(500));
        await connection.received((bytes) => bytes.split('HTTP/1.1 400 ').length === 501);
        await assertServes();
    });

    check('connections that come and go at once leave nothing behind', async () => {
        for (let i = 0; i < 300; ++i) {
            const { socket } = await openTcp(server);
            socket.resetAndDestroy();
        }
        await assertServes();
    });
});

describe('memory that nobody wrote (CVE-2026-45736)', () => {
    // Buffers are shared by all connections of a shard: what one client reads is never another's.
    const secret = 'top-secret-' + 'S'.repeat(64);

    check('what comes back is what was sent, whatever stood in the buffers before', async () => {
        const others = await Promise.all(
            Array.from({ length: 8 }, () => Peer.open(server, 'websocket')));
        for (let round = 0; round < 20; ++round) {
            for (const peer of others) {
                await peer.send(`2["message","${secret.repeat(200)}"]`);
                await peer.next();
            }
            const peer = others[round % others.length];
            for (const size of [0, 1, 15, 16, 125, 126, 1_000, 65_535, 65_536]) {
                const marker = String.fromCharCode(97 + round).repeat(size);
                await peer.send(`2["message","${marker}"]`);
                assert.equal(await peer.next(), `2["message-back","${marker}"]`);
                const ws = await RawWebSocket.connect(server, '/echo');
                ws.sendBinary(Buffer.from(marker));
                const frame = await ws.nextFrame();
                assert.equal(frame.payload.toString(), marker);
                // The length of a frame is believed only as far as bytes come.
                ws.write(encodeFrame(marker + 'cut off').subarray(0, -4));
                ws.socket.end();
                await ws.ended();
                assert.equal(ws.frames.size, 0);
            }
        }
    });

    for (const body of ['4', '4x', '']) {
        check(`a POST that announces more than ${JSON.stringify(body)} gets nothing of others`, async () => {
            const session = await PollingSession.open(server, { path: '/engine.io/' });
            const connection = await openTcp(server);
            connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
                `Content-Length: 5000\r\n\r\n${body}`);
            connection.socket.end();
            assert.doesNotMatch(await connection.ended(), /secret/);
            assert.equal(await server.engineCloseReason(session.sid), 'transport error');
        });
    }
});

describe('sids', () => {
    check('guesses are all unknown, also close to a real one and for every shard', async () => {
        const session = await PollingSession.open(server, { path: '/engine.io/' });
        const bytes = Buffer.from(session.sid, 'base64url');
        const guesses = new Set();
        for (let value = 0; value < 256; ++value) {
            const first = Buffer.from(bytes);
            first[0] = value;
            guesses.add(first.toString('base64url'));
            const last = Buffer.from(bytes);
            last[14] = value;
            guesses.add(last.toString('base64url'));
        }
        guesses.delete(session.sid);
        [session.sid.slice(0, 19), session.sid + 'A', session.sid.toLowerCase(), '=', ' ',
            '\0', '../', 'A'.repeat(5_000)].forEach((guess) => guesses.add(guess));
        guesses.delete(session.sid);
        const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
        server.track(agent);
        await Promise.all([...guesses].map(async (sid) => {
            const response = await httpRequest(server, enginePath({ sid }, '/engine.io/'),
                { method: 'POST', body: '4forged', agent });
            assert.equal(response.status, 400, sid);
            assert.equal(response.text, '{"code":1,"message":"Session ID unknown"}', sid);
        }));
        await session.assertEchoes();
    });

    check('a Socket.IO id does not open its Engine.IO session', async () => {
        const peer = await Peer.open(server, 'websocket');
        const response = await httpRequest(server, enginePath({ sid: peer.sid }));
        assert.equal(response.status, 400);
        assert.equal(JSON.parse(response.text).code, 1);
    });
});

describe('WebSocket floods', () => {
    check('a message in 20000 fragments of one byte ends, one way or the other', async () => {
        const ws = await RawWebSocket.connect(server, '/echo');
        const frames = [encodeFrame('x', { fin: false })];
        for (let i = 0; i < 20_000; ++i) {
            frames.push(encodeFrame('x', { op: opcode.continuation, fin: false }));
        }
        frames.push(encodeFrame('', { op: opcode.continuation }));
        ws.write(Buffer.concat(frames));
        const frame = await ws.nextFrame();
        if (frame.op === opcode.text) {
            assert.equal(frame.payload.length, 20_001);
        } else {
            assert.equal(frame.op, opcode.close);
        }
        await assertServes();
    });

    check('a message of 200000 empty fragments keeps memory where it is', async () => {
        const ws = await RawWebSocket.connect(server, '/echo');
        ws.socket.on('error', () => {});
        const before = residentMb();
        ws.send('', { fin: false });
        const frames = Buffer.concat(
            Array(10_000).fill(encodeFrame('', { op: opcode.continuation, fin: false })));
        for (let i = 0; i < 20; ++i) {
            ws.write(frames);
        }
        ws.send('', { op: opcode.ping });
        const frame = await ws.nextFrame();
        assert.ok([opcode.pong, opcode.close].includes(frame.op));
        await assertServes();
        assert.ok(residentMb() - before < (onNode ? 200 : 10));
    });

    check('100000 pings in one go are answered or cut off', async () => {
        const ws = await RawWebSocket.connect(server, '/echo');
        ws.socket.on('error', () => {});
        ws.write(Buffer.concat(Array(100_000).fill(encodeFrame('', { op: opcode.ping }))));
        ws.send('after');
        for (;;) {
            const frame = await ws.nextFrame().catch(() => ({ op: opcode.close }));
            if (frame.op !== opcode.pong) {
                assert.ok([opcode.text, opcode.close].includes(frame.op));
                break;
            }
        }
        await assertServes();
    });

    check('200 half-open upgrades of one session leave it alone', async () => {
        const session = await PollingSession.open(server, { path: '/engine.io/' });
        const probes = await Promise.all(Array.from({ length: 200 }, () => RawWebSocket.attempt(
            server, session.url({ transport: 'websocket' }))));
        for (const probe of probes) {
            probe.send('2probe');
        }
        const outcomes = await Promise.all(probes.map(async (probe) =>
            (await probe.nextFrame().catch(() => ({ op: opcode.close }))).op));
        assert.equal(outcomes.filter((op) => op === opcode.text).length, 1);
        await session.post('4x');
        const packets = await session.poll();
        assert.ok(packets.includes('4x') || packets.includes('6'));
        await assertServes();
    });

    check('200 upgrades that never speak do not keep others out', async () => {
        const sockets = await Promise.all(Array.from({ length: 200 }, () => RawWebSocket.attempt(
            server, enginePath({ transport: 'websocket' }))));
        await assertServes();
        sockets.forEach((ws) => ws.destroy());
        await settle(server);
        await assertServes();
    });

    check('a broken frame on a Socket.IO session ends that session only', async () => {
        const witness = await Peer.open(server, 'websocket');
        const peer = await Peer.open(server, 'websocket');
        peer.session.ws.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
        assert.equal(await peer.closed(), 1002);
        assert.equal(await peer.disconnectReason(), 'transport error');
        await witness.assertEchoes();
    });

    check('closing does not wait for a peer that never answers', async () => {
        const peer = await Peer.open(server, 'websocket');
        await peer.send('2["kick",true]');
        assert.equal(await within(peer.closed(), 'close frame'), 1005);
        assert.equal(await peer.disconnectReason(), 'server namespace disconnect');
    });
});
