// How an Engine.IO session opens and how a handshake is refused, on both transports.
// WIRE: A3 (engine refusals), B1 (open packet), B2 (handshake).

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { enginePath, PollingSession, WebSocketSession } from '../support/engine.mjs';
import { spawnFixture } from '../support/fixture.mjs';
import { httpRequest, openTcp, rawExchange } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';
import { encodeFrame, RawWebSocket, upgradeRequest } from '../support/websocket.mjs';

const openKeys = ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades'];
const sidPattern = /^[A-Za-z0-9_-]{20}$/;

describe('open packet', () => {
    const server = useServer({
        pingIntervalMs: 300, pingTimeoutMs: 200, maxPayload: 1_000, engineEcho: true,
    });

    const expected = { pingInterval: 300, pingTimeout: 200, maxPayload: 1_000 };

    for (const path of ['/socket.io/', '/engine.io/']) {
        check(`polling on ${path}: status, headers, exactly five keys`, async () => {
            const response = await httpRequest(server, enginePath({}, path));
            assert.equal(response.status, 200);
            assert.equal(response.headers['content-type'], 'text/plain; charset=UTF-8');
            assert.equal(response.headers['content-length'], String(response.body.length));
            assert.equal(response.headers['cache-control'], 'no-store');
            assert.equal(response.text[0], '0');
            const { sid, upgrades, ...rest } = JSON.parse(response.text.slice(1));
            assert.match(sid, sidPattern);
            assert.deepEqual(upgrades, ['websocket']);
            assert.deepEqual(rest, expected);
        });

        check(`websocket on ${path}: the same keys, no upgrades`, async () => {
            const session = await WebSocketSession.open(server, { path });
            const { sid, upgrades, ...rest } = session.handshake;
            assert.match(sid, sidPattern);
            assert.deepEqual(upgrades, []);
            assert.deepEqual(rest, expected);
        });
    }

    check('the open packet has no further keys', async () => {
        const { handshake } = await PollingSession.open(server);
        assert.deepEqual(Object.keys(handshake).sort(), openKeys);
    });

    check('every session has a sid of its own', async () => {
        const sessions = await Promise.all(
            Array.from({ length: 50 }, () => PollingSession.open(server)));
        assert.equal(new Set(sessions.map((session) => session.sid)).size, 50);
    });

    check('the cache-buster and unknown query parameters are ignored', async () => {
        await PollingSession.open(server, { query: { t: 'PxyzAbc.0', b64: 1, extra: 'ä€ &' } });
    });

    check('the path is tested as a prefix', async () => {
        const response = await httpRequest(
            server, '/socket.io/any/thing?EIO=4&transport=polling');
        assert.equal(response.status, 200);
        assert.equal(response.text[0], '0');
    });

    check('a path that does not start with ours is left to the application (404)', async () => {
        for (const path of ['/', '/other?EIO=4&transport=polling', '/socket.i']) {
            assert.equal((await httpRequest(server, path)).status, 404, path);
        }
    });

    check('percent-encoded parameters are decoded', async () => {
        const response = await httpRequest(server, '/socket.io/?EI%4F=%34&transport=poll%69ng');
        assert.equal(response.status, 200, response.text);
    });

    check('of a repeated parameter the last one counts', async () => {
        const good = await httpRequest(server, '/socket.io/?EIO=3&EIO=4&transport=polling');
        assert.equal(good.status, 200, good.text);
        const bad = await httpRequest(server, '/socket.io/?EIO=4&EIO=3&transport=polling');
        assert.equal(bad.status, 400);
    });

    check('several sessions open over one kept-alive connection, also pipelined', async () => {
        const connection = await openTcp(server);
        const request = `GET ${enginePath()} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
        connection.write(request.repeat(3));
        await connection.received(/(HTTP\/1\.1 200 OK[\s\S]*?\r\n\r\n0\{[\s\S]*?\}[\s\S]*?){3}/);
        connection.write(request);
        await connection.received(/(HTTP\/1\.1 200 OK[\s\S]*?\r\n\r\n0\{[\s\S]*?\}[\s\S]*?){4}/);
        const sids = [...connection.text().matchAll(/"sid":"([^"]+)"/g)].map((match) => match[1]);
        assert.equal(new Set(sids).size, 4);
    });

    check('WebSocket frames that come in the same bytes as the upgrade request count', async () => {
        const session = await WebSocketSession.open(server, {
            path: '/engine.io/', trailing: Buffer.concat([encodeFrame('4a'), encodeFrame('4b')]),
        });
        assert.equal(await session.next(), '4a');
        assert.equal(await session.next(), '4b');
    }, { nodeDiffers: 'it loses frames that arrive before its asynchronous handshake is done' });
});

describe('refusals', () => {
    const server = useServer({ engineEcho: true });

    const messages = [
        'Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request',
        'Forbidden', 'Unsupported protocol version',
    ];

    const refusals = [
        ['no transport', 'EIO=4', 0],
        ['an unknown transport', 'EIO=4&transport=abc', 0],
        ['webtransport, which is not enabled', 'EIO=4&transport=webtransport', 0],
        ['a transport named like an object member', 'EIO=4&transport=constructor', 0],
        ['a transport named __proto__', 'EIO=4&transport=__proto__', 0],
        ['an unknown transport with an unknown sid', 'EIO=4&transport=abc&sid=x', 0],
        ['an unknown sid', 'EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA', 1],
        ['a sid of a strange length', 'EIO=4&transport=polling&sid=a', 1],
        ['a sid named like an object member', 'EIO=4&transport=polling&sid=__proto__', 1],
        ['websocket without an upgrade', 'EIO=4&transport=websocket', 3],
        ['no EIO', 'transport=polling', 5],
        ['EIO=3', 'EIO=3&transport=polling', 5],
        ['EIO=5', 'EIO=5&transport=polling', 5],
        ['EIO=04', 'EIO=04&transport=polling', 5],
    ];

    for (const [what, query, code] of refusals) {
        check(`polling handshake with ${what}: 400, code ${code}`, async () => {
            const response = await httpRequest(server, `/socket.io/?${query}`);
            assert.equal(response.status, 400);
            assert.equal(response.headers['content-type'], 'application/json');
            assert.equal(response.text, JSON.stringify({ code, message: messages[code] }));
        });
    }

    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        check(`handshake by ${method}: 400, code 2`, async () => {
            const response = await httpRequest(server, enginePath(), { method });
            assert.equal(response.status, 400);
            assert.equal(response.text, '{"code":2,"message":"Bad handshake method"}');
        });
    }

    check('handshake by HEAD: 400 without a body', async () => {
        const response = await httpRequest(server, enginePath(), { method: 'HEAD' });
        assert.equal(response.status, 400);
        assert.equal(response.text, '');
    });

    check('POST with an unknown sid: code 1', async () => {
        const response = await httpRequest(
            server, enginePath({ sid: 'AAAAAAAAAAAAAAAAAAAA' }), { method: 'POST', body: '4a' });
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":1,"message":"Session ID unknown"}');
    });

    check('a refused request leaves the connection usable', async () => {
        const connection = await openTcp(server);
        connection.write('GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await connection.received(/\{"code":0,"message":"Transport unknown"\}/);
        connection.write(`GET ${enginePath()} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        await connection.received(/HTTP\/1\.1 200 OK/);
    });

    const upgradeRefusals = [
        ['no transport', 'EIO=4', 'Transport unknown'],
        ['an unknown transport', 'EIO=4&transport=abc', 'Transport unknown'],
        ['an unknown sid', 'EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA',
            'Session ID unknown'],
    ];

    for (const [what, query, message] of upgradeRefusals) {
        check(`WebSocket upgrade with ${what}: raw 400 with the message`, async () => {
            const ws = await RawWebSocket.attempt(server, `/socket.io/?${query}`);
            assert.equal(ws.status, 400);
            assert.equal(await ws.refusal(), message);
            assert.equal(ws.headers['connection'].toLowerCase(), 'close');
            assert.equal(ws.headers['content-type'], 'text/html');
            assert.equal(ws.headers['content-length'], String(message.length));
        });
    }

    for (const query of ['transport=websocket', 'EIO=3&transport=websocket']) {
        check(`WebSocket upgrade with ${query}: raw 400, unsupported version`, async () => {
            const ws = await RawWebSocket.attempt(server, `/socket.io/?${query}`);
            assert.equal(ws.status, 400);
            assert.equal(await ws.refusal(), 'Unsupported protocol version');
        }, { nodeDiffers: 'it accepts the upgrade first and writes the 400 into the WebSocket' });

        check(`WebSocket upgrade with ${query} opens no session`, async () => {
            const ws = await RawWebSocket.attempt(server, `/socket.io/?${query}`);
            await ws.ended();
            assert.equal(ws.frames.drain().filter((frame) => frame.op === 1).length, 0);
        });
    }

    check('transport=polling in an upgrade request opens no session', async () => {
        const ws = await RawWebSocket.attempt(server, '/socket.io/?EIO=4&transport=polling');
        if (ws.status === 101) {
            assert.equal(await ws.closeCode(), 1005);
        } else {
            assert.equal(ws.status, 400);
        }
    });

    check('an upgrade for a path that nobody serves is refused', async () => {
        const answer = await rawExchange(server, upgradeRequest(server, '/nowhere'), 3_000);
        assert.doesNotMatch(answer, /^HTTP\/1\.1 (101|2)/);
    });
});

describe('allow_request', () => {
    const server = useServer({ allowRequest: true });

    check('polling: 403 and code 4', async () => {
        const response = await httpRequest(server, enginePath({ refuse: '' }));
        assert.equal(response.status, 403);
        assert.equal(response.headers['content-type'], 'application/json');
        assert.equal(response.text, '{"code":4,"message":"Forbidden"}');
    });

    check('polling: the text of the application replaces "Forbidden"', async () => {
        const response = await httpRequest(server, enginePath({ refuse: 'not "today"' }));
        assert.equal(response.status, 403);
        assert.equal(response.text, '{"code":4,"message":"not \\"today\\""}');
    });

    check('websocket: 400, not 403', async () => {
        for (const [refuse, message] of [['', 'Forbidden'], ['not today', 'not today']]) {
            const ws = await RawWebSocket.attempt(
                server, enginePath({ transport: 'websocket', refuse }));
            assert.equal(ws.status, 400);
            assert.equal(await ws.refusal(), message);
        }
    });

    check('it is asked for handshakes only', async () => {
        const session = await PollingSession.open(server);
        const response = await httpRequest(
            server, session.url({ refuse: 'late' }), { method: 'POST', body: '40' });
        assert.equal(response.status, 200);
    });
});

describe('the program', () => {
    check('takes several shards', async () => {
        const child = spawnFixture({ shards: 3 });
        const [chunk] = await nextEvent(child.stdout, 'data');
        assert.match(String(chunk), /^listening on 127\.0\.0\.1:\d+\n/);
        child.kill('SIGTERM');
        const [code] = await nextEvent(child, 'close');
        assert.equal(code, 0);
    });
});
