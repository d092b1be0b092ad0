// Several redis-servers of a test's own that belong together: a master and its replica with three Sentinels, and a
// Cluster of three masters. tests/support/redis_deployments.hpp has the same for tests in C++.

import { RedisServer, freePort } from './programs.mjs';
import { elapse, within } from './waiting.mjs';

const masterCount = 3;
const firstSlots = [0, 5461, 10923, 16384];

/** It is other processes that have to get there: they are asked again and again. */
async function until(what, done, ms = 30_000) {
    let over = false;
    const asking = (async () => {
        while (!over && !await done()) {
            await elapse(20);
        }
    })();
    await within(asking, what, ms).finally(() => { over = true; });
}

async function expectOk(server, ...args) {
    const answer = await server.cli(...args);
    if (answer !== 'OK') {
        throw new Error(`${args.join(' ')}: ${answer}`);
    }
}

const listOf = (servers) => servers.map((server) => `127.0.0.1:${server.port}`).join(',');

/** redis-cli prints the names and values of a flat list on lines of their own. */
function fieldOf(text, name) {
    const lines = text.split('\n');
    return lines[lines.indexOf(name) + 1];
}

const followsMaster = async (replica) => (await replica.cli('INFO', 'replication')).includes('master_link_status:up');

/** A master and a replica, watched as "mymaster" by three Sentinels, two of which decide. */
export class SentinelTrio {
    servers = [];
    sentinels = [];

    get url() {
        return `redis-sentinel://${listOf(this.sentinels)}/mymaster`;
    }

    async start() {
        const master = await this.#add(this.servers);
        const replica = await this.#add(this.servers,
            { args: ['--replicaof', '127.0.0.1', master.port, '--repl-diskless-sync-delay', 0] });
        const sentinel = [`sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
            'sentinel down-after-milliseconds mymaster 500', 'sentinel failover-timeout mymaster 3000'];
        for (let i = 0; i < 3; ++i) {
            await this.#add(this.sentinels, { sentinel });
        }
        await until('replica that follows its master', () => followsMaster(replica));
        for (const each of this.sentinels) {
            await until('Sentinel that knows the others and the replica', async () => {
                const text = await each.cli('SENTINEL', 'master', 'mymaster');
                return fieldOf(text, 'num-other-sentinels') === '2' && fieldOf(text, 'num-slaves') === '1';
            });
        }
        return this;
    }

    // Known before it runs, so that stop() finds it whatever happens.
    #add(list, options) {
        const server = new RedisServer(options);
        list.push(server);
        return server.start();
    }

    /** The port of the master, as the first Sentinel that runs sees it. */
    async masterPort() {
        for (const sentinel of this.sentinels) {
            const address = await sentinel.cli('SENTINEL', 'get-master-addr-by-name', 'mymaster').catch(() => null);
            if (address) {
                return Number(address.split('\n')[1]);
            }
        }
        throw new Error('no Sentinel answers');
    }

    async stop() {
        await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
    }
}

/** Masters 0, 1 and 2 with a third of the slots each; with `replica` node 3 is a replica of master 0. */
export class RedisCluster {
    nodes = [];
    #replica;
    #busPorts = [];

    constructor({ replica = false } = {}) {
        this.#replica = replica;
    }

    get url() {
        return `redis-cluster://${listOf(this.nodes)}`;
    }

    async start() {
        for (let i = 0; i < masterCount + (this.#replica ? 1 : 0); ++i) {
            const busPort = await freePort();
            const node = new RedisServer({
                args: ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', 1000,
                    '--cluster-replica-validity-factor', 0, '--cluster-port', busPort],
            });
            this.#busPorts.push(busPort);
            this.nodes.push(node);
            await node.start();
        }
        for (const index of this.nodes.keys()) {
            await this.#join(index);
        }
        await this.healthy();
        if (this.#replica) {
            await this.#makeReplica();
        }
        return this;
    }

    async #join(index) {
        const node = this.nodes[index];
        await expectOk(node, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
        if (index < masterCount) {
            await expectOk(node, 'CLUSTER', 'ADDSLOTSRANGE', firstSlots[index], firstSlots[index + 1] - 1);
        }
        if (index > 0) {
            await expectOk(node, 'CLUSTER', 'MEET', '127.0.0.1', this.nodes[0].port, this.#busPorts[0]);
        }
    }

    async #makeReplica() {
        const replica = this.nodes[masterCount];
        const id = await this.#idOf(0);
        const replicaId = await this.#idOf(masterCount);
        await until('replica that knows its master',
            async () => await replica.cli('CLUSTER', 'REPLICATE', id) === 'OK');
        await until('replica that follows its master', () => followsMaster(replica));
        for (const master of this.nodes.slice(0, masterCount)) {
            await until('master that knows the replica',
                async () => (await master.cli('CLUSTER', 'REPLICAS', id)).includes(replicaId));
        }
    }

    /** Resolves once every node says that the Cluster is whole; all have to run. */
    async healthy() {
        for (const node of this.nodes) {
            await until('whole Cluster', async () => {
                const info = await node.cli('CLUSTER', 'INFO');
                return ['cluster_state:ok', 'cluster_slots_ok:16384', `cluster_known_nodes:${this.nodes.length}`]
                    .every((line) => info.includes(line));
            });
        }
    }

    #idOf(index) {
        return this.nodes[index].cli('CLUSTER', 'MYID');
    }

    async slotOf(key) {
        return Number(await this.nodes[0].cli('CLUSTER', 'KEYSLOT', key));
    }

    /** The index of the master that a key or channel belongs to at first. */
    async ownerOf(key) {
        const slot = await this.slotOf(key);
        return firstSlots.findIndex((_, index) => slot < firstSlots[index + 1]);
    }

    /** A slot without keys, from one master to another. */
    async moveSlot(slot, from, to) {
        const owner = await this.#idOf(to);
        await expectOk(this.nodes[to], 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', await this.#idOf(from));
        await expectOk(this.nodes[from], 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', owner);
        const others = this.nodes.slice(0, masterCount).filter((_, index) => index !== to);
        for (const node of [this.nodes[to], ...others]) {
            await expectOk(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', owner);
        }
    }

    async stop() {
        await Promise.all(this.nodes.map((node) => node.stop()));
    }
}
