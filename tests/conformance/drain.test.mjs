// The end of a server: clients leave over a window, hear of it on every transport, and what is under way is
// served. WIRE: A2 (io.close), B2 (server close).

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { enginePath, Peer, PollingSession } from '../support/engine.mjs';
import { Fixture } from '../support/fixture.mjs';
import { httpRequest, openTcp } from '../support/http.mjs';
import { check } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const nodeDiffers = 'it closes everything at once, and polls that come then fail';

/** One fact about a server of its own, which the test stops. */
function checkEnd(name, options, body) {
    check(name, async () => {
        const server = await new Fixture('limits_fixture').start(options);
        try {
            await body(server);
        } finally {
            server.kill();
        }
    }, { nodeDiffers });
}

async function connect(server, journey) {
    const socket = createClient(server, 4, journeys[journey]);
    await nextEvent(socket, 'connect');
    return socket;
}

const connectMany = (server, journey, count) =>
    Promise.all(Array.from({ length: count }, () => connect(server, journey)));

/** For each client when it left, in milliseconds since now, and why. */
function departures(sockets) {
    const started = performance.now();
    return Promise.all(sockets.map(async (socket) => {
        const { id } = socket;
        const [reason] = await nextEvent(socket, 'disconnect', 20_000);
        return { id, reason, at: performance.now() - started };
    }));
}

const refusesConnections = (server) => new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port: server.port });
    socket.on('connect', () => {
        socket.destroy();
        resolve(false);
    });
    socket.on('error', () => resolve(true));
});

async function assertLeft(server, gone) {
    for (const { id, reason } of gone) {
        assert.equal(reason, 'transport close');
        assert.equal(await server.disconnectReason(id), 'server shutting down');
    }
}

describe('SIGTERM without a window', () => {
    for (const journey of Object.keys(journeys)) {
        checkEnd(`${journey}: \`transport close\` for clients, \`server shutting down\` for handlers`,
            {}, async (server) => {
                const sockets = await connectMany(server, journey, 10);
                const gone = departures(sockets);
                server.signal('SIGTERM');
                await assertLeft(server, await gone);
                assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
            });
    }

    checkEnd('polling: the same for clients that are busy sending', {}, async (server) => {
        const sockets = await connectMany(server, 'polling', 10);
        const gone = departures(sockets);
        let busy = true;
        const talk = (socket) => {
            if (busy && socket.connected) {
                socket.emit('echo', 1, () => talk(socket));
            }
        };
        sockets.forEach(talk);
        await Promise.all(sockets.map((socket) => ask(socket, 'echo', 2)));
        server.signal('SIGTERM');
        await assertLeft(server, await gone);
        busy = false;
        assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
    });

    checkEnd('polling: at the very moment of connecting', {}, async (server) => {
        const sockets = Array.from({ length: 10 }, () => createClient(server, 4, journeys.polling));
        const gone = departures(sockets);
        await Promise.all(sockets.map((socket) => nextEvent(socket, 'connect')));
        server.signal('SIGTERM');
        assert.ok((await gone).every(({ reason }) => reason === 'transport close'));
    });

    checkEnd('a POST under way is `ok`, and the next GET says the end', {}, async (server) => {
        const session = await PollingSession.open(server);
        await session.post('40');
        const [reply] = await session.poll();
        const { sid } = JSON.parse(reply.slice(2));
        server.signal('SIGTERM');
        assert.equal(await server.disconnectReason(sid), 'server shutting down');
        assert.equal((await session.postRaw('42["echo",1]')).text, 'ok');
        assert.deepEqual(await session.poll(), ['1']);
        assert.equal((await session.postRaw('3').catch(() => ({ text: 'ok' }))).text, 'ok');
        assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
    });

    checkEnd('a polling client that never comes back holds it up for a second', {}, async (server) => {
        const session = await PollingSession.open(server);
        await session.post('40');
        await session.poll();
        const started = performance.now();
        server.signal('SIGTERM');
        assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
        assert.ok(performance.now() - started < 6_000);
    });

    checkEnd('without clients it ends at once, idle connections or not', {}, async (server) => {
        const connection = await openTcp(server);
        connection.write('GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await connection.received(/page$/);
        server.signal('SIGTERM');
        await connection.ended();
        assert.deepEqual(await server.exited(5_000), { code: 0, signal: null });
    });
});

describe('a window', () => {
    const drainWindowMs = 1_500;

    for (const journey of ['websocket', 'polling']) {
        checkEnd(`${journey}: clients leave one after the other`, { drainWindowMs }, async (server) => {
            const sockets = await connectMany(server, journey, 24);
            const gone = departures(sockets);
            server.signal('SIGTERM');
            const left = await gone;
            await assertLeft(server, left);
            const times = left.map(({ at }) => at).sort((a, b) => a - b);
            assert.ok(times.at(-1) > drainWindowMs * 0.7, `the last left after ${times.at(-1)} ms`);
            // Evenly: in each third of the window about a third, whatever the machine does meanwhile.
            const early = times.filter((at) => at < drainWindowMs / 3).length;
            assert.ok(early <= 12, `${early} of 24 left in the first third`);
            assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
        });

        checkEnd(`${journey}: who has not left yet is served as ever`, { drainWindowMs }, async (server) => {
            const sockets = await connectMany(server, journey, 12);
            server.signal('SIGTERM');
            await server.line(/^log draining window_ms=1500 sessions=12$/);
            const still = sockets.filter((socket) => socket.connected);
            assert.ok(still.length >= 6);
            const answered = still.map(async (socket) => {
                const gone = nextEvent(socket, 'disconnect').then(() => null);
                return Promise.race([ask(socket, 'echo', socket.id), gone]);
            });
            const answers = (await Promise.all(answered)).filter(Boolean);
            assert.ok(answers.length >= 3, `${answers.length} were answered`);
        });
    }

    checkEnd('nobody new is let in: 503 while a polling client needs the port', { drainWindowMs },
        async (server) => {
            const polling = await connect(server, 'polling');
            const raw = await openTcp(server);
            raw.write('GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n');
            await raw.received(/page$/);
            server.signal('SIGTERM');
            await server.line(/^log draining /);
            const response = await httpRequest(server, enginePath());
            assert.equal(response.status, 503);
            const ws = await RawWebSocket.attempt(server, enginePath({ transport: 'websocket' }));
            assert.equal(ws.status, 503);
            assert.equal((await RawWebSocket.attempt(server, '/echo')).status, 503);
            // What is no session is answered, for a last time on its connection.
            raw.write('GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n');
            assert.match(await raw.ended(), /Connection: close\r\n\r\npage$/);
            assert.equal((await nextEvent(polling, 'disconnect'))[0], 'transport close');
        });

    checkEnd('the port closes at once when nobody polls', { drainWindowMs }, async (server) => {
        const sockets = await connectMany(server, 'websocket', 4);
        const gone = departures(sockets);
        server.signal('SIGTERM');
        await server.line(/^log draining /);
        while (!await refusesConnections(server)) {
            await new Promise(setImmediate);
        }
        assert.ok(sockets.some((socket) => socket.connected), 'within the window');
        await assertLeft(server, await gone);
    });

    checkEnd('a polling client may upgrade meanwhile', { drainWindowMs }, async (server) => {
        const others = await connectMany(server, 'websocket', 3);
        const session = await PollingSession.open(server);
        await session.post('40');
        await session.poll();
        server.signal('SIGTERM');
        await server.line(/^log draining /);
        const ws = await RawWebSocket.attempt(server, session.url({ transport: 'websocket' }));
        // It may have been the first to leave.
        if (ws.status === 101) {
            ws.send('2probe');
            ws.send('5');
            assert.ok([1005, 1006].includes(await ws.closeCode()));
        }
        others.forEach((socket) => socket.disconnect());
        assert.deepEqual(await server.exited(8_000), { code: 0, signal: null });
    });

    checkEnd('a second signal ends it at once', { drainWindowMs: 30_000 }, async (server) => {
        const sockets = await connectMany(server, 'websocket', 8);
        const gone = departures(sockets);
        server.signal('SIGTERM');
        await server.line(/^log draining /);
        server.signal('SIGTERM');
        await assertLeft(server, await gone);
        assert.deepEqual(await server.exited(5_000), { code: 0, signal: null });
    });

    checkEnd('broadcasts reach those who are still there', { drainWindowMs }, async (server) => {
        const peers = await Promise.all(Array.from({ length: 6 }, async () => {
            const peer = await Peer.openEngine(server, 'websocket');
            await peer.send('0');
            await peer.next();
            return peer;
        }));
        server.signal('SIGTERM');
        await server.line(/^log draining /);
        await peers[0].send('2["to-all","x"]').catch(() => {});
        const received = await Promise.all(peers.map((peer) => peer.next().catch(() => null)));
        assert.ok(received.filter((packet) => packet === '2["all","x"]').length >= 4);
    });
});
