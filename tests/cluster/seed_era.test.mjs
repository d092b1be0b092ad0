// Servers of the seed's time, socket.io 2 with socket.io-redis 5.4, share broadcasts with ours on one Redis. Their
// requests have other numbers and names than today's (redis-adapter#506): those are passed over. WIRE: B11.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import client2 from 'socket.io-client-2';
import { createClient } from 'redis';

import { Cluster, ClusterClient, eventually, startServer } from '../support/cluster.mjs';
import { nextEvent, timeScale, within } from '../support/waiting.mjs';

const timeout = 60_000 * timeScale;
const cluster = new Cluster('classic');
let old;

before(async () => {
    await cluster.start({ ours: 'ours', others: 'ours' });
    const server = await startServer('seed', { redis: cluster.redis.url, name: 'seed' });
    cluster.servers.push(server);
    old = new OldClient(server);
    await nextEvent(old.socket, 'connect');
    await old.join('red');
    await cluster.client('ours').join('red');
    await cluster.connect('others', { name: 'blue', rooms: ['blue'] });
    await eventually(async () => {
        for (const driver of [old, cluster.client('ours'), cluster.client('others')]) {
            const token = Math.random();
            await driver.cluster('emit', { event: 'token', data: token, rooms: ['red'] });
            await Promise.all([old, cluster.client('ours')].map((c) => c.first('token', (said) => said === token, 1000)));
        }
    }, 'they share a room');
}, { timeout });
after(async () => {
    old.close();
    await cluster.stop();
}, { timeout });

/** socket.io-client 2, with what tests use of ClusterClient. */
class OldClient extends ClusterClient {
    constructor(server) {
        super(server, { autoConnect: false });
        this.socket = client2(server.url, { forceNew: true, reconnection: false, transports: ['websocket'] });
        for (const event of ['token', 'mark', 'news']) {
            this.socket.on(event, (...args) => {
                this.seen.push([event, ...args]);
                this.changed();
            });
        }
    }

    ask(event, ...args) {
        return within(new Promise((resolve) => this.socket.emit(event, ...args, resolve)), `answer to ${event}`);
    }

    async join(...rooms) {
        for (const room of rooms) {
            assert.equal(await this.ask('join', room), 'ok');
        }
        this.rooms.push(...rooms);
    }
}

const everybody = () => [old, ...cluster.members()];

/** What everybody sees of an emit of `driver`. */
async function seen(driver, a) {
    const before = everybody().map((client) => [client, client.seen.length]);
    await driver.cluster('emit', { event: 'news', ...a });
    const mark = Math.random();
    await driver.cluster('emit', { event: 'mark', data: mark });
    await Promise.all(everybody().map((client) => client.first('mark', (said) => said === mark)));
    return before.map(([client, from]) => client.got('news', from));
}

for (const who of ['the old server', 'ours']) {
    const driver = () => (who === 'ours' ? cluster.client('others') : old);

    test(`${who} emits to everybody`, { timeout }, async () => {
        const option = { title: { text: 'Umsätze €' }, series: [{ data: [1, 2.5, -3] }] };
        assert.deepEqual(await seen(driver(), { data: option }), everybody().map(() => [[option]]));
    });

    test(`${who} emits to one room, and to several`, { timeout }, async () => {
        const members = (...rooms) => everybody().map((c) => (rooms.some((room) => c.rooms.includes(room)) ? [[1]] : []));
        assert.deepEqual(await seen(driver(), { data: 1, rooms: ['red'] }), members('red'));
        assert.deepEqual(await seen(driver(), { data: 1, rooms: ['red', 'blue'] }), members('red', 'blue'));
    });

    test(`${who} emits bytes`, { timeout }, async () => {
        const got = await seen(driver(), { data: { bytes: Buffer.from([0, 128, 255]) } });
        assert.deepEqual(got.map(([[{ bytes }]]) => Buffer.from(bytes).toString('hex')), everybody().map(() => '0080ff'));
    });
}

test('requests of its time do no harm', { timeout }, async () => {
    const redis = createClient({ url: cluster.redis.url });
    redis.on('error', () => {});
    await redis.connect();
    // 0 clients, 1 their rooms, 2 all rooms, 3 join, 4 leave, 5 custom, 6 disconnect: lib of socket.io-redis 5.4.
    for (let type = 0; type <= 6; type += 1) {
        for (const body of [{}, { rooms: ['red'] }, { sid: 'x', room: 'red' }, { data: ['x'] }, { sid: 'x', close: true }]) {
            await redis.publish('socket.io-request#/#', JSON.stringify({ requestid: 'abcdef', type, ...body }));
        }
    }
    await redis.quit();
    assert.deepEqual(await seen(cluster.client('ours'), { data: 'still here' }), everybody().map(() => [['still here']]));
    assert.ok(cluster.members().every(({ disconnects }) => disconnects.length === 0));
});
