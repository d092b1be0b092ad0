// Facts about a cluster of one server of ours and two of Node's, each seen from each of the three.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Cluster, eventually, idsOf } from './cluster.mjs';
import { PollingSession, WebSocketSession } from './engine.mjs';
import { nextEvent, timeScale, within } from './waiting.mjs';

const names = ['ours', 'one', 'two'];
const timeout = 60_000 * timeScale;

/** What each client is to see, by its name: these events, or nothing. */
function only(cluster, receivers, ...events) {
    return Object.fromEntries(cluster.members().map((client) => [client.name, receivers.includes(client) ? events : []]));
}

const sorted = (list) => [...list].sort();

export function testMixedCluster(adapter, { mode, shards = 2 } = {}) {
    const cluster = new Cluster(adapter, { mode });

    before(async () => {
        await cluster.start({ ours: 'ours', one: 'node', two: 'node' }, { shards });
        for (const name of names) {
            await cluster.client(name).join('red');
            await cluster.connect(name, { name: `${name}, blue`, rooms: ['blue'], transports: ['polling'] });
        }
        await cluster.meet({ rooms: ['red', 'blue'] });
    }, { timeout });
    after(() => cluster.stop(), { timeout });

    test(`${adapter}: a server of ours knows how many others there are`, { timeout }, () => eventually(
        async () => assert.equal((await cluster.client('ours').status()).servers, names.length - 1), 'the count is right'));

    for (const name of names) {
        describe(`${adapter}, from ${name}`, { timeout }, () => {
            const driver = () => cluster.client(name);
            testBroadcasts(cluster, driver);
            testFlags(cluster, name);
            testAnswers(cluster, driver);
            testServers(cluster, driver, name);
            testSurgery(cluster, driver, name);
        });
    }
}

function testBroadcasts(cluster, driver) {
    /** Who sees what of one emit. */
    const emit = (a) => cluster.watch(driver(), () => driver().cluster('emit', { event: 'news', ...a }));

    test('an event reaches every client once', async () => {
        const { seen } = await emit({ data: { n: [1, 2.5, -3], text: 'héllo €', none: null } });
        assert.deepEqual(seen,
            only(cluster, cluster.members(), ['news', { n: [1, 2.5, -3], text: 'héllo €', none: null }]));
    });

    test('one room, two rooms, a room without another', async () => {
        assert.deepEqual((await emit({ data: 1, rooms: 'red' })).seen, only(cluster, cluster.members('red'), ['news', 1]));
        assert.deepEqual((await emit({ data: 2, rooms: ['red', 'blue'] })).seen,
            only(cluster, cluster.members(), ['news', 2]));
        assert.deepEqual((await emit({ data: 3, except: ['red'] })).seen,
            only(cluster, cluster.members('blue'), ['news', 3]));
        const { id } = cluster.client('ours').socket;
        assert.deepEqual((await emit({ data: 4, rooms: ['red'], except: [id] })).seen,
            only(cluster, cluster.members('red').filter(({ socket }) => socket.id !== id), ['news', 4]));
    });

    test('one socket, by its id', async () => {
        for (const client of cluster.members('blue')) {
            const { seen } = await emit({ data: client.name, rooms: [client.socket.id] });
            assert.deepEqual(seen, only(cluster, [client], ['news', client.name]));
        }
    });

    test('bytes, alone and inside of others', async () => {
        const args = [Buffer.from([0, 1, 254, 255]), { deep: [Buffer.from('x'), 'text'] }];
        const { seen } = await emit({ args });
        assert.deepEqual(seen, only(cluster, cluster.members(), ['news', ...args]));
    });

    test('a thousand events keep their order', async () => {
        const count = 1000;
        const { seen } = await cluster.watch(driver(), async () => {
            for (let n = 0; n < count; n += 1) {
                driver().socket.emit('cluster', 'emit', { event: 'count', data: n }, () => {});
            }
        });
        const counted = Array.from({ length: count }, (_, n) => ['count', n]);
        for (const events of Object.values(seen)) {
            assert.deepEqual(events, counted);
        }
    });
}

/** A server for sessions spoken by hand, which end with the test. */
function rawServer(t, server) {
    return { port: Number(new URL(server.url).port), track: (held) => t.after(() => held.destroy()) };
}

/** In a namespace of its own, where sessions spoken by hand are in nobody's way. */
function testFlags(cluster, name) {
    const namespace = '/admin';
    const connect = async (t) => {
        const driver = await cluster.connect(name, { name: `${name}, admin`, nsp: namespace });
        t.after(() => cluster.forget(driver));
        return driver;
    };

    test('a volatile event passes by who cannot take it at once', { timeout }, async (t) => {
        const driver = await connect(t);
        const sessions = await Promise.all(names.map((server) => PollingSession.open(rawServer(t, cluster.server(server)))));
        for (const session of sessions) {
            await session.post(`40${namespace},`);
            assert.match((await session.poll())[0], /^40\/admin,/);
        }
        // From here on no GET waits.
        await driver.cluster('emit', { event: 'now or never', volatile: true });
        await driver.first('now or never');
        await driver.cluster('emit', { event: 'later' });
        for (const session of sessions) {
            const packets = [];
            while (!packets.some((packet) => packet.includes('"later"'))) {
                packets.push(...await session.poll());
            }
            assert.equal(packets.filter((packet) => packet.startsWith('42')).length, 1, packets.join());
        }
    });

    test('whether an event is compressed, its sender says', { timeout }, async (t) => {
        const driver = await connect(t);
        const { ws } = await WebSocketSession.open(rawServer(t, cluster.server('ours')),
            { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } });
        ws.send(`40${namespace},`);
        assert.equal((await ws.nextFrame('reply to CONNECT')).rsv, 0);
        for (const compress of [true, false, undefined]) {
            await driver.cluster('emit', { event: 'long', data: 'long '.repeat(1000), compress });
            assert.equal((await ws.nextFrame('event')).rsv, compress === false ? 0 : 4, `compress ${compress}`);
        }
    });
}

function testAnswers(cluster, driver) {
    test('the clients of all servers answer a broadcast', async () => {
        const everybody = sorted(cluster.members().map((client) => client.name));
        const answers = await driver().cluster('emitWithAck', { event: 'question', data: 1, timeout: 5000 });
        assert.deepEqual(sorted(answers), everybody);
        const blue = await driver().cluster('emitWithAck',
            { event: 'question', data: 2, timeout: 5000, rooms: ['red', 'blue'], except: ['red'] });
        assert.deepEqual(sorted(blue), everybody.filter((client) => client.endsWith('blue')));
    });

    test('with bytes', async () => {
        const clients = cluster.members();
        clients.forEach((client) => {
            client.answer = (event, bytes) => Buffer.concat([bytes, Buffer.from(client.name)]);
        });
        const answers = await driver().cluster('emitWithAck',
            { event: 'question', data: Buffer.from([7]), timeout: 5000 });
        clients.forEach((client) => {
            client.answer = () => client.name;
        });
        assert.deepEqual(sorted(answers.map(String)), sorted(clients.map((client) => `\x07${client.name}`)));
    });

    test('one that does not answer is waited for, and the others count', async () => {
        const everybody = cluster.members();
        for (const silent of cluster.members('blue')) {
            silent.silent = true;
            const result = await driver().cluster('emitWithAck', { event: 'question', data: 3, timeout: 700 });
            silent.silent = false;
            assert.equal(result.error, 'operation has timed out');
            assert.deepEqual(sorted(result.responses),
                sorted(everybody.filter((client) => client !== silent).map((client) => client.name)));
        }
    });

    test('all sockets, those of a room, and those without', async () => {
        const fetched = async (a) => (await driver().cluster('fetchSockets', a))
            .map(({ id, rooms, data }) => ({ id, rooms: sorted(rooms), data })).sort((a, b) => (a.id < b.id ? -1 : 1));
        const details = (clients) => clients.map(({ socket, rooms, server }) => ({
            id: socket.id, rooms: sorted([socket.id, ...rooms]), data: { name: server.called },
        })).sort((a, b) => (a.id < b.id ? -1 : 1));
        assert.deepEqual(await fetched({}), details(cluster.members()));
        assert.deepEqual(await fetched({ rooms: ['red'] }), details(cluster.members('red')));
        assert.deepEqual(await fetched({ except: ['red'] }), details(cluster.members('blue')));
        assert.deepEqual(await fetched({ rooms: ['nobody here'] }), []);
    });
}

function testServers(cluster, driver, name) {
    const others = names.filter((other) => other !== name);

    test('the other servers answer, this one does not', async () => {
        assert.deepEqual(sorted(await driver().cluster('serverSideEmitWithAck')), sorted(others));
    });

    test('the other servers are told', async () => {
        const before = cluster.members().map((client) => [client, client.seen.length]);
        assert.equal(await driver().cluster('serverSideEmit', { event: 'hello', args: ['w', { n: 3 }] }), 'ok');
        for (const [client, from] of before) {
            if (client.server.called !== name) {
                await client.until(() => client.got('server side', from).length > 0, `the event at ${client.name}`);
                assert.deepEqual(client.got('server side', from), [['hello', ['w', { n: 3 }]]]);
            }
        }
        await cluster.watch(driver(), () => {});
        for (const [client, from] of before) {
            assert.equal(client.got('server side', from).length, client.server.called === name ? 0 : 1, client.name);
        }
    });
}

function testSurgery(cluster, driver, name) {
    const idsIn = async (...rooms) => idsOf(await driver().cluster('fetchSockets', { rooms }));
    const ids = (clients) => sorted(clients.map(({ socket }) => socket.id));

    test('sockets of all servers join a room, and leave it', async () => {
        const rooms = [`${name} purple`, `${name} pink`];
        assert.equal(await driver().cluster('socketsJoin', { rooms: ['red'], join: rooms }), 'ok');
        const red = cluster.members('red');
        await eventually(async () => assert.deepEqual(await idsIn(rooms[0]), ids(red)), 'all have joined');
        assert.deepEqual(await idsIn(rooms[1]), ids(red));
        await eventually(async () => {
            const { seen } = await cluster.watch(driver(),
                () => driver().cluster('emit', { event: 'news', data: rooms[0], rooms: [rooms[0]] }));
            assert.deepEqual(seen, only(cluster, red, ['news', rooms[0]]));
        }, 'the room is reached');
        const one = cluster.client('two').socket.id;
        assert.equal(await driver().cluster('socketsLeave', { rooms: [rooms[0]], except: [one], leave: rooms[0] }), 'ok');
        await eventually(async () => assert.deepEqual(await idsIn(rooms[0]), [one]), 'all but one have left');
        assert.equal(await driver().cluster('socketsLeave', { leave: rooms }), 'ok');
        await eventually(async () => assert.deepEqual(await idsIn(...rooms), []), 'all have left');
    });

    for (const close of [false, true]) {
        test(`sockets of all servers are sent away${close ? ', with their connections' : ''}`, async () => {
            const room = `${name} leaving ${close}`;
            const leaving = [];
            for (const server of names) {
                const client = await cluster.connect(server, { name: `${server} leaves`, rooms: [room] });
                const beside = client.socket.io.socket('/admin');
                await nextEvent(beside, 'connect');
                leaving.push({ client, beside });
            }
            await eventually(async () => assert.deepEqual(await idsIn(room), ids(leaving.map(({ client }) => client))),
                'they are there');
            assert.equal(await driver().cluster('disconnectSockets', { rooms: [room], close }), 'ok');
            for (const { client, beside } of leaving) {
                await client.until(() => client.disconnects.length > 0, `end of ${client.name}`);
                const expected = close ? ['io server disconnect', 'transport close'] : ['io server disconnect'];
                assert.ok(expected.includes(client.disconnects[0]), client.disconnects[0]);
                if (!close) {
                    assert.equal(await within(beside.emitWithAck('recovered'), `answer beside ${client.name}`), false);
                } else if (beside.connected) {
                    await nextEvent(beside, 'disconnect');
                }
                beside.disconnect();
                cluster.forget(client);
            }
            assert.ok(cluster.members().every(({ disconnects }) => disconnects.length === 0));
            await eventually(async () => assert.deepEqual(await idsIn(), ids(cluster.members())), 'nobody else left');
        });
    }
}
