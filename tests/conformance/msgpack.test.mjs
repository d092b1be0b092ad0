// Packets in MessagePack: socket.io-client 4.8 with socket.io-msgpack-parser 3 on every transport, raw packets
// good and bad, and clients that read JSON beside them in one room. WIRE: A1 (parser), B9.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe } from 'node:test';

import msgpackParser from 'socket.io-msgpack-parser';

import { ask, connectClient, createClient, journeys } from '../support/clients.mjs';
import { Peer } from '../support/engine.mjs';
import { check, useServer } from '../support/suite.mjs';
import { nextEvent } from '../support/waiting.mjs';

const require = createRequire(import.meta.url);
const msgpack = createRequire(require.resolve('socket.io-msgpack-parser'))('notepack.io');

const oneForAll = { nodeDiffers: 'it has one parser for all of its clients' };
const parser = msgpackParser;
const bytes = (...values) => Buffer.from(values);
/** `levels` arrays in each other, and a number. */
const nested = (levels) => JSON.parse('['.repeat(levels) + '1' + ']'.repeat(levels));

for (const kind of ['msgpack', 'by-client']) {
    describe(`a server with the parser ${kind}`, () => {
        const server = useServer({ parser: kind, pingIntervalMs: 150, pingTimeoutMs: 8_000 });
        const options = kind === 'by-client' ? oneForAll : {};

        for (const journey of Object.keys(journeys)) {
            const connect = (more, ...rest) =>
                connectClient(server, 4, journey, { parser, ...more }, ...rest);

            check(`${journey}: connects with auth and without`, async () => {
                assert.deepEqual((await connect()).auth0, {});
                const socket = await connect({ auth: { token: 't', n: [1] } });
                assert.deepEqual(socket.auth0, { token: 't', n: [1] });
                assert.match(socket.id, /^[A-Za-z0-9_-]{20}$/);
                assert.ok(!socket.recovered);
            }, options);

            check(`${journey}: text, unicode, numbers and objects come back`, async () => {
                const socket = await connect();
                const args = [
                    'text', '€😀', 'ä'.repeat(300), 1.5, -0.1, 0, -1, -33, -129, 70_000, -40_000, 2 ** 40, -(2 ** 40),
                    Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null, true, false,
                    { a: [1, { b: '"' }], '': {} }, [], Array(20).fill('x'),
                ];
                socket.emit('message', ...args);
                assert.deepEqual(await socket.events.next(), ['message-back', ...args]);
            }, options);

            check(`${journey}: binary comes back in its place, and placeholders are plain data`, async () => {
                const socket = await connect();
                const list = Array.from({ length: 10 }, (_, i) => bytes(i, 255 - i));
                socket.emit('message', { list }, 'text');
                const [, { list: received }, text] = await socket.events.next();
                assert.deepEqual(received.map((one) => Buffer.from(one)), list);
                assert.equal(text, 'text');
                const placeholder = { _placeholder: true, num: 0 };
                socket.emit('message', placeholder);
                assert.deepEqual(await socket.events.next(), ['message-back', placeholder]);
            }, options);

            check(`${journey}: typed arrays and ArrayBuffers of Node are binary`, async () => {
                const socket = await connect();
                socket.emit('message', new Uint8Array([1, 0, 255]), new Uint8Array([7]).buffer);
                const [, typed, buffer] = await socket.events.next();
                assert.deepEqual([Buffer.from(typed), Buffer.from(buffer)], [bytes(1, 0, 255), bytes(7)]);
            }, options);

            check(`${journey}: undefined is what JSON.stringify makes of it`, async () => {
                const socket = await connect();
                socket.emit('message', undefined, { a: undefined, b: 1 }, [undefined]);
                assert.deepEqual(await socket.events.next(), ['message-back', null, { b: 1 }, [null]]);
            }, { nodeDiffers: 'its values can be undefined' });

            check(`${journey}: a Date is its text`, async () => {
                const socket = await connect();
                const date = new Date(Date.UTC(2023, 10, 14, 22, 13, 20, 123));
                socket.emit('message', date, { date: new Date(-1) });
                assert.deepEqual(await socket.events.next(),
                    ['message-back', date.toISOString(), { date: '1969-12-31T23:59:59.999Z' }]);
            }, { nodeDiffers: 'its values can be dates' });

            check(`${journey}: acks both ways`, async () => {
                const socket = await connect();
                assert.equal(await socket.timeout(5_000).emitWithAck('message-with-ack', 1), 1);
                const [binary] = await ask(socket, 'message-with-ack', bytes(1, 2));
                assert.deepEqual(Buffer.from(binary), bytes(1, 2));
                socket.on('question', (question, answer) => answer(question + '!', bytes(3)));
                socket.emit('ask', 'why');
                const [event, text, answer] = await socket.events.next();
                assert.deepEqual([event, text], ['answer', 'why!']);
                assert.deepEqual(Buffer.from(answer), bytes(3));
            }, options);

            check(`${journey}: 300 messages keep their order, large ones among them`, async () => {
                const socket = await connect();
                const large = 'Zeile €;'.repeat(500);
                for (let i = 0; i < 300; ++i) {
                    socket.emit('message', i, i % 20 === 0 ? large : i % 7 === 0 ? bytes(i & 255) : 'x');
                }
                for (let i = 0; i < 300; ++i) {
                    const [, number, what] = await socket.events.next();
                    assert.equal(number, i);
                    if (i % 20 === 0) {
                        assert.equal(what, large);
                    }
                }
            }, options);

            check(`${journey}: namespaces, their refusals and their end`, async () => {
                const socket = await connect();
                const custom = socket.io.socket('/custom', { auth: { c: 1 } });
                assert.deepEqual((await nextEvent(custom, 'auth'))[0], { c: 1 });
                const { id } = custom;
                custom.disconnect();
                assert.equal(await server.disconnectReason(id, '/custom'), 'client namespace disconnect');
                const guarded = socket.io.socket('/guarded', { auth: { data: { code: 7 } } });
                const [refusal] = await nextEvent(guarded, 'connect_error');
                assert.equal(refusal.message, 'not authorized');
                assert.deepEqual(refusal.data, { code: 7 });
                const [unknown] = await nextEvent(socket.io.socket('/nope'), 'connect_error');
                assert.equal(unknown.message, 'Invalid namespace');
                assert.deepEqual(await ask(socket, 'message-with-ack', 'still'), ['still']);
            }, options);

            check(`${journey}: rooms and broadcasts`, async () => {
                const [a, b] = [await connect(), await connect()];
                assert.deepEqual(await ask(a, 'join', journey), [journey]);
                b.emit('to-room', journey, 'x', bytes(1));
                const [event, text, binary] = await a.events.next();
                assert.deepEqual([event, text], ['room', 'x']);
                assert.deepEqual(Buffer.from(binary), bytes(1));
                b.emit('broadcast', 'y');
                assert.deepEqual(await a.events.next(), ['broadcast', 'y']);
            }, options);

            check(`${journey}: the server disconnects it, and it comes back by itself`, async () => {
                const socket = await connect({ reconnection: true, reconnectionDelay: 10 });
                const back = nextEvent(socket, 'connect');
                socket.io.engine.close();
                await back;
                assert.equal((await socket.events.next())[0], 'auth');
                socket.emit('message', 'again');
                assert.deepEqual(await socket.events.next(), ['message-back', 'again']);
                const gone = nextEvent(socket, 'disconnect');
                socket.emit('kick', false);
                assert.equal((await gone)[0], 'io server disconnect');
            }, options);
        }

        // ---- Raw -----------------------------------------------------------------------------------

        for (const transport of ['websocket', 'polling']) {
            const encode = (packet) => msgpack.encode(packet);
            /** A peer in the root. */
            async function open() {
                const peer = await Peer.openEngine(server, transport);
                await peer.send(encode({ type: 0, nsp: '/' }));
                peer.reply = msgpack.decode(await peer.next('CONNECT reply'));
                peer.sid = peer.reply.data.sid;
                assert.deepEqual(msgpack.decode(await peer.next('auth event')).data, ['auth', {}]);
                return peer;
            }
            async function assertFatal(message) {
                const peer = await open();
                await peer.sendFatal(message);
                await peer.closed();
                assert.equal(await peer.disconnectReason(), 'forced close');
            }

            check(`${transport}: a packet is one binary message of these members`, async () => {
                const peer = await open();
                assert.deepEqual(Object.keys(peer.reply).sort(), ['data', 'nsp', 'type']);
                await peer.send(encode({ type: 2, nsp: '/', data: ['message', 1, bytes(2)] }));
                const packet = msgpack.decode(await peer.next());
                assert.deepEqual({ ...packet }, { type: 2, nsp: '/', data: ['message-back', 1, bytes(2)] });
                await peer.send(encode({ type: 2, nsp: '/', id: 7, data: ['message-with-ack', 'x'] }));
                assert.deepEqual({ ...msgpack.decode(await peer.next()) },
                    { type: 3, nsp: '/', id: 7, data: ['x'] });
            }, options);

            check(`${transport}: members that are none of a packet's are passed over`, async () => {
                const peer = await open();
                await peer.send(encode({
                    more: { a: [] }, type: 2, data: ['message'], options: { compress: false }, id: undefined, nsp: '/',
                }));
                assert.deepEqual(msgpack.decode(await peer.next()).data, ['message-back']);
            }, options);

            const fatal = {
                'text': '2["message"]',
                'no bytes': Buffer.alloc(0),
                'bytes that are no MessagePack': bytes(0xc1),
                'half a packet': encode({ type: 2, nsp: '/', data: ['message'] }).subarray(0, -3),
                'a byte behind a packet': Buffer.concat([encode({ type: 2, nsp: '/', data: ['message'] }), bytes(0)]),
                'a length that is false': Buffer.from('dfffffffffa474797065', 'hex'),
                'no map': encode(['message']),
                'nil': encode(null),
                'no type': encode({ nsp: '/', data: ['message'] }),
                'a type that is text': encode({ type: '2', nsp: '/', data: ['message'] }),
                'type 2.5': encode({ type: 2.5, nsp: '/', data: ['message'] }),
                'type -1': encode({ type: -1, nsp: '/', data: ['message'] }),
                'type 5': encode({ type: 5, nsp: '/', data: ['message'] }),
                'no namespace': encode({ type: 2, data: ['message'] }),
                'a namespace that is a number': encode({ type: 2, nsp: 1, data: ['message'] }),
                'an event without data': encode({ type: 2, nsp: '/' }),
                'an event with an object': encode({ type: 2, nsp: '/', data: { 0: 'message' } }),
                'an ack without data': encode({ type: 3, nsp: '/', id: 1 }),
                'an ack with text': encode({ type: 3, nsp: '/', id: 1, data: 'x' }),
                'an id that is nil': encode({ type: 2, nsp: '/', id: null, data: ['message'] }),
                'an id that is text': encode({ type: 2, nsp: '/', id: '1', data: ['message'] }),
                'id 0.5': encode({ type: 2, nsp: '/', id: 0.5, data: ['message'] }),
                'a CONNECT with nil': encode({ type: 0, nsp: '/custom', data: null }),
                'a CONNECT with an array': encode({ type: 0, nsp: '/custom', data: [] }),
                'a CONNECT with text': encode({ type: 0, nsp: '/custom', data: 'x' }),
                'a DISCONNECT with data': encode({ type: 1, nsp: '/', data: {} }),
                'a second CONNECT': encode({ type: 0, nsp: '/' }),
                'a CONNECT_ERROR': encode({ type: 4, nsp: '/', data: { message: 'x' } }),
                'an event for a namespace that is not joined': encode({ type: 2, nsp: '/custom', data: ['message'] }),
            };
            for (const [what, message] of Object.entries(fatal)) {
                check(`${transport}: ${what} closes with \`forced close\``, () => assertFatal(message), options);
            }

            const ours = {
                'a reserved name': encode({ type: 2, nsp: '/', data: ['disconnect'] }),
                'an event without a name': encode({ type: 2, nsp: '/', data: [] }),
                'a name that is nil': encode({ type: 2, nsp: '/', data: [null] }),
                'a namespace without a slash': encode({ type: 0, nsp: 'custom' }),
                'id -1': encode({ type: 2, nsp: '/', id: -1, data: ['message'] }),
                '129 levels': encode({ type: 2, nsp: '/', data: ['message', nested(128)] }),
                'eleven binaries': encode({ type: 2, nsp: '/', data: ['message', ...Array(11).fill(bytes(1))] }),
                'text that is no UTF-8': Buffer.concat([
                    encode({ type: 2, nsp: '/', data: ['message', 'x'] }).subarray(0, -1), bytes(0xff)]),
                'what looks like an attachment beside one': encode({
                    type: 2, nsp: '/', data: ['message', { _placeholder: true, num: 5 }, bytes(1)] }),
            };
            for (const [what, message] of Object.entries(ours)) {
                check(`${transport}: ${what} closes with \`forced close\``, () => assertFatal(message),
                    { nodeDiffers: 'the npm parser lets it pass' });
            }

            check(`${transport}: 128 levels come back`, async () => {
                const peer = await open();
                await peer.send(encode({ type: 2, nsp: '/', data: ['message', nested(127)] }));
                assert.deepEqual(msgpack.decode(await peer.next()).data, ['message-back', nested(127)]);
            }, options);

            check(`${transport}: more values than JSON has room for in a message`, async () => {
                const peer = await open();
                const zeros = (count) => encode({ type: 2, nsp: '/', data: ['message', Array(count).fill(0)] });
                const allowed = 400_000;
                await peer.send(zeros(allowed));
                assert.equal(msgpack.decode(await peer.next()).data[1].length, allowed);
                await assertFatal(zeros(600_000));
            }, { nodeDiffers: 'it has no such bound', timeoutMs: 60_000 });
        }
    });
}

describe('clients of both formats on one server', () => {
    const server = useServer({ parser: 'by-client', eio3: true });
    const text = (journey, ...rest) => connectClient(server, 4, journey, ...rest);
    const binary = (journey, options = {}) => connectClient(server, 4, journey, { parser, ...options });

    check('a room gets each broadcast once, everybody in order', async () => {
        const members = [
            await text('websocket'), await text('polling'), await text('upgraded'),
            await binary('websocket'), await binary('polling'), await binary('upgraded'),
            await connectClient(server, 2, 'websocket'), await connectClient(server, 1, 'polling'),
        ];
        const outsiders = [await text('websocket'), await binary('websocket')];
        for (const member of members) {
            await ask(member, 'join', 'mixed');
        }
        const count = 60;
        for (const sender of [members[0], members[3]]) {
            for (let i = 0; i < count; ++i) {
                sender.emit('to-room', 'mixed', i, i % 5 === 0 ? { deep: [bytes(i)] } : 'x');
            }
            for (const member of members) {
                for (let i = 0; i < count; ++i) {
                    const [event, number, what] = await member.events.next();
                    assert.deepEqual([event, number], ['room', i]);
                    if (i % 5 === 0) {
                        assert.deepEqual(Buffer.from(what.deep[0]), bytes(i));
                    }
                }
            }
        }
        // Whatever came twice, or to the wrong ones, came before the answers to these.
        for (const socket of [...members, ...outsiders]) {
            await ask(socket, 'message-with-ack', 'settled');
            assert.equal(socket.events.size, 0);
        }
    }, oneForAll);

    check('what one of them sends, the others read in their own format', async () => {
        const everybody = [await text('websocket'), await binary('websocket'), await binary('polling')];
        const room = 'all kinds of values';
        for (const socket of everybody) {
            await ask(socket, 'join', room);
        }
        const args = ['€😀', 1.5, -129, 2 ** 40, null, true, { a: [1, { b: '"' }] }, []];
        for (const sender of everybody) {
            sender.emit('to-room', room, ...args);
            for (const socket of everybody) {
                assert.deepEqual(await socket.events.next(), ['room', ...args]);
            }
        }
    }, oneForAll);

    for (const transport of ['websocket', 'polling']) {
        check(`${transport}: the first message tells the format, and it stays`, async () => {
            const peer = await Peer.open(server, transport);
            await peer.sendFatal(msgpack.encode({ type: 2, nsp: '/', data: ['message'] }));
            await peer.closed();
            assert.equal(await peer.disconnectReason(), 'forced close');
            const unknown = await Peer.openEngine(server, transport);
            await unknown.sendFatal(bytes(1, 2, 3));
            await unknown.closed();
        }, oneForAll);

        check(`${transport}: plain clients are served as ever`, async () => {
            const peer = await Peer.open(server, transport, { auth: { a: 1 } });
            await peer.send('51-["message",{"_placeholder":true,"num":0}]', bytes(1, 2));
            assert.equal(await peer.next(), '51-["message-back",{"_placeholder":true,"num":0}]');
            assert.deepEqual(await peer.next(), bytes(1, 2));
        });
    }
});

describe('the API with clients of both formats', () => {
    const server = useServer({ eio3: true, anyParser: true }, 'api_fixture');

    /** One client of each kind, in a room of their own. */
    async function roomOfAll(room) {
        const sockets = [];
        for (const [major, options] of [
            [4, { ...journeys.websocket }], [4, { ...journeys.websocket, parser }],
            [4, { ...journeys.polling, parser }], [2, { ...journeys.websocket }],
        ]) {
            const socket = createClient(server, major, { ...options, query: { tag: String(sockets.length) } });
            for (const event of ['message', 'to']) {
                socket.on(event, (...args) => socket.events.push([event, ...args]));
            }
            await nextEvent(socket, 'connect');
            await ask(socket, 'join', [room]);
            sockets.push(socket);
        }
        return sockets;
    }

    check('a question to a room is answered by all of them', async () => {
        const sockets = await roomOfAll('asked');
        sockets.forEach((socket, i) => {
            socket.on('question', (value, answer) => answer([i, value]));
        });
        for (const asker of sockets.slice(0, 2)) {
            const [error, answers] = await ask(asker, 'ask-all', { rooms: ['asked'] }, 10_000, { q: [1] });
            assert.equal(error, null);
            assert.deepEqual(answers.sort(), sockets.map((_, i) => [i, { q: [1] }]));
        }
    }, oneForAll);

    check('flags and exceptions hold for all of them', async () => {
        const sockets = await roomOfAll('flags');
        const [json, msgpackClient] = sockets;
        const rooms = ['flags'];
        for (const [value, flags] of [
            ['plain', {}], ['local', { local: true }], ['uncompressed', { compress: false }],
            ['not the first', { except: [json.id] }], ['not the second', { except: [msgpackClient.id] }],
        ]) {
            json.emit('emit-to', { rooms, ...flags }, value.repeat(300));
            for (const socket of sockets) {
                if (!flags.except?.includes(socket.id)) {
                    assert.deepEqual(await socket.events.next(), ['to', value.repeat(300)]);
                }
            }
        }
        for (const socket of sockets) {
            await ask(socket, 'echo', 'settled');
            assert.equal(socket.events.size, 0);
        }
    }, oneForAll);

    check('middlewares, catch-all handlers and questions to one client', async () => {
        const [, socket] = await roomOfAll('watched');
        assert.deepEqual(await ask(socket, 'changed', 1), [1, 'by the middleware']);
        await ask(socket, 'watch');
        socket.emit('say', 'hi');
        assert.deepEqual(await socket.events.next(), ['message', 'hi']);
        socket.emit('emit-to', { rooms: ['watched'] }, bytes(1));
        await socket.events.next();
        const [seen] = await ask(socket, 'seen');
        assert.deepEqual(seen.filter((what) => what.startsWith('out')), ['out message 1', 'out to 1']);
        socket.on('question', (...args) => args.at(-1)('yes', 2));
        assert.deepEqual(await ask(socket, 'ask-me', 10_000), [null, ['yes', 2]]);
    }, oneForAll);

    check('they are fetched together, join and leave together, and are sent away together', async () => {
        const sockets = await roomOfAll('together');
        const [found] = await ask(sockets[1], 'fetch', { rooms: ['together'] });
        assert.deepEqual(found.map(({ tag }) => tag).sort(), ['0', '1', '2', '3']);
        sockets[0].emit('sockets-join', { rooms: ['together'] }, ['elsewhere']);
        sockets[0].emit('emit-to', { rooms: ['elsewhere'] }, 1);
        for (const socket of sockets) {
            assert.deepEqual(await socket.events.next(), ['to', 1]);
        }
        const gone = sockets.slice(1).map((socket) => nextEvent(socket, 'disconnect'));
        sockets[0].emit('disconnect-sockets', { rooms: ['together'], except: [sockets[0].id] }, false);
        for (const [reason] of await Promise.all(gone)) {
            assert.equal(reason, 'io server disconnect');
        }
    }, oneForAll);
});
