// What Node has of the contract of examples/limits_fixture (see README.md), on the real Node packages. Bounds
// that Node does not have are taken from the command line and ignored: their tests say so.

import http from 'node:http';
import { parseArgs } from 'node:util';

import { Server } from 'socket.io';

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        shards: text,
        eio3: flag,
        path: { type: 'string', default: '/socket.io/' },
        'no-client': flag,
        'no-polling': flag,
        'no-websocket': flag,
        'no-upgrades': flag,
        cookie: text,
        'allowed-origin': { type: 'string', multiple: true },
        'initial-packet': text,
        'compression-threshold': { type: 'string', default: '1024' },
        'no-compression': flag,
        'admission-timeout-ms': text,
        'attachment-timeout-ms': text,
        'trusted-proxy': { type: 'string', multiple: true },
        'proxy-protocol': flag,
        unix: text,
        'address-connections': text,
        'address-connects-per-second': text,
        'events-per-second': text,
        'events-burst': text,
        'disconnect-floods': flag,
        'drain-window-ms': text,
    },
});

const httpServer = http.createServer((request, response) => {
    response.writeHead(request.url === '/page' ? 200 : 404).end('page');
});

function answer(wish, callback) {
    if (wish === 'allow') callback(null, true);
    if (wish === 'refuse') callback('not today', false);
}

const transports = ['polling', 'websocket'].filter((name) => !options['no-' + name]);

const io = new Server(httpServer, {
    path: options.path,
    addTrailingSlash: options.path.endsWith('/'),
    serveClient: !options['no-client'],
    transports,
    allowUpgrades: !options['no-upgrades'],
    cookie: options.cookie ? { name: options.cookie } : undefined,
    allowEIO3: options.eio3,
    initialPacket: options['initial-packet'],
    httpCompression: options['no-compression'] ? false
        : { threshold: Number(options['compression-threshold']) },
    allowRequest(request, callback) {
        const { searchParams } = new URL(request.url, 'http://localhost');
        const wish = searchParams.get('admission') || 'allow';
        const after = searchParams.get('after');
        console.log(`asked ${wish} ${after ?? ''}`);
        if (after === null) {
            answer(wish, callback);
        } else {
            setTimeout(() => answer(wish, callback), after === 'thread' ? 0 : Number(after));
        }
    },
});

io.engine.on('connection_error', ({ code, message, context }) => {
    const fields = Object.entries(context).map(([name, value]) => `|${name}|${value}`).join('');
    console.log(`refused ${code} ${message}${fields}`);
});

io.on('connection', (socket) => {
    console.log(`connect / ${socket.id}`);
    socket.on('disconnect', (reason) => console.log(`disconnect / ${socket.id} ${reason}`));
    socket.on('echo', (...args) => args.pop()(...args));
    socket.on('text', (value, compress) => socket.compress(compress).emit('text', value));
    socket.on('to-all', (value) => io.emit('all', value));
});

httpServer.listen(Number(options.port), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${httpServer.address().port}`);
});
process.on('SIGTERM', () => {
    io.close(() => process.exit(0));
    setTimeout(() => process.exit(0), 200);
});
