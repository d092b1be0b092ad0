// What examples/client_fixture serves to the test suites of clients, driven by socket.io-client 4.8.

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe } from 'node:test';

import {
    ask as emitWithAnswer, createClient, journeys, withoutOffset,
} from '../support/clients.mjs';
import { check, useServer } from '../support/suite.mjs';
import { Inbox, nextEvent, within } from '../support/waiting.mjs';

const server = useServer({}, 'client_fixture');

const bytes = (text) => Buffer.from(text);
const ask = (socket, event, ...args) =>
    within(emitWithAnswer(socket, event, ...args), `answer to ${event}`);

for (const journey of ['websocket', 'polling']) {
    describe(journey, () => {
        /** A client that collects [event, ...arguments] of all that it receives in its inbox. */
        function create(namespace = '/', options = {}) {
            const socket = createClient(server, 4, { ...journeys[journey], ...options }, namespace);
            socket.inbox = new Inbox();
            socket.onAny((...event) => socket.inbox.push(withoutOffset(event)));
            return socket;
        }

        async function connect(namespace, options) {
            const socket = create(namespace, options);
            await nextEvent(socket, 'connect');
            assert.equal(socket.io.engine.transport.name, journey);
            return socket;
        }

        /** Emits, and expects exactly one event, this one, before the answer to a later question. */
        async function expectOnly(socket, emitted, expected) {
            socket.emit(...emitted);
            await ask(socket, 'getId');
            assert.deepEqual(socket.inbox.drain(), expected);
        }

        const answers = async (emitted, ...expected) =>
            expectOnly(await connect(), emitted, expected);

        /** A client of the root, and what it gets when its events come in order, and what in another. */
        async function answersSequence(events, answer) {
            const socket = await connect();
            events.slice(0, -1).forEach((event) => socket.emit(...event));
            await expectOnly(socket, events.at(-1), [[answer]]);
            // The last one alone is no sequence.
            await expectOnly(socket, events.at(-1), []);
        }

        check('the root refuses who has `fail` in the query', async () => {
            const socket = create('/', { query: { fail: true } });
            const [error] = await nextEvent(socket, 'connect_error');
            assert.equal(error.message, 'Auth failed (main namespace)');
            assert.equal(error.data, undefined);
        });

        check('the root\'s middleware is not asked for other namespaces', async () => {
            const socket = await connect('/foo', { query: { fail: true } });
            assert.ok(socket.connected);
        });

        check('`/no` refuses everybody', async () => {
            const [error] = await nextEvent(create('/no'), 'connect_error');
            assert.equal(error.message, 'Auth failed (custom namespace)');
            assert.equal(error.data, undefined);
        });

        check('`/foo` answers `getId` with the socket\'s id', async () => {
            const socket = await connect('/foo');
            assert.match(socket.id, /^[A-Za-z0-9_-]{20}$/);
            assert.deepEqual(await ask(socket, 'getId'), [socket.id]);
        });

        for (const namespace of ['/timeout_socket', '/valid', '/asd']) {
            check(`\`${namespace}\` exists`, async () => {
                assert.ok((await connect(namespace)).connected);
            });
        }

        check('another namespace does not', async () => {
            const [error] = await nextEvent(create('/nope'), 'connect_error');
            assert.equal(error.message, 'Invalid namespace');
        });

        /** As Node's socket.handshake, member by member. */
        function assertHandshake(handshake, { query, auth, xdomain = false }) {
            assert.deepEqual(Object.keys(handshake), [
                'headers', 'time', 'address', 'xdomain', 'secure', 'issued', 'url', 'query', 'auth']);
            assert.equal(handshake.headers.host, `127.0.0.1:${server.port}`);
            assert.equal(handshake.headers['x-twice'], 'a, b');
            assert.ok(Math.abs(Date.now() - handshake.issued) < 60_000, String(handshake.issued));
            assert.match(handshake.time,
                /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4} \(.+\)$/);
            assert.equal(Date.parse(handshake.time), handshake.issued - handshake.issued % 1000);
            assert.equal(handshake.address, '127.0.0.1');
            assert.equal(handshake.xdomain, xdomain);
            assert.equal(handshake.secure, false);
            assert.match(handshake.url, new RegExp(`^/socket\\.io/\\?.*transport=${journey}`));
            const { t, ...rest } = handshake.query;
            assert.equal(typeof t, journey === 'polling' ? 'string' : 'undefined');
            assert.deepEqual(rest, { EIO: '4', transport: journey, ...query });
            assert.deepEqual(handshake.auth, auth);
        }
        const extraHeaders = { 'X-Twice': ['a', 'b'] };

        check('`/abc` emits `handshake` on connection', async () => {
            const socket = await connect('/abc', {
                extraHeaders: { ...extraHeaders, Origin: 'http://elsewhere.test' },
                query: { b: 'c', list: '1 2&3', k: '€' }, auth: { token: 't' },
            });
            const [event, handshake] = await socket.inbox.next('handshake');
            assert.equal(event, 'handshake');
            assert.equal(handshake.headers.origin, 'http://elsewhere.test');
            assertHandshake(handshake, {
                query: { b: 'c', list: '1 2&3', k: '€' }, auth: { token: 't' }, xdomain: true,
            });
        });

        check('`getHandshake` acks with it at any time, whether there was auth or not', async () => {
            const socket = await connect('/', { extraHeaders });
            const [first] = await ask(socket, 'getHandshake');
            assertHandshake(first, { query: {}, auth: {} });
            assert.deepEqual(await ask(socket, 'getHandshake'), [first]);
        });

        check('`hi` comes back', () => answers(['hi'], ['hi']));

        check('`echo` acks with its argument', async () => {
            const socket = await connect();
            for (const value of ['text', 7, null, false, { a: [1, { b: '€' }] }, []]) {
                assert.deepEqual(await ask(socket, 'echo', value), [value]);
            }
            const [echoed] = await ask(socket, 'echo', bytes('binary'));
            assert.deepEqual(Buffer.from(echoed), bytes('binary'));
        });

        check('`ack` asks for an acknowledgement, and says `got it` to (5, {test: true})', async () => {
            const socket = await connect();
            socket.once('ack', (answer) => answer(5, { test: true }));
            socket.emit('ack');
            assert.equal((await socket.inbox.next('ack'))[0], 'ack');
            assert.deepEqual(await socket.inbox.next('got it'), ['got it']);
            socket.once('ack', (answer) => answer(5, { test: false }));
            socket.emit('ack');
            assert.equal((await socket.inbox.next('ack'))[0], 'ack');
            await expectOnly(socket, ['hi'], [['hi']]);
        });

        function assertIsNow(text) {
            assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
            assert.ok(Math.abs(Date.now() - Date.parse(text)) < 60_000, text);
        }

        check('`getAckDate` acks with the time', async () => {
            const [text] = await ask(await connect(), 'getAckDate', { test: true });
            assertIsNow(text);
        });

        check('`getDate` answers `takeDate`', async () => {
            const socket = await connect();
            socket.emit('getDate');
            const [event, text] = await socket.inbox.next('takeDate');
            assert.equal(event, 'takeDate');
            assertIsNow(text);
        });

        check('`getDateObj` answers `takeDateObj`', async () => {
            const socket = await connect();
            socket.emit('getDateObj');
            const [event, object] = await socket.inbox.next('takeDateObj');
            assert.equal(event, 'takeDateObj');
            assert.deepEqual(Object.keys(object), ['date']);
            assertIsNow(object.date);
        });

        check('`getUtf8` answers five `takeUtf8`', () => answers(['getUtf8'],
            ['takeUtf8', 'てすと'],
            ['takeUtf8', 'Я Б Г Д Ж Й'],
            ['takeUtf8', 'Ä ä Ü ü ß'],
            ['takeUtf8', 'utf8 — string'],
            ['takeUtf8', 'utf8 — string']));

        check('`false` answers false', () => answers(['false'], ['false', false]));

        for (const [asked, event] of [['doge', 'doge'], ['getbin', 'takebin']]) {
            check(`\`${asked}\` answers \`${event}\` with bytes`, async () => {
                const socket = await connect();
                socket.emit(asked);
                const [name, data] = await socket.inbox.next(event);
                assert.equal(name, event);
                assert.ok(Buffer.isBuffer(data));
                assert.deepEqual(data, bytes('asdfasdf'));
            });
        }

        for (const [event, answer] of [['buffa', 'buffack'], ['blob', 'back']]) {
            check(`\`${event}\` with bytes answers \`${answer}\``, async () => {
                await answers([event, bytes('asdfasdf')], [answer]);
                await answers([event, 'no bytes']);
            });
        }

        for (const event of ['jsonbuff', 'jsonblob']) {
            check(`\`${event}\` with bytes inside answers \`${event}-ack\``, async () => {
                const greeting = { hello: 'lol', message: bytes('howdy'), goodbye: 'gotcha' };
                await answers([event, greeting], [`${event}-ack`]);
                await answers([event, { ...greeting, message: 'howdy' }]);
            });
        }

        check('`abuff1` and `abuff2` in order answer `abuff2-ack`', () => answersSequence(
            [['abuff1', bytes('abuff1')], ['abuff2', bytes('abuff2')]], 'abuff2-ack'));

        check('`blob1`, `blob2` and `blob3` in order answer `blob3-ack`', () => answersSequence(
            [['blob1', bytes('BLOB1')], ['blob2', 'second'], ['blob3', bytes('BLOB3')]], 'blob3-ack'));

        check('`getId` acks with the socket\'s id', async () => {
            const socket = await connect();
            assert.deepEqual(await ask(socket, 'getId'), [socket.id]);
        });

        check('a ping comes after two seconds', async () => {
            const socket = await connect();
            const connected = Date.now();
            await nextEvent(socket.io, 'ping');
            assert.ok(Date.now() - connected > 1_500, `${Date.now() - connected} ms`);
        });
    });
}

check('pings come every 2000 ms', async () => {
    const answer = await fetch(
        `http://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=polling`);
    const { pingInterval, pingTimeout } = JSON.parse((await answer.text()).slice(1));
    assert.deepEqual({ pingInterval, pingTimeout }, { pingInterval: 2_000, pingTimeout: 20_000 });
});

check('it listens on 127.0.0.1 alone', async () => {
    const peer = server.track(net.connect(server.port, '127.0.0.2'));
    const [error] = await nextEvent(peer, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
});
