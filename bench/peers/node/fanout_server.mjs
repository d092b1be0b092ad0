// The job of bench/fanout_server.cpp on npm's socket.io with ws, from the packages that the tests have installed:
// from SIGUSR2 on it emits, every interval, `burst` messages to everybody; a second SIGUSR2 stops it. As one of several
// over a Redis it passes on what an emitter says.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parseArgs } from 'node:util';

const require = createRequire(new URL('../../../tests/package.json', import.meta.url));
const { Server } = require('socket.io');

const { values } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        'interval-ms': { type: 'string', default: '10' },
        bytes: { type: 'string', default: '200' },
        burst: { type: 'string', default: '1' },
        deflate: { type: 'boolean', default: false },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        redis: { type: 'string' },
    },
});
const interval = Number(values['interval-ms']);
const burst = Number(values.burst);

const event = 'new chart data';
// A number of CLOCK_MONOTONIC's nanoseconds is exact in a double for the first hundred days of a machine.
const now = () => Number(process.hrtime.bigint());

/** Five-digit numbers, and a last one that makes the message as long as it should be on the wire. */
function chartRows(messageBytes) {
    const header = messageBytes <= 125 + 2 ? 2 : messageBytes <= 65_535 + 4 ? 4 : 10;
    const empty = `42${JSON.stringify([event, { t: now(), data: [] }])}`;
    let left = messageBytes - header - empty.length;
    const rows = [];
    for (; left > 11; left -= 6) {
        rows.push(10_000 + rows.length);
    }
    return [...rows, Number('9'.repeat(left))];
}

const http = values['tls-cert']
    ? createTlsServer({ cert: readFileSync(values['tls-cert']), key: readFileSync(values['tls-key']) })
    : createServer();
const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: values.deflate && { threshold: 100, serverNoContextTakeover: true },
});
const rows = chartRows(Number(values.bytes));
if (values.redis) {
    const { createAdapter } = require('@socket.io/redis-adapter');
    const connected = () => require('redis').createClient({ url: values.redis }).connect();
    io.adapter(createAdapter(await connected(), await connected()));
}
let broadcasts = 0;
let due;
let timer;

function broadcast() {
    for (let i = 0; i < burst; ++i) {
        io.emit(event, { t: now(), data: rows });
        ++broadcasts;
    }
    // No debt is kept: who is late goes on from now.
    due = Math.max(due + interval, performance.now());
    const wait = due - performance.now();
    timer = wait > 0 ? setTimeout(broadcast, wait) : setImmediate(broadcast);
}

process.on('SIGUSR2', () => {
    if (!timer) {
        due = performance.now();
        broadcast();
        return;
    }
    clearTimeout(timer);
    clearImmediate(timer);
    timer = undefined;
    process.stdout.write(`sent ${broadcasts} broadcasts\n`);
});

http.listen(Number(values.port), '127.0.0.1', 4096, () => {
    process.stdout.write(`listening on port ${http.address().port}\n`);
});
