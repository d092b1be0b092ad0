// Redis dies, freezes and changes its password under two servers of ours: their own clients notice nothing, questions
// end in time with what is known, and all is well again without a restart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient } from 'redis';

import { Cluster, adapters, eventually, isLong } from '../support/cluster.mjs';
import { FaultWorld } from '../support/fault_world.mjs';
import { RedisServer } from '../support/programs.mjs';
import { elapse, timeScale } from '../support/waiting.mjs';

const timeout = 180_000 * timeScale;

/** All adapters in a long run, else those of them. */
const chosen = (...some) => (isLong ? adapters : some);

for (const adapter of chosen('classic', 'streams')) {
    test(`${adapter}: Redis is killed and comes back`, { timeout }, (t) => FaultWorld.run(t, adapter, {}, async (world) => {
        const before = world.ticker.count;
        await world.redis.kill();
        await world.untilReached(false);
        await world.checkLocalDelivery();
        await world.checkQuestions('a');
        await world.checkQuestions('b');
        await world.redis.start();
        await world.untilWell();
        const after = world.ticker.count;
        await world.ticker.more(20);
        const { b } = await world.endTicks(t);
        const missed = Array.from({ length: world.ticker.count }, (_, n) => n).filter((n) => n >= b[0] && !b.includes(n));
        t.diagnostic(`${adapter}: the clients of b missed ${missed.length}, from ${missed[0]} to ${missed.at(-1)}; `
            + `Redis was away from ${before} to ${after}`);
        assert.ok(missed.every((n) => n >= before - 5 && n <= after), `missed ${missed}`);
        assert.ok((await world.client('a').status()).outages >= 1);
    }));
}

for (const adapter of chosen('sharded')) {
    test(`${adapter}: Redis is frozen for ten seconds`, { timeout }, (t) => FaultWorld.run(t, adapter, {}, async (world) => {
        world.redis.signal('SIGSTOP');
        try {
            const paused = elapse(10_000);
            await world.checkLocalDelivery();
            await Promise.all([world.checkQuestions('a'), world.checkQuestions('b')]);
            await paused;
        } finally {
            world.redis.signal('SIGCONT');
        }
        await world.untilWell();
        await world.ticker.more(20);
        const { b } = await world.endTicks(t);
        assert.equal(b.length, world.ticker.count - b[0], 'nobody gave the connection up: all has arrived');
    }));
}

for (const adapter of chosen('classic')) {
    const passwords = ['first-secret', 'second-secret'];
    test(`${adapter}: the password is changed, and changed back`, { timeout }, (t) => FaultWorld.run(t, adapter,
        { redis: new RedisServer({ password: passwords[0] }) }, async (world) => {
            const operator = createClient({ url: world.redis.url });
            operator.on('error', () => {});
            await operator.connect();
            t.after(() => operator.disconnect().catch(() => {}));
            const change = async (password) => {
                await operator.sendCommand(['CONFIG', 'SET', 'requirepass', password]);
                await operator.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
                await operator.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
            };
            await change(passwords[1]);
            await world.untilReached(false);
            await world.checkLocalDelivery();
            await world.checkQuestions('a');
            for (const server of world.ours()) {
                await server.printed(/login refused|WRONGPASS|NOAUTH|password/i);
            }
            await change(passwords[0]);
            await world.untilWell();
            for (const server of world.ours()) {
                assert.ok(passwords.every((password) => !server.output.includes(password)), server.output);
            }
        }));
}

for (const adapter of chosen('classic')) {
    test(`${adapter}: an outage under load keeps memory bounded`, { timeout }, (t) => FaultWorld.run(t, adapter, {},
        async (world) => {
            await world.redis.kill();
            await world.untilReached(false);
            const filler = 'x'.repeat(2000);
            const driver = world.client('a');
            for (let n = 0; n < 30_000; n += 1) {
                driver.socket.emit('cluster', 'emit', { event: 'load', data: filler, rooms: ['nobody'] }, () => {});
                if (n % 1000 === 0) {
                    await driver.status();
                }
            }
            const { lost } = await driver.status();
            t.diagnostic(`${adapter}: ${lost} of 30000 were given up`);
            assert.ok(lost > 0, 'the queue has a bound');
            await world.redis.start();
            await world.untilWell();
        }));
}

test('streams: what is published while a reader has lost its connection reaches it', { timeout }, async () => {
    const cluster = new Cluster('streams');
    let operator;
    try {
        await cluster.start({ a: 'ours', b: 'ours' });
        await cluster.meet();
        operator = await createClient({ url: cluster.redis.url }).connect();
        const reader = cluster.client('b');
        await cluster.client('a').cluster('emit', { event: 'news', data: 'of a' });
        await reader.first('news');
        const entries = await operator.xRange('socket.io', '-', '+');
        const { message } = entries.find(({ message: fields }) => fields.data?.includes('of a'));
        for (let arrived = 2; arrived <= 6; arrived += 1) {
            // All at once, so that nobody is back before it stands in the stream.
            await operator.multi().addCommand(['CLIENT', 'KILL', 'TYPE', 'normal']).xAdd('socket.io', '*', message).exec();
            await eventually(() => assert.equal(reader.got('news').length, arrived), `copy ${arrived} at b`);
        }
    } finally {
        await operator?.quit();
        await cluster.stop();
    }
});
