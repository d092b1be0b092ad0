// Node's bytes, as they were recorded, on the channels and in the stream of a server of ours: its clients see what
// those of a Node server would, and requests are answered in the same shapes. WIRE: B10 to B14.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createClient } from 'redis';

import { Cluster, ClusterClient, eventually, idsOf, startServer } from '../support/cluster.mjs';
import { RedisMonitor } from '../support/redis_monitor.mjs';
import {
    decode, decodeField, messagesOf, notepack, plain, scenarios, variantOf, variants, vectors, withoutNames,
} from '../support/redis_vectors.mjs';
import { nextEvent, timeScale } from '../support/waiting.mjs';

const timeout = 60_000 * timeScale;

/** Scenarios in which a server hears nothing, or that are told elsewhere. */
const elsewhere = new Map([
    ['adapter.broadcast.local', 'nothing is sent: vectors_out'],
    ['emitter.customKey', 'another key and namespace; emitter.nsp has the same bytes beside them'],
    ['streams.persistSession', 'the session below'], ['streams.missed', 'the session below'],
    ['streams.restoreSession', 'the session below'],
    ...[...scenarios.keys()].filter((name) => /boot$|connect$/.test(name))
        .map((name) => [name, 'what a server subscribes to: vectors_out']),
]);

// ---- A server of ours, alone with the recorded messages ---------------------------------------------

class World {
    /** `variant` is classic, streams, or sharded with its mode behind a dot. */
    constructor(variant) {
        const [adapter, mode] = variant.split('.');
        this.adapter = adapter;
        this.cluster = new Cluster(adapter, { mode });
        this.monitor = new RedisMonitor();
        this.marks = 0;
        this.listeners = [];
    }

    async start() {
        await this.cluster.start({ ours: 'ours' }, { shards: 2 });
        await this.monitor.start(this.cluster.redis.port);
        this.redis = createClient({ url: this.cluster.redis.url });
        this.redis.on('error', () => {});
        await this.redis.connect();
        this.driver = this.cluster.client('ours');
        await eventually(async () => {
            await this.publishMark();
            await this.driver.first('mark', (said) => said === this.marks, 1000);
        }, 'the server hears');
    }

    async stop() {
        this.monitor.stop();
        await this.redis?.quit();
        await this.cluster.stop();
    }

    publish({ entry, sharded, channel, bytes }) {
        return this.redis.sendCommand(entry ?? [sharded ? 'SPUBLISH' : 'PUBLISH', channel, bytes]);
    }

    /** An event to everybody in a namespace, behind what was published before. */
    publishMark(nsp = '/') {
        this.marks += 1;
        const packet = { type: 2, data: ['mark', this.marks] };
        const opts = { rooms: [], except: [], flags: {} };
        if (this.adapter === 'classic') {
            const bytes = notepack.encode(['emitter', { ...packet, nsp }, opts]);
            return this.publish({ channel: `socket.io#${nsp}#`, bytes });
        }
        const data = JSON.stringify({ packet, opts });
        if (this.adapter === 'streams') {
            return this.redis.sendCommand(
                ['XADD', 'socket.io', '*', 'uid', 'fedcba9876543210', 'nsp', nsp, 'type', '3', 'data', data]);
        }
        const bytes = `{"type":3,"data":${data},"uid":"fedcba9876543210","nsp":"${nsp}"}`;
        return this.publish({ sharded: true, channel: `socket.io#${nsp}#`, bytes });
    }

    async mark(nsp, clients) {
        await this.publishMark(nsp);
        const { marks } = this;
        await Promise.all(clients.map((client) => client.first('mark', (said) => said === marks)));
    }

    async listener(nsp, rooms) {
        const client = await this.cluster.connect('ours', { name: `in ${rooms} of ${nsp}`, nsp, rooms });
        this.listeners.push(client);
        return client;
    }

    /** The driver is the only client again, in no room. */
    async clear() {
        this.listeners.splice(0).forEach((client) => this.cluster.forget(client));
        await eventually(async () => assert.deepEqual(
            (await this.driver.cluster('fetchSockets')).flatMap(({ rooms }) => rooms), [this.driver.socket.id]), 'it is alone');
    }
}

// ---- What is to come of them ------------------------------------------------------------------------

const checks = {
    async broadcast(world, message) {
        const { nsp, event, opts } = message;
        const { rooms, except = [] } = opts;
        const inside = [await world.listener(nsp, rooms.slice(-1))];
        const outside = [];
        if (rooms.length > 1) {
            inside.push(await world.listener(nsp, rooms));
        }
        if (rooms.length > 0) {
            outside.push(await world.listener(nsp, ['elsewhere']));
        }
        if (except.length > 0) {
            outside.push(await world.listener(nsp, [...rooms, ...except]));
        }
        if (message.sharded) {
            // It may be a room's, which the server listens to once somebody is in it.
            await eventually(async () => assert.ok((await world.redis.sendCommand(['PUBSUB', 'SHARDCHANNELS']))
                .includes(message.channel)), `it listens to ${message.channel}`);
        }
        await world.publish(message);
        await world.mark(nsp, [...inside, ...outside]);
        for (const client of inside) {
            const seen = client.seen.filter(([name]) => name !== 'mark').map(plain);
            assert.deepEqual(seen, [event], client.name);
        }
        for (const client of outside) {
            assert.deepEqual(client.seen.filter(([name]) => name !== 'mark'), [], client.name);
        }
    },

    async fetch(world, message, [expected]) {
        const inside = await world.listener('/', ['room1']);
        const ids = [inside, ...(message.opts.rooms.length === 0 ? [world.driver] : [])].map(({ socket }) => socket.id).sort();
        const [answer] = await answersTo(world, message, 1);
        const [is, was] = [answer, expected.decoded].map((said) => (said.data ?? said).sockets);
        assert.deepEqual(idsOf(is), ids);
        const mine = is.find(({ id }) => id === inside.socket.id);
        assert.deepEqual([...mine.rooms].sort(), [mine.id, 'room1'].sort());
        assert.deepEqual(mine.data, { name: 'ours' });
        if (was.length > 0) {
            assert.deepEqual(Object.keys(mine).sort(), Object.keys(was[0]).sort());
            assert.deepEqual(Object.keys(mine.handshake).sort(), Object.keys(was[0].handshake).sort());
            for (const [key, value] of Object.entries(was[0].handshake)) {
                assert.equal(typeof mine.handshake[key], typeof value, key);
            }
        }
        assert.deepEqual(envelope(answer), envelope(expected.decoded));
    },

    async rooms(world, message, [expected]) {
        const inside = await world.listener('/', ['room1', 'r3']);
        const [answer] = await answersTo(world, message, 1);
        assert.deepEqual([...answer.rooms].sort(), [world.driver.socket.id, inside.socket.id, 'room1', 'r3'].sort());
        // Ours say who answers, too.
        assert.deepEqual(Object.keys(withoutNames(answer)), Object.keys(withoutNames(expected.decoded)));
    },

    async join(world, message) {
        const inside = await world.listener('/', message.opts.rooms);
        const outside = await world.listener('/', ['elsewhere']);
        await world.publish(message);
        await eventually(async () => assert.deepEqual(await roomsOf(world, inside),
            [...message.opts.rooms, ...message.rooms].sort()), 'it has joined');
        assert.deepEqual(await roomsOf(world, outside), ['elsewhere']);
    },

    async leave(world, message) {
        const { rooms: from, except } = message.opts;
        const inside = await world.listener('/', [...from, ...message.rooms, 'stays']);
        const barred = await world.listener('/', [...from, ...message.rooms, ...except]);
        await world.publish(message);
        await eventually(async () => assert.deepEqual(await roomsOf(world, inside), [...from, 'stays'].sort()), 'it has left');
        assert.deepEqual(await roomsOf(world, barred), [...from, ...message.rooms, ...except].sort());
    },

    async disconnect(world, message) {
        const [inside, outside] = [await world.listener('/', message.opts.rooms), await world.listener('/', ['elsewhere'])];
        await world.publish(message);
        await inside.until(() => inside.disconnects.length > 0, 'its end');
        assert.match(inside.disconnects[0], message.close ? /^(io server disconnect|transport close)$/ : /^io server disconnect$/);
        await world.mark('/', [outside]);
        assert.deepEqual(outside.disconnects, []);
    },

    async serverSide(world, message, [expected]) {
        const from = world.driver.seen.length;
        const [name, ...args] = message.event;
        const answers = await answersTo(world, message, expected ? 1 : 0);
        await world.driver.until(() => world.driver.got('server side', from).length > 0, 'the event');
        assert.deepEqual(world.driver.got('server side', from), [[name, args]]);
        if (expected) {
            const key = 'data' in answers[0] && answers[0].type === 6 ? 'data' : 'packet';
            const inner = (said) => (key === 'data' ? said : said.data);
            assert.equal(inner(answers[0])[key], 'pong');
            inner(answers[0])[key] = inner(expected.decoded)[key];
            assert.deepEqual(withoutNames(answers[0]), withoutNames(expected.decoded));
        }
    },

    async ask(world, message, expected) {
        const { rooms } = message.opts;
        const inside = await world.listener('/', ['room1']);
        const asked = rooms.length > 0 ? [inside] : [inside, world.driver];
        const [count, ack] = expected.map(({ decoded }) => decoded);
        const value = ack.packet ?? ack.data.packet;
        asked.forEach((client) => {
            client.answer = (...event) => {
                assert.deepEqual(event.map(plain), message.event);
                return value.$bin ? Buffer.from(value.$bin, 'hex') : value;
            };
        });
        const answers = await answersTo(world, message, 1 + asked.length);
        (count.data ?? count).clientCount = asked.length;
        assert.deepEqual(answers.map(withoutNames), [count, ...asked.map(() => ack)].map(withoutNames));
    },

    /** Nobody expects an answer that the old ones would understand. */
    async old(world, message) {
        const inside = await world.listener('/', ['r9']);
        await world.publish(message);
        await world.mark('/', [inside, world.driver]);
        assert.deepEqual(await roomsOf(world, inside), ['r9']);
    },
};

/** Publishes a request, and gives the decoded answers with its id that the server publishes, so many of them. */
async function answersTo(world, message, count) {
    const from = world.monitor.commands.length;
    await world.publish(message);
    const isOurs = (channel) => channel !== message.channel && (world.adapter !== 'classic' || channel.includes('-response#'));
    const isAnswer = ({ name, args: [channel, said] }) => message.requestId !== undefined && /^s?publish$/.test(name)
        && isOurs(String(channel)) && said.includes(message.requestId);
    const answers = () => world.monitor.commands.slice(from).filter(isAnswer);
    if (count > 0) {
        await world.monitor.until(() => answers().length >= count, `${count} answers`);
    }
    const found = answers();
    for (const { args } of found) {
        const [channel] = args.map(String);
        const own = `${message.channel.replace('-request#', '-response#')}${message.uid ?? message.decoded.uid}#`;
        assert.ok(channel === own || (world.adapter === 'classic' && own.startsWith(channel)), channel);
    }
    return found.map(({ args }) => decode(args[1]));
}

/** All of an answer but the sockets in it and the names. */
function envelope(answer) {
    const copy = withoutNames(answer);
    delete (copy.data ?? copy).sockets;
    return copy;
}

async function roomsOf(world, client) {
    const sockets = await world.driver.cluster('fetchSockets', { rooms: [client.socket.id] });
    return sockets.flatMap(({ rooms }) => rooms).filter((room) => room !== client.socket.id).sort();
}

// ---- The tests --------------------------------------------------------------------------------------

const told = new Set(elsewhere.keys());
for (const variant of variants) {
    describe(variant, { timeout: 10 * timeout }, () => {
        const world = new World(variant);
        before(() => world.start(), { timeout });
        after(() => world.stop(), { timeout });

        for (const [name, scenario] of scenarios) {
            if (variantOf(name) !== variant || elsewhere.has(name)) {
                continue;
            }
            const messages = messagesOf(scenario);
            messages.forEach((message, i) => {
                if (message.kind === 'response') {
                    return;
                }
                told.add(name);
                const next = messages.findIndex(({ kind }, k) => k > i && kind !== 'response');
                const answers = messages.slice(i + 1, next < 0 ? undefined : next);
                test(`${name}: ${message.kind}`, { timeout }, async () => {
                    await checks[message.kind](world, message, structuredClone(answers));
                    await world.clear();
                });
            });
        }
    });
}

test('every scenario is told', () => {
    assert.deepEqual([...scenarios.keys()].filter((name) => !told.has(name)), []);
});

test('streams.persistSession, missed, restoreSession: a session of a Node server goes on at ours', { timeout }, async () => {
    const cluster = new Cluster('streams');
    let redis;
    try {
        await cluster.redis.start();
        redis = createClient({ url: cluster.redis.url });
        redis.on('error', () => {});
        await redis.connect();
        for (const [id, fields] of vectors.streams.entries) {
            await redis.sendCommand(['XADD', 'socket.io', id, ...fields]);
        }
        const [set] = scenarios.get('streams.persistSession').commands;
        await redis.sendCommand(set);
        // The server starts behind them: it is told by the stream alone.
        const server = await startServer('ours', { redis: cluster.redis.url, adapter: 'streams', name: 'ours' });
        cluster.servers.push(server);
        const client = new ClusterClient(server, { name: 'bob', autoConnect: false });
        cluster.clients.push(client);
        const session = decodeField(set[2]);
        Object.assign(client.socket, { _pid: session.pid, _lastOffset: '1795388961044-0' });
        const connected = nextEvent(client.socket, 'connect');
        client.socket.connect();
        await connected;
        assert.equal(client.socket.recovered, true);
        assert.equal(client.socket.id, session.sid);
        await client.first('missed');
        const [socket] = await client.cluster('fetchSockets');
        assert.deepEqual({ ...socket, rooms: [...socket.rooms].sort() },
            { id: session.sid, rooms: [...session.rooms].sort(), data: session.data });
        assert.deepEqual(client.seen, [['missed', 1]]);
        assert.equal(await redis.exists(set[1]), 0);
    } finally {
        await redis?.quit();
        await cluster.stop();
    }
});
