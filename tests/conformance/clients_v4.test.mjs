// socket.io-client 4.8 from npm, on every transport. WIRE: A3 (client-side names), B6.

import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { ask, connectClient, createClient, journeys } from '../support/clients.mjs';
import { Fixture } from '../support/fixture.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent, within } from '../support/waiting.mjs';

const server = useServer({ pingIntervalMs: 150, pingTimeoutMs: 8_000, maxPayload: 100_000 });

for (const journey of Object.keys(journeys)) {
    describe(journey, () => {
        const connect = (...rest) => connectClient(server, 4, journey, ...rest);

        check('connects with auth', async () => {
            const socket = await connect({ auth: { token: 't', n: [1] } });
            assert.deepEqual(socket.auth0, { token: 't', n: [1] });
            assert.match(socket.id, /^[A-Za-z0-9_-]{20}$/);
            assert.notEqual(socket.id, socket.io.engine.id);
            assert.ok(!socket.recovered);
        });

        check('text, unicode, numbers and objects come back', async () => {
            const socket = await connect();
            const args = ['text', '€😀', 1.5, 1e300, null, true, { a: [1, { b: '"' }] }, []];
            socket.emit('message', ...args);
            assert.deepEqual(await socket.events.next(), ['message-back', ...args]);
        });

        check('binary comes back, ten attachments at most', async () => {
            const socket = await connect();
            const list = Array.from({ length: 10 }, (_, i) => Buffer.from([i, 255 - i]));
            socket.emit('message', { list }, 'text');
            const [event, { list: received }, text] = await socket.events.next();
            assert.equal(event, 'message-back');
            assert.deepEqual(received.map((one) => Buffer.from(one)), list);
            assert.equal(text, 'text');
        });

        check('acks both ways', async () => {
            const socket = await connect();
            assert.equal(await socket.timeout(2_000).emitWithAck('message-with-ack', 1), 1);
            const [binary] = await ask(socket, 'message-with-ack', Buffer.from([1, 2]));
            assert.deepEqual(Buffer.from(binary), Buffer.from([1, 2]));
            socket.on('question', (question, answer) => answer(question + '!'));
            socket.emit('ask', 'why');
            assert.deepEqual(await socket.events.next(), ['answer', 'why!']);
        });

        check('500 messages keep their order, text and binary mixed', async () => {
            const socket = await connect();
            for (let i = 0; i < 500; ++i) {
                socket.emit('message', i, i % 7 === 0 ? Buffer.from([i & 255]) : 'x');
            }
            for (let i = 0; i < 500; ++i) {
                assert.equal((await socket.events.next())[1], i);
            }
        });

        check('two namespaces over one connection', async () => {
            const socket = await connect();
            const custom = socket.io.socket('/custom', { auth: { c: 1 } });
            const [auth] = await nextEvent(custom, 'auth');
            assert.deepEqual(auth, { c: 1 });
            const back = nextEvent(custom, 'message-back');
            custom.emit('message', 'x');
            assert.deepEqual(await back, ['x']);
            const gone = custom.id;
            custom.disconnect();
            assert.equal(await server.disconnectReason(gone, '/custom'),
                'client namespace disconnect');
            socket.emit('message', 'still');
            assert.deepEqual(await socket.events.next(), ['message-back', 'still']);
        });

        check('rooms and broadcasts', async () => {
            const [a, b] = [await connect(), await connect()];
            assert.deepEqual(await ask(a, 'join', journey), [journey]);
            b.emit('to-room', journey, 'x', Buffer.from([1]));
            const [event, text, bytes] = await a.events.next();
            assert.deepEqual([event, text], ['room', 'x']);
            assert.deepEqual(Buffer.from(bytes), Buffer.from([1]));
            b.emit('broadcast', 'y');
            assert.deepEqual(await a.events.next(), ['broadcast', 'y']);
        });

        check('stays over several heartbeats', async () => {
            const socket = await connect();
            let pings = 0;
            const seen = new Promise((resolve) => {
                socket.io.on('ping', () => ++pings === 3 && resolve());
            });
            await within(seen, 'three pings');
            assert.deepEqual(await ask(socket, 'message-with-ack', 'x'), ['x']);
        });

        check('a middleware\'s refusal is a connect_error with message and data', async () => {
            const socket = createClient(
                server, 4, { ...journeys[journey], auth: { data: { code: 7 } } }, '/guarded');
            const [error] = await nextEvent(socket, 'connect_error');
            assert.equal(error.message, 'not authorized');
            assert.deepEqual(error.data, { code: 7 });
        });

        check('an unknown namespace is a connect_error', async () => {
            const socket = createClient(server, 4, journeys[journey], '/nope');
            const [error] = await nextEvent(socket, 'connect_error');
            assert.equal(error.message, 'Invalid namespace');
        });

        check('disconnect by the client: `io client disconnect`', async () => {
            const socket = await connect();
            const { id } = socket;
            const gone = nextEvent(socket, 'disconnect');
            socket.disconnect();
            assert.equal((await gone)[0], 'io client disconnect');
            assert.equal(await server.disconnectReason(id), 'client namespace disconnect');
        });

        for (const close of [false, true]) {
            check(`disconnect(${close}) by the server: \`io server disconnect\``, async () => {
                const socket = await connect();
                const gone = nextEvent(socket, 'disconnect');
                socket.emit('kick', close);
                assert.equal((await gone)[0], 'io server disconnect');
            });
        }

        check('comes back by itself when its connection breaks, with a new id', async () => {
            const socket = await connect({ reconnection: true, reconnectionDelay: 10 });
            const before = socket.id;
            const gone = nextEvent(socket, 'disconnect');
            const back = nextEvent(socket, 'connect');
            socket.io.engine.close();
            assert.equal((await gone)[0], 'forced close');
            await back;
            assert.notEqual(socket.id, before);
            assert.ok(!socket.recovered);
            assert.equal((await socket.events.next())[0], 'auth');
            socket.emit('message', 'again');
            assert.deepEqual(await socket.events.next(), ['message-back', 'again']);
        });

        check('what it sends while away arrives when it is back', async () => {
            const socket = await connect({ reconnection: true, reconnectionDelay: 10 });
            const gone = nextEvent(socket, 'disconnect');
            socket.io.engine.close();
            await gone;
            for (let i = 0; i < 20; ++i) {
                socket.emit('message', i);
            }
            assert.equal((await socket.events.next())[0], 'auth');
            for (let i = 0; i < 20; ++i) {
                assert.deepEqual(await socket.events.next(), ['message-back', i]);
            }
        });
    });
}

check('a message over the limit ends the connection: `transport close`', async () => {
    const socket = await connectClient(server, 4, 'websocket');
    const { id } = socket;
    const gone = nextEvent(socket, 'disconnect');
    socket.emit('message', 'x'.repeat(100_001));
    const [reason, details] = await gone;
    assert.equal(reason, 'transport close');
    assert.equal(details.context?.code ?? details.description, 1009);
    assert.equal(await server.disconnectReason(id), 'transport error');
});

check('many small messages are packed into POSTs below maxPayload', async () => {
    const socket = await connectClient(server, 4, 'polling');
    for (let i = 0; i < 50; ++i) {
        socket.emit('message', i, 'x'.repeat(9_000));
    }
    for (let i = 0; i < 50; ++i) {
        assert.equal((await socket.events.next())[1], i);
    }
});

check('a client that sends while it upgrades loses nothing', async () => {
    const socket = createClient(server, 4, journeys.upgraded);
    const upgraded = nextEvent(socket.io.engine, 'upgrade');
    let sent = 0;
    const timer = setInterval(() => socket.emit('message', sent++), 1);
    try {
        await upgraded;
    } finally {
        clearInterval(timer);
    }
    socket.emit('message', sent++);
    assert.equal((await socket.events.next())[0], 'auth');
    for (let i = 0; i < sent; ++i) {
        assert.deepEqual(await socket.events.next(), ['message-back', i]);
    }
    assert.equal(socket.io.engine.transport.name, 'websocket');
});

check('a server that goes down: `transport close`; the client comes back to the next', async () => {
    const first = await new Fixture().start();
    server.track({ destroy: () => first.kill() });
    let second;
    try {
        const socket = await connectClient(first, 4, 'websocket', {
            reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50,
        });
        const gone = nextEvent(socket, 'disconnect');
        first.signal('SIGTERM');
        assert.equal((await gone)[0], 'transport close');
        await first.exited();
        const back = nextEvent(socket, 'connect');
        second = await new Fixture().start({ port: first.port });
        await back;
        assert.deepEqual(await ask(socket, 'message-with-ack', 'again'), ['again']);
        socket.disconnect();
    } finally {
        await second?.stop();
    }
});
