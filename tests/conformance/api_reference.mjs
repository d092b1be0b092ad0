// The contract of examples/api_fixture (see README.md) on the real Node packages: it proves that the tests of
// the API say what Node does.

import http from 'node:http';
import { parseArgs } from 'node:util';

import { Server } from 'socket.io';

const { values: options } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        shards: { type: 'string', default: '1' },
        eio3: { type: 'boolean', default: false },
        cleanup: { type: 'boolean', default: false },
        'any-parser': { type: 'boolean', default: false },
    },
});

const httpServer = http.createServer((request, response) => response.writeHead(404).end());
const io = new Server(httpServer, {
    allowEIO3: options.eio3,
    cleanupEmptyChildNamespaces: options.cleanup,
});

/** {rooms, except, local, compress, volatile} in the words of clients. */
function operatorOf(nsp, { rooms = [], except = [], local, compress, volatile }) {
    let to = nsp.to(rooms).except(except);
    if (local) to = to.local;
    if (volatile) to = to.volatile;
    if (compress !== undefined) to = to.compress(compress);
    return to;
}

function addMiddlewares(socket) {
    socket.use((event, next) => {
        if (event[0] === 'blocked') {
            return next(Object.assign(new Error('not allowed'), { data: { code: 7 } }));
        }
        if (event[0] === 'changed') {
            event.splice(event.length - 1, 0, 'by the middleware');
        }
        next();
    });
    socket.on('error', (error) => console.log('error ' + error.message));
}

function serveHandlers(socket) {
    socket.on('echo', (...args) => args.pop()(...args));
    socket.on('blocked', () => console.log('handled blocked'));
    socket.on('changed', (...args) => args.pop()(...args));
    socket.on('watch', (ack) => {
        const seen = [];
        const note = (what) => (event, ...args) => {
            const count = args.filter((arg) => typeof arg !== 'function').length;
            seen.push(`${what} ${event} ${count}`);
        };
        const removed = note('removed');
        socket.onAny(note('second')).onAny(removed).offAny(removed).prependAny(note('first'));
        socket.onAnyOutgoing(note('out'));
        socket.on('seen', (asked) => asked(seen));
        socket.on('unwatch', (asked) => {
            socket.offAny();
            socket.offAnyOutgoing();
            asked();
        });
        ack();
    });
    socket.on('reserved', (ack) => {
        const names = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener',
            'removeListener', 'reserved-not'];
        ack(names.filter((name) => {
            try {
                socket.emit(name);
                return false;
            } catch {
                return true;
            }
        }));
    });
    socket.on('say', (text) => socket.send(text));
    socket.on('expect-once', (ack) => {
        socket.once('only', (...args) => socket.emit('only-back', ...args));
        ack();
    });
}

function serveMany(nsp, socket) {
    socket.on('data', (data, ack) => {
        socket.data = data;
        ack();
    });
    socket.on('join', (rooms, ack) => {
        socket.join(rooms);
        ack();
    });
    socket.on('emit-to', (wanted, value) => operatorOf(nsp, wanted).emit('to', value));
    socket.on('fetch', async (wanted, ack) => {
        const list = await operatorOf(nsp, wanted).fetchSockets();
        ack(list.map(({ id, rooms, data, handshake }) => ({
            id, rooms: [...rooms].sort(), data, tag: handshake.query.tag ?? '',
            address: handshake.address.replace('::ffff:', ''),
        })));
    });
    socket.on('sockets-join', (wanted, rooms) => operatorOf(nsp, wanted).socketsJoin(rooms));
    socket.on('sockets-leave', (wanted, rooms) => {
        const to = operatorOf(nsp, wanted);
        to.socketsLeave(rooms);
    });
    socket.on('disconnect-sockets', (wanted, close) => {
        operatorOf(nsp, wanted).disconnectSockets(close);
    });
}

function serveQuestions(nsp, socket) {
    socket.on('ask-me', (ms, ack) => {
        socket.timeout(ms).emit('question', (error, ...answer) => {
            ack(error?.message ?? null, answer);
        });
    });
    socket.on('ask-me-twice', async (ack) => {
        const first = await socket.timeout(5_000).emitWithAck('question');
        const second = await socket.timeout(5_000).emitWithAck('question', first);
        ack(null, [second]);
    });
    socket.on('ask-all', (wanted, ms, value, ack) => {
        operatorOf(nsp, wanted).timeout(ms).emit('question', value, (error, answers) => {
            ack(error?.message ?? null, answers);
        });
    });
}

function serve(nsp) {
    nsp.on('connection', (socket) => {
        console.log(`connect ${socket.nsp.name} ${socket.id}`);
        socket.on('disconnect', (reason) => {
            console.log(`disconnect ${socket.nsp.name} ${socket.id} ${reason}`);
        });
        socket.conn.on('upgrade', ({ name }) => console.log(`upgrade ${socket.id} ${name}`));
        addMiddlewares(socket);
        serveHandlers(socket);
        serveMany(socket.nsp, socket);
        serveQuestions(socket.nsp, socket);
    });
}

io.on('new_namespace', (nsp) => console.log('new namespace ' + nsp.name));
const numbered = io.of(/^\/dynamic-\d+$/);
numbered.use((socket, next) => {
    next('refuse' in socket.handshake.auth ? new Error('not here') : undefined);
});
serve(numbered);
serve(io.of((name, auth, next) => next(null, name.startsWith('/tenant-') && auth.token === 't')));
serve(io.of('/'));
io.on('connection', (socket) => {
    socket.on('emit-to-children', (value) => numbered.emit('to', value));
});

for (const event of ['create-room', 'join-room', 'leave-room', 'delete-room']) {
    io.of('/').adapter.on(event, (room, id = '') => console.log(`${event} ${room}|${id}`));
}
io.engine.on('initial_headers', (headers) => (headers['x-first'] = 'yes'));
io.engine.on('headers', (headers, request) => (headers['x-every'] = request.method));
io.engine.on('connection_error', ({ code, message, context }) => {
    const [name, value] = Object.entries(context)[0];
    console.log(`refused ${code} ${message}|${name}|${value}`);
});
httpServer.listen(Number(options.port), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${httpServer.address().port}`);
});
process.on('SIGTERM', () => io.close(() => process.exit(0)));
