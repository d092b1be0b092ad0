// The master fails over, under Sentinels and in a Cluster: what clients saw, and that servers find the new one.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createClient } from 'redis';

import { adapters, isLong } from '../support/cluster.mjs';
import { FaultWorld } from '../support/fault_world.mjs';
import { RedisCluster, RedisSentinels } from '../support/programs.mjs';
import { timeScale } from '../support/waiting.mjs';

const timeout = 240_000 * timeScale;
const chosen = (...some) => (isLong ? adapters : some);

for (const adapter of chosen('classic', 'streams')) {
    test(`${adapter}: the master that Sentinels watch is killed`, { timeout }, (t) => FaultWorld.run(t, adapter,
        { redis: new RedisSentinels() }, async (world) => {
            const [master] = world.redis.masters;
            await master.kill();
            await world.checkLocalDelivery();
            await world.checkQuestions('a');
            await world.untilWell(90_000);
            await master.restart();
            await world.ticker.more(40);
            await world.untilWell();
        }));
}

/** The master that a channel or key belongs to. */
async function ownerOf(name, masters) {
    const client = createClient({ url: `redis://127.0.0.1:${masters[0].port}` });
    client.on('error', () => {});
    await client.connect();
    try {
        const slot = await client.sendCommand(['CLUSTER', 'KEYSLOT', name]);
        const ranges = await client.sendCommand(['CLUSTER', 'SLOTS']);
        const [, , [, port]] = ranges.find(([from, to]) => from <= slot && slot <= to);
        const owner = masters.find((master) => master.port === port);
        assert.ok(owner, `no master on port ${port}`);
        return owner;
    } finally {
        await client.quit();
    }
}

for (const adapter of chosen('sharded')) {
    test(`${adapter}: the Cluster's master that has the channel is killed`, { timeout }, (t) => FaultWorld.run(t, adapter,
        { redis: new RedisCluster() }, async (world) => {
            const owner = await ownerOf(adapter === 'streams' ? 'socket.io' : 'socket.io#/#', world.redis.masters);
            await owner.kill();
            await world.checkQuestions('a');
            await world.untilWell(90_000);
            await owner.restart();
            await world.ticker.more(40);
            await world.untilWell();
        }));
}
