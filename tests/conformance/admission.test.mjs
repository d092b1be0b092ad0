// Who may open a session: the application's word, at once or later, and origins. WIRE: A1 (allowRequest,
// initialPacket), A3 (connection_error). limits_fixture answers as the handshake's query asks for it.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { enginePath, PollingSession, WebSocketSession } from '../support/engine.mjs';
import { Fixture } from '../support/fixture.mjs';
import { httpRequest, openTcp, startRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, nextEvent } from '../support/waiting.mjs';
import { encodeFrame, RawWebSocket, upgradeRequest } from '../support/websocket.mjs';

const forbidden = '{"code":4,"message":"Forbidden"}';

/** A client that has been let in at once and may ask the server how it is. */
async function connectWitness(server) {
    const socket = createClient(server, 4, journeys.websocket);
    await nextEvent(socket, 'connect');
    return socket;
}

const countersOf = async (socket) => (await ask(socket, 'counters'))[0];

const timesAsked = (server) => server.lines.filter((line) => line.startsWith('asked ')).length;

/** Resolves when the application has been asked that many times in all. */
async function asked(server, count) {
    while (timesAsked(server) < count) {
        const seen = server.lines.length;
        await server.line({ exec: () => (server.lines.length > seen ? true : null) }, 'question');
    }
}

describe('an answer that comes later', () => {
    const server = useServer({}, 'limits_fixture');

    for (const after of ['0', '40', 'thread']) {
        for (const journey of Object.keys(journeys)) {
            check(`${after}: socket.io-client 4.8 is let in, ${journey}`, async () => {
                const socket = createClient(server, 4, { ...journeys[journey], query: { after } });
                await nextEvent(socket, 'connect');
                assert.deepEqual(await ask(socket, 'echo', journey), [journey]);
            });
        }

        check(`${after}: a refusal has the application's text, on both transports`, async () => {
            const query = { admission: 'refuse', after };
            const response = await httpRequest(server, enginePath(query));
            assert.equal(response.status, 403);
            assert.equal(response.text, '{"code":4,"message":"not today"}');
            const ws = await RawWebSocket.attempt(
                server, enginePath({ transport: 'websocket', ...query }));
            assert.equal(ws.status, 400);
            assert.equal(await ws.refusal(), 'not today');
            await server.line(/^refused 4 Forbidden\|message\|not today$/);
        });
    }

    check('a client that waits for it is refused by its own words, too', async () => {
        const socket = createClient(server, 4, {
            ...journeys.polling, query: { admission: 'refuse', after: 20 },
        });
        // The client empties the answer when its listeners have been called.
        const refusal = await new Promise((resolve) => {
            socket.on('connect_error', ({ description, context }) => resolve([description, context.responseText]));
        });
        assert.deepEqual(refusal, [403, '{"code":4,"message":"not today"}']);
    });

    check('200 handshakes wait at a time', async () => {
        const answers = await Promise.all(Array.from({ length: 200 }, () =>
            httpRequest(server, enginePath({ after: 30 }))));
        const sids = answers.map(({ text }) => JSON.parse(text.slice(1)).sid);
        assert.equal(new Set(sids).size, 200);
    });

    check('frames that a WebSocket sends before it is let in are read then', async () => {
        const text = 'x'.repeat(60_000);
        const session = await WebSocketSession.open(server, {
            query: { after: 40 },
            trailing: Buffer.concat([
                encodeFrame('40'), encodeFrame(`420["echo","${text}"]`), encodeFrame('421["echo",1]'),
            ]),
        });
        assert.match(await session.next(), /^40\{"sid":/);
        assert.equal(await session.next(), `430["${text}"]`);
        assert.equal(await session.next(), '431[1]');
    });

    check('the next request of a connection waits for the answer', async () => {
        const connection = await openTcp(server);
        const get = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
        connection.write(get(enginePath({ after: 40 })) + get('/page'));
        const [answers] = await connection.received(/0\{"sid"[^]*\r\n\r\npage$/);
        assert.ok(answers);
    });

    check('it is asked for handshakes only', async () => {
        const session = await PollingSession.open(server, { query: { admission: 'allow' } });
        await session.post('40');
        const [reply] = await session.poll();
        assert.match(reply, /^40/);
        const before = timesAsked(server);
        const ws = await RawWebSocket.connect(
            server, session.url({ transport: 'websocket', admission: 'refuse' }));
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
        assert.equal(timesAsked(server), before);
    });
});

describe('no answer, or more than one', () => {
    const admissionTimeoutMs = 300;
    const server = useServer({ admissionTimeoutMs }, 'limits_fixture');
    const nodeDiffers = 'it waits for ever, and fails when it is answered twice';

    for (const after of [undefined, '20', 'thread']) {
        check(`let go of, ${after ?? 'at once'}: refused, and the log says so`, async () => {
            const response = await httpRequest(server, enginePath({ admission: 'drop', after }));
            assert.equal(response.status, 403);
            assert.equal(response.text, forbidden);
            await server.line(/^log handshake without an answer why=allow_request let go of its reply$/);
        }, { nodeDiffers });

        check(`answered twice, ${after ?? 'at once'}: the first answer counts`, async () => {
            const response = await httpRequest(server, enginePath({ admission: 'twice', after }));
            assert.equal(response.status, 403);
            assert.equal(JSON.parse(response.text).message, 'first');
        }, { nodeDiffers });
    }

    check('an application that throws: refused', async () => {
        const response = await httpRequest(server, enginePath({ admission: 'throw' }));
        assert.equal(response.status, 403);
        assert.equal(response.text, forbidden);
        await server.line(/^log handler failed .*event=allow_request what=admission fails$/);
        const ws = await RawWebSocket.attempt(
            server, enginePath({ transport: 'websocket', admission: 'throw' }));
        assert.equal(ws.status, 400);
    }, { nodeDiffers: 'the exception ends the process' });

    check('after the timeout: refused, and the answer that comes too late opens nothing', async () => {
        const witness = await connectWitness(server);
        const { sessions } = await countersOf(witness);
        const late = 2 * admissionTimeoutMs;
        const started = performance.now();
        const [response, ws] = await Promise.all([
            httpRequest(server, enginePath({ after: late })),
            RawWebSocket.attempt(server, enginePath({ transport: 'websocket', after: late })),
        ]);
        assert.ok(performance.now() - started >= admissionTimeoutMs - 20);
        assert.equal(response.status, 403);
        assert.equal(ws.status, 400);
        await server.line(
            /^log handshake without an answer why=allow_request took longer than admission_timeout$/);
        await elapse(late);
        assert.equal((await countersOf(witness)).sessions, sessions);
    }, { nodeDiffers });

    check('a client that goes while it waits leaves no session behind', async () => {
        const witness = await connectWitness(server);
        const { sessions, handshakes } = await countersOf(witness);
        const before = timesAsked(server);
        const poll = startRequest(server, enginePath({ admission: 'allow', after: 150 }));
        const raw = await openTcp(server);
        raw.write(upgradeRequest(server, enginePath({ transport: 'websocket', after: 150 })));
        const half = await openTcp(server);
        half.write(`GET ${enginePath({ after: 150 })} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        await asked(server, before + 3);
        poll.abort();
        raw.socket.destroy();
        half.socket.end();
        await elapse(300);
        const now = await countersOf(witness);
        assert.equal(now.sessions, sessions);
        assert.equal(now.handshakes, handshakes);
        await httpRequest(server, enginePath());
    }, { nodeDiffers: 'a session is opened for nobody' });

    check('a server that stops refuses those who wait, with 503', async () => {
        const own = await new Fixture('limits_fixture').start({});
        server.track({ destroy: () => own.kill() });
        const query = { admission: 'allow', after: 8_000 };
        const response = httpRequest(own, enginePath(query));
        const ws = RawWebSocket.attempt(own, enginePath({ transport: 'websocket', ...query }));
        await asked(own, 2);
        own.signal('SIGTERM');
        assert.equal((await response).status, 503);
        assert.equal((await ws).status, 503);
        assert.deepEqual(await own.exited(5_000), { code: 0, signal: null });
    }, { nodeDiffers: 'it cuts them off' });
});

describe('allowed_origins', () => {
    const allowedOrigin = ['https://a.example', 'https://b.example:8443', 'null'];
    const server = useServer({ allowedOrigin }, 'limits_fixture');
    const nodeDiffers = 'it has no such list';
    const open = (Origin, transport = 'polling') => (transport === 'polling'
        ? httpRequest(server, enginePath(), { headers: { Origin } })
        : RawWebSocket.attempt(server, enginePath({ transport }), { headers: { Origin } }));

    for (const origin of allowedOrigin) {
        check(`${origin} is let in`, async () => {
            assert.equal((await open(origin)).status, 200);
            assert.equal((await open(origin, 'websocket')).status, 101);
        }, { nodeDiffers });
    }

    for (const origin of [
        'https://evil.example', 'http://a.example', 'https://a.example:444', 'https://A.example',
        'https://a.example.evil.example', 'https://a.example/', 'https://evil.example/https://a.example',
        'https://b.example', 'a.example', '*', 'https://a.example https://evil.example',
    ]) {
        check(`${origin} is refused on both transports, and told of`, async () => {
            const response = await open(origin);
            assert.equal(response.status, 403);
            assert.equal(response.headers['content-type'], 'application/json');
            assert.equal(response.text, forbidden);
            const ws = await open(origin, 'websocket');
            assert.equal(ws.status, 400);
            assert.equal(await ws.refusal(), 'Forbidden');
            const line = `refused 4 Forbidden|name|INVALID_ORIGIN|origin|${origin}`;
            await server.line({ exec: (printed) => (printed === line ? true : null) }, line);
        }, { nodeDiffers });
    }

    check('two Origins, one of them not listed: refused', async () => {
        const connection = await openTcp(server);
        connection.write(`GET ${enginePath()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
            'Origin: https://a.example\r\nOrigin: https://evil.example\r\n\r\n');
        assert.match(await connection.ended(), /^HTTP\/1\.1 403 /);
    }, { nodeDiffers });

    check('who is no browser and sends none is let in', async () => {
        assert.equal((await httpRequest(server, enginePath())).status, 200);
        const socket = await connectWitness(server);
        assert.deepEqual(await ask(socket, 'echo', 1), [1]);
    });

    check('the application is not asked about those who are refused', async () => {
        const before = timesAsked(server);
        await open('https://other.example');
        await server.line(/^refused 4 .*https:\/\/other\.example$/);
        assert.equal(timesAsked(server), before);
    }, { nodeDiffers });

    check('bare WebSocket endpoints keep to it, too', async () => {
        const headers = { Origin: 'https://evil.example' };
        const refused = await RawWebSocket.attempt(server, '/echo', { headers });
        assert.equal(refused.status, 403);
        const ws = await RawWebSocket.connect(
            server, '/echo', { headers: { Origin: 'https://a.example' } });
        ws.send('hello');
        assert.equal(await ws.nextMessage(), 'hello');
    }, { nodeDiffers });
});

describe('initial_packet', () => {
    const server = useServer({ initialPacket: 'hello "there"', eio3: true }, 'limits_fixture');

    check('follows the open packet in the first payload', async () => {
        const response = await httpRequest(server, enginePath());
        const [open, packet, ...rest] = response.text.split('\x1e');
        assert.match(open, /^0\{"sid":/);
        assert.equal(packet, '4hello "there"');
        assert.deepEqual(rest, []);
    });

    check('and is the second message on a WebSocket', async () => {
        const session = await WebSocketSession.open(server);
        assert.equal(await session.next(), '4hello "there"');
    });

    check('EIO3 clients get it before their implicit CONNECT', async () => {
        const response = await httpRequest(server, enginePath({ EIO: 3 }));
        assert.match(response.text, /^\d+:0\{"sid":[^]*?\}14:4hello "there"(2:40)?$/);
    });
});
