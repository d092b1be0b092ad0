// Connection state recovery on another server, with the streams adapter: from a Node server to one of ours, back,
// and between two of ours. WIRE: B13, B7.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { createClient } from 'redis';

import { Cluster, eventually } from '../support/cluster.mjs';
import { nextEvent, timeScale } from '../support/waiting.mjs';

const timeout = 60_000 * timeScale;
const cluster = new Cluster('streams');
let redis;
let driver;

before(async () => {
    await cluster.start({ ours: 'ours', others: 'ours', node: 'node', 'second node': 'node' });
    redis = createClient({ url: cluster.redis.url });
    redis.on('error', () => {});
    await redis.connect();
    driver = cluster.client('second node');
    await cluster.meet();
}, { timeout });
afterEach(() => {
    for (const client of cluster.clients.filter(({ name }) => name.startsWith('traveller'))) {
        cluster.forget(client);
    }
});
after(async () => {
    await redis.quit();
    await cluster.stop();
}, { timeout });

const sessions = () => redis.keys('sio:session:*');

/** A client that has its first event, and with it an offset. */
async function traveller(from, rooms) {
    const client = await cluster.connect(from, { name: `traveller of ${from}`, rooms });
    await cluster.meet({ rooms, from: ['second node'] });
    return client;
}

/** Its connection ends, and its session is kept. */
async function lose(client) {
    const before = (await sessions()).length;
    const gone = nextEvent(client.socket, 'disconnect');
    client.socket.io.engine.close();
    await gone;
    await eventually(async () => assert.equal((await sessions()).length, before + 1), 'the session is kept');
}

async function comeBack(client, to) {
    client.server = cluster.server(to);
    client.socket.io.uri = client.server.url;
    const connected = nextEvent(client.socket, 'connect');
    client.socket.connect();
    await connected;
}

const ways = [['node', 'ours'], ['ours', 'node'], ['ours', 'others'], ['ours', 'ours']];

for (const [from, to] of ways) {
    describe(`a client of ${from} comes back to ${to}`, { timeout }, () => {
        const rooms = [`kept ${from} ${to}`];

        test('with its id, rooms and data, and with what it missed', async () => {
            const client = await traveller(from, rooms);
            const { id } = client.socket;
            const position = client.seen.length;
            await lose(client);
            const emit = (a) => driver.cluster('emit', { event: 'missed', ...a });
            await emit({ rooms, args: [1, { text: 'héllo' }] });
            await emit({ rooms: ['another'], data: 'not for it' });
            await emit({ except: rooms, data: 'nor this' });
            await emit({ rooms: [id], data: Buffer.from([1, 2, 255]) });
            await emit({ data: 'for all' });
            await comeBack(client, to);
            assert.equal(client.socket.recovered, true);
            assert.equal(client.socket.id, id);
            assert.equal(await client.ask('recovered'), true);
            await client.first('missed', (said) => said === 'for all');
            assert.deepEqual(client.got('missed', position), [[1, { text: 'héllo' }], [Buffer.from([1, 2, 255])], ['for all']]);
            const [socket] = await client.cluster('fetchSockets', { rooms: [id] });
            assert.deepEqual({ ...socket, rooms: [...socket.rooms].sort() },
                { id, rooms: [id, ...rooms].sort(), data: { name: from } });
            assert.deepEqual(await sessions(), [], 'a session is used once');
            await eventually(async () => {
                const { seen } = await cluster.watch(driver, () => emit({ rooms, data: 'live' }));
                assert.deepEqual(seen[client.name], [['missed', 'live']]);
            }, 'it is in its room');
        });

        test('as a new socket once its session is gone', async () => {
            const client = await traveller(from, rooms);
            const { id } = client.socket;
            await lose(client);
            await redis.del(await sessions());
            await comeBack(client, to);
            assert.equal(client.socket.recovered, false);
            assert.notEqual(client.socket.id, id);
            assert.equal(await client.ask('recovered'), false);
        });
    });
}

test('a client that left by itself, or was sent away, has no session', { timeout }, async () => {
    const client = await cluster.connect('ours', { name: 'traveller who leaves' });
    client.socket.disconnect();
    const sent = await cluster.connect('ours', { name: 'traveller who is sent away', rooms: ['sent'] });
    await driver.cluster('disconnectSockets', { rooms: ['sent'] });
    await sent.until(() => sent.disconnects.length > 0, 'its end');
    // Their server has said on its way what it would keep: answers come behind it.
    await cluster.client('ours').cluster('fetchSockets');
    assert.deepEqual(await sessions(), []);
});
