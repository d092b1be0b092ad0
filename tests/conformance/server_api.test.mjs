// What applications do with sockets, namespaces and rooms, as clients see it: middlewares of events, catch-all
// handlers, room surgery, what is told of sockets, and questions to one client or to many.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, createClient, journeys } from '../support/clients.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';

const server = useServer({ eio3: true }, 'api_fixture');

const kinds = {
    'socket.io-client 4.8, websocket': [4, 'websocket'],
    'socket.io-client 4.8, polling': [4, 'polling'],
    'socket.io-client 2.5, websocket': [2, 'websocket'],
    'socket.io-client 2.5, polling': [2, 'polling'],
};

let rooms = 0;
const newRoom = () => `room ${++rooms}`;

for (const [kind, [major, journey]] of Object.entries(kinds)) {
    describe(kind, () => {
        async function connect(options = {}) {
            const socket = createClient(server, major, { ...journeys[journey], ...options });
            for (const event of ['message', 'only-back', 'to']) {
                socket.on(event, (...args) => socket.events.push([event, ...args]));
            }
            await nextEvent(socket, 'connect');
            return socket;
        }
        /** What is emitted to it is there when this comes back. */
        const settled = (socket) => ask(socket, 'echo', 'settled');
        /** Answers each question with `answer`, and notes what it was asked. */
        const answerWith = (socket, answer) => {
            socket.asked = [];
            socket.on('question', (...args) => {
                socket.asked.push(args.slice(0, -1));
                args.at(-1)(...answer);
            });
        };

        check('a middleware refuses an event: its handler is not called, the client sees nothing',
            async () => {
                const socket = await connect();
                let answered = false;
                socket.emit('blocked', 1, () => (answered = true));
                assert.deepEqual(await settled(socket), ['settled']);
                await server.line(/^error not allowed$/);
                assert.ok(!answered);
                assert.ok(socket.connected);
                assert.ok(!server.lines.includes('handled blocked'));
            });

        check('a middleware changes an event', async () => {
            const socket = await connect();
            assert.deepEqual(await ask(socket, 'changed', 1), [1, 'by the middleware']);
        });

        check('catch-all handlers see events in both directions, broadcasts too', async () => {
            const socket = await connect();
            const room = newRoom();
            await ask(socket, 'join', [room]);
            await ask(socket, 'watch');
            socket.emit('say', 'hi');
            await socket.events.next();
            socket.emit('emit-to', { rooms: [room] }, Buffer.from([1]));
            await socket.events.next();
            const [seen] = await ask(socket, 'seen');
            assert.deepEqual(seen, [
                'first say 1', 'second say 1', 'out message 1',
                'first emit-to 2', 'second emit-to 2', 'out to 1',
                'first seen 0', 'second seen 0',
            ]);
            await ask(socket, 'unwatch');
            socket.emit('say', 'again');
            await socket.events.next();
            const [then] = await ask(socket, 'seen');
            assert.deepEqual(then.slice(8), ['first unwatch 0', 'second unwatch 0']);
        });

        check('`once` takes one event', async () => {
            const socket = await connect();
            await ask(socket, 'expect-once');
            socket.emit('only', 1);
            socket.emit('only', 2);
            await settled(socket);
            assert.deepEqual(await socket.events.next(), ['only-back', 1]);
            socket.emit('say', 'nothing between');
            assert.deepEqual(await socket.events.next(), ['message', 'nothing between']);
        });

        check('reserved names cannot be emitted', async () => {
            const socket = await connect();
            assert.deepEqual(await ask(socket, 'reserved'), [[
                'connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener',
                'removeListener',
            ]]);
        });

        check('`send` is the event `message`', async () => {
            const socket = await connect();
            socket.emit('say', 'hi');
            assert.deepEqual(await socket.events.next(), ['message', 'hi']);
        });

        check('emits to rooms, without others, with each flag', async () => {
            const [a, b, c] = [await connect(), await connect(), await connect()];
            const [one, two, three] = [newRoom(), newRoom(), newRoom()];
            await ask(a, 'join', [one, two]);
            await ask(b, 'join', [two]);
            await ask(c, 'join', [one, three]);
            a.emit('emit-to', { rooms: [one, two], except: [three], compress: false }, 1);
            a.emit('emit-to', { rooms: [three], local: true }, 2);
            assert.deepEqual(await a.events.next(), ['to', 1]);
            assert.deepEqual(await b.events.next(), ['to', 1]);
            assert.deepEqual(await c.events.next(), ['to', 2]);
        });

        check('fetches sockets with id, handshake, rooms and data', async () => {
            const [a, b] = [await connect({ query: { tag: 'a' } }), await connect()];
            const room = newRoom();
            await ask(a, 'join', [room]);
            await ask(b, 'join', [room]);
            await ask(a, 'data', { name: ['x', 1] });
            const [list] = await ask(b, 'fetch', { rooms: [room], except: [b.id] });
            assert.deepEqual(list, [{
                id: a.id, rooms: [a.id, room].sort(), data: { name: ['x', 1] }, tag: 'a',
                address: '127.0.0.1',
            }]);
            assert.equal((await ask(b, 'fetch', { rooms: [room] }))[0].length, 2);
            assert.deepEqual(await ask(b, 'fetch', { rooms: [newRoom()] }), [[]]);
        });

        check('lets sockets join and leave', async () => {
            const [a, b] = [await connect(), await connect()];
            const [room, others] = [newRoom(), newRoom()];
            a.emit('sockets-join', { rooms: [a.id, b.id] }, [room, others]);
            a.emit('emit-to', { rooms: [room] }, 1);
            assert.deepEqual(await b.events.next(), ['to', 1]);
            a.emit('sockets-leave', { rooms: [room], except: [a.id] }, [room]);
            a.emit('emit-to', { rooms: [room] }, 2);
            a.emit('emit-to', { rooms: [others] }, 3);
            assert.deepEqual(await b.events.next(), ['to', 3]);
            for (const value of [1, 2, 3]) {
                assert.deepEqual(await a.events.next(), ['to', value]);
            }
        });

        check('disconnects sockets, alone or with their connection', async () => {
            const [a, b, c] = [await connect(), await connect(), await connect()];
            const { id } = b;
            const [gone, closed] = [nextEvent(b, 'disconnect'), nextEvent(c, 'disconnect')];
            a.emit('disconnect-sockets', { rooms: [b.id] }, false);
            assert.equal((await gone)[0], 'io server disconnect');
            assert.equal(await server.disconnectReason(id), 'server namespace disconnect');
            a.emit('disconnect-sockets', { rooms: [c.id] }, true);
            assert.equal((await closed)[0], 'io server disconnect');
            assert.ok(a.connected);
        });

        check('asks a client, who answers', async () => {
            const socket = await connect();
            answerWith(socket, ['yes', 2]);
            assert.deepEqual(await ask(socket, 'ask-me', 5_000), [null, ['yes', 2]]);
        });

        check('asks a client, who does not answer: `operation has timed out`', async () => {
            const socket = await connect();
            assert.deepEqual(await ask(socket, 'ask-me', 50), ['operation has timed out', []]);
        });

        check('a task waits for one answer after the other', async () => {
            const socket = await connect();
            answerWith(socket, ['once more']);
            assert.deepEqual(await ask(socket, 'ask-me-twice'), [null, ['once more']]);
            assert.equal(socket.asked.length, 2);
        });

        check('asks a room, and gets the first argument of each answer', async () => {
            const [a, b, c] = [await connect(), await connect(), await connect()];
            const room = newRoom();
            for (const [socket, answer] of [[a, 'a'], [b, 'b'], [c, 'c']]) {
                answerWith(socket, [answer, 'more']);
                await ask(socket, 'join', [room]);
            }
            const [error, answers] = await ask(
                a, 'ask-all', { rooms: [room], except: [c.id] }, 5_000, { q: [1] });
            assert.equal(error, null);
            assert.deepEqual(answers.sort(), ['a', 'b']);
            assert.deepEqual([a.asked, b.asked, c.asked], [[[{ q: [1] }]], [[{ q: [1] }]], []]);
        });

        check('asks a room of which one does not answer: the answers that came', async () => {
            const [a, b] = [await connect(), await connect()];
            const room = newRoom();
            answerWith(a, ['a']);
            await ask(a, 'join', [room]);
            await ask(b, 'join', [room]);
            assert.deepEqual(await ask(a, 'ask-all', { rooms: [room] }, 600, 1),
                ['operation has timed out', ['a']]);
        });

        check('asks a room that is empty', async () => {
            const socket = await connect();
            assert.deepEqual(
                await ask(socket, 'ask-all', { rooms: [newRoom()] }, 5_000, 1), [null, []]);
        });
    });
}
