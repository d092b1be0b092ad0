// Servers that share a Redis, ours (examples/cluster_node.cpp) and Node's (cluster_node.mjs), and clients of each.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { io } from 'socket.io-client';

import { Program, RedisServer, built } from './programs.mjs';
import { Changing, elapse, nextEvent, timeScale, within } from './waiting.mjs';

export const adapters = ['classic', 'sharded', 'streams'];

/** CLUSTER_LONG=1: every fault with every adapter, and pauses as long as the issue's. */
export const isLong = process.env.CLUSTER_LONG === '1';

const nodeProgram = fileURLToPath(new URL('cluster_node.mjs', import.meta.url));

/** `kind` is ours, node or seed; `mode` the sharded adapter's. The program's `called` is what the server is called. */
export async function startServer(kind, { redis, adapter, name, mode = 'dynamic', shards = 1 }) {
    const args = ['--port', '0', '--redis', redis, '--adapter', kind === 'seed' ? 'seed' : adapter, '--name', name,
        '--subscription-mode', mode];
    const program = kind === 'ours'
        ? new Program(built('examples/cluster_node'), [...args, '--shards', String(shards)])
        : new Program(process.execPath, [nodeProgram, ...args]);
    try {
        await program.printed(/listening on port \d+/, { ms: 20_000 });
    } catch (error) {
        await program.stop('SIGKILL');
        throw error;
    }
    const [, port] = /listening on port (\d+)/.exec(program.output);
    return Object.assign(program, { kind, called: name, url: `http://127.0.0.1:${port}` });
}

/** Resident memory of a process, in bytes. */
export function residentBytes({ pid }) {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(kib) * 1024;
}

/** Files, sockets and the like that a process has open. */
export const openDescriptors = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;

/** Tries until `body` neither throws nor rejects; gives what it gives. */
export async function eventually(body, what, ms = 20_000) {
    const deadline = Date.now() + ms * timeScale;
    for (;;) {
        try {
            return await body();
        } catch (error) {
            if (Date.now() > deadline) {
                throw new Error(`not within ${ms * timeScale} ms: ${what}: ${error.message}`, { cause: error });
            }
        }
        await elapse(50);
    }
}

/** What the streams adapter puts behind an event's arguments. */
const offsetPattern = /^\d{10,}-\d+$/;

export class ClusterClient extends Changing {
    /** [event, ...arguments], without offsets. */
    seen = [];
    disconnects = [];
    rooms = [];
    /** It does not answer questions. */
    silent = false;
    /** What it answers a question with. */
    answer = () => this.name;

    constructor(server, { name = server.called, nsp = '/', ...options } = {}) {
        super();
        Object.assign(this, { server, name, nsp });
        this.socket = io(server.url + (nsp === '/' ? '' : nsp),
            { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
        this.socket.onAny((...event) => this.#take(event));
        this.socket.on('disconnect', (reason) => {
            this.disconnects.push(reason);
            this.changed();
        });
    }

    async connected() {
        if (!this.socket.connected) {
            await nextEvent(this.socket, 'connect');
        }
        return this;
    }

    async join(...rooms) {
        assert.equal(await this.ask('join', rooms), 'ok');
        this.rooms.push(...rooms);
    }

    ask(event, ...args) {
        return within(this.socket.emitWithAck(event, ...args), `answer of ${this.server.called} to ${event} ${args[0]}`,
            15_000);
    }

    /** Has its server call the library. */
    cluster(operation, a = {}) {
        return this.ask('cluster', operation, a);
    }

    status() {
        return this.ask('status');
    }

    /** The arguments of each such event from position `from` on. */
    got(event, from = 0) {
        return this.seen.slice(from).filter(([name]) => name === event).map(([, ...args]) => args);
    }

    /** The first argument of an event that fits, past or coming. */
    first(event, fits = () => true, ms = 10_000) {
        return this.until(() => this.got(event).find(([argument]) => fits(argument)), `${event} at ${this.name}`, ms);
    }

    close() {
        this.socket.io.reconnection(false);
        this.socket.disconnect();
    }

    #take(event) {
        const ack = typeof event.at(-1) === 'function' ? event.pop() : undefined;
        if (!ack && event.length > 1 && offsetPattern.test(event.at(-1))) {
            event.pop();
        }
        this.seen.push(event);
        this.changed();
        if (ack && !this.silent) {
            ack(this.answer(...event));
        }
    }
}

let tokens = 0;

/** Servers, clients of each, and the Redis between them. */
export class Cluster {
    servers = [];
    clients = [];

    constructor(adapter, { redis = new RedisServer(), mode } = {}) {
        Object.assign(this, { adapter, redis, mode });
    }

    /** {name: kind, …}; each server gets a client of its name, which drives it. */
    async start(kinds, options = {}) {
        await this.redis.start();
        for (const [name, kind] of Object.entries(kinds)) {
            await this.add(name, kind, options);
        }
    }

    async add(name, kind, options = {}) {
        const { adapter, mode } = this;
        const server = await startServer(kind, { redis: this.redis.url, adapter, mode, name, ...options });
        this.servers.push(server);
        await this.connect(name);
        return server;
    }

    server(name) {
        return this.servers.find(({ called }) => called === name);
    }

    async connect(serverName, { name = serverName, rooms = [], ...options } = {}) {
        const client = new ClusterClient(this.server(serverName), { name, ...options });
        this.clients.push(client);
        await client.connected();
        if (rooms.length > 0) {
            await client.join(...rooms);
        }
        return client;
    }

    client(name) {
        return this.clients.find((client) => client.name === name);
    }

    forget(client) {
        client.close();
        this.clients = this.clients.filter((other) => other !== client);
    }

    /** Those who are in one of the rooms; everybody in the root without rooms. */
    members(...rooms) {
        return this.clients.filter((client) => client.nsp === '/'
            && (rooms.length === 0 || rooms.some((room) => client.rooms.includes(room))));
    }

    /** Each server's events reach all clients, and all members of each of these rooms; servers answer each other. */
    async meet({ rooms = [], from = this.servers.map(({ called }) => called), ms = 30_000 } = {}) {
        for (const name of from) {
            for (const audience of [[], ...rooms.map((room) => [room])]) {
                await eventually(() => this.#reach(this.client(name), audience), `${name} reaches [${audience}]`, ms);
            }
        }
        const ids = this.members().map(({ socket }) => socket.id).sort();
        for (const name of from) {
            await eventually(async () => assert.deepEqual(idsOf(await this.client(name).cluster('fetchSockets')), ids),
                `${name} knows all sockets`, ms);
        }
    }

    async #reach(client, rooms) {
        const token = `token ${++tokens}`;
        assert.equal(await client.cluster('emit', { event: 'token', data: token, rooms }), 'ok');
        await Promise.all(this.members(...rooms).map((member) => member.first('token', (said) => said === token, 1000)));
    }

    /**
     * What clients see of an action of `client`, by their names: all until an event arrives everywhere that its server
     * emits behind it.
     */
    async watch(client, action) {
        const before = new Map(this.clients.map((one) => [one, one.seen.length]));
        const result = await action();
        const mark = `mark ${++tokens}`;
        await client.cluster('emit', { event: 'mark', data: mark });
        await Promise.all(this.members().map((member) => member.first('mark', (said) => said === mark)));
        const seen = Object.fromEntries(this.members().map((member) => [member.name,
            member.seen.slice(before.get(member)).filter(([event]) => event !== 'mark')]));
        return { result, seen };
    }

    /** Ends everything; servers of ours that were not killed have to end well. */
    async stop() {
        this.clients.forEach((client) => client.close());
        try {
            const running = this.servers.filter((server) => server.running);
            const ends = await Promise.all(running.map((server) => server.stop()));
            running.forEach((server, i) => assert.ok(server.kind !== 'ours' || ends[i].code === 0,
                `${server.called} ended with ${JSON.stringify(ends[i])}:\n${server.output}`));
        } finally {
            await this.redis.stop();
        }
    }
}

export const idsOf = (sockets) => {
    assert.ok(Array.isArray(sockets), `no list of sockets: ${JSON.stringify(sockets)}`);
    return sockets.map(({ id }) => id).sort();
};
