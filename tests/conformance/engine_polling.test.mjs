// The long-polling transport of an open session. WIRE: B1 (payloads), B2.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { enginePath, Peer, PollingSession, settle } from '../support/engine.mjs';
import { httpRequest, openTcp, startRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';

const server = useServer({ maxPayload: 10_000, engineEcho: true });

const open = () => PollingSession.open(server, { path: '/engine.io/' });

describe('data', () => {
    check('a GET waits until there is something to say', async () => {
        const session = await open();
        const poll = session.startPoll();
        let answered = false;
        poll.response.then(() => (answered = true));
        await settle(server);
        assert.equal(answered, false);
        await session.post('4hello');
        const response = await poll.response;
        assert.equal(response.status, 200);
        assert.equal(response.text, '4hello');
        assert.equal(response.headers['content-type'], 'text/plain; charset=UTF-8');
        assert.equal(response.headers['content-length'], '6');
        assert.equal(response.headers['cache-control'], 'no-store');
    });

    check('a POST is answered 200, text/html, "ok"', async () => {
        const session = await open();
        const response = await session.postRaw('4hello');
        assert.equal(response.status, 200);
        assert.equal(response.headers['content-type'], 'text/html');
        assert.equal(response.headers['content-length'], '2');
        assert.equal(response.headers['cache-control'], 'no-store');
        assert.equal(response.text, 'ok');
    });

    check('one GET takes everything that is queued, in order', async () => {
        const session = await open();
        await session.post('4a', '4b', '4c');
        await session.post('4d');
        assert.deepEqual(await session.poll(), ['4a', '4b', '4c', '4d']);
    });

    check('binary messages travel as b + base64', async () => {
        const session = await open();
        const response = await session.postRaw('bAQIDBA==');
        assert.equal(response.text, 'ok');
        assert.equal((await session.startPoll().response).text, 'bAQIDBA==');
    });

    check('text and binary keep their order in one payload', async () => {
        const session = await open();
        await session.postRaw('4hello\x1ebAQIDBA==\x1e4€');
        assert.equal((await session.startPoll().response).text, '4hello\x1ebAQIDBA==\x1e4€');
    });

    check('Content-Length counts bytes, not characters', async () => {
        const session = await open();
        await session.post('4€😀 ü');
        const { response } = session.startPoll();
        const { headers, text } = await response;
        assert.equal(text, '4€😀 ü');
        assert.equal(headers['content-length'], String(Buffer.byteLength(text)));
    });

    check('an empty message is a message', async () => {
        const session = await open();
        await session.post('4');
        await session.post('4next');
        const packets = await session.poll();
        assert.equal(packets.at(-1), '4next');
    });

    check('300 packets in one POST come back in order', async () => {
        const session = await open();
        const packets = Array.from({ length: 300 }, (_, i) => `4#${i}`);
        await session.post(...packets);
        const received = [];
        while (received.length < packets.length) {
            received.push(...await session.poll());
        }
        assert.deepEqual(received, packets);
    });

    check('client-sent open, upgrade and noop packets are ignored', async () => {
        const session = await open();
        await session.post('0', '5', '6', '0{}');
        await session.assertEchoes();
    });

    check('a session works over one kept-alive connection as well', async () => {
        const session = await open();
        const connection = await openTcp(server);
        const post = (body) => `POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            'Content-Type: text/plain;charset=UTF-8\r\n' +
            `Content-Length: ${body.length}\r\n\r\n${body}`;
        connection.write(post('4one'));
        await connection.received(/\r\n\r\nok$/);
        connection.write(post('4two'));
        await connection.received(/(\r\n\r\nok[\s\S]*){2}/);
        connection.write(`GET ${session.url()} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        await connection.received(/\r\n\r\n4one\x1e4two$/);
    });

    check('a body may be chunked', async () => {
        const session = await open();
        const connection = await openTcp(server);
        connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            'Transfer-Encoding: chunked\r\n\r\n');
        for (const part of ['4ab', 'cde', '\x1e4f']) {
            connection.write(`${part.length.toString(16)}\r\n${part}\r\n`);
        }
        connection.write('0\r\n\r\n');
        await connection.received(/\r\n\r\nok$/);
        assert.deepEqual(await session.poll(), ['4abcde', '4f']);
    });

    check('Expect: 100-continue is honoured', async () => {
        const session = await open();
        const connection = await openTcp(server);
        connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            'Content-Length: 2\r\nExpect: 100-continue\r\n\r\n');
        await connection.received(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
        connection.write('4x');
        await connection.received(/HTTP\/1\.1 200 OK[\s\S]*ok$/);
    });
});

describe('what ends a session and what does not', () => {
    check('a second GET: the first gets `1`, the second 400, the session is closed', async () => {
        const session = await open();
        const first = session.startPoll();
        await settle(server);
        const second = await session.startPoll().response;
        assert.equal(second.status, 400);
        assert.equal(second.text, '');
        const answered = await first.response;
        assert.equal(answered.status, 200);
        assert.equal(answered.text, '1');
        await session.assertClosed();
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
    });

    check('a second POST while one is being received: 400, the session is closed', async () => {
        const session = await open();
        const first = startRequest(server, session.url(), {
            method: 'POST', headers: { 'Content-Length': 10 }, body: '4a', unfinished: true,
        });
        await settle(server);
        const second = await session.postRaw('4b');
        assert.equal(second.status, 400);
        assert.equal(second.text, '');
        await first.response.then(({ status }) => assert.equal(status, 400), () => {});
        await session.assertClosed();
    });

    check('POST of application/octet-stream: 400, the session is closed', async () => {
        const session = await open();
        const headers = { 'Content-Type': 'application/octet-stream' };
        const response = await session.postRaw(Buffer.from([0, 1, 2, 0xff]), { headers });
        assert.equal(response.status, 400);
        await session.assertClosed();
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
    });

    check('a body of exactly the limit is accepted', async () => {
        const session = await open();
        await session.post('4' + 'x'.repeat(9_999));
        assert.deepEqual(await session.poll(), ['4' + 'x'.repeat(9_999)]);
    });

    check('a larger body: 413 without a body, the session stays open', async () => {
        const session = await open();
        const response = await session.postRaw('4' + 'x'.repeat(10_000));
        assert.equal(response.status, 413);
        assert.equal(response.text, '');
        await session.assertEchoes();
    });

    check('the limit counts bytes', async () => {
        const session = await open();
        const response = await session.postRaw('4' + '€'.repeat(3_334));
        assert.equal(response.status, 413);
        await session.assertEchoes();
    });

    check('a larger chunked body: 413, the session stays open', async () => {
        const session = await open();
        const connection = await openTcp(server);
        connection.write(`POST ${session.url()} HTTP/1.1\r\nHost: localhost\r\n` +
            'Transfer-Encoding: chunked\r\n\r\n');
        const part = 'x'.repeat(6_000);
        connection.write(`1770\r\n${part}\r\n1770\r\n${part}\r\n`);
        await connection.received(/^HTTP\/1\.1 413 /);
        await session.assertEchoes();
    });

    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        check(`${method} with a sid: 500`, async () => {
            const session = await open();
            const response = await httpRequest(server, session.url(), { method });
            assert.equal(response.status, 500);
            await session.assertEchoes();
        });
    }

    const malformed = [
        ['an unknown packet type', '9', 'parse error'],
        ['a type just beyond noop', '7', 'parse error'],
        ['a letter', 'abc', 'parse error'],
        ['an empty body', '', 'parse error'],
        ['an empty record in the middle', '4a\x1e\x1e4b', 'parse error'],
        ['an empty record at the end', '4a\x1e', 'parse error'],
        ['an EIO3 payload, which starts like a ping', '2:4a', 'transport error'],
    ];

    for (const [what, body, reason] of malformed) {
        check(`POST of ${what}: the session is closed`, async () => {
            const session = await open();
            const outcome = await session.postRaw(body).catch((error) => error);
            if (!(outcome instanceof Error)) {
                // Node says ok to what it has read but not understood; a 400 or a reset is as good.
                assert.ok([200, 400].includes(outcome.status), String(outcome.status));
            }
            assert.equal(await server.engineCloseReason(session.sid), reason);
            await session.assertClosed();
        });
    }

    check('a client-sent ping closes: heartbeats go the other way', async () => {
        const session = await open();
        await session.postRaw('2').catch(() => {});
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
        await session.assertClosed();
    });

    check('an aborted GET closes with `transport error`', async () => {
        const session = await open();
        const poll = session.startPoll();
        await settle(server);
        poll.abort();
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
        await session.assertClosed();
    });

    check('an aborted POST closes with `transport error`', async () => {
        const session = await open();
        const post = startRequest(server, session.url(), {
            method: 'POST', headers: { 'Content-Length': 10 }, body: '4a', unfinished: true,
        });
        await settle(server);
        post.abort();
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
        await session.assertClosed();
    });

    check('close by the client: the waiting GET gets `6`, the POST `ok`', async () => {
        const session = await open();
        const poll = session.startPoll();
        await settle(server);
        await session.post('1');
        const response = await poll.response;
        assert.equal(response.status, 200);
        assert.equal(response.text, '6');
        await session.assertClosed();
        assert.equal(await server.engineCloseReason(session.sid), 'transport close');
    });

    check('packets before a close packet in one payload count, those after do not', async () => {
        const peer = await Peer.openEngine(server, 'polling');
        await peer.join();
        await peer.sendFatalPackets('42["to-all","before"]', '1', '42["to-all","after"]');
        await peer.closed();
        const witness = await Peer.open(server, 'polling');
        await witness.assertEchoes();
    });

    check('close by the server: what is queued, then `1` as the last packet', async () => {
        const session = await PollingSession.open(server);
        await session.post('40');
        await session.poll();
        await session.post('42["kick",true]');
        const packets = await session.poll();
        while (!packets.includes('1')) {
            packets.push(...await session.poll());
        }
        assert.deepEqual(packets.filter((packet) => packet !== '6'), ['41', '1']);
        assert.equal(packets.at(-1), '1');
        await session.assertClosed();
    });

    check('close by the server while a GET waits: it gets `1` at once', async () => {
        const peer = await Peer.open(server, 'polling');
        await peer.sendFatal('2["kick",true]');
        assert.equal(await peer.next(), '1');
        assert.equal(await peer.closed(), 'closed');
    });

    check('a sid with another transport and no upgrade: 400, code 3', async () => {
        const session = await open();
        const response = await httpRequest(server, session.url({ transport: 'websocket' }));
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":3,"message":"Bad request"}');
        await session.assertEchoes();
    });

    check('a sid with another protocol version: 400, code 3', async () => {
        const session = await open();
        for (const EIO of ['3', undefined]) {
            const response = await httpRequest(server, session.url({ EIO }));
            assert.equal(response.status, 400);
            assert.equal(response.text, '{"code":3,"message":"Bad request"}');
        }
        await session.assertEchoes();
    });

    check('a sid of one endpoint is unknown on the other', async () => {
        const session = await open();
        const response = await httpRequest(server, enginePath({ sid: session.sid }));
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":1,"message":"Session ID unknown"}');
        await session.assertEchoes();
    });
});

describe('volatile events', () => {
    check('are dropped while no GET waits, and only then', async () => {
        const session = await PollingSession.open(server);
        await session.post('40');
        await session.poll();
        await session.post('42["volatile","lost"]', '42["message","kept"]');
        assert.deepEqual(await session.poll(), ['42["message-back","kept"]']);

        const poll = session.startPoll();
        await settle(server);
        await session.post('42["volatile","seen"]');
        assert.equal((await poll.response).text, '42["volatile-back","seen"]');
    });
});
