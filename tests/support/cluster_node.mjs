// A Node server of a cluster, which its clients drive as those of examples/cluster_node.cpp do:
//
//   node cluster_node.mjs --port P --redis URL --adapter classic|sharded|streams --name NAME [--subscription-mode MODE]
//
// --adapter seed is socket.io 2 with socket.io-redis 5 on the same Redis; it knows `join` and `cluster emit` alone.
// Prints "listening on port N". The contract of both programs: tests/cluster/README.md.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { values: settings } = parseArgs({
    options: {
        port: { type: 'string', default: '0' }, redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
        adapter: { type: 'string', default: 'classic' }, name: { type: 'string', default: 'node' },
        'subscription-mode': { type: 'string', default: 'dynamic' },
    },
});

// The adapters publish without waiting for the outcome: while Redis is away a promise fails that nobody holds.
process.on('unhandledRejection', (error) => console.log(`rejected: ${error?.message}`));

async function connected() {
    const { createClient } = await import('redis');
    const client = createClient({ url: settings.redis });
    client.on('error', (error) => console.log(`redis: ${error.message}`));
    await client.connect();
    return client;
}

async function serverOptions() {
    if (settings.adapter === 'streams') {
        const { createAdapter } = require('@socket.io/redis-streams-adapter');
        return { adapter: createAdapter(await connected()), connectionStateRecovery: {} };
    }
    const { createAdapter, createShardedAdapter } = require('@socket.io/redis-adapter');
    const clients = [await connected(), await connected()];
    return settings.adapter === 'sharded'
        ? { adapter: createShardedAdapter(...clients, { subscriptionMode: settings['subscription-mode'] }) }
        : { adapter: createAdapter(...clients) };
}

/** To whom: {rooms, except, local, volatile, compress}. */
function audienceOf(nsp, a) {
    let to = nsp.in([a.rooms ?? []].flat()).except([a.except ?? []].flat());
    if (a.local) {
        to = to.local;
    }
    if (a.volatile) {
        to = to.volatile;
    }
    return a.compress === undefined ? to : to.compress(a.compress);
}

const argsOf = (a) => a.args ?? ('data' in a ? [a.data] : []);

const operations = {
    emit: (to, a) => to.emit(a.event, ...argsOf(a)),
    emitWithAck: (to, a) => to.timeout(a.timeout ?? 5000).emitWithAck(a.event, ...argsOf(a)),
    fetchSockets: async (to) => (await to.fetchSockets())
        .map(({ id, rooms, data }) => ({ id, rooms: [...rooms], data })),
    socketsJoin: (to, a) => to.socketsJoin(a.join),
    socketsLeave: (to, a) => to.socketsLeave(a.leave),
    disconnectSockets: (to, a) => to.disconnectSockets(a.close === true),
    serverSideEmit: (to, a, nsp) => nsp.serverSideEmit(a.event, ...argsOf(a)),
    serverSideEmitWithAck: (to, a, nsp) => nsp.serverSideEmitWithAck(a.event ?? 'whoami', ...argsOf(a)),
};
const questions = new Set(['emitWithAck', 'fetchSockets', 'serverSideEmitWithAck']);

async function runOperation(nsp, operation, a, ack) {
    if (operation === 'disconnectSockets') {
        ack('ok');  // Whoever asked may be among them.
    }
    try {
        const result = await operations[operation](audienceOf(nsp, a), a, nsp);
        ack(questions.has(operation) ? result : 'ok');
    } catch (error) {
        ack({ error: error.message, responses: error.responses ?? [] });
    }
}

function serve(nsp) {
    nsp.on('connection', (socket) => {
        if (!socket.recovered) {
            socket.data = { name: settings.name };
        }
        socket.on('join', (rooms, ack) => {
            socket.join(rooms);
            ack('ok');
        });
        socket.on('cluster', (operation, a, ack) => runOperation(nsp, operation, a ?? {}, ack));
        socket.on('recovered', (ack) => ack(socket.recovered));
    });
    nsp.on('whoami', (...args) => args.at(-1)(settings.name));
    for (const event of ['ping2', 'hello', 'sse']) {
        nsp.on(event, (...args) => {
            const reply = typeof args.at(-1) === 'function' ? args.pop() : () => {};
            nsp.local.emit('server side', event, args);
            reply('pong');
        });
    }
}

function serveSeedEra(http) {
    const { hostname: host, port } = new URL(settings.redis);
    const io = require('socket.io-2')(http);
    io.adapter(require('socket.io-redis-5')({ host, port: Number(port) }));
    io.of('/').on('connection', (socket) => {
        socket.on('join', (room, ack) => socket.join(room, () => ack('ok')));
        socket.on('cluster', (operation, a, ack) => {
            let to = io.of('/');
            for (const room of [a.rooms ?? []].flat()) {
                to = to.to(room);
            }
            to.emit(a.event, ...argsOf(a));
            ack('ok');
        });
    });
}

const http = createServer();
if (settings.adapter === 'seed') {
    serveSeedEra(http);
} else {
    const { Server } = await import('socket.io');
    const io = new Server(http, await serverOptions());
    serve(io.of('/'));
    serve(io.of('/admin'));
}
http.listen(Number(settings.port), () => console.log(`listening on port ${http.address().port}`));
for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => process.exit(0));
}
