// The contract of examples/client_fixture (see README.md) on the real Node packages.

import http from 'node:http';
import { parseArgs } from 'node:util';

import { Server } from 'socket.io';

const { values: options } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        shards: { type: 'string', default: '1' },
    },
});

const httpServer = http.createServer((request, response) => {
    response.writeHead(404).end();
});
const io = new Server(httpServer, {
    pingInterval: 2000,
    connectionStateRecovery: {},
    allowRequest: (request, answer) => setTimeout(() => answer(null, true), 10),
});

io.use((socket, next) => {
    next('fail' in socket.handshake.query ? new Error('Auth failed (main namespace)') : undefined);
});
io.of('/no').use((socket, next) => next(new Error('Auth failed (custom namespace)')));
io.of('/foo').on('connection', (socket) => socket.on('getId', (ack) => ack(socket.id)));
['/timeout_socket', '/valid', '/asd'].forEach((name) => io.of(name));
io.of('/abc').on('connection', (socket) => socket.emit('handshake', socket.handshake));

const isGreeting = (data) => data?.hello === 'lol' && Buffer.isBuffer(data.message)
    && data.goodbye === 'gotcha' && Object.keys(data).length === 3;

io.on('connection', (socket) => {
    let last = '';
    /** Answers the last of events that come one after the other, each with what it has to bring. */
    const sequence = (answer, ...steps) => steps.forEach(([event, fits], i) => {
        socket.on(event, (data) => {
            if (!fits(data)) {
                return;
            }
            last = i === 0 || last === steps[i - 1][0] ? event : '';
            if (last !== '' && i === steps.length - 1) {
                socket.emit(answer);
            }
        });
    });
    const answerIf = (event, fits, answer) => socket.on(event, (data) => fits(data) && socket.emit(answer));

    socket.on('hi', () => socket.emit('hi'));
    socket.on('echo', (data, ack) => ack(data));
    socket.on('getId', (ack) => ack(socket.id));
    socket.on('getHandshake', (ack) => ack(socket.handshake));
    socket.on('ack', () => socket.emit('ack', (number, object) => {
        if (number === 5 && object?.test === true) {
            socket.emit('got it');
        }
    }));
    socket.on('getAckDate', (data, ack) => ack(new Date()));
    socket.on('getDate', () => socket.emit('takeDate', new Date()));
    socket.on('getDateObj', () => socket.emit('takeDateObj', { date: new Date() }));
    socket.on('getUtf8', () => {
        ['てすと', 'Я Б Г Д Ж Й', 'Ä ä Ü ü ß', 'utf8 — string', 'utf8 — string'].forEach(
            (text) => socket.emit('takeUtf8', text));
    });
    socket.on('false', () => socket.emit('false', false));
    socket.on('doge', () => socket.emit('doge', Buffer.from('asdfasdf')));
    socket.on('getbin', () => socket.emit('takebin', Buffer.from('asdfasdf')));
    answerIf('buffa', Buffer.isBuffer, 'buffack');
    answerIf('blob', Buffer.isBuffer, 'back');
    answerIf('jsonbuff', isGreeting, 'jsonbuff-ack');
    answerIf('jsonblob', isGreeting, 'jsonblob-ack');
    sequence('abuff2-ack', ['abuff1', Buffer.isBuffer], ['abuff2', Buffer.isBuffer]);
    sequence('blob3-ack', ['blob1', Buffer.isBuffer], ['blob2', (data) => data === 'second'],
        ['blob3', Buffer.isBuffer]);
});

process.on('SIGTERM', () => {
    io.close(() => process.exit(0));
    // Peers that never answer a close frame shall not hold it up.
    setTimeout(() => process.exit(0), 200);
});

httpServer.listen(Number(options.port), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${httpServer.address().port}`);
});
