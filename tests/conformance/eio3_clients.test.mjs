// The seed-era clients, socket.io-client 1.7.4 and 2.5.0, unchanged from npm. WIRE: B8.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, connectClient, createClient, journeys } from '../support/clients.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

for (const major of [1, 2]) {
    describe(`socket.io-client ${major}.x`, () => {
        const server = useServer({ eio3: true, pingIntervalMs: 150, pingTimeoutMs: 8_000 });

        for (const journey of Object.keys(journeys)) {
            const connect = (...rest) => connectClient(server, major, journey, ...rest);

            check(`${journey}: connects, and its id is the engine's`, async () => {
                const socket = await connect();
                assert.deepEqual(socket.auth0, {});
                assert.equal(socket.id, socket.io.engine.id);
            });

            check(`${journey}: text, unicode, numbers and objects come back`, async () => {
                const socket = await connect();
                const args = ['text', '€😀', 1.5, null, true, { a: [1, { b: '"' }] }, []];
                socket.emit('message', ...args);
                assert.deepEqual(await socket.events.next(), ['message-back', ...args]);
            });

            check(`${journey}: binary comes back`, async () => {
                const socket = await connect();
                const binary = Buffer.from([0, 1, 127, 128, 255]);
                socket.emit('message', { deep: [binary] }, 'text', binary);
                const [event, first, text, last] = await socket.events.next();
                assert.equal(event, 'message-back');
                assert.deepEqual(Buffer.from(first.deep[0]), binary);
                assert.equal(text, 'text');
                assert.deepEqual(Buffer.from(last), binary);
            });

            check(`${journey}: acks both ways, text and binary`, async () => {
                const socket = await connect();
                assert.deepEqual(await ask(socket, 'message-with-ack', 1, 'two'), [1, 'two']);
                const [binary] = await ask(socket, 'message-with-ack', Buffer.from([1, 2]));
                assert.deepEqual(Buffer.from(binary), Buffer.from([1, 2]));
                socket.on('question', (question, answer) =>
                    answer(question + '!', Buffer.from([3])));
                socket.emit('ask', 'why');
                const [event, text, bytes] = await socket.events.next();
                assert.deepEqual([event, text], ['answer', 'why!']);
                assert.deepEqual(Buffer.from(bytes), Buffer.from([3]));
            });

            check(`${journey}: many messages keep their order`, async () => {
                const socket = await connect();
                for (let i = 0; i < 200; ++i) {
                    socket.emit('message', i, i % 10 === 0 ? Buffer.from([i]) : 'x');
                }
                for (let i = 0; i < 200; ++i) {
                    assert.equal((await socket.events.next())[1], i);
                }
            });

            check(`${journey}: a namespace, with its query as auth`, async () => {
                const socket = await connect({}, '/custom?token=a%20b');
                assert.equal(socket.auth0.token, 'a b');
                await server.line(new RegExp(`^connect /custom /custom#${socket.io.engine.id}$`));
                socket.emit('message', 'x');
                assert.deepEqual(await socket.events.next(), ['message-back', 'x']);
            });

            check(`${journey}: rooms and broadcasts reach it`, async () => {
                const [a, b] = [await connect(), await connect()];
                const room = `${journey}-${major}`;
                assert.deepEqual(await ask(a, 'join', room), [room]);
                b.emit('to-room', room, 'x', Buffer.from([1]));
                const [event, text, bytes] = await a.events.next();
                assert.deepEqual([event, text], ['room', 'x']);
                assert.deepEqual(Buffer.from(bytes), Buffer.from([1]));
                b.emit('broadcast', 'y');
                assert.deepEqual(await a.events.next(), ['broadcast', 'y']);
            });

            check(`${journey}: stays over several heartbeats`, async () => {
                const socket = await connect();
                let pongs = 0;
                const seen = new Promise((resolve) => {
                    socket.io.engine.on('pong', () => ++pongs === 3 && resolve());
                });
                await within(seen, 'three pongs');
                assert.deepEqual(await ask(socket, 'message-with-ack'), []);
            });

            check(`${journey}: disconnect by the client`, async () => {
                const socket = await connect();
                const { id } = socket;
                socket.disconnect();
                assert.match(await server.disconnectReason(id),
                    /^(client namespace disconnect|transport close)$/);
            });

            check(`${journey}: disconnect by the server`, async () => {
                const socket = await connect();
                const gone = nextEvent(socket, 'disconnect');
                socket.emit('kick', true);
                assert.deepEqual(await gone, ['io server disconnect']);
            });
        }

        check('a refused namespace is an `error` with the message', async () => {
            const socket = createClient(server, major, {}, '/guarded');
            assert.deepEqual(await nextEvent(socket, 'error'), ['not authorized']);
        });

        check('an unknown namespace is an `error`', async () => {
            const socket = createClient(server, major, {}, '/nope');
            const [error] = await nextEvent(socket, 'error');
            assert.deepEqual(error, { message: 'Invalid namespace' });
        });

        check('comes back by itself when its connection breaks', async () => {
            const socket = await connectClient(server, major, 'websocket', {
                reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 20,
            });
            const before = socket.id;
            const back = nextEvent(socket, 'connect');
            socket.io.engine.transport.ws.close();
            await back;
            assert.notEqual(socket.id, before);
            await socket.events.next('auth event');
            socket.emit('message', 'again');
            assert.deepEqual(await socket.events.next(), ['message-back', 'again']);
        });
    });
}

describe('beside clients of version 4', () => {
    const server = useServer({ eio3: true });

    check('broadcasts cross the versions, with binary', async () => {
        const sockets = [
            await connectClient(server, 1, 'polling'), await connectClient(server, 2, 'websocket'),
            await connectClient(server, 4, 'polling'), await connectClient(server, 4, 'websocket'),
        ];
        for (const sender of sockets) {
            sender.emit('to-all', sender.id, Buffer.from([1, 2, 3]));
            for (const socket of sockets) {
                const [event, id, bytes] = await socket.events.next();
                assert.deepEqual([event, id], ['all', sender.id]);
                assert.deepEqual(Buffer.from(bytes), Buffer.from([1, 2, 3]));
            }
        }
    });
});

describe('a server without --eio3', () => {
    const server = useServer();

    for (const major of [1, 2]) {
        check(`socket.io-client ${major}.x gets an error, not a hang`, async () => {
            const socket = createClient(server, major, { transports: ['polling'] });
            await nextEvent(socket, 'connect_error');
        });
    }
});
