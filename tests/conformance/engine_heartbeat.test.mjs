// Heartbeats of EIO 4: the server pings, the client answers. WIRE: B4. (EIO 3: eio3_engine.)
// Time itself is the subject here, so these tests measure it; the bounds leave room for a busy
// machine on the late side only.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { PollingSession, WebSocketSession } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const early = 15;  // Timers may fire a little early against another process's clock.

describe('on websocket', () => {
    const interval = 200;
    const timeout = 800;
    const server = useServer({
        pingIntervalMs: interval, pingTimeoutMs: timeout, engineEcho: true,
    });
    const open = () => WebSocketSession.open(server, { path: '/engine.io/' });

    check('the first ping comes one interval after the open packet', async () => {
        const session = await open();
        const opened = performance.now();
        assert.equal(await session.next('ping'), '2');
        const waited = performance.now() - opened;
        assert.ok(waited > interval - early - 20, `after ${waited} ms`);
        assert.ok(waited < (interval + 400) * timeScale, `after ${waited} ms`);
    });

    check('the next ping is counted from the pong, not from the last ping', async () => {
        const session = await open();
        assert.equal(await session.next('ping'), '2');
        await elapse(150);
        session.send('3');
        const answered = performance.now();
        assert.equal(await session.next('ping'), '2');
        const waited = performance.now() - answered;
        assert.ok(waited > interval - early, `after ${waited} ms`);
    });

    check('a client that answers stays, also over several rounds', async () => {
        const session = await open();
        for (let round = 0; round < 5; ++round) {
            assert.equal(await session.next('ping'), '2');
            session.send('3');
        }
        await session.assertEchoes();
    });

    check('a client that does not answer is closed after the timeout: `ping timeout`', async () => {
        const session = await open();
        assert.equal(await session.next('ping'), '2');
        const pinged = performance.now();
        const code = await session.ws.closeCode();
        const waited = performance.now() - pinged;
        assert.ok([1005, 1006].includes(code), `closed with ${code}`);
        assert.ok(waited > timeout - early, `after ${waited} ms`);
        assert.ok(waited < (timeout + 400) * timeScale, `after ${waited} ms`);
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
    });

    check('another packet while a pong is due extends the timeout, but only once', async () => {
        const session = await open();
        assert.equal(await session.next('ping'), '2');
        const pinged = performance.now();
        await elapse(0.6 * timeout);
        await session.assertEchoes('first');
        const extended = performance.now();
        await elapse(0.6 * timeout);
        await session.assertEchoes('second');  // 1.2 timeouts after the ping it is still there.
        assert.ok(performance.now() - pinged > timeout);
        await session.ws.closeCode();
        const waited = performance.now() - extended;
        assert.ok(waited > timeout - 50, `${waited} ms after the first packet`);
        assert.ok(waited < timeout + 250 * timeScale, `${waited} ms after the first packet`);
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
    });

    check('a pong with data counts', async () => {
        const session = await open();
        for (let round = 0; round < 3; ++round) {
            assert.equal(await session.next('ping'), '2');
            session.send('3probe');
        }
        await session.assertEchoes();
    });
});

describe('on polling', () => {
    const server = useServer({ pingIntervalMs: 150, pingTimeoutMs: 600, engineEcho: true });
    const open = () => PollingSession.open(server, { path: '/engine.io/' });

    check('the ping comes in the answer to a GET, the pong in a POST', async () => {
        const session = await open();
        for (let round = 0; round < 3; ++round) {
            assert.deepEqual(await session.poll(), ['2']);
            await session.post('3');
        }
    });

    check('a client that polls but does not answer is closed', async () => {
        const session = await open();
        assert.deepEqual(await session.poll(), ['2']);
        const poll = session.startPoll();
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
        const response = await poll.response.catch((error) => error);
        if (!(response instanceof Error)) {
            assert.match(response.text, /^(1|6|6\x1e1)$/);
        }
        await session.assertClosed();
    });

    check('a client that disappears is closed', async () => {
        const session = await open();
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
        await session.assertClosed();
    });
});

describe('across an upgrade', () => {
    const server = useServer({ pingIntervalMs: 150, pingTimeoutMs: 600, engineEcho: true });

    check('heartbeats go on, on the new transport', async () => {
        const session = await PollingSession.open(server, { path: '/engine.io/' });
        const ws = await RawWebSocket.connect(server, session.url({ transport: 'websocket' }));
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
        ws.send('5');
        for (let round = 0; round < 3; ++round) {
            assert.equal(await ws.nextMessage('ping'), '2');
            ws.send('3');
        }
        await ws.nextMessage('last ping');
        assert.equal(await server.engineCloseReason(session.sid), 'ping timeout');
    });
});

describe('seen by Socket.IO', () => {
    const server = useServer({ pingIntervalMs: 150, pingTimeoutMs: 600 });

    check('the sockets of all namespaces leave with `ping timeout`', async () => {
        const session = await WebSocketSession.open(server);
        session.send('40');
        const { sid } = JSON.parse((await session.next()).slice(2));
        await session.next('auth');
        session.send('40/custom,');
        const custom = JSON.parse((await session.next()).slice('40/custom,'.length));
        assert.equal(await server.disconnectReason(sid), 'ping timeout');
        assert.equal(await server.disconnectReason(custom.sid, '/custom'), 'ping timeout');
    });
});
