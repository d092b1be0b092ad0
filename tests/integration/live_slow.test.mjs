// Viewers who stop reading, and the clock of a rate class: the server's memory is bounded, others miss nothing,
// and the slow one ends with the server's rows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { LiveClient } from '../support/live_client.mjs';
import { dealsConfiguration, LiveServer } from '../support/live_server.mjs';
import { PlainClient } from '../support/plain_client.mjs';
import { elapse } from '../support/waiting.mjs';

const configuration = {
    ...dealsConfiguration,
    server: { ...dealsConfiguration.server, limits: { client_queue: '64KiB' } },
};

const MiB = 1024 * 1024;

/** Bytes of a process that are neither files nor shared. */
function anonymousBytes(pid) {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

/** Nothing is taken from the client's socket any more; gives what takes it again. */
function stopReading(client, { heartbeats = true } = {}) {
    const { engine } = client.socket.io;
    const raw = engine.transport.ws._socket;
    raw.pause();
    // The client itself would miss the server's pings.
    engine.clearTimeoutFn(engine._pingTimeoutTimer);
    const beat = heartbeats && setInterval(() => engine._sendPacket('pong'), 300);
    return () => {
        clearInterval(beat);
        raw.resume();
    };
}

const cells = async (server) => (await server.rows('deals')).rows.map(({ id, region, amount }) => [id, region, amount]);

describe('a client that stops reading', () => {
    let server;
    const clients = [];

    before(async () => {
        server = await new LiveServer(configuration, { args: ['--shards', '2'] }).start();
    }, { timeout: 30_000 });
    after(async () => {
        clients.forEach((client) => client.close());
        await server?.stop();
    });

    /** About 200 KB for each turn, and every row changes. */
    async function publishTurns(from, to) {
        let last;
        for (let turn = from; turn < to; turn += 1) {
            const text = String(turn).padEnd(2000, 'x');
            const rows = Array.from({ length: 100 }, (_, at) => ({ id: `k${at}`, region: text, amount: turn }));
            last = await server.publish('deals', 'upsert', rows);
        }
        return last;
    }

    test('costs no memory, holds up nobody, and ends with the rows of the server', async () => {
        const open = (Client, ...args) => {
            const client = new Client(server.url, ...args);
            clients.push(client);
            return client;
        };
        const [quick, slow] = [0, 1].map(() => open(LiveClient, { charts: ['deals_live'] }));
        const [quickPlain, slowPlain] = [0, 1].map(() => open(PlainClient, { namespace: '/charts/deals_live' }));
        // What the allocator and the history need for this traffic is taken before it is measured.
        const warm = await publishTurns(0, 100);
        const at = (client, v) => (client instanceof LiveClient
            ? client.datasets.get('deals')?.v === v : client.seen.at(-1)?.[2].ds.deals[1] === v);
        await Promise.all(clients.map((client) => client.until(() => at(client, warm.v), 'the first 20 MB', 30_000)));
        assert.equal(await server.metric('chartcast_backlogs_total'), 0);
        const before = anonymousBytes(server.program.pid);
        const framesBefore = quick.messages('delta').length;
        const snapshots = slow.messages('snapshot').length;

        const resume = [slow, slowPlain].map((client) => stopReading(client));
        const seenBefore = [slow, slowPlain].map(({ seen }) => seen.length);
        const last = await publishTurns(100, 200);
        await Promise.all([quick, quickPlain].map((client) => client.until(() => at(client, last.v), 'the second 20 MB', 30_000)));
        const grown = anonymousBytes(server.program.pid) - before;
        assert.ok(grown < 8 * MiB, `grown by ${(grown / MiB).toFixed(1)} MiB`);
        assert.ok(await server.metric('chartcast_backlogs_total') >= 2);
        assert.equal(await server.metric('chartcast_slow_clients_total'), 0);
        assert.deepEqual([slow, slowPlain].map(({ seen }) => seen.length), seenBefore);
        const frames = quick.messages('delta').slice(framesBefore);
        frames.reduce((from, frame) => {
            assert.equal(frame.from, from);
            return frame.to;
        }, warm.v);
        assert.equal(frames.at(-1).to, last.v);

        resume.forEach((start) => start());
        await Promise.all(clients.map((client) => client.until(() => at(client, last.v), 'the newest rows', 30_000)));
        const expected = await cells(server);
        for (const client of [quick, slow]) {
            assert.deepEqual(client.rows('deals'), expected);
            assert.equal(client.resyncs, 0);
        }
        assert.deepEqual(slowPlain.rows, expected);
        assert.deepEqual(quickPlain.rows, expected);
        // It was told by rows, not by all that it had missed.
        assert.equal(slow.messages('snapshot').length, snapshots + 1);
        assert.equal(quick.messages('snapshot').length, 1);
        assert.ok(slow.messages('delta').length < quick.messages('delta').length);
        // And it goes on as everybody does.
        const { v } = await server.publish('deals', 'upsert', [{ id: 'k0', amount: -1 }]);
        await Promise.all(clients.map((client) => client.until(() => at(client, v), 'the change behind')));
        assert.equal(slow.messages('delta').at(-1).to, v);
        assert.equal(slow.messages('snapshot').length, snapshots + 1);
    });

    test('is forgotten when it does not even answer heartbeats', async () => {
        const dead = new LiveClient(server.url, { charts: ['deals_live'] });
        clients.push(dead);
        await dead.until(() => dead.datasets.size === 1, 'snapshot');
        const { id } = dead.socket;
        const resume = stopReading(dead, { heartbeats: false });
        await server.program.printed(new RegExp(`viewer left socket=${id} reason="?ping timeout`), { ms: 15_000 });
        resume();
    });
});

test('the largest queue that a configuration may ask for is served', async () => {
    const limits = { client_queue: '64MiB', max_body: '1GiB', max_connections: 1_000_000 };
    const server = await new LiveServer({ ...dealsConfiguration, server: { ...dealsConfiguration.server, limits } }).start();
    await server.stop();
});

describe('a rate class', () => {
    test('has one clock: its clients are sent the same frames', async () => {
        const server = await new LiveServer(dealsConfiguration, { args: ['--shards', '2'] }).start();
        const classOf = (maxRate) => Array.from({ length: 20 }, () => new LiveClient(server.url, { charts: ['deals_live'], maxRate }));
        const [ten, two] = [classOf(10), classOf(2)];
        const all = [...ten, ...two];
        try {
            await Promise.all(all.map((client) => client.until(() => client.datasets.size === 1, 'snapshot')));
            let last;
            for (let turn = 0; turn < 100; turn += 1) {
                last = await server.publish('deals', 'upsert', [{ id: `k${turn % 7}`, region: 'n', amount: turn }]);
                await elapse(20);
            }
            await Promise.all(all.map((client) => client.until(() => client.datasets.get('deals').v === last.v, 'last frame')));
            const sequence = (client) => client.messages('delta').map(({ from, to }) => [from, to]);
            for (const group of [ten, two]) {
                const [first, ...others] = group.map(sequence);
                others.forEach((other) => assert.deepEqual(other, first));
            }
            const expected = await cells(server);
            all.forEach((client) => assert.deepEqual(client.rows('deals'), expected));
            assert.ok(sequence(two[0]).length < sequence(ten[0]).length);
        } finally {
            all.forEach((client) => client.close());
            await server.stop();
        }
    });
});
