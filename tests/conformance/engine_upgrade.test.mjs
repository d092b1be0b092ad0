// From polling to WebSocket: the probe dance and everything that can go wrong in it. WIRE: B5.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { enginePath, PollingSession, settle } from '../support/engine.mjs';
import { httpRequest } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { encodeFrame, RawWebSocket } from '../support/websocket.mjs';

const server = useServer({ upgradeTimeoutMs: 400, engineEcho: true });

const open = () => PollingSession.open(server, { path: '/engine.io/' });

const probePath = (session, query = {}) =>
    enginePath({ transport: 'websocket', sid: session.sid, ...query }, '/engine.io/');

const connectProbe = (session, options) =>
    RawWebSocket.connect(server, probePath(session), options);

/** Opens the second transport and gets its `3probe`. */
async function probe(session) {
    const ws = await connectProbe(session);
    ws.send('2probe');
    assert.equal(await ws.nextMessage('3probe'), '3probe');
    return ws;
}

/** The whole dance, after which the session is on the WebSocket that is returned. */
async function upgrade(session) {
    const ws = await probe(session);
    ws.send('5');
    ws.send('4upgraded');
    assert.equal(await ws.nextMessage('echo'), '4upgraded');
    return ws;
}

describe('the probe dance', () => {
    check('2probe, 3probe, 5: from then on messages travel on the WebSocket', async () => {
        const session = await open();
        const ws = await upgrade(session);
        ws.sendBinary(Buffer.from([1, 2, 3]));
        assert.deepEqual(await ws.nextMessage(), Buffer.from([1, 2, 3]));
    });

    check('no second open packet is sent', async () => {
        const session = await open();
        const ws = await connectProbe(session);
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
    });

    check('request, probe and upgrade packet may come in one piece', async () => {
        const session = await open();
        const ws = await connectProbe(session, {
            trailing: Buffer.concat([encodeFrame('2probe'), encodeFrame('5'), encodeFrame('4x')]),
        });
        assert.equal(await ws.nextMessage(), '3probe');
        assert.equal(await ws.nextMessage(), '4x');
    });

    check('a waiting GET is released with `6` after 3probe', async () => {
        const session = await open();
        const poll = session.startPoll();
        await settle(server);
        await probe(session);
        assert.equal((await poll.response).text, '6');
    });

    check('a GET that comes while probing is released with `6` as well', async () => {
        const session = await open();
        await probe(session);
        assert.deepEqual(await session.poll(), ['6']);
        assert.deepEqual(await session.poll(), ['6']);
    });

    check('until `5` arrives outgoing data goes to polling and nothing to the probe', async () => {
        const session = await open();
        const ws = await probe(session);
        await session.post('4one');
        await session.post('4two');
        assert.deepEqual(await session.poll(), ['4one', '4two']);
        assert.equal(ws.frames.size, 0);
    });

    check('what polling has not fetched is flushed on the WebSocket, in order', async () => {
        const session = await open();
        const ws = await probe(session);
        await session.post('4one', '4two');
        await session.post('bAQID', '4three');
        ws.send('5');
        assert.equal(await ws.nextMessage(), '4one');
        assert.equal(await ws.nextMessage(), '4two');
        assert.deepEqual(await ws.nextMessage(), Buffer.from([1, 2, 3]));
        assert.equal(await ws.nextMessage(), '4three');
    });

    check('messages posted before the upgrade precede those sent on the WebSocket', async () => {
        const session = await open();
        await session.post(...Array.from({ length: 20 }, (_, i) => `4#${i}`));
        const ws = await probe(session);
        await session.post(...Array.from({ length: 20 }, (_, i) => `4#${20 + i}`));
        ws.send('5');
        for (let i = 40; i < 60; ++i) {
            ws.send(`4#${i}`);
        }
        for (let i = 0; i < 60; ++i) {
            assert.equal(await ws.nextMessage(), `4#${i}`);
        }
    });

    check('a GET that still waits when `5` arrives is answered', async () => {
        const session = await open();
        const poll = session.startPoll();
        const ws = await probe(session);
        const { text } = await poll.response;
        assert.equal(text, '6');
        const second = session.startPoll();
        ws.send('5');
        const response = await second.response;
        assert.ok([200, 400].includes(response.status), String(response.status));
        ws.send('4x');
        assert.equal(await ws.nextMessage(), '4x');
    });

    check('after the upgrade polling is answered 400, code 3', async () => {
        const session = await open();
        const ws = await upgrade(session);
        for (const options of [{}, { method: 'POST', body: '4late' }]) {
            const response = await httpRequest(server, session.url(), options);
            assert.equal(response.status, 400);
            assert.equal(response.text, '{"code":3,"message":"Bad request"}');
        }
        ws.send('4x');
        assert.equal(await ws.nextMessage(), '4x');
    });

    check('the upgraded session ends with its WebSocket', async () => {
        const session = await open();
        const ws = await upgrade(session);
        ws.sendClose(1000);
        assert.equal(await server.engineCloseReason(session.sid), 'transport close');
        await session.assertClosed();
    });

    check('the probe may be repeated', async () => {
        const session = await open();
        const ws = await probe(session);
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
        ws.send('5');
        ws.send('4x');
        assert.equal(await ws.nextMessage(), '4x');
    });

    check('`5` without a probe upgrades too', async () => {
        const session = await open();
        const ws = await connectProbe(session);
        ws.send('5');
        ws.send('4x');
        assert.equal(await ws.nextMessage(), '4x');
    });
});

describe('a probe that goes wrong leaves the session alone', () => {
    for (const packet of ['4early', '2', '2other', '3', '6', '1', '0', '9', '']) {
        check(`packet ${JSON.stringify(packet)} on the probe closes the probe`, async () => {
            const session = await open();
            const ws = await connectProbe(session);
            ws.send(packet);
            assert.equal(await ws.closeCode(), 1005);
            await session.assertEchoes();
        });
    }

    check('a message between 3probe and 5 closes the probe and is not delivered', async () => {
        const session = await open();
        const ws = await probe(session);
        ws.send('4early');
        assert.equal(await ws.closeCode(), 1005);
        await session.assertEchoes();
    });

    check('a binary frame on the probe closes the probe', async () => {
        const session = await open();
        const ws = await connectProbe(session);
        ws.sendBinary(Buffer.from([5]));
        assert.equal(await ws.closeCode(), 1005);
        await session.assertEchoes();
    });

    check('a probe that does not complete in time is closed', async () => {
        const session = await open();
        const started = performance.now();
        const ws = await probe(session);
        assert.equal(await ws.closeCode(), 1005);
        const took = performance.now() - started;
        assert.ok(took > 350, `closed after ${took} ms already`);
        await session.assertEchoes();
    });

    check('a probe that never says anything is closed', async () => {
        const session = await open();
        const ws = await connectProbe(session);
        assert.equal(await ws.closeCode(), 1005);
        await session.assertEchoes();
    });

    check('after a failed probe another one succeeds', async () => {
        const session = await open();
        const first = await probe(session);
        first.send('4early');
        await first.closeCode();
        await upgrade(session);
    });

    check('a probe whose connection breaks leaves room for another', async () => {
        const session = await open();
        const first = await probe(session);
        first.socket.destroy();
        await session.assertEchoes();
        await upgrade(session);
    });

    check('a frame that breaks RFC 6455 ends the probe only', async () => {
        const session = await open();
        const ws = await probe(session);
        ws.send('5', { masked: false });
        assert.equal(await ws.closeCode(), 1002);
        await session.assertEchoes();
    });

    check('a second probe while the first is probing is closed at once', async () => {
        const session = await open();
        const first = await probe(session);
        const second = await connectProbe(session);
        assert.equal(await second.closeCode(), 1005);
        first.send('5');
        first.send('4x');
        assert.equal(await first.nextMessage(), '4x');
    });

    check('a WebSocket for an upgraded session is closed at once', async () => {
        const session = await open();
        const ws = await upgrade(session);
        const second = await connectProbe(session);
        assert.equal(await second.closeCode(), 1005);
        ws.send('4x');
        assert.equal(await ws.nextMessage(), '4x');
    });

    check('an upgrade with another protocol version: raw 400, bad request', async () => {
        const session = await open();
        const ws = await RawWebSocket.attempt(server, probePath(session, { EIO: 3 }));
        assert.equal(ws.status, 400);
        assert.equal(await ws.refusal(), 'Bad request');
        await session.assertEchoes();
    });

    check('a session that ends while probing ends the probe', async () => {
        const session = await open();
        const ws = await probe(session);
        await session.post('1');
        await session.assertClosed();
        assert.ok([1005, 1006].includes(await ws.closeCode()));
    });
});
