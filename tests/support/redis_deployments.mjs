// Several redis-servers of a test's own that belong together: a master and its replica that three Sentinels watch, and
// a Cluster of three masters with a replica each. All on free ports of 127.0.0.1.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { createClient } from 'redis';

import { Program, freePort } from './programs.mjs';
import { elapse, timeScale } from './waiting.mjs';

/** Asked again every few milliseconds; it is other processes that have to get there. */
async function until(what, done) {
    const deadline = Date.now() + 30_000 * timeScale;
    while (!await done()) {
        assert.ok(Date.now() < deadline, `not in time: ${what}`);
        await elapse(50);
    }
}

/** One server of several; what it has in its folder it has again after restart(). */
class RedisProcess {
    #folder = mkdtempSync(path.join(os.tmpdir(), 'chartcast-redis-'));
    #program;

    constructor(lines, { sentinel = false } = {}) {
        this.lines = lines;
        this.sentinel = sentinel;
    }

    async start() {
        this.port = await freePort();
        const lines = [`port ${this.port}`, 'bind 127.0.0.1', `dir ${this.#folder}`,
            ...(this.sentinel ? [] : ['save ""', 'appendonly no']), ...this.lines];
        writeFileSync(path.join(this.#folder, 'redis.conf'), `${lines.join('\n')}\n`);
        await this.restart();
        return this;
    }

    async restart() {
        const file = path.join(this.#folder, 'redis.conf');
        this.#program = new Program('redis-server', this.sentinel ? [file, '--sentinel'] : [file]);
        await this.#program.printed(this.sentinel ? /Sentinel ID is/ : /Ready to accept connections/);
    }

    /** As a crash. */
    kill() {
        return this.#program.stop('SIGKILL');
    }

    async ask(...command) {
        const client = createClient({ url: `redis://127.0.0.1:${this.port}` });
        client.on('error', () => {});
        await client.connect();
        try {
            return await client.sendCommand(command.map(String));
        } finally {
            await client.disconnect();
        }
    }

    async stop() {
        await this.#program?.stop('SIGKILL');
        rmSync(this.#folder, { recursive: true, force: true });
    }
}

const addressesOf = (processes) => processes.map(({ port }) => `127.0.0.1:${port}`).join(',');

/** masters[0] is the master at first. */
export class RedisSentinels {
    masters = [];
    #replica;
    #sentinels = [];

    get url() {
        return `redis-sentinel://${addressesOf(this.#sentinels)}/mymaster`;
    }

    async start() {
        this.masters = [await new RedisProcess([]).start()];
        const address = `127.0.0.1 ${this.masters[0].port}`;
        this.#replica = await new RedisProcess([`replicaof ${address}`, 'repl-diskless-sync-delay 0']).start();
        for (let i = 0; i < 3; i += 1) {
            this.#sentinels.push(await new RedisProcess([`sentinel monitor mymaster ${address} 2`,
                'sentinel down-after-milliseconds mymaster 1000', 'sentinel failover-timeout mymaster 5000'],
            { sentinel: true }).start());
        }
        await until('the replica follows its master',
            async () => (await this.#replica.ask('INFO', 'replication')).includes('master_link_status:up'));
        for (const sentinel of this.#sentinels) {
            await until('the Sentinels know each other and the replica', async () => {
                const fields = await sentinel.ask('SENTINEL', 'MASTER', 'mymaster');
                const field = (name) => fields[fields.indexOf(name) + 1];
                return field('num-other-sentinels') === '2' && field('num-slaves') === '1';
            });
        }
        return this;
    }

    async stop() {
        await Promise.all([...this.#sentinels, ...this.masters, this.#replica].map((one) => one?.stop()));
    }
}

const firstSlots = [0, 5461, 10923, 16384];

export class RedisCluster {
    masters = [];
    #replicas = [];

    get url() {
        return `redis-cluster://${addressesOf([...this.masters, ...this.#replicas])}`;
    }

    async start() {
        const nodes = [];
        for (let i = 0; i < 6; i += 1) {
            // The bus has a port of its own since port + 10000 may be taken.
            const bus = await freePort();
            nodes.push(await new RedisProcess(['cluster-enabled yes', 'cluster-config-file nodes.conf',
                'cluster-node-timeout 1500', 'cluster-replica-validity-factor 0', `cluster-port ${bus}`]).start());
            await nodes[i].ask('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
            if (i > 0) {
                await nodes[i].ask('CLUSTER', 'MEET', '127.0.0.1', nodes[0].port, await busOf(nodes[0]));
            }
        }
        this.masters = nodes.slice(0, 3);
        this.#replicas = nodes.slice(3);
        for (const [i, master] of this.masters.entries()) {
            await master.ask('CLUSTER', 'ADDSLOTSRANGE', firstSlots[i], firstSlots[i + 1] - 1);
        }
        await this.#untilAllSay(/cluster_known_nodes:6/);
        for (const [i, replica] of this.#replicas.entries()) {
            const id = await this.masters[i].ask('CLUSTER', 'MYID');
            await until('the replica knows its master',
                () => replica.ask('CLUSTER', 'REPLICATE', id).then(() => true, () => false));
            await until('the replica follows its master',
                async () => (await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
        }
        await this.#untilAllSay(/cluster_state:ok/);
        for (const master of this.masters) {
            await until('all know the replicas',
                async () => (await master.ask('CLUSTER', 'NODES')).match(/ (myself,)?slave /g)?.length === 3);
        }
        return this;
    }

    async #untilAllSay(pattern) {
        for (const node of [...this.masters, ...this.#replicas]) {
            await until(`all nodes say ${pattern}`, async () => pattern.test(await node.ask('CLUSTER', 'INFO')));
        }
    }

    async stop() {
        await Promise.all([...this.masters, ...this.#replicas].map((node) => node.stop()));
    }
}

/** Of `<id> <host>:<port>@<bus>,<name> myself,…`. */
async function busOf(node) {
    return /@(\d+)\S* myself/.exec(await node.ask('CLUSTER', 'NODES'))[1];
}
