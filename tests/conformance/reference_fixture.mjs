// The contract of examples/protocol_fixture (see README.md) on the real Node packages.
// The whole suite runs against it with CONFORMANCE_TARGET=node, which proves the tests right.

import http from 'node:http';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { Server } from 'socket.io';
import msgpackParser from 'socket.io-msgpack-parser';
import { WebSocketServer } from 'ws';

// engine.io and cors are the copies that socket.io itself uses.
const require = createRequire(createRequire(import.meta.url).resolve('socket.io'));
const { Server: EngineServer } = require('engine.io');

const { values: options } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        shards: { type: 'string', default: '1' },
        'ping-interval-ms': { type: 'string', default: '25000' },
        'ping-timeout-ms': { type: 'string', default: '20000' },
        'max-payload': { type: 'string', default: '1000000' },
        'connect-timeout-ms': { type: 'string', default: '45000' },
        'upgrade-timeout-ms': { type: 'string', default: '10000' },
        'request-timeout-ms': { type: 'string', default: '10000' },
        'cors-origin': { type: 'string', multiple: true },
        'cors-credentials': { type: 'boolean', default: false },
        'allow-request': { type: 'boolean', default: false },
        eio3: { type: 'boolean', default: false },
        recovery: { type: 'boolean', default: false },
        'recovery-ms': { type: 'string', default: '120000' },
        'engine-echo': { type: 'boolean', default: false },
        'ws-echo': { type: 'boolean', default: false },
        'no-deflate': { type: 'boolean', default: false },
        'deflate-threshold': { type: 'string', default: '1024' },
        parser: { type: 'string', default: 'json' },
    },
});

const requestTimeout = Number(options['request-timeout-ms']);
const httpServer = http.createServer({
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: 100,
}, (request, response) => {
    response.writeHead(404).end();
});

// As ours does it: without a context that outlives a message.
const perMessageDeflate = !options['no-deflate'] && {
    threshold: Number(options['deflate-threshold']),
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
};

const engineOptions = {
    pingInterval: Number(options['ping-interval-ms']),
    pingTimeout: Number(options['ping-timeout-ms']),
    upgradeTimeout: Number(options['upgrade-timeout-ms']),
    maxHttpBufferSize: Number(options['max-payload']),
    allowEIO3: options.eio3,
    perMessageDeflate,
};

if (options['cors-origin']) {
    const all = options['cors-origin'].includes('*');
    engineOptions.cors = {
        origin: all ? '*' : options['cors-origin'],
        methods: ['GET', 'POST'],
        credentials: options['cors-credentials'],
    };
}

if (options['allow-request']) {
    engineOptions.allowRequest = (request, callback) => {
        const refuse = new URL(request.url, 'http://localhost').searchParams.get('refuse');
        callback(refuse === null || refuse === '' ? null : refuse, refuse === null);
    };
}

const io = new Server(httpServer, {
    ...engineOptions,
    connectTimeout: Number(options['connect-timeout-ms']),
    // Node has one parser for all of its clients.
    parser: options.parser === 'msgpack' ? msgpackParser : undefined,
    destroyUpgrade: false,
    ...(options.recovery && {
        connectionStateRecovery: { maxDisconnectionDuration: Number(options['recovery-ms']) },
    }),
});

function serve(namespace) {
    namespace.on('connection', (socket) => {
        console.log(`connect ${namespace.name} ${socket.id}`);
        socket.on('disconnect', (reason) => {
            console.log(`disconnect ${namespace.name} ${socket.id} ${reason}`);
        });
        socket.emit('auth', socket.handshake.auth);
        socket.on('message', (...args) => socket.emit('message-back', ...args));
        socket.on('message-with-ack', (...args) => args.pop()(...args));
        socket.on('ask', (...args) => {
            socket.emit('question', ...args, (...answer) => socket.emit('answer', ...answer));
        });
        socket.on('join', (room, ack) => {
            socket.join(room);
            ack(room);
        });
        socket.on('leave', (room, ack) => {
            socket.leave(room);
            ack(room);
        });
        socket.on('to-room', (rooms, ...args) => namespace.to(rooms).emit('room', ...args));
        socket.on('to-room-except', (rooms, except, ...args) =>
            namespace.to(rooms).except(except).emit('room', ...args));
        socket.on('to-all', (...args) => namespace.emit('all', ...args));
        socket.on('broadcast', (...args) => socket.broadcast.emit('broadcast', ...args));
        socket.on('volatile', (...args) => socket.volatile.emit('volatile-back', ...args));
        socket.on('kick', (close) => socket.disconnect(close));
        socket.on('remember', (value, ack) => {
            socket.data.value = value;
            ack();
        });
        socket.on('recall', (ack) => {
            ack(socket.recovered, socket.data.value ?? null, [...socket.rooms].sort());
        });
    });
}

serve(io.of('/'));
serve(io.of('/custom'));

const guarded = io.of('/guarded');
guarded.use((socket, next) => {
    const { token, data } = socket.handshake.auth;
    if (token === 'secret') {
        return next();
    }
    const error = new Error('not authorized');
    if (data !== undefined) {
        error.data = data;
    }
    next(error);
});
serve(guarded);

const closers = [];

if (options['engine-echo']) {
    const engine = new EngineServer(engineOptions);
    engine.attach(httpServer, { path: '/engine.io/', destroyUpgrade: false });
    engine.on('connection', (socket) => {
        socket.on('message', (data) => socket.send(data));
        socket.on('close', (reason) => console.log(`engine-close ${socket.id} ${reason}`));
    });
    closers.push(() => engine.close());
}

const echo = new WebSocketServer({
    noServer: true, maxPayload: engineOptions.maxHttpBufferSize, perMessageDeflate,
});
echo.on('connection', (ws) => {
    ws.on('error', () => {});
    ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
});

httpServer.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/echo' && options['ws-echo']) {
        echo.handleUpgrade(request, socket, head, (ws) => echo.emit('connection', ws));
    } else if (!/^\/(socket|engine)\.io\//.test(request.url)) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
});

process.on('SIGTERM', () => {
    closers.forEach((close) => close());
    io.close(() => process.exit(0));
    // Peers that never answer a close frame shall not hold it up.
    setTimeout(() => process.exit(0), 200);
});

httpServer.listen(Number(options.port), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${httpServer.address().port}`);
});
