// What one address and one socket may take: connections, their rate, events, and the time for attachments.
// Others are served as before.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { enginePath, Peer, PollingSession } from '../support/engine.mjs';
import { Fixture } from '../support/fixture.mjs';
import { openTcp } from '../support/http.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, nextEvent } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const nodeDiffers = 'it has no such bound';
const page = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** Loopback has many addresses; the server listens on the first. */
const other = '127.0.0.2';

async function connect(server, options) {
    const socket = createClient(server, 4, { ...journeys.websocket, ...options });
    await nextEvent(socket, 'connect');
    return socket;
}

/** A new connection, and whether the server let it in and served it. */
async function attempt(server, localAddress) {
    const connection = await openTcp(server, { localAddress });
    connection.socket.on('error', () => {});
    connection.write(page);
    const isIn = await Promise.race([
        connection.received(/\r\n\r\npage$/).then(() => true),
        connection.ended().then((text) => text !== ''),
    ]);
    return { connection, isIn };
}

async function letsIn(server, localAddress) {
    const { connection, isIn } = await attempt(server, localAddress);
    connection.socket.destroy();
    return isIn;
}

/** A connection that is let in: at once, or when the server has noticed that others have gone. */
async function openServed(server, localAddress) {
    for (;;) {
        const { connection, isIn } = await attempt(server, localAddress);
        if (isIn) {
            return connection;
        }
        await new Promise(setImmediate);
    }
}

const countLines = (server, pattern) => server.lines.filter((line) => pattern.test(line)).length;

describe('address_connections_max', () => {
    const addressConnections = 4;
    const server = useServer({ addressConnections }, 'limits_fixture');
    const open = (count, localAddress) => Promise.all(
        Array.from({ length: count }, () => openServed(server, localAddress)));

    const untilLetIn = async (localAddress) =>
        (await openServed(server, localAddress)).socket.destroy();

    check('one more than the bound is closed without a word, with one line in the log', async () => {
        const inside = await open(addressConnections);
        for (let i = 0; i < 10; ++i) {
            assert.equal(await letsIn(server), false);
        }
        assert.equal(await letsIn(server, other), true);
        inside[0].write(page);
        await inside[0].received((bytes) => bytes.split('\r\n\r\npage').length === 3);
        const line = /^log connection refused why=address_connections_max is reached address=127\.0\.0\.1$/;
        await server.line(line);
        assert.equal(countLines(server, line), 1);
        inside[1].socket.destroy();
        await untilLetIn();
    }, { nodeDiffers });

    check('refusals are counted', async () => {
        const inside = await open(addressConnections);
        assert.equal(await letsIn(server), false);
        const asking = await Peer.openEngine(server, 'websocket').catch(() => null);
        assert.equal(asking, null, 'its own address is full');
        inside.forEach(({ socket }) => socket.destroy());
        await untilLetIn();
        const witness = await connect(server);
        const [counters] = await ask(witness, 'counters');
        assert.ok(counters.addressesRefused >= 2);
    }, { nodeDiffers });

    check('a connection that moves between shards keeps its place, and gives it back', async () => {
        await untilLetIn();
        for (let round = 0; round < 6 * addressConnections; ++round) {
            const session = await PollingSession.open(server);
            const ws = await RawWebSocket.connect(server, session.url({ transport: 'websocket' }));
            ws.send('2probe');
            assert.equal(await ws.nextMessage(), '3probe');
            ws.destroy();
            await ws.ended();
            await untilLetIn();
        }
        const session = await PollingSession.open(server);
        const ws = await RawWebSocket.connect(server, session.url({ transport: 'websocket' }));
        ws.send('2probe');
        assert.equal(await ws.nextMessage(), '3probe');
        const more = [];
        for (let i = 1; i < addressConnections; ++i) {
            more.push(await openServed(server));
        }
        assert.equal(await letsIn(server), false, 'the WebSocket is counted');
        more.forEach(({ socket }) => socket.destroy());
    }, { nodeDiffers });

    check('peers that half-open and vanish keep nobody out', async () => {
        for (let i = 0; i < 20; ++i) {
            const connection = await openTcp(server, { localAddress: other });
            connection.socket.on('error', () => {});
            connection.socket.resetAndDestroy();
        }
        await untilLetIn(other);
    }, { nodeDiffers });
});

describe('address_connects_per_second_max', () => {
    check('a burst of one address is cut off, others are not, and it may come back', async () => {
        const server = await new Fixture('limits_fixture').start({ addressConnectsPerSecond: 5 });
        try {
            const outcomes = await Promise.all(Array.from({ length: 25 }, () => letsIn(server)));
            const inside = outcomes.filter(Boolean).length;
            assert.ok(inside >= 5 && inside < 15, `${inside} were let in`);
            assert.equal(await letsIn(server, other), true);
            await elapse(1_100);
            assert.equal(await letsIn(server), true);
            const line = /^log connection refused why=faster than address_connects_per_second_max address=/;
            assert.equal(countLines(server, line), 1);
        } finally {
            server.kill();
        }
    }, { nodeDiffers });
});

describe('events_per_second_max', () => {
    const eventsPerSecond = 4;
    const eventsBurst = 10;
    const server = useServer({ eventsPerSecond, eventsBurst }, 'limits_fixture');

    for (const transport of ['websocket', 'polling']) {
        check(`${transport}: what comes faster is dropped, and on_error is told`, async () => {
            const before = countLines(server, /^error echo Too many events$/);
            const witness = await connect(server);
            const flooder = await connect(server, journeys[transport]);
            const answers = [];
            const started = performance.now();
            for (let i = 0; i < 40; ++i) {
                flooder.emit('echo', i, (answer) => answers.push(answer));
            }
            // Its turn comes behind all of them, once there is a token again.
            await elapse(1_000);
            await ask(flooder, 'echo', 'end');
            const refilled = Math.ceil((performance.now() - started) / 1_000 * eventsPerSecond);
            assert.deepEqual(answers.slice(0, eventsBurst), Array.from(Array(eventsBurst).keys()));
            assert.ok(answers.length <= eventsBurst + refilled, `${answers.length} were answered`);
            const dropped = countLines(server, /^error echo Too many events$/) - before;
            assert.equal(dropped, 40 - answers.length);
            assert.deepEqual(await ask(witness, 'echo', 1), [1]);
            const [counters] = await ask(witness, 'counters');
            assert.ok(counters.eventsRefused >= dropped);
        }, { nodeDiffers });
    }

    check('who keeps to it is never dropped', async () => {
        const socket = await connect(server);
        for (let i = 0; i < eventsBurst; ++i) {
            assert.deepEqual(await ask(socket, 'echo', i), [i]);
        }
    });

    check('a socket has its rate alone', async () => {
        const sockets = await Promise.all(Array.from({ length: 5 }, () => connect(server)));
        for (const socket of sockets) {
            for (let i = 0; i < eventsBurst; ++i) {
                assert.deepEqual(await ask(socket, 'echo', i), [i]);
            }
        }
    });

    check('disconnect: a flooder is sent away and does not come back by itself', async () => {
        const strict = await new Fixture('limits_fixture').start(
            { eventsPerSecond, disconnectFloods: true });
        try {
            const witness = await connect(strict);
            const flooder = await connect(strict, { reconnection: true });
            const { id } = flooder;
            const gone = nextEvent(flooder, 'disconnect');
            for (let i = 0; i < 40; ++i) {
                flooder.emit('echo', i, () => {});
            }
            assert.equal((await gone)[0], 'io server disconnect');
            assert.equal(await strict.disconnectReason(id), 'server namespace disconnect');
            await strict.line(/^log client disconnected for its event rate nsp=\/ address=127\.0\.0\.1$/);
            assert.deepEqual(await ask(witness, 'echo', 1), [1]);
        } finally {
            strict.kill();
        }
    }, { nodeDiffers });
});

describe('attachment_timeout', () => {
    const attachmentTimeoutMs = 400;
    const server = useServer({ attachmentTimeoutMs }, 'limits_fixture');
    const announced = '52-["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';

    async function join(transport) {
        const peer = await Peer.openEngine(server, transport);
        await peer.send('0');
        peer.sid = JSON.parse((await peer.next()).slice(1)).sid;
        return peer;
    }

    for (const transport of ['websocket', 'polling']) {
        check(`${transport}: attachments that never come end the session`, async () => {
            const witness = await join('websocket');
            const peer = await join(transport);
            const started = performance.now();
            await peer.send(announced);
            assert.equal(await peer.disconnectReason(), 'forced close');
            assert.ok(performance.now() - started > attachmentTimeoutMs - 50);
            await peer.closed();
            await witness.send('20["echo",1]');
            assert.equal(await witness.next(), '30[1]');
        }, { nodeDiffers });

        check(`${transport}: one of two buys no more time`, async () => {
            const peer = await join(transport);
            const started = performance.now();
            await peer.send(announced);
            await elapse(attachmentTimeoutMs / 2);
            await peer.send(Buffer.from([1]));
            assert.equal(await peer.disconnectReason(), 'forced close');
            assert.ok(performance.now() - started < 3 * attachmentTimeoutMs);
        }, { nodeDiffers });

        check(`${transport}: who sends them all is left alone`, async () => {
            const peer = await join(transport);
            await peer.send('52-0["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
                Buffer.from([1]), Buffer.from([2]));
            assert.equal((await peer.next()).slice(0, 4), '62-0');
            assert.deepEqual([...await peer.next(), ...await peer.next()], [1, 2]);
            await elapse(attachmentTimeoutMs + 100);
            await peer.send('21["echo",1]');
            assert.equal(await peer.next(), '31[1]');
        });
    }

    check('100 of them hold no memory afterwards and keep nobody out', async () => {
        const peers = await Promise.all(Array.from({ length: 100 }, () => join('websocket')));
        await Promise.all(peers.map((peer) => peer.send(announced, Buffer.alloc(1_000))));
        await Promise.all(peers.map((peer) => peer.disconnectReason()));
        const last = await join('websocket');
        await last.send('20["echo",1]');
        assert.equal(await last.next(), '30[1]');
    }, { nodeDiffers });
});
