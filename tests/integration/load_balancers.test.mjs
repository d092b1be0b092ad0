// nginx and HAProxy with the files of examples/cluster, before two servers that Redis joins: they take the files, and
// real clients go through.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { io } from 'socket.io-client';

import { Balancer, installed } from '../support/balancer.mjs';
import { RedisServer, freePort, startExample } from '../support/programs.mjs';
import { Inbox, nextEvent } from '../support/waiting.mjs';

// So many clients in a row have the same one of two servers once in half a million runs.
const clientsMax = 20;

let redis;
const nodes = [];
let balancer;
let whispers = 0;
const clients = new Set();

before(async () => {
    redis = await new RedisServer().start();
    for (let i = 0; i < 2; i += 1) {
        nodes.push(await startExample('two_nodes', [String(await freePort()), redis.url]));
    }
    // What one says reaches the other's clients from then on.
    await Promise.all(nodes.map((node) => node.printed(/redis adapter ready/)));
}, { timeout: 30_000 });

after(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis?.stop();
});

afterEach(async () => {
    clients.forEach((client) => client.disconnect());
    clients.clear();
    await balancer?.stop();
    balancer = undefined;
});

/** A client that keeps cookies, as a page does, and waits until the balancer listens. */
async function connect(transports) {
    const client = io(balancer.url, {
        forceNew: true, transports, withCredentials: true, reconnectionDelay: 50, reconnectionDelayMax: 100,
    });
    clients.add(client);
    client.inbox = new Inbox();
    client.on('said', (node, text) => client.inbox.push({ node, text }));
    await nextEvent(client, 'connect', 20_000);
    return client;
}

/** Who said that; what a client hears before is others'. */
async function hear(client, wanted) {
    for (;;) {
        const { node, text } = await client.inbox.next(wanted);
        if (text === wanted) {
            return node;
        }
    }
}

/** The name of the server that a client is connected to. */
function nodeOf(client) {
    whispers += 1;
    const text = `where am I? (${whispers})`;
    client.emit('whisper', text);
    return hear(client, text);
}

/** One client on each of the two servers. */
async function onePerNode(transports) {
    const found = new Map();
    for (let i = 0; i < clientsMax && found.size < 2; i += 1) {
        const client = await connect(transports);
        const node = await nodeOf(client);
        if (found.has(node)) {
            client.disconnect();
            clients.delete(client);
        } else {
            found.set(node, client);
        }
    }
    assert.equal(found.size, 2, 'all clients have the same server');
    return [...found.values()];
}

async function assertJoined([first, second]) {
    first.emit('say', 'to all of you');
    const speaker = await hear(first, 'to all of you');
    assert.equal(await hear(second, 'to all of you'), speaker);
    assert.notEqual(await nodeOf(second), speaker);
}

for (const file of ['nginx.conf', 'nginx-websocket.conf', 'haproxy.cfg', 'haproxy-websocket.cfg']) {
    const name = /^[a-z]+/.exec(file)[0];
    const skip = !installed(name) && `${name} is not installed`;
    const isWebsocketOnly = file.includes('websocket');

    describe(`examples/cluster/${file}`, { skip }, () => {
        async function start() {
            balancer = new Balancer(file);
            await balancer.configure(nodes.map((node) => node.port));
            await balancer.check();
            balancer.start();
        }

        test('clients of both servers hear each other, by WebSocket', async () => {
            await start();
            await assertJoined(await onePerNode(['websocket']));
        });

        test('long-polling stays with one server', { skip: isWebsocketOnly && 'for WebSockets alone' }, async () => {
            await start();
            const pair = await onePerNode(['polling']);
            const node = await nodeOf(pair[0]);
            for (let i = 0; i < 20; i += 1) {
                assert.equal(await nodeOf(pair[0]), node);
            }
            await assertJoined(pair);
        });

        test('a polling client moves to a WebSocket of the same server',
            { skip: isWebsocketOnly && 'for WebSockets alone' }, async () => {
                await start();
                const client = await connect(['polling', 'websocket']);
                const { engine } = client.io;
                if (engine.transport.name !== 'websocket') {
                    await nextEvent(engine, 'upgrade');
                }
                assert.match(await nodeOf(client), /^node \d+$/);
            });
    });
}
