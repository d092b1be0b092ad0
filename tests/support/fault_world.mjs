// A cluster to which something happens, and what its clients saw of it.

import assert from 'node:assert/strict';

import { Cluster, eventually, openDescriptors, residentBytes } from './cluster.mjs';
import { elapse, timeScale } from './waiting.mjs';

/** What a server may hold for an outage beside what it needs anyway: the bound of its queue, and as much again. */
const memoryGrowthMax = 96 * 1024 * 1024;
/** Connections that the kernel has not done with yet. */
const descriptorGrowthMax = 8;
/** How long an answer may take beyond the timeout of its question. */
const slackMs = 3000 * timeScale;
const answerTimeoutMs = 2000;

const figuresOf = (server) => ({ memory: residentBytes(server), descriptors: openDescriptors(server) });

/** The answers of a question, whether or not all have come. */
export const partial = (result) => (Array.isArray(result) ? result : result.responses);

/** A client that has its server emit numbers to everybody, twenty each second. */
class Ticker {
    count = 0;
    #running = true;

    constructor(driver) {
        this.driver = driver;
        this.ended = this.#run();
    }

    /** So many more have been emitted, or it was stopped. */
    async more(count) {
        const until = this.count + count;
        while (this.#running && this.count < until) {
            await elapse(50);
        }
    }

    async stop() {
        this.#running = false;
        await this.ended;
    }

    async #run() {
        while (this.#running) {
            this.driver.socket.emit('cluster', 'emit', { event: 'tick', data: this.count }, () => {});
            this.count += 1;
            await elapse(50);
        }
    }
}

export class FaultWorld {
    constructor(adapter, { redis, servers = { a: 'ours', b: 'ours' } } = {}) {
        this.adapter = adapter;
        this.cluster = new Cluster(adapter, redis ? { redis } : {});
        this.kinds = servers;
    }

    get redis() {
        return this.cluster.redis;
    }

    async start() {
        await this.cluster.start(this.kinds, { shards: 2 });
        await this.cluster.meet();
        this.before = new Map(this.ours().map((server) => [server, figuresOf(server)]));
        this.ticker = new Ticker(this.client('a'));
        await this.ticker.more(10);
        return this;
    }

    /** As start(), and whatever comes of `body` the cluster is ended. */
    static async run(t, adapter, options, body) {
        const world = new FaultWorld(adapter, options);
        try {
            await world.start();
            await body(world);
            await world.checkEnd(t);
        } finally {
            await world.ticker?.stop();
            await world.cluster.stop();
        }
    }

    ours() {
        return this.cluster.servers.filter(({ kind, running }) => kind === 'ours' && running);
    }

    client(name) {
        return this.cluster.client(name);
    }

    /** All servers of ours say that they reach the others, or that they do not. */
    async untilReached(isReached, ms = 30_000) {
        for (const { called } of this.ours()) {
            await eventually(async () => assert.equal((await this.client(called).status()).is_reached, isReached),
                `${called} says is_reached ${isReached}`, ms);
        }
    }

    /** Clients of the server that emits go on to hear it now. */
    async checkLocalDelivery() {
        const next = this.ticker.count + 1;
        await this.client('a').first('tick', (n) => n >= next, 2000);
    }

    /**
     * Every question of a server of ours to all ends within its time, and has what this server and those of `others`
     * that are there have to say.
     */
    async checkQuestions(name, others = []) {
        const client = this.client(name);
        const clients = [name, ...others].map((server) => this.client(server));
        const timed = async (operation, a, timeout) => {
            const began = Date.now();
            const result = await client.cluster(operation, a);
            const took = Date.now() - began;
            assert.ok(took < timeout + slackMs, `${operation} took ${took} ms: ${JSON.stringify(result)}`);
            return partial(result);
        };
        const sockets = await timed('fetchSockets', {}, 5000);
        for (const { socket, server } of clients) {
            assert.ok(sockets.some(({ id }) => id === socket.id), `sockets of ${server.called} are missing`);
        }
        const answers = await timed('emitWithAck', { event: 'question', timeout: answerTimeoutMs }, answerTimeoutMs);
        for (const { name: answer } of clients) {
            assert.ok(answers.includes(answer), `${answer} is missing in ${answers}`);
        }
        const servers = await timed('serverSideEmitWithAck', { timeout: answerTimeoutMs }, answerTimeoutMs);
        for (const other of others) {
            assert.ok(servers.includes(other), `${other} is missing in ${servers}`);
        }
    }

    /** Everything works as before, and nobody was restarted for it. */
    async untilWell(ms = 60_000) {
        await this.untilReached(true, ms);
        await this.cluster.meet({ ms });
        const names = this.cluster.servers.filter(({ running }) => running).map(({ called }) => called);
        for (const name of names) {
            await eventually(async () => assert.deepEqual([...await this.client(name).cluster('serverSideEmitWithAck')].sort(),
                names.filter((other) => other !== name).sort()), `all servers answer ${name}`, ms);
            await eventually(async () => assert.deepEqual(
                [...await this.client(name).cluster('emitWithAck', { event: 'question', timeout: 2000 })].sort(),
                this.cluster.members().map((member) => member.name).sort()), `all clients answer ${name}`, ms);
        }
    }

    /** Stops the numbers, and gives what each client saw of them. */
    async endTicks(t) {
        // The last was emitted when everybody who is here was here.
        await this.ticker.more(2);
        await this.ticker.stop();
        const { count } = this.ticker;
        const seen = {};
        for (const client of this.cluster.members().filter(({ server }) => server.running)) {
            await client.first('tick', (n) => n === count - 1);
            seen[client.name] = client.got('tick').map(([n]) => n);
        }
        for (const [name, numbers] of Object.entries(seen)) {
            t.diagnostic(`${this.adapter}: ${name} saw ${numbers.length} of ${count} events`);
            const from = name === 'a' ? 0 : numbers[0];
            assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]), `${name} saw ${numbers}: out of order or twice`);
            assert.ok(name !== 'a' || numbers.length === count - from, `${name} saw ${numbers.length} of ${count}`);
        }
        return seen;
    }

    /** Nobody crashed, nobody's clients were lost, memory is what it was. */
    async checkEnd(t) {
        await this.endTicks(t);
        for (const server of this.ours()) {
            const now = figuresOf(server);
            const before = this.before.get(server) ?? now;
            const grown = now.memory - before.memory;
            t.diagnostic(`${this.adapter}: ${server.called} has grown by ${Math.round(grown / 1024)} KiB`);
            assert.ok(grown < memoryGrowthMax, `${server.called} has grown by ${grown} bytes`);
            assert.ok(now.descriptors <= before.descriptors + descriptorGrowthMax,
                `${server.called} had ${before.descriptors} descriptors, and has ${now.descriptors}`);
        }
        for (const client of this.cluster.members()) {
            assert.ok(!client.server.running || client.disconnects.length === 0, `${client.name}: ${client.disconnects}`);
        }
    }
}
