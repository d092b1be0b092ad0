// Engine.IO v3 and Socket.IO v4 as clients of the 1.x and 2.x lines speak them. WIRE: B8, B4.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { enginePath, WebSocketSession } from '../support/engine.mjs';
import {
    decodeBinaryPayload, decodeTextPayload, encodeBinaryPayload, encodeTextPayload,
} from '../support/engine_v3.mjs';
import { httpRequest, startRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const octets = 'application/octet-stream';

/** A polling session of EIO 3 whose requests the test makes one by one. */
class OldSession {
    static async open(server, { path = '/engine.io/', query = {} } = {}) {
        const session = new OldSession();
        Object.assign(session, { server, path, query: { EIO: 3, ...query } });
        const response = await httpRequest(server, enginePath(session.query, path));
        assert.equal(response.status, 200, response.text);
        session.first = response;
        const packets = response.headers['content-type'] === octets
            ? decodeBinaryPayload(response.body) : decodeTextPayload(response.text);
        session.handshake = JSON.parse(packets[0].slice(1));
        session.sid = session.handshake.sid;
        session.received = packets.slice(1);
        return session;
    }

    url(extra = {}) {
        return enginePath({ ...this.query, sid: this.sid, ...extra }, this.path);
    }

    startPoll() {
        return startRequest(this.server, this.url());
    }

    /** One GET: its packets, whichever encoding the server chose. */
    async poll() {
        const response = await this.startPoll().response;
        assert.equal(response.status, 200, response.text);
        return response.headers['content-type'] === octets
            ? decodeBinaryPayload(response.body) : decodeTextPayload(response.text);
    }

    /** The next Socket.IO packet, over as many GETs as it takes. */
    async next() {
        while (this.received.length === 0) {
            this.received.push(...await this.poll());
        }
        return this.received.shift();
    }

    postRaw(body, headers = {}) {
        return httpRequest(this.server, this.url(), { method: 'POST', body, headers });
    }

    async post(...packets) {
        const response = await this.postRaw(encodeTextPayload(packets));
        assert.equal(response.status, 200, response.text);
        assert.equal(response.text, 'ok');
    }

    async assertEchoes() {
        await this.post('4still here');
        assert.deepEqual(await this.poll(), ['4still here']);
    }
}

describe('polling', () => {
    const server = useServer({ eio3: true, engineEcho: true, maxPayload: 10_000 });
    const open = (options) => OldSession.open(server, options);

    check('the open packet stands behind its length', async () => {
        const { first, handshake } = await open({ query: { b64: 1 } });
        assert.equal(first.headers['content-type'], 'text/plain; charset=UTF-8');
        assert.match(first.text, /^\d+:0\{/);
        const [, length, packet] = /^(\d+):([^]*)$/.exec(first.text);
        assert.equal(Number(length), packet.length);
        assert.match(handshake.sid, /^[A-Za-z0-9_-]{20}$/);
        assert.deepEqual(handshake.upgrades, ['websocket']);
        assert.equal(handshake.pingInterval, 25_000);
        assert.equal(handshake.pingTimeout, 20_000);
    });

    check('without b64 it is text as well: nothing in it is binary', async () => {
        const { first } = await open();
        assert.match(first.text, /^\d+:0\{/);
    });

    for (const EIO of [undefined, '2', '5', 'x', '']) {
        check(`EIO ${EIO} counts as 3`, async () => {
            const session = await open({ query: { EIO, b64: 1 } });
            assert.match(session.first.text, /^\d+:0\{/);
            await session.assertEchoes();
        });
    }

    check('EIO=4 goes on beside it', async () => {
        const response = await httpRequest(server, enginePath({}, '/engine.io/'));
        assert.match(response.text, /^0\{/);
    });

    check('lengths count UTF-16 units', async () => {
        const session = await open();
        await session.postRaw('2:4€3:4😀');
        const { text } = await session.startPoll().response;
        assert.equal(text, '2:4€3:4😀');
    });

    check('POST is answered ok, GET takes all that is queued', async () => {
        const session = await open();
        const response = await session.postRaw('3:4ab2:4c');
        assert.equal(response.text, 'ok');
        assert.equal(response.headers['content-type'], 'text/html');
        assert.equal((await session.startPoll().response).text, '3:4ab2:4c');
    });

    check('with b64=1 binary comes as b4 + base64 in text', async () => {
        const session = await open({ query: { b64: 1 } });
        await session.postRaw('10:b4AQIDBA==');
        const response = await session.startPoll().response;
        assert.equal(response.headers['content-type'], 'text/plain; charset=UTF-8');
        assert.equal(response.text, '10:b4AQIDBA==');
    });

    check('without b64 binary comes as octets, type byte first', async () => {
        const session = await open();
        await session.postRaw('10:b4AQIDBA==');
        const response = await session.startPoll().response;
        assert.equal(response.headers['content-type'], octets);
        assert.equal(response.body.toString('hex'), '0105ff0401020304');
    });

    check('text in such a payload is UTF-8, its length in bytes', async () => {
        const session = await open();
        await session.post('4hello', Buffer.from([1, 2, 3, 4]), '4€');
        const response = await session.startPoll().response;
        assert.equal(response.body.toString('hex'),
            '0006ff3468656c6c6f' + '0105ff0401020304' + '0004ff34e282ac');
    });

    check('a length of several digits', async () => {
        const session = await open();
        await session.post(Buffer.alloc(300, 7));
        const { body } = await session.startPoll().response;
        assert.equal(body.subarray(0, 6).toString('hex'), '01030001ff04');
        assert.equal(body.length, 6 + 300);
    });

    check('octets may be posted', async () => {
        const session = await open();
        const packets = ['4hello', Buffer.from([1, 2, 255, 0]), '4€😀'];
        const response = await session.postRaw(
            encodeBinaryPayload(packets), { 'Content-Type': octets });
        assert.equal(response.status, 200);
        assert.equal(response.text, 'ok');
        assert.deepEqual(await session.poll(), packets);
    });

    check('close by the client', async () => {
        const session = await open();
        await session.post('1');
        assert.equal(await server.engineCloseReason(session.sid), 'transport close');
    });

    check('a body over the limit: 413, the session stays', async () => {
        const session = await open();
        const response = await session.postRaw(encodeTextPayload(['4' + 'x'.repeat(10_000)]));
        assert.equal(response.status, 413);
        await session.assertEchoes();
    });

    for (const body of ['', 'abc', '4a', '5:4a', '1:4a', ':4a', '-1:4a', '1.5:4a', '2', '2:4a3',
        '2:9x', '99999999999999999999:4a', '1e400:4a', '2:xx']) {
        check(`POST of ${JSON.stringify(body)} closes: parse error`, async () => {
            const session = await open();
            await session.postRaw(body).catch(() => {});
            assert.equal(await server.engineCloseReason(session.sid), 'parse error');
        });
    }

    for (const hex of ['00', '0001', '00ff', '0005ff3461', '0001ff39', '0205ff3461', '01020304',
        '00' + '09'.repeat(400) + 'ff34']) {
        check(`POST of the octets ${hex.slice(0, 20)} does no harm`, async () => {
            const session = await open();
            await session.postRaw(Buffer.from(hex, 'hex'), { 'Content-Type': octets })
                .catch(() => {});
            await (await open()).assertEchoes();
        });
    }

    check('a session of EIO 3 refuses requests of EIO 4: 400, code 3', async () => {
        const session = await open();
        const response = await httpRequest(server, session.url({ EIO: 4 }));
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":3,"message":"Bad request"}');
        await session.assertEchoes();
    });
});

describe('websocket', () => {
    const server = useServer({ eio3: true, engineEcho: true });
    const open = (query = {}) =>
        WebSocketSession.open(server, { path: '/engine.io/', query: { EIO: 3, ...query } });

    check('the open packet is as in version 4', async () => {
        const session = await open();
        assert.deepEqual(session.handshake.upgrades, []);
        assert.match(session.sid, /^[A-Za-z0-9_-]{20}$/);
    });

    check('text as in version 4, binary with the type byte', async () => {
        const session = await open();
        session.send('4hello €');
        assert.equal(await session.next(), '4hello €');
        session.send(Buffer.from([4, 1, 2]));
        assert.deepEqual(await session.next(), Buffer.from([4, 1, 2]));
    });

    check('with b64=1 binary comes as base64 text', async () => {
        const session = await open({ b64: 1 });
        session.send('b4AQI=');
        assert.equal(await session.next(), 'b4AQI=');
    });

    check('the client pings, with data or not, and the server answers 3', async () => {
        const session = await open();
        session.send('2');
        assert.equal(await session.next(), '3');
        session.send('2probe');
        assert.equal(await session.next(), '3');
    });

    check('a pong from the client closes: transport error', async () => {
        const session = await open();
        session.send('3');
        await session.ws.closeCode();
        assert.equal(await server.engineCloseReason(session.sid), 'transport error');
    });

    for (const packet of ['9', 'x', '']) {
        check(`the packet ${JSON.stringify(packet)} closes: parse error`, async () => {
            const session = await open();
            session.send(packet);
            assert.equal(await session.ws.closeCode(), 1005);
            assert.equal(await server.engineCloseReason(session.sid), 'parse error');
        });
    }
});

describe('upgrade', () => {
    const server = useServer({ eio3: true, engineEcho: true });

    check('2probe, 3probe, 5, with what is queued flushed in order', async () => {
        const session = await OldSession.open(server);
        const ws = await RawWebSocket.connect(server, session.url({ transport: 'websocket' }));
        const poll = session.startPoll();
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
        assert.equal((await poll.response).text, '1:6');
        await session.post('4one', Buffer.from([1, 2]), '4two');
        ws.send('5');
        assert.equal(await ws.nextMessage(), '4one');
        assert.deepEqual(await ws.nextMessage(), Buffer.from([4, 1, 2]));
        assert.equal(await ws.nextMessage(), '4two');
        ws.send('2');
        assert.equal(await ws.nextMessage(), '3');
    });
});

describe('heartbeat', () => {
    const [interval, timeout] = [150, 600];
    const server = useServer({
        eio3: true, engineEcho: true, pingIntervalMs: interval, pingTimeoutMs: timeout,
    });

    check('the server never pings; without pings it closes after interval + timeout', async () => {
        const session = await WebSocketSession.open(
            server, { path: '/engine.io/', query: { EIO: 3 } });
        const opened = performance.now();
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
        const waited = performance.now() - opened;
        assert.ok(waited > interval + timeout - 40, `after ${waited} ms`);
        assert.ok(waited < interval + timeout + 400 * timeScale, `after ${waited} ms`);
        assert.deepEqual(session.ws.frames.drain().filter(({ op }) => op === 1), []);
    });

    check('pings keep a session, on either transport', async () => {
        const ws = await WebSocketSession.open(server, { path: '/engine.io/', query: { EIO: 3 } });
        const polling = await OldSession.open(server);
        for (let round = 0; round < 4; ++round) {
            await elapse(interval);
            ws.send('2');
            assert.equal(await ws.next(), '3');
            await polling.post('2');
            assert.deepEqual(await polling.poll(), ['3']);
        }
    });
});

describe('Socket.IO', () => {
    const server = useServer({ eio3: true });

    const open = () => OldSession.open(server, { path: '/socket.io/' });

    /** Opened and joined to `/`, with the `auth` event taken. */
    async function openJoined() {
        const session = await open();
        assert.equal(await session.next(), '40');
        assert.equal(await session.next(), '42["auth",{}]');
        return session;
    }

    check('`/` is joined without being asked: the next poll brings 2:40', async () => {
        const session = await open();
        const text = session.received.length > 0
            ? encodeTextPayload(session.received) : (await session.startPoll().response).text;
        assert.match(text, /^2:40/);
    });

    check('on websocket as well', async () => {
        const session = await WebSocketSession.open(server, { query: { EIO: 3 } });
        assert.equal(await session.next(), '40');
        assert.equal(await session.next(), '42["auth",{}]');
    });

    check('the id on `/` is the sid of the engine', async () => {
        const session = await openJoined();
        await server.line(new RegExp(`^connect / ${session.sid}$`));
        await session.post('41');
        assert.equal(await server.disconnectReason(session.sid), 'client namespace disconnect');
    });

    check('a namespace is joined with its query as auth; its reply carries no sid', async () => {
        const session = await openJoined();
        await session.post('40/custom?token=a%20b&n=1,');
        assert.equal(await session.next(), '40/custom,');
        assert.equal(await session.next(), '42/custom,["auth",{"token":"a b","n":"1"}]');
        await server.line(new RegExp(`^connect /custom /custom#${session.sid}$`));
    });

    check('a namespace without a query, with and without a comma', async () => {
        for (const packet of ['40/custom', '40/custom,']) {
            const session = await openJoined();
            await session.post(packet);
            assert.equal(await session.next(), '40/custom,');
            assert.equal(await session.next(), '42/custom,["auth",{}]');
        }
    });

    check('events and acks', async () => {
        const session = await openJoined();
        await session.post('42["message",1,"€",{"a":[]}]');
        assert.equal(await session.next(), '42["message-back",1,"€",{"a":[]}]');
        await session.post('427["message-with-ack","x"]');
        assert.equal(await session.next(), '437["x"]');
        await session.post('42["ask","q"]');
        const [, id] = /^42(\d+)\["question","q"\]$/.exec(await session.next());
        await session.post(`43${id}["a"]`);
        assert.equal(await session.next(), '42["answer","a"]');
    });

    check('attachments', async () => {
        const session = await openJoined();
        await session.post('451-["message",{"_placeholder":true,"num":0}]', Buffer.from([1, 2]));
        assert.equal(await session.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
        assert.deepEqual(await session.next(), Buffer.from([1, 2]));
    });

    check('a middleware\'s refusal is the message alone, or its data', async () => {
        const session = await openJoined();
        await session.post('40/guarded,');
        assert.equal(await session.next(), '44/guarded,"not authorized"');
        await session.post('40/guarded?data=D1,');
        assert.equal(await session.next(), '44/guarded,"D1"');
    });

    check('an unknown namespace is refused', async () => {
        const session = await openJoined();
        await session.post('40/nope,');
        assert.equal(await session.next(), '44/nope,{"message":"Invalid namespace"}');
    });

    check('a broken packet closes: forced close', async () => {
        const session = await openJoined();
        await session.postRaw(encodeTextPayload(['42{}'])).catch(() => {});
        await session.poll().catch(() => {});
        assert.match(await server.disconnectReason(session.sid), /^forced (server )?close$/);
    });
});

describe('off, which is the default', () => {
    const server = useServer();

    check('EIO 3 is refused: 400, code 5', async () => {
        const response = await httpRequest(server, enginePath({ EIO: 3 }));
        assert.equal(response.status, 400);
        assert.equal(response.text, '{"code":5,"message":"Unsupported protocol version"}');
    });
});
