// Several redis-servers of a test's own that belong together: a master and its replica that three Sentinels watch, and
// a Cluster of three masters with a replica each. All on free ports of 127.0.0.1.

import assert from 'node:assert/strict';

import { RedisServer, freePort } from './programs.mjs';
import { elapse, timeScale } from './waiting.mjs';

/** Asked again every few milliseconds; it is other processes that have to get there. */
async function until(what, done) {
    const deadline = Date.now() + 30_000 * timeScale;
    while (!await done()) {
        assert.ok(Date.now() < deadline, `not in time: ${what}`);
        await elapse(50);
    }
}

async function ok(server, ...command) {
    assert.equal(await server.cli(...command), 'OK', command.join(' '));
}

const isFollowing = async (replica) => (await replica.cli('INFO', 'replication')).includes('master_link_status:up');

const addressesOf = (servers) => servers.map(({ port }) => `127.0.0.1:${port}`).join(',');

/** Who is told to end does not wait for its replica: that ends too. */
const member = ['--shutdown-timeout', 0];

/** masters[0] is the master at first. */
export class RedisSentinels {
    masters = [];
    #replica;
    #sentinels = [];

    get url() {
        return `redis-sentinel://${addressesOf(this.#sentinels)}/mymaster`;
    }

    async start() {
        this.masters = [await new RedisServer({ args: member }).start()];
        const address = `127.0.0.1 ${this.masters[0].port}`;
        this.#replica = await new RedisServer({
            args: [...member, '--replicaof', ...address.split(' '), '--repl-diskless-sync-delay', 0],
        }).start();
        // Before there are Sentinels: what they do not see at first they ask for again after ten seconds.
        await until('the replica follows its master', () => isFollowing(this.#replica));
        for (let i = 0; i < 3; i += 1) {
            this.#sentinels.push(await new RedisServer({
                sentinel: [`sentinel monitor mymaster ${address} 2`, 'sentinel down-after-milliseconds mymaster 1000',
                    'sentinel failover-timeout mymaster 5000'],
            }).start());
        }
        for (const sentinel of this.#sentinels) {
            await until('the Sentinels know each other and the replica', async () => {
                const fields = (await sentinel.cli('SENTINEL', 'MASTER', 'mymaster')).split('\n');
                const field = (name) => fields[fields.indexOf(name) + 1];
                return field('num-other-sentinels') === '2' && field('num-slaves') === '1';
            });
        }
        return this;
    }

    async stop() {
        await Promise.all([...this.#sentinels, ...this.masters, this.#replica].map((server) => server?.stop()));
    }
}

/** Of each master, and behind the last. */
const firstSlots = [0, 5461, 10923, 16384];

export class RedisCluster {
    masters = [];
    #nodes = [];

    get url() {
        return `redis-cluster://${addressesOf(this.#nodes)}`;
    }

    async start() {
        const buses = [];
        for (let i = 0; i < 6; i += 1) {
            // The bus has a port of its own since port + 10000 may be taken.
            buses.push(await freePort());
            this.#nodes.push(await new RedisServer({
                args: [...member, '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf',
                    '--cluster-node-timeout', 1500, '--cluster-replica-validity-factor', 0, '--cluster-port', buses[i]],
            }).start());
            await ok(this.#nodes[i], 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
            if (i > 0) {
                await ok(this.#nodes[i], 'CLUSTER', 'MEET', '127.0.0.1', this.#nodes[0].port, buses[0]);
            }
        }
        this.masters = this.#nodes.slice(0, 3);
        for (const [i, master] of this.masters.entries()) {
            await ok(master, 'CLUSTER', 'ADDSLOTSRANGE', firstSlots[i], firstSlots[i + 1] - 1);
        }
        await this.#untilAllSay(/cluster_known_nodes:6/);
        for (const [i, replica] of this.#nodes.slice(3).entries()) {
            const id = await this.masters[i].cli('CLUSTER', 'MYID');
            await until('the replica knows its master',
                async () => await replica.cli('CLUSTER', 'REPLICATE', id) === 'OK');
            await until('the replica follows its master', () => isFollowing(replica));
        }
        await this.#untilAllSay(/cluster_state:ok/);
        for (const master of this.masters) {
            await until('all know the replicas',
                async () => (await master.cli('CLUSTER', 'NODES')).match(/ (myself,)?slave /g)?.length === 3);
        }
        return this;
    }

    /** The master that a key or channel belongs to at first. */
    async ownerOf(name) {
        const slot = Number(await this.masters[0].cli('CLUSTER', 'KEYSLOT', name));
        return this.masters[firstSlots.findLastIndex((first) => first <= slot)];
    }

    async #untilAllSay(pattern) {
        for (const node of this.#nodes) {
            await until(`all nodes say ${pattern}`, async () => pattern.test(await node.cli('CLUSTER', 'INFO')));
        }
    }

    async stop() {
        await Promise.all(this.#nodes.map((node) => node.stop()));
    }
}
