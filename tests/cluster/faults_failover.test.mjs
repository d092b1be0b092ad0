// The master fails over, under Sentinels and in a Cluster: what clients saw, and that servers find the new one.

import { test } from 'node:test';

import { adapters, isLong } from '../support/cluster.mjs';
import { FaultWorld } from '../support/fault_world.mjs';
import { RedisCluster, RedisSentinels } from '../support/redis_deployments.mjs';
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
            await master.start();
            await world.ticker.more(40);
            await world.untilWell();
        }));
}

for (const adapter of chosen('sharded')) {
    test(`${adapter}: the Cluster's master that has the channel is killed`, { timeout }, (t) => FaultWorld.run(t, adapter,
        { redis: new RedisCluster() }, async (world) => {
            const owner = await world.redis.ownerOf(adapter === 'streams' ? 'socket.io' : 'socket.io#/#');
            await owner.kill();
            await world.checkQuestions('a');
            await world.untilWell(90_000);
            await owner.start();
            await world.ticker.more(40);
            await world.untilWell();
        }));
}
