// Everything that is no message, on every channel of all three adapters, for as long as one likes. The servers' clients
// see the events that are in between, and nothing else; what was no message is counted as rejected, one by one.
//
// usage: node tests/soak/hostile_channels.mjs [--minutes 10] [--seconds N] [--adapter classic|sharded|streams]
// CHARTCAST_BUILD names the build folder. Prints what it found; the exit status is 1 when something was wrong.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

import { createClient } from 'redis';

import { Cluster, adapters, eventually, residentBytes } from '../support/cluster.mjs';
import { doubtful, malformed, malformedEntry } from '../support/hostile_channels.mjs';

const { values } = parseArgs({
    options: {
        minutes: { type: 'string', default: '10' }, seconds: { type: 'string' }, adapter: { type: 'string' },
    },
});
const seconds = values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds);
const ends = Date.now() + seconds * 1000;
const batch = 200;
const say = (text) => process.stderr.write(`hostile channels: ${text}\n`);

/** Where a server listens: {name, kind, sharded} of each channel. */
async function channelsOf(redis, adapter) {
    const list = (what) => redis.sendCommand(['PUBSUB', what]);
    const names = adapter === 'sharded' ? await list('SHARDCHANNELS') : await list('CHANNELS');
    const channels = names.map((name) => ({
        name, sharded: adapter === 'sharded', kind: adapter === 'classic' ? 'classic' : 'cluster',
    }));
    // Of a pattern: the channel of all rooms, and that of a room with a member.
    const broadcasts = ['socket.io#/#', 'socket.io#/#red#', 'socket.io#/admin#'];
    return adapter === 'classic'
        ? [...channels, ...broadcasts.map((name) => ({ name, kind: 'broadcast' }))] : channels;
}

class Attack {
    constructor(adapter) {
        this.adapter = adapter;
        this.cluster = new Cluster(adapter);
        this.sent = { malformed: 0, doubtful: 0, events: 0 };
    }

    async start() {
        await this.cluster.start({ ours: 'ours' }, { shards: 2 });
        await this.cluster.client('ours').join('red');
        await this.cluster.connect('ours', { name: 'admin', nsp: '/admin' });
        await eventually(async () => assert.ok((await this.cluster.client('ours').status()).is_reached), 'it listens');
        const { url } = this.cluster.redis;
        this.redis = createClient({ url });
        this.redis.on('error', () => {});
        await this.redis.connect();
        // Before the other server has channels of its own.
        this.channels = await channelsOf(this.redis, this.adapter);
        await this.cluster.add('other', 'ours', { shards: 2 });
        await this.cluster.meet({ rooms: ['red'] });
        this.memory = residentBytes(this.cluster.server('ours'));
        say(`${this.adapter}: ${this.channels.map((channel) => channel.name).join(' ')}`);
    }

    async run() {
        while (Date.now() < ends) {
            await this.send('malformed', malformed, malformedEntry);
            await this.send('doubtful', doubtful);
        }
    }

    /** A batch of them, and behind it an event to everybody; then the counts are looked at. */
    async send(name, message, entry) {
        // What came before is seen by now, at the other server, too.
        await this.settled({ of: 'other' });
        const before = await this.settled();
        const seen = new Map(this.cluster.clients.map((client) => [client, client.seen.length]));
        await Promise.all(Array.from({ length: batch }, () => this.sendOne(message, entry)));
        this.sent[name] += batch;
        await this.checkClients(seen, name === 'malformed');
        const after = await this.settled({ before, count: batch + 1 });
        if (name === 'malformed') {
            assert.equal(after.rejected - before.rejected, batch, `${this.adapter}: rejected of ${batch} malformed`);
        }
    }

    sendOne(message, entry) {
        if (entry && this.adapter === 'streams' && randomInt(2) === 0) {
            return this.redis.sendCommand(['XADD', 'socket.io', 'MAXLEN', '~', '10000', '*', ...entry()]);
        }
        const { name, kind, sharded } = this.channels[randomInt(this.channels.length)];
        return this.redis.sendCommand([sharded ? 'SPUBLISH' : 'PUBLISH', name, message(kind)]);
    }

    /** Events of the other server reach everybody, and only they do. */
    async checkClients(seen, strictly) {
        const token = ++this.sent.events;
        await this.cluster.client('other').cluster('emit', { event: 'unharmed', data: token });
        for (const client of this.cluster.members()) {
            await client.first('unharmed', (said) => said === token);
            const others = client.seen.slice(seen.get(client)).filter(([event]) => event !== 'unharmed');
            assert.ok(!strictly || others.length === 0, `${client.name} saw ${JSON.stringify(others[0])}`);
            client.seen.length = 0;
        }
        assert.ok(this.cluster.clients.every(({ disconnects }) => disconnects.length === 0), 'nobody was disconnected');
    }

    /** A server's counts once they stand still, and at least so many messages have come since `before`. */
    settled({ of = 'ours', before, count = 0 } = {}) {
        const client = this.cluster.client(of);
        const all = (status) => status.received + status.passed_over + status.rejected + status.own;
        return eventually(async () => {
            const [first, second] = [await client.status(), await client.status()];
            assert.equal(all(second), all(first));
            assert.ok(!before || all(second) - all(before) >= count, `${before && all(second) - all(before)} of ${count}`);
            return second;
        }, `${this.adapter}: all messages of ${of} are counted`);
    }

    async end() {
        const grown = residentBytes(this.cluster.server('ours')) - this.memory;
        say(`${this.adapter}: ${JSON.stringify(this.sent)}, ${JSON.stringify(await this.settled())}, grown by ${grown} bytes`);
        assert.ok(grown < 64 * 1024 * 1024, `grown by ${grown} bytes`);
        await this.cluster.meet({ rooms: ['red'] });
    }

    async stop() {
        await this.redis?.quit();
        await this.cluster.stop();
    }
}

/** Each adapter on a Redis of its own. */
async function attack(adapter) {
    const world = new Attack(adapter);
    try {
        await world.start();
        await world.run();
        await world.end();
        return true;
    } catch (error) {
        say(`${adapter}: ${error.stack}`);
        return false;
    } finally {
        await world.stop();
    }
}

const results = await Promise.all((values.adapter ? [values.adapter] : adapters).map(attack));
process.exitCode = results.every(Boolean) ? 0 : 1;
