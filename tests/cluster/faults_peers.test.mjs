// A peer dies or freezes, ours or Node's: questions of the others end in time with what the living say, and name who is
// missing where that can be known. WIRE: D5.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { adapters, eventually, idsOf, isLong } from '../support/cluster.mjs';
import { FaultWorld } from '../support/fault_world.mjs';
import { timeScale } from '../support/waiting.mjs';

const timeout = 180_000 * timeScale;
const servers = { a: 'ours', b: 'ours', n: 'node' };

/** Everybody that is there, and nobody else, without an error. */
function untilKnown(world, name, living) {
    return eventually(async () => assert.deepEqual(idsOf(await world.client(name).cluster('fetchSockets')),
        living.map((one) => world.client(one).socket.id).sort()), `${name} knows who is there`, 30_000);
}

for (const adapter of adapters) {
    test(`${adapter}: a peer is killed in the middle of a question`, { timeout }, (t) => FaultWorld.run(t, adapter, { servers },
        async (world) => {
            const [asking, dying] = [world.client('a'), world.client('b')];
            dying.silent = true;
            const began = Date.now();
            const time = 10_000 * timeScale;
            const question = asking.cluster('emitWithAck', { event: 'question', data: 'dying', timeout: time });
            await dying.first('question');
            dying.server.signal('SIGKILL');
            await dying.server.exited;
            const result = await question;
            const took = Date.now() - began;
            t.diagnostic(`${adapter}: it ended after ${took} ms with ${JSON.stringify(result)}`);
            assert.ok(took < time, `${took} ms`);
            assert.ok(Array.isArray(result), `it ends by what is known of the others: ${JSON.stringify(result)}`);
            assert.deepEqual([...result].sort(), ['a', 'n']);
            await untilKnown(world, 'a', ['a', 'n']);
            await untilKnown(world, 'n', ['a', 'n']);
            assert.deepEqual(await asking.cluster('serverSideEmitWithAck'), ['n']);
            world.cluster.forget(dying);
            world.cluster.servers = world.cluster.servers.filter((server) => server !== dying.server);
            await world.cluster.add('b', 'ours', { shards: 2 });
            await world.untilWell();
        }));
}

for (const adapter of isLong ? adapters : ['classic', 'sharded']) {
    for (const frozen of isLong ? ['b', 'n'] : ['b']) {
        test(`${adapter}: a peer is frozen (${servers[frozen]})`, { timeout }, (t) => FaultWorld.run(t, adapter, { servers },
            async (world) => {
                const living = ['a', 'b', 'n'].filter((name) => name !== frozen);
                const others = living.filter((name) => name !== 'a');
                const peer = world.cluster.server(frozen);
                peer.signal('SIGSTOP');
                try {
                    await world.checkQuestions('a', others);
                    const answers = await world.client('a').cluster('emitWithAck', { event: 'question', timeout: 10_000 * timeScale });
                    assert.ok(Array.isArray(answers), `it ends by what is known of the others: ${JSON.stringify(answers)}`);
                    assert.deepEqual([...answers].sort(), living);
                    const missing = await world.client('a').ask('missing');
                    t.diagnostic(`${adapter}: missing ${JSON.stringify(missing)}`);
                    const { servers: known } = await world.client('a').status();
                    // Either it is named, or it is known to be gone by now and was not asked.
                    assert.ok(missing.length === 1 || known === 1, `missing ${missing}, ${known} servers`);
                } finally {
                    peer.signal('SIGCONT');
                }
                await world.untilWell();
            }));
    }
}
