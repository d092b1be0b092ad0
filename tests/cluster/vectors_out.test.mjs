// Our bytes: what a server of ours says on the channels and in the stream decodes in Node's way to what Node's packages
// said when they were recorded; and answers of Node's, byte for byte, end our questions. WIRE: B10, B12 to B14.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Cluster, eventually } from '../support/cluster.mjs';
import { RecordedPeer } from '../support/recorded_peer.mjs';
import { RedisMonitor } from '../support/redis_monitor.mjs';
import { decode, decodeField, messagesOf, readEntry, scenarios, variantOf, variants, withoutNames } from '../support/redis_vectors.mjs';
import { nextEvent, timeScale } from '../support/waiting.mjs';

const timeout = 60_000 * timeScale;

/** What we never say, or what is told elsewhere. */
function reasonAgainst(name) {
    return {
        'adapter.broadcast.date_undefined': 'values that no event of ours has: vectors_in reads them',
        'adapter.allSockets': 'the library has no call for it: vectors_in answers it',
        'streams.missed': 'as streams.broadcast.room', 'streams.restoreSession': 'recovery.test.mjs',
    }[name] ?? (/^(old-|emitter\.)/.test(name) ? 'vectors_emitter.test.mjs, and no server of ours speaks the old way' : undefined);
}

/** A value of the file as a client may say it. */
function spoken(value) {
    if (Array.isArray(value)) {
        return value.map(spoken);
    }
    if (value !== null && typeof value === 'object') {
        return '$bin' in value ? Buffer.from(value.$bin, 'hex')
            : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoken(one)]));
    }
    return value;
}

/** The call that makes a server say this: [operation, a]. */
function callFor({ kind, opts = {}, event, rooms, close, requestId }) {
    const { flags: { timeout: wait, ...flags } = {} } = opts;
    const a = { rooms: opts.rooms, except: opts.except, ...flags };
    if (kind === 'broadcast' || kind === 'ask' || kind === 'serverSide') {
        Object.assign(a, { event: event[0], args: spoken(event.slice(1)) });
    }
    switch (kind) {
        case 'broadcast': return ['emit', a];
        case 'ask': return ['emitWithAck', { ...a, timeout: wait }];
        case 'serverSide': return [requestId ? 'serverSideEmitWithAck' : 'serverSideEmit', a];
        case 'join': return ['socketsJoin', { ...a, join: rooms }];
        case 'leave': return ['socketsLeave', { ...a, leave: rooms }];
        case 'disconnect': return ['disconnectSockets', { ...a, close }];
        default: return ['fetchSockets', a];
    }
}

/** What was said, without the names that differ each time. */
const anonymous = (said) => (Array.isArray(said) ? said.slice(1) : withoutNames(said));

/** A monitored command as what it says: {channel, said}; nothing for another. */
function read({ name, args }) {
    if (name === 'xadd') {
        const { options, fields, data } = readEntry(args);
        return { channel: options.map((word) => word.toLowerCase()).join(' '), said: { ...fields, data } };
    }
    if (!/^s?publish$/.test(name)) {
        return undefined;
    }
    return { channel: `${name} ${args[0]}`, said: decode(args[1]) };
}

function expectedOf({ entry, channel, sharded, decoded }) {
    if (entry) {
        return read({ name: 'xadd', args: entry.slice(1) });
    }
    return { channel: `${sharded ? 'spublish' : 'publish'} ${channel}`, said: decoded };
}

class World {
    /** `variant` is classic, streams, or sharded with its mode behind a dot. */
    constructor(variant) {
        const [adapter, mode] = variant.split('.');
        this.adapter = adapter;
        this.cluster = new Cluster(adapter, { mode });
        this.monitor = new RedisMonitor();
    }

    async start(rooms) {
        await this.cluster.redis.start();
        await this.monitor.start(this.cluster.redis.port);
        const { url } = this.cluster.redis;
        this.peers = { '/': await new RecordedPeer(this.adapter, url).start({ rooms }),
            '/admin': await new RecordedPeer(this.adapter, url).start({ nsp: '/admin', rooms }) };
        this.begins = this.monitor.commands.length;
        await this.cluster.add('ours', 'ours', { shards: 2 });
        this.drivers = { '/': this.cluster.client('ours'),
            '/admin': await this.cluster.connect('ours', { name: 'admin', nsp: '/admin' }) };
        await eventually(async () => {
            const from = this.monitor.commands.length;
            assert.equal((await this.drivers['/'].cluster('emit', { event: 'ready?', data: 1 })), 'ok');
            await this.monitor.command((command) => read(command), 'a broadcast', { from, ms: 500 });
        }, 'it has somebody to speak to');
    }

    async stop() {
        this.monitor.stop();
        await Promise.all(Object.values(this.peers ?? {}).map((peer) => peer.stop()));
        await this.cluster.stop();
    }

    /** The first message from position `from` on that says the same. */
    said(expected, from) {
        const wanted = JSON.stringify(sortedKeys(anonymous(expected.said)));
        return this.monitor.until(() => this.monitor.commands.slice(from).map(read)
            .find((found) => found && JSON.stringify(sortedKeys(anonymous(found.said))) === wanted), `message ${wanted}`)
            .catch((error) => {
                const seen = this.monitor.commands.slice(from).map(read).filter(Boolean);
                throw new Error(`${error.message}\nsaid: ${seen.map((one) => JSON.stringify(one)).join('\n')}`);
            });
    }
}

/** The order of keys says nothing. */
function sortedKeys(value) {
    if (Array.isArray(value)) {
        return value.map(sortedKeys);
    }
    return value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortedKeys(value[key])])) : value;
}

const uidPattern = { classic: /^[A-Za-z0-9_-]{6}$/, sharded: /^[0-9a-f]{16}$/, streams: /^[0-9a-f]{16}$/ };

/** What a question of ours has for its answer when its peer says what was recorded. */
function checkResult(result, message, answers, driver) {
    const recorded = answers.map(({ decoded }) => decoded.data ?? decoded);
    if (message.kind === 'fetch') {
        const others = recorded[0].sockets.map(({ id, rooms, data }) => ({ id, rooms, data }));
        const own = message.opts.rooms.length === 0
            ? [{ id: driver.socket.id, rooms: [driver.socket.id], data: { name: 'ours' } }] : [];
        assert.deepEqual([...result].sort(byId), [...others, ...own].sort(byId));
    } else if (message.kind === 'ask') {
        const own = message.opts.rooms.length === 0 ? ['ours'] : [];
        assert.deepEqual(sortedTexts([...result]), sortedTexts([spoken(recorded[1].packet), ...own]));
    } else {
        assert.deepEqual(result, [answers[0].decoded.type === 6 ? answers[0].decoded.data : recorded[0].packet]);
    }
}

const byId = (a, b) => (a.id < b.id ? -1 : 1);
const sortedTexts = (values) => values.map((value) => JSON.stringify(value)).sort();

async function checkMessage(world, message, answers) {
    const { nsp } = message;
    const driver = world.drivers[nsp];
    const from = world.monitor.commands.length;
    const isQuestion = ['fetch', 'ask'].includes(message.kind) || (message.kind === 'serverSide' && message.requestId);
    if (isQuestion) {
        world.peers[nsp].answerWith(answers.map(({ bytes, channel, sharded, decoded }) => ({
            hex: bytes.toString('hex'), channel, op: sharded ? 'SPUBLISH' : 'PUBLISH', decoded,
        })));
    }
    const result = await driver.cluster(...callFor(message));
    const expected = expectedOf(message);
    const found = await world.said(expected, from);
    assert.equal(found.channel, expected.channel);
    const uid = Array.isArray(found.said) ? found.said[0] : found.said.uid;
    assert.match(uid, uidPattern[world.adapter]);
    if (isQuestion) {
        checkResult(result, message, answers, driver);
    } else {
        assert.equal(result, 'ok');
    }
}

const told = new Set([...scenarios.keys()].filter(reasonAgainst));
const ownScenarios = (variant) => [...scenarios].filter(([name]) => variantOf(name) === variant && !reasonAgainst(name));

/** Names that scenarios have in channels of their own. */
const roomsOf = (variant) => [...new Set(ownScenarios(variant).flatMap(([, scenario]) => messagesOf(scenario))
    .flatMap(({ kind, opts }) => (kind === 'broadcast' ? opts.rooms : [])))];

for (const variant of variants) {
    describe(variant, { timeout: 10 * timeout }, () => {
        const world = new World(variant);
        before(() => world.start(roomsOf(variant)), { timeout });
        after(() => world.stop(), { timeout });

        for (const [name, scenario] of ownScenarios(variant)) {
            const messages = messagesOf(scenario);
            messages.forEach((message, i) => {
                // A broadcast to one fetched socket: the library has no such handle.
                if (message.kind === 'response' || message.opts?.flags?.expectSingleResponse) {
                    return;
                }
                told.add(name);
                const next = messages.findIndex(({ kind }, k) => k > i && kind !== 'response');
                const answers = messages.slice(i + 1, next < 0 ? undefined : next);
                test(`${name}: ${message.kind}`, { timeout }, () => checkMessage(world, message, answers));
            });
            if (name.endsWith('.boot')) {
                told.add(name);
                test(`${name}: it listens where Node's does`, { timeout }, () => checkSubscriptions(world, scenario));
            }
        }

        test('what is meant for this server alone is not sent', { timeout }, async () => {
            const from = world.monitor.commands.length;
            const driver = world.drivers['/'];
            await driver.cluster('emit', { event: 'only here', data: 1, local: true });
            await driver.cluster('emit', { event: 'everywhere', data: 1 });
            await world.monitor.command(({ args }) => args.some((arg) => arg.includes('everywhere')), 'the broadcast', { from });
            assert.ok(world.monitor.commands.slice(from).every(({ args }) => args.every((arg) => !arg.includes('only here'))));
            told.add('adapter.broadcast.local');
        });

        if (variant === 'sharded.dynamic') {
            test('sharded.*.connect: it listens to a room as long as somebody is in it', { timeout }, async () => {
                const client = await world.cluster.connect('ours', { name: 'guest', rooms: ['a room of its own'] });
                const says = (command) => world.monitor.command(({ name, args }) => name === command
                    && String(args[0]) === 'socket.io#/#a room of its own#', command);
                await says('ssubscribe');
                world.cluster.forget(client);
                await says('sunsubscribe');
            });
        }
        if (variant === 'streams') {
            test('streams.persistSession: a session as Node keeps it', { timeout }, () => checkSession(world));
        }
    });
}

/** Each subscription of the recorded server has its like among ours. */
async function checkSubscriptions(world, scenario) {
    const heard = world.monitor.commands.slice(world.begins).flatMap(({ name, args }) => args.map((arg) => `${name} ${arg}`));
    for (const [name, ...channels] of scenario.commands.filter(([command]) => command.endsWith('subscribe'))) {
        for (const channel of channels) {
            const [, nsp, uid, rest] = channel.split('#');
            const base = channel.split('#')[0].replace(/^sh-[a-z-]+/, 'socket.io');
            const wanted = uid && uid !== '*' ? `${name} ${base}#${nsp}#` : `${name} ${base}#${nsp}#${uid}${rest === '' ? '#' : ''}`;
            const fits = (line) => (uid && uid !== '*' ? line.startsWith(wanted) && line !== wanted : line === wanted);
            assert.ok(heard.some(fits), `${name} ${channel}: ${heard.filter((line) => line.includes('subscribe'))}`);
        }
    }
    for (const command of scenario.commands.filter(([name]) => name === 'xread').slice(0, 1)) {
        const own = await world.monitor.command(({ name }) => name === 'xread', 'the first XREAD', { from: world.begins });
        const words = own.args.map((arg) => String(arg).toLowerCase());
        // Where it begins, and for how long it waits each time, is its own affair.
        assert.deepEqual([words[0], ...words.slice(2, -1)],
            [command[1], ...command.slice(3, -1)].map((word) => word.toLowerCase()));
    }
}

async function checkSession(world) {
    const client = await world.cluster.connect('ours', { name: 'bob', rooms: ['room1', 'r2'] });
    const { id } = client.socket;
    const from = world.monitor.commands.length;
    const gone = nextEvent(client.socket, 'disconnect');
    client.socket.io.engine.close();
    await gone;
    const { args } = await world.monitor.command(({ name }) => name === 'set', 'the session', { from });
    const [key, value, ...rest] = args.map(String);
    const [, , recorded, ...recordedRest] = scenarios.get('streams.persistSession').commands[0];
    const session = decodeField(value);
    assert.deepEqual(Object.keys(session).sort(), Object.keys(decodeField(recorded)).sort());
    assert.equal(key, `sio:session:${session.pid}`);
    assert.deepEqual({ ...session, rooms: session.rooms.sort(), pid: '' },
        { sid: id, pid: '', rooms: [id, 'room1', 'r2'].sort(), data: { name: 'ours' } });
    assert.deepEqual(rest, recordedRest);
    told.add('streams.persistSession');
    world.cluster.forget(client);
}

test('every scenario is told', () => {
    const rest = [...scenarios.keys()].filter((name) => !told.has(name) && !/\.connect$/.test(name));
    assert.deepEqual(rest, []);
});
