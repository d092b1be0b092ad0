// Limits of one address where proxies stand in between: whom they count, when it is known, and what is left when it
// goes. docs/http.md "Behind proxies", docs/races.md "Races of addresses".

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { enginePath } from '../support/engine.mjs';
import { httpRequest, openTcp, startRequest } from '../support/http.mjs';
import { temporaryFolder } from '../support/live_server.mjs';
import { proxyHeader, startProxy } from '../support/proxies.mjs';
import { check, useServer } from '../support/suite.mjs';
import { elapse, nextEvent } from '../support/waiting.mjs';
import { RawWebSocket } from '../support/websocket.mjs';

const nodeDiffers = 'it has no such bound';
const page = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n';
const addressConnections = 3;

/** No test has to wait until another one's clients are gone. */
let addresses = 0;
const freshAddress = () => `203.0.113.${++addresses}`;
const from = (address) => (address ? { 'X-Forwarded-For': address } : {});

const repeat = (count, make) => Promise.all(Array.from({ length: count }, make));
const countLines = (server, pattern) => server.lines.filter((line) => pattern.test(line)).length;

/** Asks for a session in the name of that address: {isIn, status, text, leave()}. */
async function openSession(server, transport, address, query = {}) {
    const headers = from(address);
    if (transport === 'websocket') {
        const ws = await RawWebSocket.attempt(server, enginePath({ transport, ...query }), { headers });
        const isIn = ws.status === 101;
        return { isIn, status: ws.status, text: isIn ? '' : await ws.refusal(), leave: () => ws.destroy() };
    }
    const { status, text } = await httpRequest(server, enginePath(query), { headers });
    const sid = status === 200 ? JSON.parse(text.slice(1)).sid : undefined;
    const leave = () => httpRequest(server, enginePath({ sid }), { method: 'POST', body: '1' });
    return { isIn: status === 200, status, text, leave };
}

/** One that is let in: at once, or when the server has noticed that others have gone. */
async function untilIn(server, transport, address) {
    for (;;) {
        const session = await openSession(server, transport, address);
        if (session.isIn) {
            return session;
        }
        await new Promise(setImmediate);
    }
}

/** As many as an address may have come in, and not one more. */
async function assertAllPlacesAreFree(server, address) {
    for (let i = 0; i < addressConnections; ++i) {
        await untilIn(server, 'polling', address);
    }
    await assertFull(server, 'polling', address);
}

async function assertFull(server, transport, address) {
    const { status, text } = await openSession(server, transport, address);
    assert.deepEqual([status, text], [429, 'too many connections\n']);
}

/** The server answers a request on that connection, which stays. */
async function isServed(connection) {
    connection.socket.on('error', () => {});
    connection.write(page);
    return Promise.race([
        connection.received(/\r\n\r\npage$/).then(() => true),
        connection.ended().then((text) => text !== ''),
    ]);
}

describe('X-Forwarded-For', () => {
    const trustedProxy = ['127.0.0.1', '10.0.0.0/8'];
    const server = useServer({ addressConnections, trustedProxy }, 'limits_fixture');
    const join = (journey, address) =>
        createClient(server, 4, { ...journeys[journey], extraHeaders: from(address) });

    for (const transport of ['polling', 'websocket']) {
        check(`${transport}: one address at its limit is refused, another one is not`, async () => {
            const full = freshAddress();
            const inside = await repeat(addressConnections, () => openSession(server, transport, full));
            assert.ok(inside.every(({ isIn }) => isIn));
            await assertFull(server, transport, full);
            await assertFull(server, transport, `198.51.100.9, ${full}, 10.0.0.7`);
            assert.ok((await openSession(server, transport, freshAddress())).isIn);
            inside[0].leave();
            await untilIn(server, transport, full);
            await assertFull(server, transport, full);
        }, { nodeDiffers });
    }

    for (const journey of Object.keys(journeys)) {
        check(`socket.io-client 4.8, ${journey}: a session counts once, however it travels`, async () => {
            const full = freshAddress();
            const inside = await repeat(addressConnections, async () => {
                const socket = join(journey, full);
                const upgraded = journey === 'upgraded' ? nextEvent(socket.io.engine, 'upgrade') : undefined;
                await nextEvent(socket, 'connect');
                await upgraded;
                return socket;
            });
            const late = join(journey, full);
            const [error] = await nextEvent(late, 'connect_error');
            assert.match(error.message, /^(xhr poll|websocket) error$/);
            await nextEvent(join(journey, freshAddress()), 'connect');
            assert.deepEqual(await ask(inside[0], 'echo', 1), [1]);
            inside[0].disconnect();
            await untilIn(server, 'polling', full);
        }, { nodeDiffers });
    }

    check('bare WebSockets count with sessions, pages do not', async () => {
        const full = freshAddress();
        const headers = from(full);
        await openSession(server, 'polling', full);
        const bare = await RawWebSocket.connect(server, '/echo', { headers });
        bare.send('x');
        assert.equal(await bare.nextMessage(), 'x');
        await RawWebSocket.connect(server, '/echo', { headers });
        const late = await RawWebSocket.attempt(server, '/echo', { headers });
        assert.deepEqual([late.status, await late.refusal()], [429, 'too many connections\n']);
        await assertFull(server, 'websocket', full);
        const pages = await repeat(10, () => httpRequest(server, '/page', { headers }));
        assert.ok(pages.every(({ status }) => status === 200));
        bare.destroy();
        await untilIn(server, 'websocket', full);
    }, { nodeDiffers });

    check('the proxy itself has as many connections and sessions as it wants', async () => {
        const connections = await repeat(4 * addressConnections, () => openTcp(server));
        assert.deepEqual(new Set(await Promise.all(connections.map(isServed))), new Set([true]));
        for (const address of ['', '10.0.0.7', 'unknown']) {
            const sessions = await repeat(2 * addressConnections, () =>
                openSession(server, 'polling', address));
            assert.ok(sessions.every(({ isIn }) => isIn), address);
        }
    }, { nodeDiffers });

    check('handshakes that are refused or broken leave no count behind', async () => {
        const address = freshAddress();
        const headers = { ...from(address), 'Sec-WebSocket-Version': '7' };
        for (let i = 0; i < 2 * addressConnections; ++i) {
            for (const transport of ['polling', 'websocket']) {
                for (const admission of ['refuse', 'drop', 'throw']) {
                    const refused = await openSession(server, transport, address, { admission });
                    assert.equal(refused.status, transport === 'polling' ? 403 : 400);
                }
                const old = await openSession(server, transport, address, { EIO: 3 });
                assert.equal(old.status, 400);
            }
            const url = enginePath({ transport: 'websocket' });
            assert.equal((await RawWebSocket.attempt(server, url, { headers })).status, 400);
        }
        await assertAllPlacesAreFree(server, address);
    }, { nodeDiffers });

    for (const transport of ['polling', 'websocket']) {
        check(`${transport}: handshakes that wait for the application have their places, and give them back`,
            async () => {
                const address = freshAddress();
                const after = 8_000 + addresses;
                const url = enginePath({ transport, after });
                const asked = new RegExp(`^asked allow ${after}$`);
                const waiting = await repeat(addressConnections, async () => {
                    if (transport === 'polling') {
                        return startRequest(server, url, { headers: from(address) });
                    }
                    const connection = await openTcp(server);
                    connection.socket.on('error', () => {});
                    connection.write(`GET ${url} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n` +
                        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
                        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: ${address}\r\n\r\n`);
                    return connection.socket;
                });
                while (countLines(server, asked) < addressConnections) {
                    await new Promise(setImmediate);
                }
                await assertFull(server, transport, address);
                waiting.forEach((one) => one.destroy());
                await assertAllPlacesAreFree(server, address);
            }, { nodeDiffers });
    }
});

describe('X-Forwarded-For of a client that goes on asking', () => {
    const server = useServer({ addressConnections, trustedProxy: '127.0.0.1' }, 'limits_fixture');

    check('refusals are counted, and one line in the log for a burst on each shard', async () => {
        const witness = createClient(server, 4, journeys.websocket);
        await nextEvent(witness, 'connect');
        const counted = async () => (await ask(witness, 'counters'))[0].addressesRefused;
        const full = freshAddress();
        await repeat(addressConnections, () => openSession(server, 'polling', full));
        const before = await counted();
        for (let i = 0; i < 10; ++i) {
            await assertFull(server, 'polling', full);
        }
        while (await counted() < before + 10) {
            await new Promise(setImmediate);
        }
        assert.equal(await counted(), before + 10);
        const line = /^log connection refused why=address_connections_max is reached address=203\.0\.113\./;
        assert.ok([1, 2].includes(countLines(server, line)));
    }, { nodeDiffers });
});

describe('X-Forwarded-For of a peer that is not trusted', () => {
    const server = useServer({ addressConnections, trustedProxy: '127.0.0.2' }, 'limits_fixture');

    check('changes nothing: its connections are counted, and no other address is', async () => {
        const headers = () => `X-Forwarded-For: ${freshAddress()}\r\n`;
        const forwarded = () => page.replace('\r\n\r\n', `\r\n${headers()}\r\n`);
        const inside = await repeat(addressConnections, () => openTcp(server));
        for (const connection of inside) {
            connection.write(forwarded());
            await connection.received(/page$/);
        }
        const late = await openTcp(server);
        late.socket.on('error', () => {});
        late.write(forwarded());
        assert.equal(await late.ended(), '');
        // An address that it claims is nobody's: on the connections that it has, any number of sessions.
        const claimed = freshAddress();
        for (let i = 1; i <= 2 * addressConnections; ++i) {
            inside[0].write(`GET ${enginePath()} HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: ${claimed}\r\n\r\n`);
            await inside[0].received((bytes) => bytes.split('"sid"').length === i + 1);
        }
        const trusted = await repeat(2 * addressConnections, () =>
            openTcp(server, { localAddress: '127.0.0.2' }));
        assert.deepEqual(new Set(await Promise.all(trusted.map(isServed))), new Set([true]));
    }, { nodeDiffers });
});

describe('X-Forwarded-For over a unix socket', () => {
    const folder = temporaryFolder();
    after(() => folder.remove());
    const socketPath = path.join(folder.path, 'limits.sock');
    const server = useServer({ addressConnections, trustedProxy: 'unix', unix: socketPath }, 'limits_fixture');
    const local = { socketPath, track: (resource) => server.track(resource) };

    check('names clients that are counted; its peers themselves have no address', async () => {
        const full = freshAddress();
        const inside = await repeat(addressConnections, () => openSession(local, 'websocket', full));
        assert.ok(inside.every(({ isIn }) => isIn));
        await assertFull(local, 'websocket', full);
        const peers = await repeat(2 * addressConnections, () => openSession(local, 'websocket'));
        assert.ok(peers.every(({ isIn }) => isIn));
    }, { nodeDiffers });
});

describe('X-Forwarded-For and address_connects_per_second_max', () => {
    const server = useServer({ addressConnectsPerSecond: 5, trustedProxy: '127.0.0.1' }, 'limits_fixture');

    check('a burst of one client is cut off, others are not, and it may come back', async () => {
        const [fast, slow] = [freshAddress(), freshAddress()];
        const burst = await repeat(25, () => openSession(server, 'polling', fast));
        const inside = burst.filter(({ isIn }) => isIn).length;
        assert.ok(inside >= 5 && inside < 15, `${inside} were let in`);
        assert.ok(burst.every(({ isIn, status }) => isIn || status === 429));
        assert.ok((await openSession(server, 'polling', slow)).isIn);
        await elapse(1_100);
        assert.ok((await openSession(server, 'polling', fast)).isIn);
    }, { nodeDiffers });
});

describe('PROXY headers', () => {
    const server = useServer(
        { addressConnections, proxyProtocol: true, trustedProxy: '127.0.0.1' }, 'limits_fixture');

    /** A connection behind a header of that client, and whether it was let in. */
    async function attempt(address) {
        const connection = await openTcp(server);
        connection.write(proxyHeader(address));
        return { connection, isIn: await isServed(connection) };
    }

    async function untilServed(address) {
        for (;;) {
            const { connection, isIn } = await attempt(address);
            if (isIn) {
                return connection;
            }
            await new Promise(setImmediate);
        }
    }

    check('one client at its limit is refused, another one is not', async () => {
        const full = freshAddress();
        const proxy = await startProxy(server, { source: full });
        const inside = await repeat(addressConnections, async () => {
            const socket = createClient(proxy, 4, journeys.websocket);
            await nextEvent(socket, 'connect');
            return socket;
        });
        await nextEvent(createClient(proxy, 4, journeys.websocket), 'connect_error');
        const { connection, isIn } = await attempt(full);
        assert.equal(isIn, false);
        assert.equal(connection.text(), '', 'without a word');
        const other = await startProxy(server, { source: freshAddress() });
        await nextEvent(createClient(other, 4, journeys.websocket), 'connect');
        assert.deepEqual(await ask(inside[0], 'echo', 1), [1]);
        inside[0].disconnect();
        await untilServed(full);
    }, { nodeDiffers });

    check('a connection whose header is not all there has no place, and gets none from a full address',
        async () => {
            const address = freshAddress();
            const header = proxyHeader(address);
            const pending = await repeat(addressConnections, () => openTcp(server));
            pending.forEach((connection) => connection.write(header.subarray(0, 10)));
            const inside = [];
            for (let i = 0; i < addressConnections; ++i) {
                inside.push(await attempt(address));
            }
            assert.ok(inside.every(({ isIn }) => isIn));
            pending.forEach((connection) => connection.write(header.subarray(10)));
            assert.deepEqual(new Set(await Promise.all(pending.map(isServed))), new Set([false]));
            inside[0].connection.socket.destroy();
            await untilServed(address);
        }, { nodeDiffers });

    check('connections that end before or with their header leave no count behind', async () => {
        const address = freshAddress();
        for (const bytes of [0, 10, proxyHeader(address).length]) {
            await repeat(10, async () => {
                const { socket } = await openTcp(server);
                socket.on('error', () => {});
                await new Promise((resolve) => socket.write(proxyHeader(address).subarray(0, bytes), resolve));
                socket.resetAndDestroy();
            });
        }
        for (let i = 0; i < addressConnections; ++i) {
            await untilServed(address);
        }
        assert.equal((await attempt(address)).isIn, false);
    }, { nodeDiffers });
});
