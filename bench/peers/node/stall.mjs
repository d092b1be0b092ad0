// What one client that stops reading costs Node's socket.io: 100 clients, 10 kB messages, as fast as the other 99
// read; prints how much the server's memory has grown. `bench/compare --only stall` runs it beside the library.
//
// usage: node bench/peers/node/stall.mjs [MESSAGES]      (30000)

import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../../tests/package.json', import.meta.url));
const clients = 100;
const underWay = 20;

/** In a process of its own: 99 clients that read and one that does not; tells what the slowest has. */
async function runClients(port) {
    const WebSocket = require('ws');
    const counts = new Array(clients - 1).fill(0);
    const connect = (onMessage) =>
        new Promise((resolve, reject) => {
            const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
                perMessageDeflate: false,
            });
            socket.on('error', reject);
            socket.on('message', (data) => {
                const text = data.toString('latin1', 0, 2);
                if (text[0] === '0') socket.send('40');
                if (text[0] === '2') socket.send('3');
                if (text === '40') resolve(socket);
                if (text === '42') onMessage();
            });
        });
    for (let i = 0; i < counts.length; ++i) await connect(() => ++counts[i]);
    const stalled = await connect(() => {});
    stalled.pause();
    process.send({ ready: true });
    setInterval(() => process.send({ slowest: Math.min(...counts) }), 1);
}

async function runServer(messages) {
    const { Server } = require('socket.io');
    const http = createServer();
    const io = new Server(http, { transports: ['websocket'], serveClient: false });
    await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
    const padding = 'x'.repeat(10_000);
    let before = 0;
    let most = 0;
    let emitted = 0;
    const child = fork(fileURLToPath(import.meta.url), ['--clients', String(http.address().port)]);
    child.on('message', ({ ready, slowest = 0 }) => {
        if (ready) before = process.memoryUsage().rss;
        if (before === 0) return;
        for (; emitted < messages && emitted < slowest + underWay; ++emitted) io.emit('n', emitted, padding);
        most = Math.max(most, process.memoryUsage().rss);
        if (slowest < messages) return;
        const grown = Math.round((most - before) / 1024);
        console.log(`${messages} messages of 10 kB to ${clients} clients: memory grew by ${grown} KiB at most`);
        child.kill();
        process.exit(0);
    });
}

if (process.argv[2] === '--clients') {
    await runClients(process.argv[3]);
} else {
    await runServer(Number(process.argv[2] ?? 30_000));
}
